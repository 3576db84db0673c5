package protocol

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rekindle/problem"
	"rekindle/trial/study"
)

func (w *writer) outcomes() {
	table := &Table{Caption: "Outcomes", Head: []string{"Outcome", "Score", "Range", "Better", "Important difference", "Cut-off"}}
	group := ""
	for _, o := range w.Outcomes {
		if o.Group != group {
			group = o.Group
			table.Rows = append(table.Rows, []string{group})
		}
		name := o.Name
		if o.Primary {
			name += " (primary)"
		}
		better := "lower"
		if o.Direction == study.HigherBetter {
			better = "higher"
		}
		score, scale := o.Score, ""
		if facts, ok := w.catalogue[o.Instrument].Scores[o.Score]; ok {
			scale = decimal(facts.Lowest) + " to " + decimal(facts.Highest)
			score = cmp.Or(facts.Label, o.Score)
		}
		mid := "none"
		if o.MID > 0 {
			mid = decimal(o.MID)
		}
		table.Rows = append(table.Rows, []string{name, score, scale, better, mid, cmp.Or(o.Cutoff, "none")})
		if o.Note != "" {
			table.Notes = append(table.Notes, cmp.Or(o.Short, o.Name)+": "+o.Note)
		}
	}
	w.section("outcomes", "Outcomes", Block{Table: table})
}

// rules puts the rules of populations into words.
func rule(s study.Population) string {
	switch s.Rule {
	case study.AllRandomized:
		return "everybody randomized, in the arm they were allocated to"
	case study.ReceivedOrControl:
		return fmt.Sprintf("everybody in the control arm, and those in other arms who had at least %s", count(s.MinSessions, "session"))
	case study.PerProtocol:
		return fmt.Sprintf("as allocated, with at least %s outside the control arm, and the last visit completed inside its window", count(s.MinSessions, "session"))
	default:
		return string(s.Rule)
	}
}

func (w *writer) analysis() {
	a := w.Analysis
	var populations []Fact
	for _, s := range w.Populations {
		text := rule(s)
		if s.Default {
			text += "; leads the tables"
		}
		populations = append(populations, Fact{s.Name, text})
	}
	var contrasts []string
	for _, k := range a.Contrasts {
		contrasts = append(contrasts, fmt.Sprintf("%s minus %s, in the change from %s to %s", w.armName(k.Arm), w.armName(k.Versus), w.visitName(a.Baseline), w.visitName(k.Visit)))
	}
	var sensitivity []string
	for _, s := range a.Sensitivity {
		sensitivity = append(sensitivity, cmp.Or(sensitivities[s], s))
	}
	w.section("analysis", "Analysis plan",
		Block{Heading: "Populations", Facts: populations},
		Block{Heading: "Model", Text: w.model()},
		Block{Heading: "Contrasts", List: contrasts},
		Block{Heading: "Inference", Text: w.inference()},
		Block{Heading: "Sensitivity analyses", List: sensitivity},
	)
}

// sensitivities puts the sensitivity analyses into words.
var sensitivities = map[string]string{
	"kenward-roger":      "the same model with Kenward-Roger standard errors and degrees of freedom",
	"mmrm":               "a model of the follow-up scores with an unstructured covariance between visits, adjusted for baseline (MMRM)",
	"clda":               "a constrained longitudinal model, in which the arms share one mean at baseline",
	"coach":              "a random effect of the coach among the coached",
	"mi":                 "multiple imputation of missing scores, missing at random",
	"j2r":                "multiple imputation in which those who drop out of coaching go on as the control arm does (jump to reference)",
	"tipping-point":      "how much worse missing scores of the coached would have to be for the conclusion to turn (tipping point)",
	"cace":               "the effect in those who take up coaching when offered it (complier average causal effect)",
	"responder":          "proportions beyond the cut-offs, by logistic mixed model",
	"randomization-test": "a randomization test that draws allocations again as they were drawn in the trial",
}

func (w *writer) model() string {
	a := w.Analysis
	var covariates []string
	for _, c := range a.Covariates {
		text := strings.ToLower(c.Name)
		if len(c.Levels) > 0 {
			text += " (reference: " + w.levelName(c, c.Levels[0]) + ")"
		}
		covariates = append(covariates, text)
	}
	effects := append([]string{"arm", "visit", "their interaction"}, covariates...)
	text := fmt.Sprintf("Each outcome is analysed by a linear mixed-effects model of its scores at all visits, with fixed effects for %s, and a random intercept for each participant", listed(effects))
	if slices.Contains(a.Random, "coach") {
		text += " and, among the coached, for each coach"
	}
	estimation := map[string]string{"reml": "restricted maximum likelihood (REML)", "ml": "maximum likelihood"}
	text += fmt.Sprintf(", fitted by %s.", cmp.Or(estimation[a.Estimation], a.Estimation))
	switch a.Weights {
	case "proportional":
		text += " Means and changes are averaged over the covariates as they are distributed among the participants."
	case "equal":
		text += " Means and changes are averaged over the levels of the covariates with equal weights."
	}
	return text + " A relative change is the estimated change in percent of the estimated baseline mean."
}

