package analysis

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"rekindle/problem"
	"rekindle/trial/dataset"
	"rekindle/trial/session"
	"rekindle/trial/study"
)

// ReadLocked reads a locked dataset. The protocol must be the one that it was collected under: their digests are compared.
func ReadLocked(name string, canonical []byte, p *study.Protocol) (*Data, error) {
	ds, err := dataset.Read(name, canonical)
	if err != nil {
		return nil, err
	}
	if ds.Protocol != p.Digest() {
		return nil, problem.New(problem.Conflict, "the dataset was collected under the protocol with SHA-256 %s, this one has %s", ds.Protocol, p.Digest()).
			At("%s", name).Instead("give the protocol file that the study was opened with")
	}
	return FromDataset(name, ds, dataset.Digest(canonical), p)
}

// FromDataset prepares a locked dataset for analysis; digest is the SHA-256 of its canonical bytes.
func FromDataset(name string, ds *dataset.Dataset, digest string, p *study.Protocol) (*Data, error) {
	d := &Data{Protocol: p, Dataset: ds}
	d.Source = Source{File: name, Dataset: digest, Protocol: ds.Protocol, Study: ds.Study, Title: p.Title, Locked: ds.Locked, Simulated: ds.Simulated}
	endpoint, ok := p.Endpoint()
	if !ok {
		return nil, problem.New(problem.Invalid, "the endpoint %q is not a visit", p.Analysis.Endpoint).On("analysis.endpoint")
	}
	for i := range ds.Entrants {
		e := &ds.Entrants[i]
		if e.Allocation == nil {
			continue
		}
		if _, ok := p.Arm(e.Allocation.Arm); !ok {
			return nil, problem.New(problem.Invalid, "participant %s is in arm %q, which is not in the protocol", e.Code, e.Allocation.Arm).At("%s", name)
		}
		d.Participants = append(d.Participants, participant(p, e, endpoint))
	}
	slices.SortFunc(d.Participants, func(a, b Participant) int { return a.Number - b.Number })
	return d, d.check()
}

// participant files one entrant the way the plan sees it.
func participant(p *study.Protocol, e *dataset.Entrant, endpoint study.Visit) Participant {
	who := Participant{
		Code: e.Code, Arm: e.Allocation.Arm, Strata: e.Allocation.Strata, Number: e.Allocation.Number, Entrant: e,
		Covariates: map[string]string{}, Scores: map[string]map[string]float64{},
	}
	who.Received, who.Coach = dose(p, e, endpoint)
	for _, c := range p.Analysis.Covariates {
		if level, ok := covariate(p, c, e); ok {
			who.Covariates[c.ID] = level
		}
	}
	if v := e.Visits[endpoint.ID]; v != nil {
		who.Complete, who.InWindow = v.Completed != nil, v.Completed != nil && v.InWindow
	}
	if !usable(e) {
		return who
	}
	for _, o := range p.Outcomes {
		for id, v := range e.Visits {
			if s, ok := v.Scores[o.Instrument][o.Score]; ok {
				if who.Scores[o.ID] == nil {
					who.Scores[o.ID] = map[string]float64{}
				}
				who.Scores[o.ID][id] = s
			}
		}
	}
	return who
}

// dose counts the sessions held before the endpoint was answered, or before its window closed, by the rule of session.DoseOf, and names
// the coach who held most of them (the first of those with as many).
func dose(p *study.Protocol, e *dataset.Entrant, endpoint study.Visit) (held int, coach string) {
	var until time.Time // without the visit all count
	if v := e.Visits[endpoint.ID]; v != nil {
		until = p.CoachingCounts(endpoint, v.Due, v.Completed)
	}
	by := map[string]int{}
	most := 0
	for _, s := range e.Sessions {
		one := session.Session{State: session.State(s.State), Start: s.Start, Actual: s.Held}
		counted := session.DoseOf([]session.Session{one}, until).Sessions
		if counted == 0 {
			continue
		}
		held += counted
		by[s.Coach] += counted
		if by[s.Coach] > most {
			coach, most = s.Coach, by[s.Coach]
		}
	}
	return held, coach
}

// covariate gives the level of a covariate: the stratum as randomized, or the answer at the baseline visit.
func covariate(p *study.Protocol, c study.Covariate, e *dataset.Entrant) (string, bool) {
	if c.Stratum != "" {
		level, ok := e.Allocation.Strata[c.Stratum]
		return level, ok
	}
	a, ok := answer(e, p.Analysis.Baseline, c.Item)
	if a.Number != nil {
		return strconv.FormatFloat(*a.Number, 'g', -1, 64), ok
	}
	return a.Code, ok && a.Code != ""
}

// answer finds an answer by "form.item" at a visit.
func answer(e *dataset.Entrant, visit, item string) (dataset.Answer, bool) {
	form, id, _ := strings.Cut(item, ".")
	v := e.Visits[visit]
	if v == nil {
		return dataset.Answer{}, false
	}
	a, ok := v.Answers[form][id]
	return a, ok
}

// check refuses data that no plan can analyse, and notes what a reader must know.
func (d *Data) check() error {
	var list problem.List
	if len(d.Participants) == 0 {
		return problem.New(problem.Invalid, "nobody is randomized").At("%s", d.Source.File).Instead("analyse after the first allocations")
	}
	ends := []string{d.Protocol.Analysis.Baseline, d.Protocol.Analysis.Endpoint}
	scored := map[string]int{} // visit -> scores
	for _, a := range d.Protocol.Arms {
		people := d.arm(a.ID)
		if len(people) == 0 {
			list.Add(problem.New(problem.Invalid, "arm %q has no participant", a.ID).At("%s", d.Source.File).On("arm").Instead("a comparison needs people in every arm"))
		}
		for _, p := range people {
			for _, o := range d.Protocol.Outcomes {
				for _, visit := range ends {
					if _, ok := p.score(o.ID, visit); ok {
						scored[visit]++
					}
				}
			}
		}
	}
	if err := list.Err(); err != nil {
		return err
	}
	for _, visit := range ends {
		if scored[visit] == 0 {
			return problem.New(problem.Invalid, "no participant has a score at visit %q", visit).At("%s", d.Source.File).
				Instead("a change needs a baseline and a follow-up: analyse after the first %s surveys", visit)
		}
	}
	for _, c := range d.Protocol.Analysis.Covariates {
		count := map[string]int{}
		for i := range d.Participants {
			count[d.Participants[i].Covariates[c.ID]]++
		}
		for _, level := range c.Levels {
			switch count[level] {
			case 0:
				d.Notes = append(d.Notes, "Covariate "+c.ID+": nobody has level "+level+"; it is left out of the models.")
			case 1:
				d.Notes = append(d.Notes, "Covariate "+c.ID+": one person has level "+level+"; the coefficient rests on that person alone.")
			}
		}
		if count[""] > 0 {
			d.Notes = append(d.Notes, "Covariate "+c.ID+" is not known for some people; models leave them out.")
		}
	}
	return nil
}
