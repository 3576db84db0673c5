package study

import (
	"cmp"
	"slices"
	"time"
)

// Visit gives the visit of an id.
func (p *Protocol) Visit(id string) (Visit, bool) {
	return find(p.Visits, func(v Visit) bool { return v.ID == id })
}

// Arm gives the arm of an id.
func (p *Protocol) Arm(id string) (Arm, bool) {
	return find(p.Arms, func(a Arm) bool { return a.ID == id })
}

// Outcome gives the outcome of an id.
func (p *Protocol) Outcome(id string) (Outcome, bool) {
	return find(p.Outcomes, func(o Outcome) bool { return o.ID == id })
}

// Population gives the analysis set of an id.
func (p *Protocol) Population(id string) (Population, bool) {
	return find(p.Populations, func(s Population) bool { return s.ID == id })
}

// Resource gives the resource of an id.
func (p *Protocol) Resource(id string) (Resource, bool) {
	return find(p.Resources, func(r Resource) bool { return r.ID == id })
}

// Stratum gives the stratification factor of an id.
func (p *Protocol) Stratum(id string) (Stratum, bool) {
	return find(p.Strata, func(s Stratum) bool { return s.ID == id })
}

// ArmIDs gives the ids of the arms in the protocol's order.
func (p *Protocol) ArmIDs() []string {
	ids := make([]string, len(p.Arms))
	for i, a := range p.Arms {
		ids[i] = a.ID
	}
	return ids
}

// ControlArm gives the one arm that the others are compared with.
func (p *Protocol) ControlArm() (Arm, bool) {
	return find(p.Arms, func(a Arm) bool { return a.Role == Control })
}

// Primary gives the primary outcome.
func (p *Protocol) Primary() (Outcome, bool) {
	return find(p.Outcomes, func(o Outcome) bool { return o.Primary })
}

// DefaultPopulation gives the analysis set that the printed tables lead with.
func (p *Protocol) DefaultPopulation() (Population, bool) {
	return find(p.Populations, func(s Population) bool { return s.Default })
}

// Baseline gives the visit that changes are counted from: the one the analysis names, else the first that precedes allocation.
func (p *Protocol) Baseline() (Visit, bool) {
	if v, ok := p.Visit(p.Analysis.Baseline); ok {
		return v, true
	}
	return find(p.Visits, func(v Visit) bool { return v.Baseline })
}

// Endpoint gives the visit of the primary contrast.
func (p *Protocol) Endpoint() (Visit, bool) { return p.Visit(p.Analysis.Endpoint) }

// RatioSum is the number of participants in the smallest block that keeps the allocation ratio.
func (p *Protocol) RatioSum() int {
	sum := 0
	for _, a := range p.Arms {
		sum += a.Ratio
	}
	return sum
}

// TotalMinutes is the planned length of all coaching sessions together.
func (c Coaching) TotalMinutes() int {
	total := 0
	for _, m := range c.Sessions {
		total += m
	}
	return total
}

// Framework gives the steps of a session, counted from 1, or nil where the protocol has none for it.
func (c Coaching) Framework(session int) []string {
	for _, f := range c.Frameworks {
		if session >= f.From && (f.To == 0 || session <= f.To) {
			return f.Steps
		}
	}
	return nil
}

// Location is the zone in which days, windows and quiet hours are counted; UTC where the protocol names none that exists,
// which Check reports.
func (p *Protocol) Location() *time.Location {
	if p.source.zone != nil {
		return p.source.zone
	}
	if zone, err := zone(p.Timezone); err == nil {
		return zone
	}
	return time.UTC
}

// EnrolmentWindow gives the moments at which enrolment opens and, exclusive, closes: the end of its last day.
func (p *Protocol) EnrolmentWindow() (opens, closes time.Time) {
	zone := p.Location()
	return p.Enrolment.Opens.Start(zone), p.Enrolment.Closes.After(1).Start(zone)
}

// VisitWindow gives when a visit may be answered, for a participant whose anchor lies at a moment: from opens, up to and
// not including closes; due is the beginning of the day on which it falls due. Days are counted on the calendar of the
// protocol's zone, so that a window keeps its days where clocks change.
func (p *Protocol) VisitWindow(v Visit, anchor time.Time) (opens, due, closes time.Time) {
	zone := p.Location()
	day := DateOf(anchor, zone).After(v.Day)
	return day.After(-v.WindowBefore).Start(zone), day.Start(zone), day.After(v.WindowAfter + 1).Start(zone)
}

// CoachingCounts gives the moment until which coaching counts for a visit's contrasts: its completion, or, where it has not been completed,
// the end of its window.
func (p *Protocol) CoachingCounts(v Visit, due time.Time, completed *time.Time) time.Time {
	if completed != nil {
		return *completed
	}
	zone := p.Location()
	return DateOf(due, zone).After(v.WindowAfter + 1).Start(zone)
}

// CoachingPeriod gives the time in which all sessions are to be held: from the moment that coaching was opened to the
// participant, up to and not including the end of the last day.
func (p *Protocol) CoachingPeriod(opened time.Time) (from, until time.Time) {
	zone := p.Location()
	return opened, DateOf(opened, zone).After(p.Coaching.Days + 1).Start(zone)
}

// MessageTimes gives when the mails of a message are planned, in the order of its days: so many days after the anchor at
// the same time by the clock, and then so many hours. An anchor that is a day (the opening, a visit's due day) is
// handed in as the day's beginning, so that Hours is the hour of the day.
func (p *Protocol) MessageTimes(m Message, anchor time.Time) []time.Time {
	zone := p.Location()
	local := anchor.In(zone)
	hour, min, sec := local.Clock()
	var times []time.Time
	for _, days := range m.Days {
		day := DateOf(local, zone).After(days)
		// Hours are added on the clock too, as far as they stay within days: nine in the morning stays nine.
		whole := hour + m.Hours
		day = day.After(floor(whole, 24))
		times = append(times, day.at(zone, whole-24*floor(whole, 24), min, sec, local.Nanosecond()))
	}
	return times
}

// floor divides downwards, also below zero.
func floor(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Cell is one stratum of the allocation: a level of every factor, in the order of Protocol.Strata.
type Cell struct {
	Levels   []string // level ids
	Expected float64  // expected share of participants, if factors are independent; -1: some level states none
}

// Cells gives every combination of levels, the last factor changing fastest. Without factors there is one cell of no levels.
func (p *Protocol) Cells() []Cell {
	cells := []Cell{{Expected: 1}}
	for _, s := range p.Strata {
		var next []Cell
		for _, c := range cells {
			for _, l := range s.Levels {
				share := c.Expected * l.Expected
				if c.Expected < 0 || l.Expected <= 0 {
					share = -1
				}
				next = append(next, Cell{append(slices.Clone(c.Levels), l.ID), share})
			}
		}
		cells = next
	}
	return cells
}

// InFile is the outcome's column in a file of scores.
func (o Outcome) InFile() string { return cmp.Or(o.Column, o.ID) }

// InFile is the covariate's column in a file of scores.
func (v Covariate) InFile() string { return cmp.Or(v.Column, v.ID) }

// LevelOf gives the level that an answer code belongs to.
func (s Stratum) LevelOf(code string) (Level, bool) {
	return find(s.Levels, func(l Level) bool { return slices.Contains(l.Answers(), code) })
}

// Answers gives the answer codes of a level: those listed, or its id where none are.
func (l Level) Answers() []string {
	if len(l.Codes) == 0 {
		return []string{l.ID}
	}
	return l.Codes
}

func find[T any](list []T, is func(T) bool) (T, bool) {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i], true
	}
	var none T
	return none, false
}
