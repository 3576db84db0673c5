package protocol

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rekindle/trial/study"
)

// mark stands in the grid where an instrument is asked.
const mark = "●"

func (w *writer) schedule() {
	w.section("schedule", "Schedule of assessments",
		Block{Course: w.course()},
		Block{Table: w.grid()},
		Block{Table: w.windows()},
	)
}

// grid is visits by instruments.
func (w *writer) grid() *Table {
	table := &Table{Caption: "What is asked when", Head: []string{"Instrument"}, Marks: true}
	var order []string
	for _, v := range w.Visits {
		table.Head = append(table.Head, v.Name)
		for _, f := range v.Forms {
			if !slices.Contains(order, f.Instrument) {
				order = append(order, f.Instrument)
			}
		}
	}
	for _, id := range order {
		row := []string{w.instrumentName(id)}
		for _, v := range w.Visits {
			var cell []string
			for _, f := range v.Forms {
				if f.Instrument == id {
					cell = append(cell, strings.TrimSpace(mark+" "+w.whom(f)))
				}
			}
			row = append(row, strings.Join(cell, "; "))
		}
		table.Rows = append(table.Rows, row)
	}
	table.Notes = []string{mark + " asked of everybody, unless it says otherwise"}
	return table
}

// whom says of whom a form is asked, where that is not everybody.
func (w *writer) whom(f study.Form) string {
	var who []string
	for _, a := range f.Arms {
		who = append(who, w.armName(a))
	}
	if f.Coached {
		who = append(who, "coached")
	}
	if f.Optional {
		who = append(who, "optional")
	}
	return strings.Join(who, ", ")
}

// windows says when each visit may be answered.
func (w *writer) windows() *Table {
	table := &Table{Caption: "Windows", Head: []string{"Visit", "Due", "May be answered", "Thanks"}}
	for _, v := range w.Visits {
		due := fmt.Sprintf("day %d after %s", v.Day, moment(v.Anchor))
		if v.Day == 0 {
			due = "on " + moment(v.Anchor)
		}
		if v.Baseline {
			due += "; precedes allocation"
		}
		window := fmt.Sprintf("day %d to day %d", v.Day-v.WindowBefore, v.Day+v.WindowAfter)
		if v.WindowBefore == 0 && v.WindowAfter == 0 {
			window = "on that day only"
		}
		if v.Anchor == study.FromOpening && !w.Enrolment.Opens.IsZero() {
			window = fmt.Sprintf("%s to %s", day(w.Enrolment.Opens.After(v.Day-v.WindowBefore)), day(w.Enrolment.Opens.After(v.Day+v.WindowAfter)))
		}
		var thanks []string
		for _, n := range w.Incentives {
			if n.Visit == v.ID {
				thanks = append(thanks, n.Name)
			}
		}
		table.Rows = append(table.Rows, []string{v.Name, due, window, strings.Join(thanks, ", ")})
	}
	return table
}

// moment names an anchor.
func moment(a study.Anchor) string {
	switch a {
	case study.FromOpening:
		return "the opening of enrolment"
	case study.FromInvitation:
		return "the invitation"
	case study.FromVisit:
		return "the due day"
	case study.FromUnlock:
		return "the unlocking of coaching"
	case study.FromSession:
		return "the session"
	default:
		return string(a)
	}
}

func (w *writer) coaching() {
	g := w.Coaching
	sessions := &Table{Caption: fmt.Sprintf("Sessions, %s in all", hours(g.TotalMinutes())), Head: []string{"Session", "Length", "Course"}}
	for i := 0; i < len(g.Sessions); {
		last := i
		for last+1 < len(g.Sessions) && g.Sessions[last+1] == g.Sessions[i] && slices.Equal(g.Framework(last+2), g.Framework(i+1)) {
			last++
		}
		name := strconv.Itoa(i + 1)
		if last > i {
			name += " to " + strconv.Itoa(last+1)
		}
		sessions.Rows = append(sessions.Rows, []string{name, fmt.Sprintf("%d min", g.Sessions[i]), strings.Join(g.Framework(i+1), " › ")})
		i = last + 1
	}
	misses := "every missed session uses one up"
	if g.ForgivenMisses > 0 {
		misses = fmt.Sprintf("%s forgiven to each participant; further ones use up sessions", count(g.ForgivenMisses, "missed session"))
	}
	var resources []string
	for _, r := range w.Resources {
		text := strings.Join(nonempty(r.Title, strings.TrimSuffix(r.Text, ".")), ": ")
		if r.Urgent {
			text += " (always within reach)"
		}
		resources = append(resources, strings.Join(nonempty(text, r.URL), ", "))
	}
	w.section("coaching", "Coaching",
		Block{Table: sessions},
		Block{Facts: facts(
			Fact{"Period", fmt.Sprintf("all sessions within %s after coaching is opened to the participant", count(g.Days, "day"))},
			Fact{"Held", strings.Join(g.Modes, " or ")},
			Fact{"Coaches", fmt.Sprintf("%d, each with up to %d participants at a time; chosen by the participant", g.Coaches, g.Caseload)},
			Fact{"Before a coach can be chosen", strings.Join(g.Certification, ", then ")},
			Fact{"Supervision", supervision(g)},
			Fact{"Never matched", sharing(g.Conflicts)},
			Fact{"Booking", fmt.Sprintf("at least %s%s ahead, with %s free before and after each session", count(g.NoticeHours, "hour"), horizon(g), count(g.BufferMinutes, "minute"))},
			Fact{"Moving and missing", fmt.Sprintf("a change less than %s ahead counts as late; %s", count(g.LateHours, "hour"), misses)},
		)},
		Block{Heading: "Wellness resources", List: resources},
	)
}

