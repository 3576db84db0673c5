package report

import (
	"fmt"
	"strings"

	"rekindle/analysis"
	"rekindle/trial/study"
)

// Section is a part of the Results in words.
type Section struct {
	Heading    string   `json:"heading"`
	Population string   `json:"population,omitempty"` // for a section of outcomes
	Paragraphs []string `json:"paragraphs"`
}

// text writes the Results: sentences whose every number is computed, each with its denominator.
func text(p *study.Protocol, r *analysis.Result) (sections []Section) {
	if r.Flow != nil {
		sections = append(sections, Section{Heading: "Participants", Paragraphs: []string{participantsText(p, r)}})
	}
	if r.Dose != nil {
		arm, _ := p.Arm(r.Dose.Arm)
		sections = append(sections, Section{Heading: "Coaching received", Paragraphs: []string{fmt.Sprintf(
			"Of the %d participants allocated to %s, %s had at least one session. They had a mean (SD) of %s sessions of the %d planned.",
			r.Dose.Allocated, lower(arm.Name), of(r.Dose.Started), MeanSD(r.Dose.Sessions, 1), r.Dose.Planned)}})
	}
	for _, c := range r.Changes {
		pop, _ := p.Population(c.Population)
		s := Section{Heading: "Outcomes, " + lower(pop.Name), Population: pop.ID}
		for _, row := range c.Rows {
			if row.Failed == "" {
				s.Paragraphs = append(s.Paragraphs, outcomeText(p, row))
			}
		}
		sections = append(sections, s)
	}
	if len(r.Fidelity) > 0 {
		sections = append(sections, Section{Heading: "Fidelity and satisfaction", Paragraphs: []string{fidelityText(r)}})
	}
	if r.Cost != nil {
		sections = append(sections, Section{Heading: "Cost", Paragraphs: []string{costText(r)}})
	}
	return sections
}

// of prints "52 of 67 (77.6%)".
func of(s analysis.Share) string {
	if s.Of == 0 {
		return "0 of 0"
	}
	return fmt.Sprintf("%d of %d (%s%%)", s.Count, s.Of, Percent(s))
}

func participantsText(p *study.Protocol, r *analysis.Result) string {
	count := map[string]int{}
	for _, n := range r.Flow.Nodes {
		count[n.ID] = n.Count
	}
	var arms, followed []string
	for _, a := range p.Arms {
		arms = append(arms, fmt.Sprintf("%d to %s", count["allocated:"+a.ID], lower(a.Name)))
	}
	for _, n := range r.Flow.Nodes {
		if n.Stage == "follow-up" {
			a, _ := p.Arm(n.Arm)
			followed = append(followed, fmt.Sprintf("%s, %s", lower(a.Name), of(analysis.Share{Count: n.Exits[0].Count, Of: n.Count})))
		}
	}
	endpoint, _ := p.Endpoint()
	return fmt.Sprintf("Of %d physicians invited, %d (%s%%) were randomized: %s. Of those randomized, these completed the survey at %s: %s.",
		count["invited"], count["randomized"], Percent(analysis.Share{Count: count["randomized"], Of: count["invited"]}), list(arms), endpoint.Name, list(followed))
}

func outcomeText(p *study.Protocol, row analysis.ChangeRow) string {
	o, _ := p.Outcome(row.Outcome)
	var arms []string
	for _, a := range row.Arms {
		arm, _ := p.Arm(a.Arm)
		arms = append(arms, fmt.Sprintf("%s in the %s group (n = %d)", moved(a.Relative.Value), lower(arm.Name), a.Analysed))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: the mean %s.", o.Name, list(arms))
	for _, d := range row.Differences {
		arm, _ := p.Arm(d.Arm)
		versus, _ := p.Arm(d.Versus)
		fmt.Fprintf(&b, " The change with %s differed from that with %s by %s points (%s CI, %s to %s points; P %s; adjusted P %s)%s.", lower(arm.Name), lower(versus.Name),
			Fixed(d.Points.Value, o.Decimals), confidence(p), Fixed(d.Points.Lower, o.Decimals), Fixed(d.Points.Upper, o.Decimals), equals(P(d.Points.P)), equals(P(d.Adjusted)), direction(d, lower(arm.Name)))
	}
	return b.String()
}

// lead is the primary outcome in the population that the tables lead with.
func lead(p *study.Protocol, r *analysis.Result) string {
	o, ok := p.Primary()
	if !ok || len(r.Changes) == 0 {
		return ""
	}
	for _, row := range r.Changes[0].Rows {
		if row.Outcome == o.ID && row.Failed == "" {
			pop, _ := p.Population(r.Changes[0].Population)
			return fmt.Sprintf("Primary outcome, %s. %s", lower(pop.Name), outcomeText(p, row))
		}
	}
	return ""
}

// lower takes the capital from the first word of a name that stands inside a sentence, unless more of the word is in capitals.
func lower(name string) string {
	if len(name) > 1 && name[0] >= 'A' && name[0] <= 'Z' && name[1] >= 'a' && name[1] <= 'z' {
		return string(name[0]|0x20) + name[1:]
	}
	return name
}

// moved puts a relative change in words; the sign cannot be lost.
func moved(percent float64) string {
	switch s := Fixed(percent, 1); {
	case s == "0.0":
		return "did not change (0.0%)"
	case strings.HasPrefix(s, "-"):
		return "fell by " + s[1:] + "%"
	default:
		return "rose by " + s + "%"
	}
}

// direction says whom a difference favors, and calls it no more than an estimate where the interval holds none.
func direction(d analysis.Difference, arm string) string {
	lead := ", "
	if d.Points.Lower <= 0 && d.Points.Upper >= 0 {
		lead = ", the estimate being "
	}
	switch d.Benefit {
	case "better":
		return lead + "in favor of " + arm
	case "worse":
		return lead + "against " + arm
	}
	return ""
}

// equals puts "=" before a P value that has no sign of its own.
func equals(p string) string {
	if strings.HasPrefix(p, "<") || strings.HasPrefix(p, ">") {
		return p[:1] + " " + p[1:]
	}
	return "= " + p
}

func fidelityText(r *analysis.Result) string {
	var parts []string
	for _, f := range r.Fidelity {
		if len(f.Rows) > 0 {
			parts = append(parts, fmt.Sprintf("%s: %s, %s", f.Label, lower(f.Rows[0].Label), of(f.Rows[0].Share)))
		}
	}
	return strings.Join(parts, ". ") + "."
}

func costText(r *analysis.Result) string {
	c := r.Cost
	for _, row := range c.PerParticipant {
		if row.ID != "started" {
			continue
		}
		s := fmt.Sprintf("Per participant who started coaching (n = %d), the programme cost %s with training and %s without", row.N, Money(c.Currency, row.With), Money(c.Currency, row.Without))
		if row.WithDifference == nil || row.WithoutDifference == nil {
			return s + "."
		}
		return s + fmt.Sprintf("; against the benchmark of %s that is %s and %s.", Money(c.Currency, c.Benchmark), moreOrLess(c.Currency, *row.WithDifference), moreOrLess(c.Currency, *row.WithoutDifference))
	}
	return "Nobody started coaching: there is no cost per participant."
}

func moreOrLess(currency string, difference float64) string {
	if difference < 0 {
		return Money(currency, -difference) + " less"
	}
	return Money(currency, difference) + " more"
}

// list joins words with commas and an "and".
func list(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}
