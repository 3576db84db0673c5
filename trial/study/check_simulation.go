package study

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
)

// off is how far shares may be from adding up to 1, for rounding in print.
const off = 0.005

func (c *checker) simulation() {
	s := c.Simulation
	if reflect.ValueOf(s).IsZero() {
		c.warn("simulation", "add [simulation], or rehearse with what the program assumes", "the protocol does not say what a rehearsal assumes of people")
		return
	}
	c.text("simulation.source", s.Source, "source of the assumptions")
	for key, share := range map[string]float64{"non_starters": s.NonStarters, "few_sessions": s.FewSessions, "no_shows": s.NoShows, "item_missing": s.ItemMissing,
		"rated": s.Rated, "supervised": s.Supervised, "difficulties": s.Difficulties} {
		c.within(at("simulation", key), share, 0, 1)
	}
	c.least("simulation.coaches", float64(s.Coaches), 1)
	if s.FewSessions > 0 && (s.FewUpTo < 1 || s.FewUpTo >= len(c.Coaching.Sessions)) {
		c.wrong("simulation.few_up_to", fmt.Sprintf("1 to %d", len(c.Coaching.Sessions)-1), "those who stop early have up to %d sessions", s.FewUpTo)
	}
	c.arrival(s.Arrival)
	for _, arm := range names(s.NonResponse) {
		if path := at("simulation.non_response", arm); c.refer(path, arm, "arm", c.ArmIDs()) {
			c.within(path, s.NonResponse[arm], 0, 1)
		}
	}
	for i, x := range s.Characteristics {
		c.characteristic(at("simulation.characteristic", i), x)
	}
	if form, ok := c.catalogue[c.Coaching.Themes]; ok {
		codes := slices.Concat(slices.Collect(maps.Values(form.Items))...)
		slices.Sort(codes)
		for _, code := range names(s.Themes) {
			if path := at("simulation.themes", code); c.refer(path, code, "theme", codes) {
				c.within(path, s.Themes[code], 0, 1)
			}
		}
	}
	for _, asked := range []struct {
		key, form string
		shares    map[string]map[string]float64
	}{{"fidelity", c.Coaching.Fidelity, s.Fidelity}, {"alliance", c.Coaching.Alliance, s.Alliance}} {
		if form, ok := c.catalogue[asked.form]; ok {
			for _, item := range names(asked.shares) {
				if path := at("simulation."+asked.key, item); c.refer(path, item, asked.key+" item", names(form.Items)) {
					c.shares(path, asked.shares[item], form.Items[item], false)
				}
			}
		}
	}
	if len(s.Themes) > 0 && c.Coaching.Themes == "" {
		c.wrong("simulation.themes", "name the instrument in coaching.themes", "no instrument asks for themes")
	}
	if len(s.Alliance) > 0 && c.Coaching.Alliance == "" {
		c.wrong("simulation.alliance", "name the instrument in coaching.alliance", "no instrument asks for alliance")
	}
	if len(s.Fidelity) > 0 && c.Coaching.Fidelity == "" {
		c.wrong("simulation.fidelity", "name the instrument in coaching.fidelity", "no instrument asks for fidelity")
	}
}

func (c *checker) arrival(a Arrival) {
	c.least("simulation.arrival.interested", float64(a.Interested), 1)
	if a.Interested > 0 && a.Interested < c.Enrolment.Cap {
		c.warn("simulation.arrival.interested", fmt.Sprintf("%d or more", c.Enrolment.Cap), "with %d interested people the cap of %d is not reached", a.Interested, c.Enrolment.Cap)
	}
	if a.Interested > c.Enrolment.Invitations && c.Enrolment.Invitations > 0 {
		c.wrong("simulation.arrival.interested", fmt.Sprintf("at most %d", c.Enrolment.Invitations), "%d people are interested, but only %d are invited", a.Interested, c.Enrolment.Invitations)
	}
	if a.MeanDays <= 0 {
		c.wrong("simulation.arrival.mean_days", "a number above 0, as 10", "interest falls off in a mean of %v days", a.MeanDays)
	}
	if n := len(c.Enrolment.Announcements); len(a.Shares) != n {
		c.wrong("simulation.arrival.shares", fmt.Sprintf("%d shares", n), "there are %d shares for %d announcements", len(a.Shares), n)
	}
	sum := 0.0
	for i, share := range a.Shares {
		c.within(at("simulation.arrival.shares", i), share, 0, 1)
		sum += share
	}
	if len(a.Shares) > 0 && math.Abs(sum-1) > off {
		c.wrong("simulation.arrival.shares", "shares that add up to 1", "the shares add up to %.4g", sum)
	}
}

func (c *checker) characteristic(path string, x Characteristic) {
	form := c.catalogue["demographics"]
	codes, ok := form.Items[x.Item]
	switch {
	case !ok:
		c.refer(path+".item", x.Item, "item of demographics", names(form.Items))
	case len(codes) == 0:
		if len(x.Shares) > 0 {
			c.wrong(path+".shares", "mean and sd", "%q is a number and has no codes", x.Item)
		}
		c.least(path+".sd", x.SD, 0)
	case len(x.Shares) == 0:
		c.wrong(path+".shares", "a share for each code: "+quotedList(codes), "the shares of %q are missing", x.Item)
	default:
		c.shares(path+".shares", x.Shares, codes, x.Any)
	}
}

// shares checks a distribution over codes; of a select-all item the shares are independent and need not add up.
func (c *checker) shares(path string, shares map[string]float64, codes []string, any bool) {
	sum := 0.0
	for _, code := range names(shares) {
		if place := at(path, code); c.refer(place, code, "code", codes) {
			c.within(place, shares[code], 0, 1)
		}
		sum += shares[code]
	}
	if !any && math.Abs(sum-1) > off {
		c.wrong(path, "shares that add up to 1", "the shares add up to %.4g", sum)
	}
}