func supervision(g study.Coaching) string {
	if g.SupervisionEvery == 0 {
		return ""
	}
	how := "a meeting"
	if g.SupervisionMinutes > 0 {
		how = count(g.SupervisionMinutes, "minute")
	}
	how = fmt.Sprintf("%s within every %s for each coach", how, count(g.SupervisionEvery, "day"))
	if g.SupervisionRequired {
		how += "; whoever is overdue takes no new participants"
	}
	return how
}

func sharing(columns []string) string {
	if len(columns) == 0 {
		return ""
	}
	return "coach and participant with the same " + strings.Join(columns, " or ")
}

func hours(minutes int) string {
	return strings.TrimSuffix(strconv.FormatFloat(float64(minutes)/60, 'f', 1, 64), ".0") + " hours"
}

func (w *writer) messages() {
	table := &Table{Caption: "Messages", Head: []string{"Message", "Sent", "To", "Subject"}}
	blocks := []Block{{Table: table}}
	for _, m := range w.Messages {
		to := "all"
		if len(m.Arms) > 0 {
			names := make([]string, len(m.Arms))
			for i, a := range m.Arms {
				names[i] = w.armName(a)
			}
			to = strings.Join(names, ", ")
		}
		table.Rows = append(table.Rows, []string{m.ID, w.sent(m), to, m.Subject})
		blocks = append(blocks, Block{Heading: m.Subject, Letter: strings.TrimSpace(m.Body)})
	}
	w.section("messages", "Messages", blocks...)
}

// ceases says when a message is no longer due, by its purpose.
var ceases = map[study.Purpose]string{
	study.Announcement:    "until the person enrols, declines or opts out",
	study.SurveyOpen:      "unless answered already",
	study.SurveyReminder:  "until answered",
	study.ChooseCoach:     "until a coach is chosen",
	study.FirstSession:    "until a first session is booked",
	study.SessionReminder: "while the session stands",
	study.WeeklyCheckIn:   "while weekly goals are open, unless the person wants none of these",
}

// sent says when a message goes out.
func (w *writer) sent(m study.Message) string {
	after := moment(m.Anchor)
	switch {
	case m.Purpose == study.IncentiveSent:
		return "when an item is sent for " + w.visitName(m.Visit)
	case m.Anchor == study.FromVisit:
		after = "the due day of " + w.visitName(m.Visit)
	}
	// Where the anchor is a day, hours are the hour of the day; elsewhere they come on top.
	byDay := m.Anchor == study.FromOpening || m.Anchor == study.FromVisit
	text := when(m.Days, after)
	switch {
	case byDay || m.Hours == 0:
	case slices.Equal(m.Days, []int{0}) && m.Hours < 0:
		text = fmt.Sprintf("%s before %s", count(-m.Hours, "hour"), after)
	case slices.Equal(m.Days, []int{0}):
		text = fmt.Sprintf("%s after %s", count(m.Hours, "hour"), after)
	default:
		text += fmt.Sprintf(", and %s later", count(m.Hours, "hour"))
	}
	if byDay {
		text += fmt.Sprintf(", at %02d:00", m.Hours)
	}
	if until := ceases[m.Purpose]; until != "" {
		text += ", " + until
	}
	return text
}

// when puts days counted from a moment into words: "on randomization and 2 and 5 days after it".
func when(days []int, moment string) string {
	var before, after []string
	on := false
	for _, d := range days {
		switch {
		case d < 0:
			before = append(before, number(-d))
		case d > 0:
			after = append(after, number(d))
		default:
			on = true
		}
	}
	var parts []string
	add := func(numbers []string, side string) {
		if len(numbers) == 0 {
			return
		}
		unit := "days"
		if len(numbers) == 1 && numbers[0] == "1" {
			unit = "day"
		}
		name := moment
		if len(parts) > 0 {
			name = "it"
		}
		parts = append(parts, fmt.Sprintf("%s %s %s %s", listed(numbers), unit, side, name))
	}
	add(before, "before")
	if on {
		name := moment
		if len(parts) > 0 {
			name = "the day itself"
		}
		parts = append(parts, "on "+name)
	}
	add(after, "after")
	return strings.Join(parts, " and ")
}

// horizon tells how far ahead a session can be booked, where the protocol says so.
func horizon(g study.Coaching) string {
	if g.HorizonDays == 0 {
		return ""
	}
	return " and at most " + count(g.HorizonDays, "day")
}
