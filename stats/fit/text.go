package fit

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"

	"rekindle/stats/design"
	"rekindle/stats/lmm"
	"rekindle/stats/wald"
)

// Request asks for a fit to be written out for a reader.
type Request struct {
	Formula     string
	Source      string              // name of the data, for the heading
	Data        io.Reader           // CSV with a header
	Missing     []string            // cells that mean missing, besides the empty one
	Factors     map[string][]string // levels in order, the first is the reference
	Filter      map[string][]string // column -> values of the rows to use
	Weights     string              // gaussian: column of prior weights
	ResidualBy  string              // gaussian: column with one residual variance a level
	Family      string              // gaussian (default), binomial, poisson, negbinomial
	ML          bool                // gaussian: maximum likelihood
	Method      wald.Method         // gaussian: "" = the conventions' own
	Conventions lmm.Conventions     // zero = R
	Trials      string              // binomial: column with the number of trials
	// Arm, Time and Baseline name the columns of the table of means. With Arm and Time "" they are taken from the formula's first interaction of
	// two factors, with Baseline "" the first level of Time.
	Arm, Time, Baseline string
}

// Write fits and writes a summary: the choices made, random effects, coefficients, tests of terms, means, contrasts, how the
// optimum was found, and what had to be decided about the data.
func Write(w io.Writer, r Request) error {
	table, err := design.ReadCSV(r.Data, r.Missing...)
	if err != nil {
		return err
	}
	o := design.Options{Factors: r.Factors, Filter: r.Filter, Weights: r.Weights, ResidualBy: r.ResidualBy}
	if r.Trials != "" {
		o.Also = []string{r.Trials}
	}
	d, err := design.New(table, r.Formula, o)
	if err != nil {
		return err
	}
	if d.Response == nil {
		return fmt.Errorf("the formula needs a response on its left side, as in y ~ arm")
	}
	rows, err := r.rows(d)
	if err != nil {
		return err
	}
	p := &page{out: w}
	if r.Family == "" || r.Family == "gaussian" {
		err = r.gaussian(p, d, rows)
	} else {
		err = r.general(p, d, rows)
	}
	if err != nil {
		return err
	}
	return p.err
}

// rows finds the arm by time table.
func (r *Request) rows(d *design.Design) ([]design.Contrast, error) {
	if r.Arm == "" && r.Time == "" {
		labels, _ := d.Terms()
		for t := range labels {
			v := d.TermVariables(t)
			if len(v) == 2 && d.IsFactor(v[0]) && d.IsFactor(v[1]) {
				r.Arm, r.Time = v[0], v[1]
				break
			}
		}
	}
	if r.Arm == "" || r.Time == "" {
		return nil, nil
	}
	if r.Baseline == "" {
		levels, err := d.Levels(r.Time)
		if err != nil {
			return nil, err
		}
		r.Baseline = levels[0]
	}
	weights := design.Weighting(r.conventions().Weights)
	return d.ArmByTime(r.Arm, r.Time, r.Baseline, weights)
}

func (r *Request) conventions() lmm.Conventions {
	if r.Conventions.Name == "" {
		return lmm.R
	}
	return r.Conventions
}

// page writes aligned blocks and keeps the first error.
type page struct {
	out io.Writer
	err error
}

func (p *page) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, format+"\n", args...)
	}
}

// table writes rows with a heading, columns aligned to the right except the first.
func (p *page) table(title string, rows [][]string) {
	p.line("\n%s", title)
	width := 0
	for _, row := range rows {
		width = max(width, len([]rune(row[0])))
	}
	t := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range rows {
		first := "  " + row[0] + strings.Repeat(" ", width-len([]rune(row[0])))
		fmt.Fprintln(t, first+"\t"+strings.Join(row[1:], "\t")+"\t")
	}
	if err := t.Flush(); err != nil && p.err == nil {
		p.err = err
	}
}

// notes writes what had to be decided.
func (p *page) notes(notes []design.Note) {
	if len(notes) > 0 {
		p.line("\nNotes")
	}
	for _, n := range notes {
		p.line("  %s.", strings.TrimSuffix(n.Text, "."))
	}
}

