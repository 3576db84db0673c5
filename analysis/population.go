package analysis

import (
	"fmt"

	"rekindle/trial/study"
)

// belongs says whether a participant is in a population. Only study.Rule and sessions held decide; arms have no names here.
func belongs(p *study.Protocol, pop study.Population, who *Participant) bool {
	if who.Entrant != nil && !usable(who.Entrant) {
		return false
	}
	if pop.Rule == study.AllRandomized {
		return true
	}
	arm, _ := p.Arm(who.Arm)
	if arm.Role == study.Intervention && who.Received < max(pop.MinSessions, 1) {
		return false
	}
	return pop.Rule != study.PerProtocol || who.Complete && who.InWindow
}

// members gives the participants of a population, in order.
func (d *Data) members(pop study.Population) (in []*Participant) {
	for i := range d.Participants {
		if p := &d.Participants[i]; belongs(d.Protocol, pop, p) {
			in = append(in, p)
		}
	}
	return in
}

// inOrder gives the populations with the default first, the others as the protocol lists them.
func inOrder(p *study.Protocol) []study.Population {
	var first, rest []study.Population
	for _, pop := range p.Populations {
		if pop.Default {
			first = append(first, pop)
		} else {
			rest = append(rest, pop)
		}
	}
	return append(first, rest...)
}

// definition puts a population's rule in words.
func definition(p *study.Protocol, pop study.Population) string {
	var intervention string
	for _, a := range p.Arms {
		if a.Role == study.Intervention {
			if intervention != "" {
				intervention += " or "
			}
			intervention += a.Name
		}
	}
	n := max(pop.MinSessions, 1)
	sessions := "1 session"
	if n > 1 {
		sessions = fmt.Sprintf("%d sessions", n)
	}
	switch pop.Rule {
	case study.AllRandomized:
		return "Everybody randomized, in the arm allocated (intention to treat)."
	case study.PerProtocol:
		return fmt.Sprintf("Every control, and everybody allocated to %s with at least %s held, who completed the endpoint survey inside its window.", intervention, sessions)
	default:
		return fmt.Sprintf("Every control, and everybody allocated to %s with at least %s held.", intervention, sessions)
	}
}

// populations counts each analysis set by arm.
func populations(d *Data) []PopulationSize {
	var sizes []PopulationSize
	for _, pop := range inOrder(d.Protocol) {
		s := PopulationSize{ID: pop.ID, Name: pop.Name, Definition: definition(d.Protocol, pop), Default: pop.Default, ByArm: map[string]int{}}
		for _, a := range d.Protocol.Arms {
			s.ByArm[a.ID] = 0
		}
		for _, p := range d.members(pop) {
			s.ByArm[p.Arm]++
			s.Total++
		}
		sizes = append(sizes, s)
	}
	return sizes
}

// group is a column of Tables 1 and 2 with its people.
type group struct {
	Column
	people []*Participant
}

// columns gives the groups that stand side by side: each intervention arm as randomized and as received, each control as randomized.
func columns(d *Data) []group {
	var groups []group
	for _, a := range d.Protocol.Arms {
		var all, received []*Participant
		for _, p := range d.arm(a.ID) {
			if p.Entrant != nil && !usable(p.Entrant) {
				continue
			}
			all = append(all, p)
			if p.Received > 0 {
				received = append(received, p)
			}
		}
		add := func(id, label string, people []*Participant) {
			groups = append(groups, group{Column{ID: id + ":" + a.ID, Label: label, Arm: a.ID, N: len(people)}, people})
		}
		add("randomized", "Randomized to "+a.Name, all)
		if a.Role == study.Intervention {
			add("received", "Received "+a.Name, received)
		}
	}
	return groups
}

// compared gives the randomized people of the first contrast's arm and of the arm it is compared with.
func compared(d *Data, groups []group) (arm, versus []*Participant) {
	if len(d.Protocol.Analysis.Contrasts) == 0 {
		return nil, nil
	}
	c := d.Protocol.Analysis.Contrasts[0]
	for _, g := range groups {
		switch g.ID {
		case "randomized:" + c.Arm:
			arm = g.people
		case "randomized:" + c.Versus:
			versus = g.people
		}
	}
	return arm, versus
}
