package analysis

import (
	"math"
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
		c.SMD = smd(summarize(numbers(arm)), summarize(numbers(versus)))
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
	var diff []float64
	for _, code := range item.Scale.Codes {
		if c.Kind == "yes" && code.Code != "yes" {
			continue
		}
		row := CharacteristicRow{Code: code.Code, Label: code.Label}
		for _, g := range groups {
			row.Cells = append(row.Cells, share(g.people, code.Code))
		}
		c.Rows = append(c.Rows, row)
		a, b := share(arm, code.Code), share(versus, code.Code)
		diff = append(diff, binarySMD(a, b))
	}
	for _, x := range diff {
		if math.Abs(x) > math.Abs(c.SMD) {
			c.SMD = x
		}
	}
	return c
}

// binarySMD is the standardized difference of two proportions (Austin 2009, doi:10.1002/sim.3697). A characteristic
// with several answers carries the largest of its answers' differences.
func binarySMD(a, b Share) float64 {
	if a.Of == 0 || b.Of == 0 {
		return 0
	}
	p, q := float64(a.Count)/float64(a.Of), float64(b.Count)/float64(b.Of)
	s := math.Sqrt((p*(1-p) + q*(1-q)) / 2)
	if s == 0 {
		return 0
	}
	return (p - q) / s
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
		row := BaselineRow{Outcome: o.ID, SMD: smd(summarize(scores(arm)), summarize(scores(versus)))}
		for _, g := range groups {
			row.Cells = append(row.Cells, summarize(scores(g.people)))
		}
		rows = append(rows, row)
	}
	return rows
}
