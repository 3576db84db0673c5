package analysis

import (
	"slices"

	"rekindle/trial/dataset"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

// characteristics is Table 1: every item of the unscored forms asked at the baseline visit, by column.
func characteristics(d *Data, groups []group) ([]Characteristic, error) {
	baseline, ok := d.Protocol.Visit(d.Protocol.Analysis.Baseline)
	if d.Dataset == nil || !ok {
		return nil, nil
	}
	var out []Characteristic
	for _, form := range baseline.Forms {
		in, err := instrument.Find(form.Instrument)
		if err != nil {
			return nil, err
		}
		if len(in.Scores) > 0 {
			continue
		}
		for _, item := range in.Items {
			if item.Scale.Kind != instrument.Text {
				out = append(out, characteristic(d, groups, in, item, baseline))
			}
		}
	}
	return out, nil
}

func characteristic(d *Data, groups []group, in *instrument.Instrument, item *instrument.Item, visit study.Visit) Characteristic {
	c := Characteristic{Item: item.ID, Label: item.Heading()}
	given := func(p *Participant) (dataset.Answer, bool) {
		a, ok := answer(p.Entrant, visit.ID, in.ID+"."+item.ID)
		return a, ok && (a.Number != nil || len(a.Codes) > 0 || a.Code != "" && a.Code != string(instrument.Declined))
	}
	for _, g := range groups {
		missing := 0
		for _, p := range g.people {
			if _, ok := given(p); !ok {
				missing++
			}
		}
		c.Missing = append(c.Missing, missing)
	}
	arm, versus := compared(d, groups)
	switch item.Scale.Kind {
	case instrument.Number, instrument.VAS:
		c.Kind = "number"
		numbers := func(people []*Participant) (x []float64) {
			for _, p := range people {
				if a, ok := given(p); ok && a.Number != nil {
					x = append(x, *a.Number)
				}
			}
			return x
		}
		for _, g := range groups {
			c.Numbers = append(c.Numbers, summarize(numbers(g.people)))
		}
		c.SMD = balance(summarize(numbers(arm)), summarize(numbers(versus)))
		return c
	case instrument.SelectAll:
		c.Kind = "any"
	case instrument.YesNo:
		c.Kind = "yes"
	default:
		c.Kind = "one"
	}
	share := func(people []*Participant, code string) (s Share) {
		for _, p := range people {
			if a, ok := given(p); ok {
				s.Of++
				if a.Code == code || slices.Contains(a.Codes, code) {
					s.Count++
				}
			}
		}
		return s
	}
	var first, second []int // people by answer, in the compared arms
	for _, code := range item.Scale.Codes {
		a, b := share(arm, code.Code), share(versus, code.Code)
		first, second = append(first, a.Count), append(second, b.Count)
		if c.Kind == "any" { // each answer is a question of its own; the largest difference stands for all
			c.SMD = max(c.SMD, balanceOf([]int{a.Count, a.Of - a.Count}, []int{b.Count, b.Of - b.Count}))
		}
		if c.Kind == "yes" && code.Code != "yes" {
			continue
		}
		row := CharacteristicRow{Code: code.Code, Label: code.Label}
		for _, g := range groups {
			row.Cells = append(row.Cells, share(g.people, code.Code))
		}
		c.Rows = append(c.Rows, row)
	}
	if c.Kind != "any" {
		c.SMD = balanceOf(first, second)
	}
	return c
}

// baseline is Table 2: each outcome at the baseline visit, by column.
func baseline(d *Data, groups []group) (rows []BaselineRow) {
	arm, versus := compared(d, groups)
	for _, o := range d.Protocol.Outcomes {
		scores := func(people []*Participant) (x []float64) {
			for _, p := range people {
				if v, ok := p.score(o.ID, d.Protocol.Analysis.Baseline); ok {
					x = append(x, v)
				}
			}
			return x
		}
		row := BaselineRow{Outcome: o.ID, SMD: balance(summarize(scores(arm)), summarize(scores(versus)))}
		for _, g := range groups {
			row.Cells = append(row.Cells, summarize(scores(g.people)))
		}
		rows = append(rows, row)
	}
	return rows
}
