package protocol

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"rekindle/trial/study"
)

// Course is the way of a participant through the trial, in days from randomization: one lane for each arm, and the
// windows in which surveys may be answered.
type Course struct {
	Last   int // last day shown
	Lanes  []Lane
	Visits []Stay
}

// Lane is what happens to an arm.
type Lane struct {
	Name  string
	Stays []Stay
}

// Stay is a span of days, both included. Tone is "coaching", "waiting" or "visit"; Due is the due day of a visit.
type Stay struct {
	From, To, Due int
	Label         string
	Tone          string
}

// course draws what follows randomization; nil where no visit is counted from it.
func (w *writer) course() *Course {
	c := &Course{}
	reach := func(day int) { c.Last = max(c.Last, day) }
	for _, v := range w.Visits {
		if v.Anchor == study.FromRandomization {
			c.Visits = append(c.Visits, Stay{v.Day - v.WindowBefore, v.Day + v.WindowAfter, v.Day, v.Name, "visit"})
			reach(v.Day + v.WindowAfter)
		}
	}
	if len(c.Visits) == 0 || w.Coaching.Days < 1 {
		return nil
	}
	plan := sessionPlan(w.Coaching.Sessions)
	for _, a := range w.Arms {
		lane := Lane{Name: a.Name}
		if a.Coaching {
			lane.Stays = []Stay{{0, w.Coaching.Days, 0, "Coaching: " + plan, "coaching"}}
			reach(w.Coaching.Days)
		} else {
			opens := a.Unlock.AfterDays
			if v, ok := w.Visit(a.Unlock.AfterVisit); ok && v.Anchor == study.FromRandomization {
				opens = v.Day
			}
			label := "No coaching"
			if len(a.Resources) > 0 {
				label = "Wellness resources"
			}
			if opens > 0 {
				lane.Stays = []Stay{{0, opens - 1, 0, label, "waiting"}, {opens, opens + w.Coaching.Days, 0, "Coaching", "coaching"}}
				reach(opens + 30)
			} else {
				lane.Stays = []Stay{{0, c.Last, 0, label, "waiting"}}
			}
		}
		c.Lanes = append(c.Lanes, lane)
	}
	return c
}

// sessionPlan shortens a list of session lengths: "90 min, then 5 × 60 min".
func sessionPlan(minutes []int) string {
	var parts []string
	for i := 0; i < len(minutes); {
		n := 1
		for i+n < len(minutes) && minutes[i+n] == minutes[i] {
			n++
		}
		text := fmt.Sprintf("%d min", minutes[i])
		if n > 1 {
			text = fmt.Sprintf("%d × %s", n, text)
		}
		parts = append(parts, text)
		i += n
	}
	return strings.Join(parts, ", then ")
}

// Words describes the drawing for those who do not see it.
func (c *Course) Words() string {
	var parts []string
	for _, l := range c.Lanes {
		for _, s := range l.Stays {
			parts = append(parts, fmt.Sprintf("%s, day %d to %d: %s", l.Name, s.From, s.To, s.Label))
		}
	}
	for _, v := range c.Visits {
		parts = append(parts, fmt.Sprintf("Survey %s due on day %d, open from day %d to %d", v.Label, v.Due, v.From, v.To))
	}
	return strings.Join(parts, ". ") + "."
}

// SVG draws the course. Colors come from the page's style sheet, by class.
func (c *Course) SVG() template.HTML {
	const left, width, top, lane = 176.0, 700.0, 46.0, 44.0
	height := top + lane*float64(len(c.Lanes)) + 30
	x := func(day int) float64 { return left + width*float64(min(day, c.Last))/float64(c.Last) }
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	text := template.HTMLEscapeString
	put(`<svg class="course" viewBox="0 0 900 %.0f" role="img" aria-label="%s">`, height, text(c.Words()))
	for _, v := range c.Visits {
		put(`<rect class="window" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, x(v.From), top-18, max(x(v.To)-x(v.From), 2), height-top-8)
		put(`<line class="due" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, x(v.Due), x(v.Due), top-18, height-26)
		put(`<text class="visit" x="%.1f" y="%.1f" text-anchor="middle">%s</text>`, min(x(v.Due), 850), top-26, text(v.Label))
	}
	for i, l := range c.Lanes {
		y := top + lane*float64(i)
		put(`<text class="arm" x="0" y="%.1f">%s</text>`, y+22, text(shorten(l.Name, 22)))
		for _, s := range l.Stays {
			wide := x(s.To) - x(s.From)
			put(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="4"/>`, s.Tone, x(s.From), y+4, max(wide-2, 1), lane-14)
			if label := shorten(s.Label, int(wide/7)); len(label) > 3 {
				put(`<text class="on-%s" x="%.1f" y="%.1f">%s</text>`, s.Tone, x(s.From)+8, y+23, text(label))
			}
		}
	}
	put(`<line class="axis" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, left, left+width, height-26, height-26)
	step := 7
	for _, s := range []int{14, 28, 56, 91, 182} {
		if c.Last/step > 12 {
			step = s
		}
	}
	for day := 0; day <= c.Last; day += step {
		put(`<text class="tick" x="%.1f" y="%.1f" text-anchor="middle">%s</text>`, x(day), height-10, strconv.Itoa(day))
	}
	put(`<text class="tick" x="0" y="%.1f">Day from randomization</text>`, height-10)
	put(`</svg>`)
	return template.HTML(b.String())
}

// shorten cuts a text to so many letters.
func shorten(text string, most int) string {
	letters := []rune(text)
	if len(letters) <= most {
		return text
	}
	if most < 2 {
		return ""
	}
	return strings.TrimSpace(string(letters[:most-1])) + "…"
}
