package study

import (
	"fmt"
	"slices"
)

func (c *checker) visits() {
	seen := map[string]bool{}
	first, later := false, false
	for i, v := range c.Visits {
		path := at("visit", i)
		c.id(path+".id", v.ID, seen)
		c.text(path+".name", v.Name, "name")
		first, later = first || v.Baseline, later || !v.Baseline
		if c.oneOf(path+".anchor", string(v.Anchor), false, string(FromOpening), string(FromInvitation), string(FromEnrolment), string(FromRandomization)) {
			switch {
			case v.Baseline && v.Anchor == FromRandomization:
				c.wrong(path+".anchor", `"opening", "invitation" or "enrolment"`, "the visit %q precedes randomization and cannot be counted from it", v.ID)
			case !v.Baseline && (v.Anchor == FromOpening || v.Anchor == FromInvitation):
				c.wrong(path+".anchor", `"randomization"`, "the visit %q is counted from the %s, not from when each participant began", v.ID, v.Anchor)
			}
		}
		c.window(path, v)
		c.forms(path, v)
	}
	if !first && !c.unread("visit", "baseline") {
		c.wrong("visit", "add a visit with baseline = true", "no visit precedes allocation")
	}
	if !later && !c.unread("visit", "baseline") {
		c.wrong("visit", "add a visit after allocation", "there is no follow-up visit")
	}
	c.overlaps()
	c.firstWindow()
}

func (c *checker) window(path string, v Visit) {
	if !c.written(path+".window_before") && !c.written(path+".window_after") {
		c.wrong(path+".window_after", "write window_before and window_after, in days; 0 and 0 for that day only", "the visit %q has no window", v.ID)
	}
	c.least(path+".window_before", float64(v.WindowBefore), 0)
	c.least(path+".window_after", float64(v.WindowAfter), 0)
	if !c.least(path+".day", float64(v.Day), 0) || v.Baseline {
		return
	}
	switch {
	case v.Day == 0:
		c.wrong(path+".day", "days after the anchor, as 91", "the follow-up visit %q is due on the day of randomization", v.ID)
	case v.WindowBefore >= v.Day:
		c.wrong(path+".window_before", fmt.Sprintf("less than %d", v.Day), "the window of %q would open %d days before day %d: before randomization", v.ID, v.WindowBefore, v.Day)
	}
}

// overlaps warns where one follow-up survey would be open together with another.
func (c *checker) overlaps() {
	for i, v := range c.Visits {
		for j, w := range c.Visits[:i] {
			if v.Baseline || w.Baseline || v.Anchor != w.Anchor || v.Day < w.Day {
				continue
			}
			if v.Day-v.WindowBefore <= w.Day+w.WindowAfter {
				c.warn(at("visit", i, "window_before"), "shorten the windows", "the window of %q opens on day %d, before that of %q closes on day %d",
					v.ID, v.Day-v.WindowBefore, c.Visits[j].ID, w.Day+w.WindowAfter)
			}
		}
	}
}

// firstWindow warns where the baseline can no longer be answered while enrolment is still open.
func (c *checker) firstWindow() {
	e := c.Enrolment
	for i, v := range c.Visits {
		if v.Baseline && v.Anchor == FromOpening && !e.Opens.IsZero() && !e.Closes.IsZero() {
			if last := e.Opens.After(v.Day + v.WindowAfter); last.Before(e.Closes.Time) {
				c.warn(at("visit", i, "window_after"), fmt.Sprintf("%d", days(e.Opens, e.Closes)-v.Day),
					"the visit %q can be answered until %s, and enrolment is open until %s", v.ID, last, e.Closes)
			}
		}
	}
}

func (c *checker) forms(path string, v Visit) {
	if len(v.Forms) == 0 {
		c.wrong(path+".form", "add [[visit.form]] with an instrument", "nothing is asked at the visit %q", v.ID)
	}
	all := map[string]bool{} // instruments asked of everybody
	for j, f := range v.Forms {
		form := at(path, "form", j)
		c.refer(form+".instrument", f.Instrument, "instrument", names(c.catalogue))
		for k, arm := range f.Arms {
			c.refer(at(form, "arms", k), arm, "arm", c.ArmIDs())
		}
		if v.Baseline && (f.Coached || len(f.Arms) > 0) {
			c.wrong(form, "ask it at a later visit, or of everybody", "%q is for some arms or for the coached, but %q precedes allocation", f.Instrument, v.ID)
		}
		if all[f.Instrument] {
			c.wrong(form+".instrument", "name it once", "the instrument %q is asked twice at %q", f.Instrument, v.ID)
		}
		all[f.Instrument] = all[f.Instrument] || len(f.Arms) == 0 && !f.Coached
	}
}

// asked reports whether a visit asks an instrument of everybody.
func (v Visit) asked(instrument string) bool {
	return slices.ContainsFunc(v.Forms, func(f Form) bool {
		return f.Instrument == instrument && len(f.Arms) == 0 && !f.Coached
	})
}
