package study

import (
	"fmt"
	"math"
	"slices"
)

// longest is the longest session in minutes that is not taken for a slip.
const longest = 480

func (c *checker) coaching() {
	g := c.Coaching
	if len(g.Sessions) == 0 {
		c.wrong("coaching.sessions", "the minutes of each session, as [90, 60, 60]", "no session is planned")
	}
	for i, minutes := range g.Sessions {
		if minutes < 1 || minutes > longest {
			c.wrong(at("coaching.sessions", i), fmt.Sprintf("minutes, 1 to %d", longest), "session %d would last %d minutes", i+1, minutes)
		}
	}
	if c.least("coaching.days", float64(g.Days), 1) {
		switch n := len(g.Sessions); {
		case n > g.Days:
			c.wrong("coaching.days", fmt.Sprintf("at least %d", n), "%d sessions do not fit into %d days", n, g.Days)
		case n > 1 && g.Days/n < 3:
			c.warn("coaching.days", "more days between sessions", "%d sessions in %d days leave %.1f days between them", n, g.Days, float64(g.Days)/float64(n))
		}
	}
	if end, ok := c.Endpoint(); ok && end.Anchor == FromRandomization && g.Days > end.Day+end.WindowAfter {
		c.warn("coaching.days", fmt.Sprintf("at most %d", end.Day+end.WindowAfter), "coaching may go on to day %d, after %q has closed on day %d", g.Days, end.ID, end.Day+end.WindowAfter)
	}
	if len(g.Modes) == 0 {
		c.wrong("coaching.modes", `as ["phone", "video"]`, "how sessions are held is not said")
	}
	for i, mode := range g.Modes {
		c.oneOf(at("coaching.modes", i), mode, false, "phone", "video", "in person")
	}
	if c.least("coaching.coaches", float64(g.Coaches), 1) && c.least("coaching.caseload", float64(g.Caseload), 1) {
		c.capacity()
	}
	for key, value := range map[string]int{"buffer_minutes": g.BufferMinutes, "notice_hours": g.NoticeHours, "horizon_days": g.HorizonDays, "late_hours": g.LateHours, "forgiven_misses": g.ForgivenMisses} {
		c.least(at("coaching", key), float64(value), 0)
	}
	for i, step := range g.Certification {
		c.text(at("coaching.certification", i), step, "name of the step")
	}
	for i, column := range g.Conflicts {
		c.text(at("coaching.conflicts", i), column, "name of the roster column")
	}
	c.frameworks()
	c.supervision()
	if g.Alliance != "" && c.refer("coaching.alliance", g.Alliance, "instrument", names(c.catalogue)) || g.PooledOver != 0 {
		c.least("coaching.pooled_over", float64(g.PooledOver), 5)
	}
	for key, id := range map[string]string{"themes": g.Themes, "fidelity": g.Fidelity} {
		path := at("coaching", key)
		if id == "" || !c.refer(path, id, "instrument", names(c.catalogue)) {
			continue
		}
		if !slices.ContainsFunc(c.Visits, func(v Visit) bool {
			return slices.ContainsFunc(v.Forms, func(f Form) bool { return f.Instrument == id })
		}) {
			c.warn(path, "add it to the forms of a visit with coached = true", "%q is asked at no visit", id)
		}
	}
}

func (c *checker) supervision() {
	g := c.Coaching
	c.within("coaching.supervision_every", float64(g.SupervisionEvery), 0, 366)
	c.least("coaching.supervision_minutes", float64(g.SupervisionMinutes), 0)
	if g.SupervisionEvery == 0 {
		const remedy = "name the days in supervision_every, as 30"
		if g.SupervisionMinutes != 0 {
			c.wrong("coaching.supervision_minutes", remedy, "minutes of supervision are asked for, but not within which days")
		}
		if g.SupervisionRequired {
			c.wrong("coaching.supervision_required", remedy, "supervision is required, but not how often")
		}
	}
}

// capacity compares the coaches' places with the participants who may want one as soon as they are allocated.
func (c *checker) capacity() {
	places, want := c.Coaching.Coaches*c.Coaching.Caseload, 0.0
	for _, a := range c.Arms {
		if a.Coaching && c.RatioSum() > 0 {
			want += float64(c.Enrolment.Cap) * float64(a.Ratio) / float64(c.RatioSum())
		}
	}
	if places < int(math.Ceil(want)) {
		c.warn("coaching.caseload", "more coaches, a larger caseload, or a lower cap",
			"%d coaches with %d each have %d places at a time; the cap of %d allocates about %.0f to coaching", c.Coaching.Coaches, c.Coaching.Caseload, places, c.Enrolment.Cap, want)
	}
}

func (c *checker) frameworks() {
	n := len(c.Coaching.Sessions)
	covered := make([]int, n+1)
	for i, f := range c.Coaching.Frameworks {
		path := at("coaching.framework", i)
		if len(f.Steps) == 0 {
			c.wrong(path+".steps", "the steps of the session, in order", "the framework has no steps")
		}
		to := f.To
		if to == 0 {
			to = n
		}
		switch {
		case f.From < 1 || f.From > max(n, 1):
			c.wrong(path+".from", fmt.Sprintf("1 to %d", n), "there is no session %d", f.From)
		case to < f.From || to > n:
			c.wrong(path+".to", fmt.Sprintf("%d to %d, or 0 for all later sessions", f.From, n), "the framework ends with session %d", f.To)
		default:
			for s := f.From; s <= to; s++ {
				if covered[s]++; covered[s] == 2 {
					c.wrong(path+".from", "one framework for each session", "session %d has two frameworks", s)
				}
			}
		}
	}
	if missing := slices.Index(covered[1:], 0); len(c.Coaching.Frameworks) > 0 && missing >= 0 {
		c.warn("coaching.framework", "add one, or set to = 0 on the last", "session %d has no framework", missing+1)
	}
}
