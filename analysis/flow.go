package analysis

import (
	"rekindle/problem"
	"rekindle/trial/dataset"
	"rekindle/trial/study"
)

// Flow is the CONSORT diagram as data: boxes with counts, and the exits that a count divides into.
type Flow struct {
	Nodes []Node `json:"nodes"` // in reading order: top to bottom, arms in the protocol's order
}

// Node is one box. Stage is "enrolment", "allocation", "follow-up" or "analysis"; Arm is empty above the allocation.
type Node struct {
	ID    string `json:"id"`
	Stage string `json:"stage"`
	Arm   string `json:"arm,omitempty"`
	Label string `json:"label"`
	Count int    `json:"count"`
	Exits []Exit `json:"exits"` // sum to Count
}

// Exit is where some of a box's people go: to another box, or out (To empty) for the reason that Label gives.
type Exit struct {
	To    string `json:"to,omitempty"`
	Label string `json:"label"`
	Count int    `json:"count"`
}

// Check proves that nobody is lost or doubled: each box with exits equals their sum, and each exit that leads to a
// box carries as many as the box holds.
func (f *Flow) Check() error {
	count := map[string]int{}
	for _, n := range f.Nodes {
		count[n.ID] = n.Count
	}
	for _, n := range f.Nodes {
		sum := 0
		for _, e := range n.Exits {
			sum += e.Count
			if to, ok := count[e.To]; e.To != "" && (!ok || to != e.Count) {
				return problem.New(problem.Internal, "flow: %d leave %q for %q, which holds %d", e.Count, n.ID, e.To, to)
			}
		}
		if len(n.Exits) > 0 && sum != n.Count {
			return problem.New(problem.Internal, "flow: %q holds %d but its exits sum to %d", n.ID, n.Count, sum)
		}
	}
	return nil
}

// exclusions are the reasons for which an entrant is not randomized, in the order they are printed, with their words.
var exclusions = []struct{ reason, label string }{
	{"declined", "Declined to take part"},
	{"ineligible", "Not eligible"},
	{"incomplete-baseline", "Baseline survey not completed"},
	{"waiting-list", "On the waiting list: no place left"},
}

// flow draws the diagram from the states of people, never from row filters.
func flow(d *Data) (*Flow, error) {
	ds := d.Dataset
	if ds == nil {
		return nil, nil
	}
	f := &Flow{}
	byReason := map[string]int{}
	for _, e := range ds.Entrants {
		if e.Allocation == nil {
			byReason[e.Excluded]++
		}
	}
	entered := len(ds.Entrants)
	f.add(Node{ID: "invited", Stage: "enrolment", Label: "Invited by e-mail", Count: max(ds.Invited, entered),
		Exits: []Exit{{Label: "Did not respond", Count: max(ds.Invited, entered) - entered}, {To: "entered", Label: "Opened the link and answered", Count: entered}}})

	randomized := len(d.Participants)
	out := Node{ID: "entered", Stage: "enrolment", Label: "Opened the link and answered", Count: entered}
	for _, x := range exclusions {
		out.Exits = append(out.Exits, Exit{Label: x.label, Count: byReason[x.reason]})
		delete(byReason, x.reason)
	}
	for reason, n := range byReason {
		label := "Enrolled, not randomized"
		if reason != "" {
			label = reason
		}
		out.Exits = append(out.Exits, Exit{Label: label, Count: n})
	}
	out.Exits = append(out.Exits, Exit{To: "randomized", Label: "Randomized", Count: randomized})
	f.add(out)

	split := Node{ID: "randomized", Stage: "enrolment", Label: "Randomized", Count: randomized}
	for _, a := range d.Protocol.Arms {
		split.Exits = append(split.Exits, Exit{To: "allocated:" + a.ID, Label: "Allocated to " + a.Name, Count: len(d.arm(a.ID))})
	}
	f.add(split)
	for _, a := range d.Protocol.Arms {
		d.allocated(f, a)
	}
	for _, a := range d.Protocol.Arms {
		d.followed(f, a)
	}
	for _, pop := range d.Protocol.Populations {
		for _, a := range d.Protocol.Arms {
			d.analysedIn(f, pop, a)
		}
	}
	return f, f.Check()
}

func (f *Flow) add(n Node) { f.Nodes = append(f.Nodes, n) }

// arm gives the participants of an arm.
func (d *Data) arm(id string) (in []*Participant) {
	for i := range d.Participants {
		if d.Participants[i].Arm == id {
			in = append(in, &d.Participants[i])
		}
	}
	return in
}

// allocated is the box of an arm: who received what was allocated.
func (d *Data) allocated(f *Flow, a study.Arm) {
	people := d.arm(a.ID)
	n := Node{ID: "allocated:" + a.ID, Stage: "allocation", Arm: a.ID, Label: "Allocated to " + a.Name, Count: len(people)}
	if !a.Coaching {
		n.Exits = []Exit{{Label: "Received " + a.Name + " as allocated", Count: len(people)}}
		f.add(n)
		return
	}
	var received, withdrew, noCoach, noSession int
	for _, p := range people {
		switch {
		case p.Received > 0:
			received++
		case p.Entrant.Withdrawn != nil:
			withdrew++
		case p.Entrant.CoachChosen == nil:
			noCoach++
		default:
			noSession++
		}
	}
	n.Exits = []Exit{
		{Label: "Received at least one session", Count: received},
		{Label: "No session: never chose a coach", Count: noCoach},
		{Label: "No session: chose a coach, held none", Count: noSession},
		{Label: "No session: withdrew first", Count: withdrew},
	}
	f.add(n)
}

// followed is the box of an arm at the endpoint.
func (d *Data) followed(f *Flow, a study.Arm) {
	people := d.arm(a.ID)
	endpoint, _ := d.Protocol.Visit(d.Protocol.Analysis.Endpoint)
	n := Node{ID: "followed:" + a.ID, Stage: "follow-up", Arm: a.ID, Label: "Due for the survey at " + endpoint.Name, Count: len(people)}
	var done, withdrew, never, lost int
	for _, p := range people {
		switch {
		case p.Complete:
			done++
		case p.Entrant.Withdrawn != nil:
			withdrew++
		case a.Coaching && p.Received == 0:
			never++
		default:
			lost++
		}
	}
	n.Exits = []Exit{{Label: "Completed the survey", Count: done}, {Label: "Withdrew", Count: withdrew}}
	if a.Coaching {
		n.Exits = append(n.Exits, Exit{Label: "Not completed, never coached", Count: never})
	}
	n.Exits = append(n.Exits, Exit{Label: "Not completed", Count: lost})
	f.add(n)
}

// analysedIn is the box of an arm in a population.
func (d *Data) analysedIn(f *Flow, pop study.Population, a study.Arm) {
	all := len(d.arm(a.ID))
	in := 0
	for _, p := range d.arm(a.ID) {
		if belongs(d.Protocol, pop, p) {
			in++
		}
	}
	f.add(Node{ID: "analysed:" + pop.ID + ":" + a.ID, Stage: "analysis", Arm: a.ID, Label: pop.Name, Count: all,
		Exits: []Exit{{Label: "Analysed", Count: in}, {Label: "Not in this population", Count: all - in}}})
}

// usable says whether anything of an entrant may be used in an analysis.
func usable(e *dataset.Entrant) bool { return e.Withdrawn == nil || e.Withdrawn.Use != "none" }