func (w *writer) levelName(c study.Covariate, level string) string {
	if s, ok := w.Stratum(c.Stratum); ok {
		for _, l := range s.Levels {
			if l.ID == level {
				return strings.ToLower(l.Name)
			}
		}
	}
	return level
}

func (w *writer) inference() string {
	a := w.Analysis
	df := map[string]string{
		"satterthwaite": "Satterthwaite degrees of freedom", "kenward-roger": "Kenward-Roger degrees of freedom",
		"containment": "containment degrees of freedom", "normal": "the normal distribution",
	}
	text := fmt.Sprintf("Tests are two-sided with %s, at a level of %s; intervals have %s confidence.", cmp.Or(df[a.DF], a.DF), decimal(a.Alpha), percent(a.Confidence))
	methods := map[string]string{
		"bonferroni": "Bonferroni", "holm": "Holm", "hochberg": "Hochberg", "hommel": "Hommel", "bh": "Benjamini and Hochberg", "by": "Benjamini and Yekutieli",
	}
	if method := methods[a.Multiplicity]; method != "" {
		text += fmt.Sprintf(" P values adjusted for %s by the method of %s stand beside the raw ones.", count(len(w.Outcomes), "outcome"), method)
	} else {
		text += " P values are not adjusted for multiple comparisons."
	}
	if o, ok := w.Primary(); ok {
		text += fmt.Sprintf(" The primary outcome is %s; %s.", cmp.Or(o.Short, o.Name), "a difference is intervention minus control")
	}
	return text
}

func (w *writer) cost() {
	k := w.Cost
	money := func(amount float64) string {
		text := number(int(amount))
		if cents := strconv.FormatFloat(amount, 'f', 2, 64); !strings.HasSuffix(cents, ".00") {
			text += cents[len(cents)-3:]
		}
		return k.Currency + " " + text
	}
	if k.Currency == "" {
		return
	}
	table := &Table{Caption: "Further costs", Head: []string{"Cost", "Amount", "For each", "Counted as training"}}
	for _, l := range k.Lines {
		table.Rows = append(table.Rows, []string{l.Name, money(l.Amount), l.Each, yes(l.Training)})
	}
	for _, n := range w.Incentives {
		if n.Cost > 0 {
			table.Rows = append(table.Rows, []string{n.Name, money(n.Cost), "item sent", "no"})
		}
	}
	basis := map[string]string{"actual": "as long as they really lasted", "booked": "as long as they were booked"}
	var benchmark string
	if k.Benchmark > 0 {
		benchmark = money(k.Benchmark) + " per participant"
		if k.BenchmarkHours > 0 {
			benchmark += fmt.Sprintf(" for %s hours", decimal(k.BenchmarkHours))
		}
		benchmark = strings.Join(nonempty(benchmark, k.BenchmarkSource), ": ")
	}
	prices := ""
	if k.Year > 0 {
		prices = strconv.Itoa(k.Year)
	}
	w.section("cost", "Cost",
		Block{Facts: facts(
			Fact{"Paid to a coach", fmt.Sprintf("%s an hour, for sessions %s", money(k.HourlyRate), cmp.Or(basis[k.Basis], k.Basis))},
			Fact{"Paid for training", fmt.Sprintf("%s once to each coach, spread over %s", money(k.Stipend), count(k.Amortisation, "cohort"))},
			Fact{"Missed or cancelled late", percent(k.NoShowShare) + " of the rate"},
			Fact{"Compared with", benchmark},
			Fact{"Prices of", prices},
			Fact{"Note", k.Note},
		)},
		Block{Table: table},
	)
}

// rehearsal says what a simulated run assumes.
func (w *writer) rehearsal() {
	s := w.Simulation
	if s.Source == "" {
		return
	}
	var nonresponse []string
	for _, a := range w.Arms {
		if share, ok := s.NonResponse[a.ID]; ok {
			nonresponse = append(nonresponse, fmt.Sprintf("%s %s", a.Name, percent(share)))
		}
	}
	w.section("rehearsal", "What a rehearsal assumes",
		Block{Text: "These assumptions make simulated people for a rehearsal of the trial. They never enter an analysis."},
		Block{Facts: facts(
			Fact{"Source", s.Source},
			Fact{"Interested", fmt.Sprintf("%s people, of whom half enrol within %s of an announcement", number(s.Arrival.Interested), count(int(s.Arrival.MeanDays*0.6931+0.5), "day"))},
			Fact{"Never start", percent(s.NonStarters) + " of those who may be coached"},
			Fact{"Stop early", fmt.Sprintf("%s of those who start, after at most %s", percent(s.FewSessions), count(s.FewUpTo, "session"))},
			Fact{"Missed sessions", percent(s.NoShows)},
			Fact{"No endpoint survey", strings.Join(nonresponse, ", ")},
		)},
	)
}

func (w *writer) remarks(found problem.List) {
	var lines []string
	for _, p := range found {
		kind := "Mistake"
		if p.Warning {
			kind = "Warning"
		}
		lines = append(lines, fmt.Sprintf("%s (%s): %s. %s.", kind, strings.Join(nonempty(p.Place, p.Field), ", "), strings.TrimSuffix(sentence("%s", p.Message), "."), sentence("%s", strings.TrimSuffix(p.Remedy, "."))))
	}
	w.section("remarks", "Remarks of the check", Block{List: lines})
}