// digits writes a number with five significant digits.
func digits(x float64) string {
	switch {
	case math.IsNaN(x):
		return "-"
	case math.IsInf(x, 0):
		return strings.Replace(strconv.FormatFloat(x, 'g', -1, 64), "+", "", 1)
	case x != 0 && (math.Abs(x) < 1e-4 || math.Abs(x) >= 1e7):
		return strconv.FormatFloat(x, 'e', 3, 64)
	}
	decimals := 4
	if a := math.Abs(x); a >= 10 {
		decimals = max(0, 4-int(math.Floor(math.Log10(a))))
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

// probability writes a P value.
func probability(p float64) string {
	switch {
	case math.IsNaN(p):
		return "-"
	case p < 0.0001:
		return "<.0001"
	}
	return strings.TrimPrefix(strconv.FormatFloat(p, 'f', 4, 64), "0")
}

// estimateRow is a line of a table of estimates.
func estimateRow(name string, e wald.Estimate) []string {
	df := digits(e.DF)
	if math.IsInf(e.DF, 1) {
		df = "Inf"
	}
	row := []string{name, digits(e.Value), digits(e.SE), df, digits(e.T), probability(e.P), digits(e.Lower), digits(e.Upper)}
	if e.Note != "" {
		row = append(row, e.Note)
	}
	return row
}

// gaussian writes a linear mixed model.
func (r *Request) gaussian(p *page, d *design.Design, rows []design.Contrast) error {
	c := r.conventions()
	method := r.Method
	if method == "" {
		method = c.Method
	}
	if r.ML && method.Adjusted() {
		return fmt.Errorf("the method of Kenward and Roger rests on restricted maximum likelihood: leave out --ml or choose other degrees of freedom")
	}
	m, err := lmm.Fit(d, lmm.Options{ML: r.ML, Conventions: c})
	if err != nil {
		return err
	}
	p.line("Linear mixed model: %s", r.Formula)
	p.line("Data: %s, %d of %d rows used%s", r.Source, d.N(), d.Filtered, groups(d))
	p.line("%s", m.ChoicesLine(method))
	k := m.Criteria()
	name, aic, bic := "REML criterion", k.AIC, k.BIC
	if r.ML {
		name = "Deviance"
	}
	if c.Criteria == "sas" {
		aic, bic = k.SASAIC, k.SASBIC
	}
	p.line("%s %.4f, log-likelihood %.4f, %d parameters, AIC %.2f, BIC %.2f", name, k.Deviance, m.LogLik, k.Parameters, aic, bic)
	p.table("Random effects", varianceRows(m))
	if icc, err := m.ICC(); err == nil {
		p.line("  Intraclass correlation %s", digits(icc))
	}
	heading := []string{"", "Estimate", "SE", "df", "t", "P", "95% CI", ""}
	coefficients := [][]string{heading}
	for i, name := range d.Names {
		l := make([]float64, d.P())
		l[i] = 1
		coefficients = append(coefficients, estimateRow(name, m.Contrast(l, method)))
	}
	p.table("Fixed effects", coefficients)
	r.terms(p, m, method)
	contrast := func(l []float64) wald.Estimate { return m.Contrast(l, method) }
	r.contrasts(p, rows, heading, contrast)
	if err := r.percent(p, m, rows); err != nil {
		return err
	}
	s := m.Story
	p.line("\nOptimum\n  %s.", s)
	p.notes(m.Notes)
	return nil
}

// groups counts the levels of the random terms.
func groups(d *design.Design) string {
	out := ""
	for _, r := range d.Random {
		if s := fmt.Sprintf(", %d %s", len(r.Levels), r.Name); !strings.Contains(out, s) {
			out += s
		}
	}
	return out
}

// varianceRows lists variances, standard deviations and correlations.
func varianceRows(m *lmm.Model) [][]string {
	rows := [][]string{{"", "Variance", "SD", "Correlation"}}
	variance := map[string]float64{}
	for _, c := range m.Components {
		if !c.Covariance {
			variance[c.Name] = c.Value
		}
	}
	for _, c := range m.Components {
		if !c.Covariance {
			rows = append(rows, []string{c.Name, digits(c.Value), digits(math.Sqrt(c.Value)), ""})
			continue
		}
		a, b, _ := strings.Cut(strings.TrimPrefix(c.Name, c.Group+"."), ":")
		r := c.Value / math.Sqrt(variance[c.Group+"."+a]*variance[c.Group+"."+b])
		rows = append(rows, []string{c.Name, digits(c.Value), "", digits(r)})
	}
	return rows
}

// terms writes the type III tests, where the design has them.
func (r *Request) terms(p *page, m *lmm.Model, method wald.Method) {
	tests, err := m.TypeIII(method)
	if err != nil {
		p.line("\nTests of terms (type III): %s", err)
		return
	}
	rows := [][]string{{"", "F", "df", "residual df", "P", ""}}
	for _, t := range tests {
		if t.Note != "" {
			rows = append(rows, []string{t.Term, "-", "-", "-", "-", t.Note})
			continue
		}
		rows = append(rows, []string{t.Term, digits(t.F), strconv.Itoa(t.Rank), digits(t.DF), probability(t.P), ""})
	}
	if len(rows) > 1 {
		p.table("Tests of terms (type III)", rows)
	}
}

// contrasts writes means, changes and differences, each under its title.
func (r *Request) contrasts(p *page, rows []design.Contrast, heading []string, estimate func([]float64) wald.Estimate) {
	titles := []struct {
		kind  design.Kind
		title string
	}{{design.KindMean, "Marginal means"}, {design.KindChange, "Change from " + r.Baseline}, {design.KindDiffChange, "Difference of changes"}, {design.KindDiffArm, "Difference between arms"}}
	for _, t := range titles {
		lines := [][]string{heading}
		for _, c := range rows {
			switch {
			case c.Kind != t.kind:
			case c.NotEstimable != "":
				lines = append(lines, []string{c.Label, "-", "-", "-", "-", "-", "-", "-", c.NotEstimable})
			default:
				lines = append(lines, estimateRow(c.Label, estimate(c.L)))
			}
		}
		if len(lines) > 1 {
			p.table(t.title, lines)
		}
	}
}

// percent writes changes relative to the baseline.
func (r *Request) percent(p *page, m *lmm.Model, rows []design.Contrast) error {
	if len(rows) == 0 {
		return nil
	}
	vcov, err := m.Covariance(wald.Z)
	if err != nil {
		return err
	}
	changes, err := PercentChanges(rows, r.Baseline, m.Beta, vcov)
	if err != nil {
		p.line("\nRelative change: %s", err)
		return nil
	}
	lines := [][]string{{"", "Percent", "delta 95% CI", "", "Fieller 95% CI", ""}}
	hundred := func(n Number) string { return digits(100 * float64(n)) }
	for _, c := range changes {
		lines = append(lines, []string{c.Arm + ": " + c.Time + " - " + c.From, hundred(c.Ratio), hundred(c.LowerDelta), hundred(c.UpperDelta), hundred(c.LowerFieller), hundred(c.UpperFieller)})
	}
	if len(lines) > 1 {
		p.table("Change relative to the model's mean at "+r.Baseline+" (normal quantiles)", lines)
	}
	return nil
}
