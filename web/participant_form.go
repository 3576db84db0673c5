package web

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/assessment"
	"rekindle/trial/instrument"
)

// participantFormPage is one form of a survey, one page.
type participantFormPage struct {
	Survey        string
	Position, Of  int // of the forms of the survey
	Notice        string
	Demonstration bool // the words are our own, not the instrument's
	Groups        []itemGroup
	Wrong         []string // items that hold the page up
	Blank         int      // items without an answer that may be left so
	Sent          bool     // shown, and not to be changed here: submitted, or not open
	Shut          bool     // not open, and not submitted
	Kept          bool     // saved for later
	Unsaved       bool     // could not be saved just now; the page has what was typed
	Earlier       string   // the page before; empty: this is the first
	Follow        followed
	Window        openPage
	Replaces      bool          // what another window saved since this page was shown
	Untaken       []untakenLine // answers that came after the form was submitted or the survey had closed
	Corrections   []correctionLine
	Corrects      bool   // a submitted answer can be corrected
	Correct       string // address of the page that does it
}

// itemGroup is neighbouring items under one sentence; where Grid is set they share a scale and stand in its columns.
type itemGroup struct {
	Stem    string
	Grid    bool
	Decline bool // a column for "prefer not to answer"
	Heads   []string
	Items   []itemField
}

// Hidden reports whether none of the questions is asked.
func (g itemGroup) Hidden() bool {
	return !slices.ContainsFunc(g.Items, func(f itemField) bool { return !f.Hidden })
}

// Columns is how many answers each row of a grid offers.
func (g itemGroup) Columns() int { return len(g.Heads) + one(g.Decline) }

// itemField is one question with what was typed.
type itemField struct {
	ID, Text  string
	Kind      instrument.Kind
	Choices   []choice
	Low, High int
	Least     string // words at the ends of a line
	Most      string
	Value     string // typed; for a number and text
	Required  bool
	Decline   bool // "prefer not to answer" is offered
	Declined  bool
	None      bool // of select-all: nothing of the list
	Trouble   string
	Blank     bool // nothing was given, and that was noted
	Hidden    bool // not asked, by the other answers
}

// asked is a question with the frame of its page, for the templates that set it.
type asked struct {
	Frame frame
	One   itemField
}

// choice is one code with its label.
type choice struct {
	Code, Label string
	Chosen      bool
}

// scripted is the policy of a page that has our own script; it works without.
const scripted = policy + "; script-src 'self'"

