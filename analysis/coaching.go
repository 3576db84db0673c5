package analysis

import (
	"slices"

	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

// asked gives the people to whom a form was due at the endpoint because they were coached, and those of them who answered any of it.
func asked(d *Data, form string) (due, answered []*Participant) {
	endpoint, _ := d.Protocol.Endpoint()
	i := slices.IndexFunc(endpoint.Forms, func(f study.Form) bool { return f.Instrument == form })
	if d.Dataset == nil || i < 0 {
		return nil, nil
	}
	f := endpoint.Forms[i]
	for k := range d.Participants {
		p := &d.Participants[k]
		if !usable(p.Entrant) || f.Coached && p.Received == 0 || len(f.Arms) > 0 && !slices.Contains(f.Arms, p.Arm) {
			continue
		}
		due = append(due, p)
		if v := p.Entrant.Visits[endpoint.ID]; v != nil && len(v.Answers[form]) > 0 {
			answered = append(answered, p)
		}
	}
	return due, answered
}

// shares counts, code by code, the people whose answer to an item holds the code, of those who answered the item.
func shares(people []*Participant, visit, form string, item *instrument.Item) (rows []ThemeRow) {
	for _, code := range item.Scale.Codes {
		row := ThemeRow{Code: code.Code, Label: code.Label}
		for _, p := range people {
			a, ok := answer(p.Entrant, visit, form+"."+item.ID)
			if !ok || a.Code == string(instrument.Declined) || a.Code == "" && len(a.Codes) == 0 {
				continue
			}
			row.Share.Of++
			if a.Code == code.Code || slices.Contains(a.Codes, code.Code) {
				row.Share.Count++
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// themes is Table 4.
func themes(d *Data) (*Themes, error) {
	form := d.Protocol.Coaching.Themes
	if form == "" || d.Dataset == nil {
		return nil, nil
	}
	in, err := instrument.Find(form)
	if err != nil {
		return nil, err
	}
	due, answered := asked(d, form)
	t := &Themes{Asked: len(due), Answered: len(answered)}
	for _, item := range in.Items {
		if item.Scale.Kind == instrument.SelectAll {
			t.Rows = append(t.Rows, shares(answered, d.Protocol.Analysis.Endpoint, form, item)...)
		}
	}
	return t, nil
}

// fidelity gives every coded item of the fidelity form.
func fidelity(d *Data) (out []Fidelity, err error) {
	form := d.Protocol.Coaching.Fidelity
	if form == "" || d.Dataset == nil {
		return nil, nil
	}
	in, err := instrument.Find(form)
	if err != nil {
		return nil, err
	}
	_, answered := asked(d, form)
	for _, item := range in.Items {
		if len(item.Scale.Codes) > 0 {
			out = append(out, Fidelity{Item: item.ID, Label: item.Heading(), Rows: shares(answered, d.Protocol.Analysis.Endpoint, form, item)})
		}
	}
	return out, nil
}

// doses describes the coaching of the first arm that is coached at once.
func doses(d *Data) *Dose {
	i := slices.IndexFunc(d.Protocol.Arms, func(a study.Arm) bool { return a.Coaching })
	if d.Dataset == nil || i < 0 {
		return nil
	}
	arm := d.Protocol.Arms[i]
	people := d.arm(arm.ID)
	out := &Dose{Arm: arm.ID, Allocated: len(people), Planned: len(d.Protocol.Coaching.Sessions), ByNumber: make([]int, len(d.Protocol.Coaching.Sessions)+1)}
	out.Started.Of = len(people)
	var sessions, minutes, first []float64
	for _, p := range people {
		for len(out.ByNumber) <= p.Received {
			out.ByNumber = append(out.ByNumber, 0)
		}
		out.ByNumber[p.Received]++
		for _, s := range p.Entrant.Sessions {
			switch s.State {
			case "no-show":
				out.NoShows++
			case "late-cancelled":
				out.Late++
			}
		}
		if p.Received == 0 {
			continue
		}
		out.Started.Count++
		sessions = append(sessions, float64(p.Received))
		held, total := 0, 0
		for _, s := range p.Entrant.Sessions {
			if s.State != "held" || held == p.Received {
				continue
			}
			if held == 0 {
				first = append(first, s.Start.Sub(p.Entrant.Allocation.At).Hours()/24)
			}
			held++
			total += s.Held
		}
		minutes = append(minutes, float64(total))
	}
	out.Sessions, out.Minutes, out.DaysToFirst = summarize(sessions), summarize(minutes), quartiles(first)
	return out
}
