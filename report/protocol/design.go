package protocol

import (
	"fmt"
	"strconv"
	"strings"

	"rekindle/trial/study"
)

func (w *writer) participants() {
	e := w.Enrolment
	var announced string
	if len(e.Announcements) > 0 {
		days := make([]string, len(e.Announcements))
		for i, d := range e.Announcements {
			days[i] = day(e.Opens.After(d))
		}
		announced = fmt.Sprintf("%s, on %s", count(len(days), "announcement"), listed(days))
	}
	var goal string
	if e.Goal > 0 {
		goal = count(e.Goal, "participant")
		if e.Power > 0 {
			goal += fmt.Sprintf(", said to give %s power to detect a difference of %s SD in the primary outcome", percent(e.Power), decimal(e.Detectable))
		}
	}
	after := "enrolment ends"
	if e.WaitingList {
		after = "latecomers are put on a waiting list in the order of their arrival"
	}
	var criteria []string
	for _, c := range w.Eligibility {
		text := c.Text
		if c.Item != "" {
			text += fmt.Sprintf(" (%s is %s)", c.Item, c.Equals)
		} else {
			text += " (stated by the participant)"
		}
		criteria = append(criteria, text)
	}
	var contact string
	if c := w.Contact; c.Name != "" || c.Email != "" {
		contact = strings.Join(nonempty(c.Name, c.Email, c.Phone), ", ")
	}
	w.section("participants", "Participants",
		Block{Facts: facts(
			Fact{"Enrolment", fmt.Sprintf("%s to %s (days counted in %s)", day(e.Opens), day(e.Closes), w.Timezone)},
			Fact{"Invited", invited(e.Invitations, announced)},
			Fact{"Places", fmt.Sprintf("%s, first come, first served; then %s", number(e.Cap), after)},
			Fact{"Recruitment goal", goal},
			Fact{"Registration", strings.Join(nonempty(w.Registration.Registry, w.Registration.Number, w.Registration.URL), " ")},
			Fact{"Questions to", contact},
			Fact{"Safety concerns to", w.Contact.Safety},
		)},
		Block{Heading: "Who may take part", List: criteria},
	)
}

func invited(n int, announced string) string {
	switch {
	case n == 0:
		return announced
	case announced == "":
		return count(n, "person") + " by e-mail"
	default:
		return fmt.Sprintf("%s people by e-mail; %s", number(n), announced)
	}
}

func nonempty(words ...string) (kept []string) {
	for _, word := range words {
		if word != "" {
			kept = append(kept, word)
		}
	}
	return kept
}

func (w *writer) arms() {
	table := &Table{Caption: "Arms", Head: []string{"Arm"}}
	rows := [][]string{{"Role"}, {"Ratio"}, {"Coaching opens"}, {"Resources sent"}, {"Told on allocation"}}
	for _, a := range w.Arms {
		table.Head = append(table.Head, a.Name)
		var resources []string
		for _, id := range a.Resources {
			if r, ok := w.Resource(id); ok {
				resources = append(resources, r.Title)
			}
		}
		sent := strings.Join(resources, "; ")
		if sent == "" {
			sent = "none"
		}
		for i, cell := range []string{string(a.Role), strconv.Itoa(a.Ratio), w.opens(a), sent, a.Description} {
			rows[i] = append(rows[i], cell)
		}
	}
	if len(w.Arms) > 0 {
		table.Rows = rows
	}
	w.section("arms", "Arms and allocation",
		Block{Table: table},
		Block{Text: w.allocation()},
		Block{Table: w.strata()},
		Block{Table: w.cells()},
	)
}

// opens says when coaching opens to an arm.
func (w *writer) opens(a study.Arm) string {
	u := a.Unlock
	visit := "on completion of " + w.visitName(u.AfterVisit)
	days := fmt.Sprintf("%s after randomization", count(u.AfterDays, "day"))
	switch {
	case a.Coaching:
		return "at once"
	case u.AfterVisit != "" && u.AfterDays > 0:
		return visit + ", at the latest " + days
	case u.AfterVisit != "":
		return visit
	case u.AfterDays > 0:
		return days
	default:
		return "never"
	}
}