// formShow shows a form with what is saved of it.
func (s *Site) formShow(w http.ResponseWriter, r *http.Request) error {
	o, err := s.openForm(r)
	if err != nil {
		return err
	}
	page, err := s.formPage(r, o, nil)
	if err != nil {
		return err
	}
	page.Kept = r.URL.Query().Has("kept")
	if page.Sent && !page.Shut {
		if err := s.corrections(r, o, &page); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Security-Policy", drafting)
	return s.showMine(w, r, http.StatusOK, "participant_form", "survey_title", page)
}

// surveyShow leads to the form of a survey that is to be answered next, or to its first.
func (s *Site) surveyShow(w http.ResponseWriter, r *http.Request) error {
	st, err := s.standing(r)
	if err != nil {
		return err
	}
	for _, v := range st.Visits {
		if v.ID != r.PathValue("visit") || len(v.Forms) == 0 {
			continue
		}
		id, ok := v.next(true)
		if !ok {
			id = v.Forms[0].Instrument
		}
		http.Redirect(w, r, home+"/survey/"+v.ID+"/"+id, http.StatusSeeOther)
		return nil
	}
	return noSurvey()
}

// formSave takes a form: saved for later, or sent. What cannot be taken is told beside its question, and what was typed stays.
func (s *Site) formSave(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	o, err := s.openForm(r)
	if err != nil {
		return err
	}
	page, err := s.formPage(r, o, r.PostForm)
	if err != nil {
		return err
	}
	visit, in, by := o.visit.ID, o.in, actor(r)
	what := r.PostForm.Get("go")
	if page.Sent && what != "draft" {
		return s.formAgain(w, r, o, page)
	}
	sheet := conduct.Sheet{Participant: by.Participant, Visit: visit, Instrument: in.ID, Answers: instrument.Answers{}, Window: page.Window.Window, Shown: page.Window.shown()}
	for _, it := range in.Items {
		if a, p := it.Read(typed(it, r.PostForm)); p == nil && (a != instrument.Declined || !s.needed(it, in)) {
			sheet.Answers[it.ID] = a
		}
	}
	page.Replaces = page.Window.replaces(o.saved.Answers, sheet.Answers)
	if what == "draft" {
		return s.draft(w, r, o, page, sheet)
	}
	if what == "later" {
		page.Wrong = slices.DeleteFunc(page.Wrong, func(id string) bool { return sheet.Answers[id] == instrument.Blank && typedBlank(in, id, r.PostForm) })
	}
	held := len(page.Wrong) > 0 || what == "next" && page.Blank > 0 || what != "later" && (page.Follow.holds() || page.Replaces)
	sheet.Submit = !held && what != "later"
	sheet.Drop = page.Follow.told
	progress, err := s.Conduct.Answer(r.Context(), by, sheet)
	switch {
	case problem.Is(err, problem.Unavailable): // a full disk, a database that restarts: what was typed must not go with it
		s.log().LogAttrs(r.Context(), slog.LevelError, "answers could not be saved", slog.String("page", r.Pattern), slog.String("error", err.Error()), slog.String("cause", causes(err)))
		page.Unsaved = true
		w.Header().Set("Content-Security-Policy", drafting)
		return s.showMine(w, r, http.StatusServiceUnavailable, "participant_form", "survey_title", page)
	case err != nil:
		return err
	case held:
		page.Kept, page.Window.Since = what == "later", o.Now.UnixMicro()
		w.Header().Set("Content-Security-Policy", drafting)
		return s.showMine(w, r, http.StatusUnprocessableEntity, "participant_form", "survey_title", page)
	case what == "later":
		http.Redirect(w, r, home+"?kept", http.StatusSeeOther)
		return nil
	}
	st, err := s.standing(r)
	if err != nil {
		return err
	}
	to := st.next(true)
	if v, ok := s.Conduct.Protocol.Visit(visit); ok && v.Baseline && progress.Complete {
		to = home + "/group"
	} else if progress.Complete && to == home {
		to += "?thanks"
	}
	if progress.Help {
		to = support(visit, in.ID)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// formAgain replies to a form that was sent before, or whose survey has closed: a second tap goes on as the first did; what another page
// brings besides is shown as not taken.
func (s *Site) formAgain(w http.ResponseWriter, r *http.Request, o openForm, page participantFormPage) (err error) {
	if page.Untaken, err = s.untaken(r, o.in, page, o.saved.Answers); err != nil {
		return err
	}
	if len(page.Untaken) == 0 && !page.Shut {
		st, err := s.standing(r)
		if err != nil {
			return err
		}
		http.Redirect(w, r, st.next(true), http.StatusSeeOther)
		return nil
	}
	if !page.Shut {
		if err := s.corrections(r, o, &page); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Security-Policy", drafting)
	return s.showMine(w, r, http.StatusConflict, "participant_form", "survey_title", page)
}

// typed is the text that a form has for an item.
func typed(it *instrument.Item, form map[string][]string) string {
	if v := form["decline."+it.ID]; len(v) > 0 {
		return string(instrument.Declined)
	}
	return strings.Join(form[it.ID], " ")
}

func typedBlank(in *instrument.Instrument, id string, form map[string][]string) bool {
	it, ok := in.FindItem(id)
	return ok && strings.TrimSpace(typed(it, form)) == ""
}

// needed reports whether the trial cannot do without an item, so that it cannot be declined either.
func (s *Site) needed(it *instrument.Item, in *instrument.Instrument) bool {
	return it.Required || slices.Contains(assessment.Needed(*s.Conduct.Protocol, in.ID), it.ID)
}

// formPage makes the page of a form: with what was typed where form is not nil, else with what is saved.
func (s *Site) formPage(r *http.Request, o openForm, form map[string][]string) (page participantFormPage, err error) {
	v, in, saved := o.visit, o.in, o.saved
	lang := tongue(r)
	words, err := s.wording(in, lang)
	if err != nil {
		return page, err
	}
	page = participantFormPage{Survey: v.Name, Position: o.at + 1, Of: len(v.Forms), Notice: words.Notice, Demonstration: words.Demonstration, Sent: saved.Submitted != nil || !v.Open, Shut: saved.Submitted == nil && !v.Open}
	page.Window = opened(o.Now, saved, form)
	if o.at > 0 {
		page.Earlier = v.Forms[o.at-1].Instrument
	}
	if page.Sent {
		form = nil
	}
	hidden := page.follow(in, o.branches, saved.Answers, form)
	for _, it := range in.Items {
		f, err := s.field(in, it, words, lang, saved.Answers[it.ID], form)
		if err != nil {
			return page, err
		}
		f.Hidden = hidden[it.ID]
		page.Follow.note(f, form)
		switch {
		case f.Hidden:
			f.Trouble, f.Blank = "", false
		case f.Trouble != "":
			page.Wrong = append(page.Wrong, it.ID)
		case f.Blank:
			page.Blank++
		}
		page.add(f, it, words)
	}
	for i := range page.Groups { // a column needs two rows to be worth its heading
		g := &page.Groups[i]
		g.Grid = g.Grid && len(g.Items) > 1
	}
	return page, nil
}

func (s *Site) wording(in *instrument.Instrument, lang string) (*instrument.Wording, error) {
	if s.Wordings == nil {
		return instrument.OwnWording(in, lang)
	}
	return s.Wordings.Of(in, lang)
}

// widest is how many answers a row of a grid can offer.
const widest = 8

// add puts a question into the group of the one before it, where they belong together.
func (p *participantFormPage) add(f itemField, it *instrument.Item, words *instrument.Wording) {
	grid := (f.Kind == instrument.Radio || f.Kind == instrument.YesNo) && len(f.Choices) < widest
	stem := words.StemOf(it)
	if n := len(p.Groups); n > 0 {
		g := &p.Groups[n-1]
		same := len(g.Items[0].Choices) == len(f.Choices) && g.Stem == stem && g.Grid && grid && f.Required == g.Items[0].Required
		for i := range f.Choices {
			same = same && g.Heads[i] == f.Choices[i].Label
		}
		if same || stem != "" && g.Stem == stem && !g.Grid && !grid {
			g.Items = append(g.Items, f)
			return
		}
	}
	g := itemGroup{Stem: stem, Grid: grid, Decline: f.Decline, Items: []itemField{f}}
	for _, c := range f.Choices {
		g.Heads = append(g.Heads, c.Label)
	}
	p.Groups = append(p.Groups, g)
}

// field makes one question of the page.
func (s *Site) field(in *instrument.Instrument, it *instrument.Item, words *instrument.Wording, lang string, saved instrument.Answer, form map[string][]string) (itemField, error) {
	f := itemField{ID: it.ID, Text: words.Text(it.ID), Kind: it.Scale.Kind, Low: int(it.Scale.Low), High: int(it.Scale.High), Required: s.needed(it, in)}
	f.Decline = it.Declinable() && !f.Required
	value, answer := string(saved), saved
	if form != nil {
		value = typed(it, form)
		var wrong *problem.Problem
		answer, wrong = it.Read(value)
		f.Blank = wrong == nil && answer == instrument.Blank && it.Scale.Kind != instrument.Text
		if wrong != nil || f.Blank && f.Required || answer == instrument.Declined && f.Required {
			key := "wrong_" + strings.ReplaceAll(string(it.Scale.Kind), "-", "_")
			if f.Blank {
				key = "wrong_blank"
			}
			args := []any{}
			if it.Scale.Kind == instrument.VAS || it.Scale.Kind == instrument.Number {
				args = []any{f.Low, f.High}
			}
			if f.Blank {
				args = nil
			}
			var err error
			if f.Trouble, err = say(lang, key, args...); err != nil {
				return f, err
			}
		}
	}
	f.Declined, f.None = answer == instrument.Declined, answer == instrument.None
	chosen := strings.Fields(value)
	switch it.Scale.Kind {
	case instrument.VAS:
		f.Least, f.Most = words.Label(it, it.Scale.Codes[0].Code), words.Label(it, it.Scale.Codes[1].Code)
	case instrument.Radio, instrument.YesNo, instrument.SelectAll:
		for _, c := range it.Scale.Codes {
			f.Choices = append(f.Choices, choice{c.Code, words.Label(it, c.Code), slices.Contains(chosen, c.Code)})
		}
	}
	if !f.Declined {
		f.Value = value
	}
	if form != nil && (it.Scale.Kind == instrument.VAS || it.Scale.Kind == instrument.Number || it.Scale.Kind == instrument.Text) {
		f.Value = strings.Join(form[it.ID], " ")
	}
	return f, nil
}
