package report

import (
	"fmt"
	"strconv"
	"strings"

	"rekindle/analysis"
	"rekindle/trial/study"
)

// table4 prints the themes.
func table4(r *analysis.Result) *Table {
	t := &Table{ID: "table4", Number: "Table 4", Stub: "Theme", Data: r.Themes,
		Title:   fmt.Sprintf("Themes addressed during coaching sessions (n = %d)", r.Themes.Answered),
		Columns: []Column{{Label: "No. of participants (%)"}}}
	for _, row := range r.Themes.Rows {
		t.row(row.Label, false, CountPercent(row.Share))
	}
	t.Notes = []string{fmt.Sprintf("Select all that apply, of the %d coached participants who answered the question (%d were asked).", r.Themes.Answered, r.Themes.Asked)}
	return t
}

// fidelityTable prints what the coached said of their coaching.
func fidelityTable(r *analysis.Result) *Table {
	t := &Table{ID: "fidelity", Title: "Fidelity of the coaching and satisfaction with it", Stub: "Item", Columns: []Column{{Label: "No. (%)"}, {Label: "Answered, No."}}, Data: r.Fidelity}
	for _, f := range r.Fidelity {
		t.heading(f.Label)
		for _, row := range f.Rows {
			t.row(row.Label, true, CountPercent(row.Share), strconv.Itoa(row.Share.Of))
		}
	}
	t.Notes = []string{"The denominator of each percentage is the coached participants who answered the item."}
	return t
}

// doseTable prints how much coaching was received.
func doseTable(p *study.Protocol, r *analysis.Result) *Table {
	d := r.Dose
	arm, _ := p.Arm(d.Arm)
	t := &Table{ID: "dose", Title: "Dose of coaching, " + arm.Name, Stub: "Measure", Columns: []Column{{Label: "Value"}}, Data: d}
	t.row("Allocated, No.", false, strconv.Itoa(d.Allocated))
	t.row("At least one session held, No. (%)", false, CountPercent(d.Started))
	t.row("Sessions held among starters, mean (SD)", false, MeanSD(d.Sessions, 1))
	t.row("Minutes held among starters, mean (SD)", false, MeanSD(d.Minutes, 0))
	if d.DaysToFirst.N > 0 {
		t.row("Days from randomization to first session, median (quartiles)", false,
			fmt.Sprintf("%s (%s to %s)", Fixed(d.DaysToFirst.Median, 0), Fixed(d.DaysToFirst.Lower, 0), Fixed(d.DaysToFirst.Upper, 0)))
	}
	t.heading("Participants by sessions held, No. (%)")
	for n, count := range d.ByNumber {
		t.row(strconv.Itoa(n), true, CountPercent(analysis.Share{Count: count, Of: d.Allocated}))
	}
	t.row("Sessions missed without notice, No.", false, strconv.Itoa(d.NoShows))
	t.row("Sessions cancelled late, No.", false, strconv.Itoa(d.Late))
	t.Notes = []string{fmt.Sprintf("The plan has %d sessions, %d minutes in all. Sessions held before the endpoint survey count.", d.Planned, sum(p.Coaching.Sessions))}
	return t
}

// costTable prints cost per participant over three denominators.
func costTable(p *study.Protocol, r *analysis.Result) *Table {
	c := r.Cost
	money := func(x float64) string { return Money(c.Currency, x) }
	against := func(x *float64) string {
		if x == nil {
			return "-"
		}
		return money(*x)
	}
	t := &Table{ID: "cost", Title: "Cost of coaching per participant", Stub: "Participants counted", Data: c,
		Columns: []Column{{Label: "No."}, {Group: "With training", Label: "Cost"}, {Group: "With training", Label: "Against benchmark"},
			{Group: "Without training", Label: "Cost"}, {Group: "Without training", Label: "Against benchmark"}, {Label: "Break-even, No."}}}
	for _, row := range c.PerParticipant {
		even := "never"
		if row.BreakEven != nil {
			even = strconv.Itoa(*row.BreakEven)
		}
		t.row(row.Label, false, strconv.Itoa(row.N), money(row.With), against(row.WithDifference), money(row.Without), against(row.WithoutDifference), even)
	}
	for _, l := range c.Lines {
		kind := "running"
		if l.Training {
			kind = "training"
		}
		t.Notes = append(t.Notes, fmt.Sprintf("%s (%s): %s x %s = %s.", l.Name, kind, Fixed(l.Quantity, 1), money(l.Price), money(l.Amount)))
	}
	t.Notes = append(t.Notes, fmt.Sprintf("Training %s, running %s, together %s. %s hours paid, %s held; %d coaches trained.",
		money(c.Training), money(c.Running), money(c.Training+c.Running), Fixed(c.Hours, 1), Fixed(c.HeldHours, 1), c.Coaches))
	if c.Benchmark > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("Benchmark: %s per participant (%s).", money(c.Benchmark), strings.TrimSuffix(c.BenchmarkSource, ".")))
	}
	if c.BenchmarkHourly != nil {
		t.Notes = append(t.Notes, fmt.Sprintf("Per hour: %s here, %s in the benchmark.", money(c.Hourly), money(*c.BenchmarkHourly)))
	}
	t.Notes = append(t.Notes, "Break-even: the least number of participants whose running cost below the benchmark pays for the training.")
	if p.Cost.Note != "" {
		t.Notes = append(t.Notes, p.Cost.Note)
	}
	return t
}

// populationsTable prints the analysis sets.
func populationsTable(p *study.Protocol, r *analysis.Result) *Table {
	t := &Table{ID: "populations", Title: "Analysis populations", Stub: "Population", Data: r.Populations}
	for _, a := range p.Arms {
		t.Columns = append(t.Columns, Column{Label: a.Name})
	}
	t.Columns = append(t.Columns, Column{Label: "Total"})
	for _, s := range r.Populations {
		var cells []string
		for _, a := range p.Arms {
			cells = append(cells, strconv.Itoa(s.ByArm[a.ID]))
		}
		t.row(s.Name, false, append(cells, strconv.Itoa(s.Total))...)
		t.Notes = append(t.Notes, s.Name+": "+s.Definition)
	}
	return t
}

// sensitivityTables print the further analyses, one table each.
func sensitivityTables(p *study.Protocol, r *analysis.Result) (tables []*Table) {
	for _, s := range r.Sensitivity {
		pop, _ := p.Population(s.Population)
		t := &Table{ID: "sensitivity-" + s.ID, Title: "Sensitivity: " + s.Name, Stub: "Outcome", Data: s,
			Columns: []Column{{Label: fmt.Sprintf("Estimate (%s CI)", confidence(p))}, {Label: "P value"}, {Label: "Measure"}, {Label: "Note"}}}
		for _, row := range s.Rows {
			o, _ := p.Outcome(row.Outcome)
			measure := row.Measure
			if measure == "" {
				measure = "difference of changes, points"
			}
			if row.Failed != "" {
				t.row(o.Name, false, "-", "-", measure, row.Failed)
				continue
			}
			t.row(o.Name, false, Interval(row.Points, max(o.Decimals, 2)), P(row.Points.P), measure, row.Note)
		}
		t.Notes = []string{s.Method}
		if pop.Name != "" {
			t.Notes = append(t.Notes, "Population: "+pop.Name+".")
		}
		tables = append(tables, t)
	}
	return tables
}
