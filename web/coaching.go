package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/session"
	"rekindle/trial/study"
)

// Where a participant's coaching is.
const (
	coachPage    = home + "/coach"
	sessionsPage = home + "/sessions"
	planPage     = home + "/plan"
)

// coachee runs a page for a participant to whom coaching is open. To everybody else its address does not exist: it answers like any other
// that does not.
func (s *Site) coachee(show func(w http.ResponseWriter, r *http.Request, st standing) error) page {
	return func(w http.ResponseWriter, r *http.Request) error {
		st, err := s.standing(r)
		if err != nil {
			return err
		}
		if !open(st.Record) {
			return nowhere(w, r)
		}
		return show(w, r, st)
	}
}

// open reports whether coaching is open to a participant.
func open(r participant.Record) bool {
	return r.UnlockedAt != nil && r.Status != participant.Withdrawn
}

// coachCard is a coach as a participant reads one.
type coachCard struct {
	conduct.Offer
	Topics []topic
	More   int // topics that are left out of a list of many coaches
	Modes  []string
	Speaks []speech
	Times  []time.Time // of Free, by the participant's clock
}

// topic is something to speak of.
type topic struct {
	Code, Label string
	Chosen      bool
}

// paired is a thing with the frame of its page, for templates that set it.
type paired struct {
	Frame frame
	Of    any
}

// card makes the card of an offer, in the language of a page.
func (s *Site) card(o conduct.Offer, lang string, topics []topic, zone *time.Location) coachCard {
	c := coachCard{Offer: o, Speaks: spokenIn(lang, o.Profile.Languages)}
	for _, t := range topics {
		for _, code := range o.Profile.Topics {
			if code == t.Code {
				c.Topics = append(c.Topics, t)
			}
		}
	}
	for _, mode := range s.Conduct.Protocol.Coaching.Modes {
		if o.Profile.Offers(mode) {
			c.Modes = append(c.Modes, mode)
		}
	}
	for _, t := range o.Free {
		c.Times = append(c.Times, t.In(zone))
	}
	return c
}

// mostTopics are shown of a coach among many; the coach's own page has all.
const mostTopics = 5

// brief leaves out of a card what would make a list of many long: topics that are not looked for go first.
func (c coachCard) brief() coachCard {
	slices.SortStableFunc(c.Topics, func(a, b topic) int { return one(b.Chosen) - one(a.Chosen) })
	c.More = max(0, len(c.Topics)-mostTopics)
	c.Topics = c.Topics[:len(c.Topics)-c.More]
	return c
}

// topics gives the protocol's themes in a language, with those that are chosen.
func (s *Site) topics(lang string, chosen []string) (all []topic, err error) {
	id := s.Conduct.Protocol.Coaching.Themes
	if id == "" {
		return nil, nil
	}
	in, err := instrument.Find(id)
	if err != nil {
		return nil, err
	}
	words, err := instrument.OwnWording(in, lang)
	if err != nil {
		return nil, err
	}
	for _, item := range in.Items {
		if item.Scale.Kind != instrument.SelectAll {
			continue
		}
		for _, code := range item.Scale.Allowed() {
			t := topic{Code: code, Label: words.Label(item, code)}
			for _, c := range chosen {
				t.Chosen = t.Chosen || c == code
			}
			all = append(all, t)
		}
		break
	}
	return all, nil
}

// isConflict reports whether an act was refused because of the present state, which its page tells in the participant's language.
func isConflict(err error) bool { return problem.Is(err, problem.Conflict) }