func (w *writer) allocation() string {
	a := w.Allocation
	var b strings.Builder
	b.WriteString("Participants are allocated " + w.ratio())
	if len(w.Strata) > 0 {
		var names []string
		for _, s := range w.Strata {
			names = append(names, strings.ToLower(s.Name))
		}
		if a.Method == study.Minimization {
			b.WriteString(" by minimization of imbalance in " + listed(names))
		} else {
			b.WriteString(", stratified by " + listed(names))
		}
	}
	switch a.Method {
	case study.Minimization:
		fmt.Fprintf(&b, "; the arm that balances best is drawn with probability %s", decimal(a.Probability))
	case study.PermutedBlocks:
		sizes := make([]string, len(a.BlockSizes))
		for i, s := range a.BlockSizes {
			sizes[i] = strconv.Itoa(s)
		}
		b.WriteString(", in permuted blocks of " + listed(sizes))
		if len(sizes) > 1 {
			b.WriteString(", the size of each block drawn at random")
		}
	}
	b.WriteString(". The arm is drawn when the participant completes the baseline; nobody can foresee it, and after the trial every allocation can be proved from a seed that was committed to before it.")
	if a.MinShown > 0 {
		fmt.Fprintf(&b, " Totals by arm are shown once %d are allocated.", a.MinShown)
	} else {
		b.WriteString(" Totals by arm are shown after enrolment has closed.")
	}
	if a.BlindedUntil == "lock" {
		b.WriteString(" The statistician sees arms as letters until the dataset is locked and unblinded.")
	}
	return b.String()
}

func (w *writer) strata() *Table {
	table := &Table{Caption: "Stratification factors", Head: []string{"Level", "Answers", "Expected share"}}
	for _, s := range w.Strata {
		table.Rows = append(table.Rows, []string{fmt.Sprintf("%s (%s)", s.Name, s.Item)})
		for _, l := range s.Levels {
			share := "not stated"
			if l.Expected > 0 {
				share = percent(l.Expected)
			}
			table.Rows = append(table.Rows, []string{l.Name, strings.Join(l.Answers(), ", "), share})
		}
	}
	return table
}

// cells shows what each stratum of two factors may expect, where the protocol states shares.
func (w *writer) cells() *Table {
	cells := w.Cells()
	if len(w.Strata) != 2 || cells[0].Expected < 0 {
		return nil
	}
	rows, columns := w.Strata[0], w.Strata[1]
	table := &Table{Caption: fmt.Sprintf("Participants expected in each stratum, of %d", w.Enrolment.Cap), Head: []string{rows.Name}}
	for _, l := range columns.Levels {
		table.Head = append(table.Head, columns.Name+": "+strings.ToLower(l.Name))
	}
	for i, l := range rows.Levels {
		row := []string{l.Name}
		for j := range columns.Levels {
			row = append(row, strconv.FormatFloat(cells[i*len(columns.Levels)+j].Expected*float64(w.Enrolment.Cap), 'f', 1, 64))
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

func (w *writer) consent() {
	var blocks []Block
	for _, v := range w.Consent {
		blocks = append(blocks, Block{Heading: fmt.Sprintf("Version %s, in force from %s", v.Version, day(v.Effective)), Markdown: v.Text})
		var questions []string
		for _, q := range v.Questions {
			if q.Answer >= 0 && q.Answer < len(q.Choices) {
				questions = append(questions, fmt.Sprintf("%s Right: %s.", q.Text, strings.TrimSuffix(q.Choices[q.Answer], ".")))
			}
		}
		blocks = append(blocks, Block{Heading: "Asked before the name is typed", List: questions})
	}
	w.section("consent", "Consent", blocks...)
}
