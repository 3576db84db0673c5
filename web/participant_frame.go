package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// langCookie keeps the language that a participant chose.
const langCookie = "rekindle_lang"

// tongues are the languages of a participant's pages, each by its own name.
var tongues = map[string]string{"en": "English", "es": "Español"}

var matcher = language.NewMatcher([]language.Tag{language.English, language.Spanish})

// tongue is the language of a request: chosen now, chosen before, or the browser's.
func tongue(r *http.Request) string {
	known := instrument.Languages()
	if asked := r.URL.Query().Get("lang"); slices.Contains(known, asked) {
		return asked
	}
	if c, err := r.Cookie(langCookie); err == nil && slices.Contains(known, c.Value) {
		return c.Value
	}
	if by := actor(r); slices.Contains(known, by.Language) {
		return by.Language
	}
	_, i := language.MatchStrings(matcher, r.Header.Get("Accept-Language"))
	return known[i]
}

// say gives a text of participants' pages in a language; one that is missing is a fault of the program.
func say(lang, key string, args ...any) (string, error) {
	text, ok := texts[lang][key]
	if !ok {
		return "", problem.New(problem.Internal, "the text %q is missing in %q", key, lang)
	}
	if len(args) > 0 {
		text = fmt.Sprintf(text, args...)
	}
	return text, nil
}

// T gives a text in the page's language.
func (f frame) T(key string, args ...any) (string, error) { return say(f.Lang, key, args...) }

// Has reports whether there is a text.
func (f frame) Has(key string) bool { return texts[f.Lang][key] != "" }

// Day writes a day in the page's language.
func (f frame) Day(t time.Time) string { return study.DayIn(f.Lang, t) }

// Moment writes a time to the minute, with its zone.
func (f frame) Moment(t time.Time) string {
	return study.DayIn(f.Lang, t) + ", " + t.Format("15:04 MST")
}

// host is what people read of an address.
func host(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return strings.TrimSuffix(u.Host+u.Path, "/")
	}
	return address
}

// forParticipants reports whether whoever asks is a participant, or came to where only participants come: a personal link that is
// dead, a page of one's own that has closed.
func forParticipants(r *http.Request) bool {
	by := actor(r)
	return by.Role == identity.Participant ||
		by.Role == identity.Visitor && (strings.HasPrefix(r.URL.Path, "/p/") || r.URL.Path == home || strings.HasPrefix(r.URL.Path, home+"/"))
}

// showMine replies with a page for participants: in their language, with urgent help and whom to write to on every one.
func (s *Site) showMine(w http.ResponseWriter, r *http.Request, status int, name, title string, content any) error {
	f := s.frame(r, title, content)
	in := s.spoken(r)
	f.Lang, f.Languages, f.Contact, f.Menu, f.said = tongue(r), instrument.Languages(), &in.protocol.Contact, nil, in.said
	f.Study = in.protocol.Title
	for _, resource := range in.protocol.Resources {
		if resource.Urgent {
			f.Help = append(f.Help, resource)
		}
	}
	if text := texts[f.Lang][title]; text != "" {
		f.Title = text
	}
	if f.By.Role == identity.Participant {
		for _, m := range s.ways(r, len(f.Help) > 0) {
			label, err := f.T(m[0])
			if err != nil {
				return err
			}
			f.Menu = append(f.Menu, item{label, m[1], r.URL.Path == m[1]})
		}
	}
	if r.URL.Query().Get("lang") == f.Lang {
		s.keepTongue(w, f.Lang)
	}
	w.Header().Set("Vary", "Accept-Language, Cookie")
	return send(w, status, name, f)
}

// ways are the lines of a participant's menu, by the key of their text and where they lead. Those of coaching are there for whom it is open,
// as everything of it.
func (s *Site) ways(r *http.Request, help bool) [][2]string {
	ctx, code := r.Context(), actor(r).Participant
	all, with := [][2]string{{"home", home}}, coachPage
	var of participant.Record
	err := s.Conduct.Store.Glance(ctx, func(tx *store.Tx) error {
		return tx.Together(ctx,
			func() (err error) { of, err = tx.Participant(ctx, code); return err },
			func() error {
				if _, err := tx.Pairing(ctx, code); err == nil {
					with = sessionsPage + "#coach"
				}
				return nil
			})
	})
	if err == nil && open(of) { // where nothing can be read, the page itself says so
		all = append(all, [2]string{"coach_my", with}, [2]string{"sessions_title", sessionsPage}, [2]string{"plan_my", planPage})
	}
	all = append(all, [][2]string{{"sees", home + "/access"}, {"data", home + "/data"}, {"leave", home + "/withdraw"}}...)
	if help {
		all = append(all, [2]string{"help", "#help"})
	}
	return all
}

// keepTongue keeps the language of the pages in this browser.
func (s *Site) keepTongue(w http.ResponseWriter, language string) {
	http.SetCookie(w, &http.Cookie{Name: langCookie, Value: language, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(s.Conduct.BaseURL, "https://")})
}

// cameFrom is the page of a participant's own from which a form was sent, or their start page.
func cameFrom(r *http.Request) string {
	if from, err := url.Parse(r.Referer()); err == nil && from.Host == r.Host && (from.Path == home || strings.HasPrefix(from.Path, home+"/")) {
		return from.Path
	}
	return home
}