// mine gives the participant's coach, nil where none is chosen.
func (s *Site) mine(r *http.Request, lang string) (*coachCard, error) {
	by := actor(r)
	o, err := s.Conduct.CoachOf(r.Context(), by, by.Participant)
	if problem.Is(err, problem.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	topics, err := s.topics(lang, nil)
	card := s.card(o, lang, topics, s.zone())
	return &card, err
}

// partOf reads a part of the day; anything else is any.
func partOf(text string) session.Part {
	for _, p := range session.Parts {
		if string(p) == text {
			return p
		}
	}
	return ""
}

// speech is a language that a coach speaks.
type speech struct{ Code, Name string }

// spokenIn gives languages as a coach wrote them down, by their names in the language of a page. What is not known stays as it was written.
func spokenIn(lang string, written []string) (all []speech) {
	for _, name := range written {
		one := speech{coach.Language(name), strings.TrimSpace(name)}
		if said, ok := coach.LanguageIn(one.Code, lang); ok {
			one.Name = said
		}
		if one.Code != "" && !slices.ContainsFunc(all, func(o speech) bool { return o.Code == one.Code }) {
			all = append(all, one)
		}
	}
	return all
}

// languagesOf lists what the coaches speak, each once.
func languagesOf(lang string, all []conduct.Offer) []speech {
	var written []string
	for _, o := range all {
		written = append(written, o.Profile.Languages...)
	}
	languages, in := spokenIn(lang, written), collate.New(language.Make(lang))
	slices.SortFunc(languages, func(a, b speech) int { return in.CompareString(a.Name, b.Name) })
	return languages
}

// coachingStep is what to do next in a participant's coaching; nil: nothing.
func (st standing) coachingStep(p *study.Protocol) *nextStep {
	if !open(st.Record) {
		return nil
	}
	if _, until := p.CoachingPeriod(*st.Record.UnlockedAt); !st.Now.Before(until) {
		return nil
	}
	for _, one := range st.Sessions {
		if st.displaced(one) {
			return &nextStep{Key: "next_displaced", Href: sessionsPage + "/" + one.ID + "/move"}
		}
	}
	_, _, full := session.Next(p.Coaching, st.Sessions)
	switch {
	case full != nil: // nothing is left to plan
	case !st.HasCoach:
		return &nextStep{Key: "next_coach", Href: coachPage}
	case !st.planned():
		return &nextStep{Key: "next_sessions", Href: sessionsPage + "/plan"}
	}
	return nil
}

// planned reports whether there is a session to come. One of which the coach has still to say what became of it is none.
func (st standing) planned() bool {
	return slices.ContainsFunc(st.Sessions, func(one session.Session) bool { return one.State == session.Booked && st.Now.Before(one.End()) })
}

// displaced reports whether a session is booked for a time at which the coach is away.
func (st standing) displaced(one session.Session) bool {
	return one.State == session.Booked && st.Now.Before(one.Start) && (coach.Coach{Away: st.Away}).OnLeave(coach.Span{From: one.Start, To: one.End()})
}

// mesesCortos are the months as they are cut short beside a day.
var mesesCortos = strings.Fields("ene feb mar abr may jun jul ago sep oct nov dic")

// Weekday writes a day with its weekday and without its year: "Tuesday, August 24".
func (f frame) Weekday(t time.Time) string {
	if f.Lang == "es" {
		return study.WeekdayIn("es", t)[:strings.LastIndex(study.WeekdayIn("es", t), " de ")]
	}
	return t.Format("Monday, January 2")
}

// Slot writes a start shortly: "Tue Aug 24, 09:00".
func (f frame) Slot(t time.Time) string {
	if f.Lang == "es" {
		return string([]rune(study.WeekdayIn("es", t))[:3]) + " " + t.Format("2") + " " + mesesCortos[t.Month()-1] + ", " + t.Format("15:04")
	}
	return t.Format("Mon Jan 2, 15:04")
}

// Hour writes a clock time.
func (f frame) Hour(t time.Time) string { return t.Format("15:04") }

// Stamp writes a moment for a form.
func (f frame) Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// elsewhere is a time by the coach's clock, where that is another than the participant's: "08:00 CDT"; else empty.
func elsewhere(t time.Time, zone *time.Location) string {
	_, mine := t.Zone()
	if _, theirs := t.In(zone).Zone(); mine == theirs {
		return ""
	}
	return t.In(zone).Format("15:04 MST")
}

// place is a zone as people read it.
func place(zone *time.Location) string { return strings.ReplaceAll(zone.String(), "_", " ") }

// wanted reads what is looked for out of an address.
func wanted(r *http.Request) conduct.Wanted {
	q := r.URL.Query()
	return conduct.Wanted{Need: coach.Need{Topics: q["topic"], Language: q.Get("language"), Mode: q.Get("mode")}, Part: partOf(q.Get("part"))}
}
