package web

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/yuin/goldmark"

	"rekindle/conduct"
	"rekindle/problem"
	"rekindle/trial/consent"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// participantStartPage says in short what the trial is, before its consent.
type participantStartPage struct {
	Study    string
	Sessions int
	Closed   bool // nobody can begin any more
	Full     bool // whoever comes now is put on the waiting list
	Declined bool
}

// startShow says what the trial is.
func (s *Site) startShow(w http.ResponseWriter, r *http.Request) error {
	st, err := s.standing(r)
	if err != nil {
		return err
	}
	if !st.came() {
		http.Redirect(w, r, home, http.StatusSeeOther)
		return nil
	}
	_, closes := s.Conduct.Protocol.EnrolmentWindow()
	return s.showMine(w, r, http.StatusOK, "participant_start", "start_title", participantStartPage{
		Study: s.spoken(r).protocol.Title, Sessions: len(s.Conduct.Protocol.Coaching.Sessions),
		Closed:   st.Study.Closed != nil || !st.Now.Before(closes),
		Full:     st.Study.Capacity > 0 && st.Study.Places >= st.Study.Capacity,
		Declined: st.Record.Status == participant.Declined,
	})
}

// decline takes a no.
func (s *Site) decline(w http.ResponseWriter, r *http.Request) error {
	if err := s.Conduct.Decline(r.Context(), actor(r), actor(r).Participant, r.PostFormValue("reason")); err != nil {
		return err
	}
	http.Redirect(w, r, home+"/start", http.StatusSeeOther)
	return nil
}

// participantConsentPage is the text to be signed, the questions about it, and the signature.
type participantConsentPage struct {
	Version   string
	Again     bool      // an earlier version was signed
	SignedAt  time.Time // not zero: signed, and shown to be read again
	Hash      string    // of the text that was signed
	Text      template.HTML
	Language  string            // of the text
	Criteria  []consentQuestion // attested: yes or no
	Questions []consentQuestion
	Name      string
	NameWrong bool
	Wrong     int
	Unsaved   bool // could not be saved just now; the page has what was typed
}

// consentQuestion is one question with what was chosen; empty: nothing yet.
type consentQuestion struct {
	ID, Text string
	Choices  []string // texts; the value of each is its place from 0
	Chosen   string
	Open     bool // not answered
	Wrong    bool // does not agree with the text
}

// consentShow shows the consent in force.
func (s *Site) consentShow(w http.ResponseWriter, r *http.Request) error {
	st, err := s.standing(r)
	if err != nil {
		return err
	}
	if n := len(st.Signed); n > 0 && !st.unsigned() {
		return s.showSigned(w, r, st, st.Signed[n-1])
	}
	if !st.unsigned() {
		http.Redirect(w, r, home, http.StatusSeeOther)
		return nil
	}
	content, err := s.consentPage(r, st)
	if err != nil {
		return err
	}
	return s.showMine(w, r, http.StatusOK, "participant_consent", "consent_title", content)
}

// showSigned shows what was signed, as it was.
func (s *Site) showSigned(w http.ResponseWriter, r *http.Request, st standing, signed consent.Signature) error {
	for _, version := range s.Conduct.Protocol.Consent {
		version = study.In(signed.Language, version)
		if version.Version != signed.Version || consent.Hash(version) != signed.Hash {
			continue
		}
		text, err := markdown(version.Text)
		if err != nil {
			return err
		}
		return s.showMine(w, r, http.StatusOK, "participant_consent", "consent_title",
			participantConsentPage{Version: version.Version, Text: text, Language: signed.Language, SignedAt: signed.SignedAt.In(st.zone), Hash: signed.Hash})
	}
	return problem.New(problem.Unavailable, "The text that was signed is not in this protocol").Instead("Write to %s and ask for your copy.", s.Conduct.Protocol.Contact.Email)
}

func (s *Site) consentPage(r *http.Request, st standing) (participantConsentPage, error) {
	text, err := markdown(st.InForce.Text)
	page := participantConsentPage{Version: st.InForce.Version, Language: readIn(st.InForce, tongue(r)), Again: len(st.Signed) > 0, Text: text}
	if !page.Again {
		for _, c := range attested(s.spoken(r).protocol) {
			page.Criteria = append(page.Criteria, consentQuestion{ID: "criterion-" + c.ID, Text: c.Text})
		}
	}
	for i, q := range st.InForce.Questions {
		page.Questions = append(page.Questions, consentQuestion{ID: fmt.Sprintf("question-%d", i), Text: q.Text, Choices: q.Choices})
	}
	return page, err
}

// readIn is the language in which a version is read by those who read a language.
func readIn(version study.Consent, language string) string {
	if len(version.Spoken[language]) > 0 {
		return language
	}
	return study.Languages[0]
}

// attested are the criteria that people answer for themselves.
func attested(p *study.Protocol) (all []study.Criterion) {
	for _, c := range p.Eligibility {
		if c.Item == "" {
			all = append(all, c)
		}
	}
	return all
}

// markdown sets a protocol's text; HTML inside it is left out, by goldmark's default. Its title becomes a second heading, since the
// page has one.
func markdown(text string) (template.HTML, error) {
	var b bytes.Buffer
	if err := goldmark.Convert([]byte(text), &b); err != nil {
		return "", problem.New(problem.Internal, "the consent cannot be set").Because(err)
	}
	return template.HTML(strings.NewReplacer("<h1>", `<h2 class="name">`, "</h1>", "</h2>", "<h3>", "<h4>", "</h3>", "</h4>", "<h2>", "<h3>", "</h2>", "</h3>").Replace(b.String())), nil
}

// consentSign takes the signature. What was typed stays where something is missing or does not agree with the text.
func (s *Site) consentSign(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	st, err := s.standing(r)
	if err != nil {
		return err
	}
	if !st.unsigned() { // sent twice, or from another device
		http.Redirect(w, r, st.next(true), http.StatusSeeOther)
		return nil
	}
	page, err := s.consentPage(r, st)
	if err != nil {
		return err
	}
	given := conduct.Agreement{Version: r.PostForm.Get("version"), Language: tongue(r), Name: r.PostForm.Get("name"), Attested: map[string]bool{}}
	page.Name, page.NameWrong = given.Name, strings.TrimSpace(given.Name) == ""
	denied := false
	for i := range page.Criteria {
		c := &page.Criteria[i]
		c.Chosen = r.PostForm.Get(c.ID)
		c.Open = c.Chosen != "yes" && c.Chosen != "no"
		if !c.Open {
			given.Attested[strings.TrimPrefix(c.ID, "criterion-")] = c.Chosen == "yes"
		}
		denied = denied || c.Chosen == "no"
		page.Wrong += one(c.Open)
	}
	for i := range page.Questions {
		q := &page.Questions[i]
		q.Chosen = r.PostForm.Get(q.ID)
		choice, err := strconv.Atoi(q.Chosen)
		q.Open = err != nil || choice < 0 || choice >= len(q.Choices)
		q.Wrong = !q.Open && choice != st.InForce.Questions[i].Answer
		given.Choices = append(given.Choices, choice)
		page.Wrong += one(q.Open || q.Wrong)
	}
	page.Wrong += one(page.NameWrong)
	if denied && !anyOpen(page.Criteria) { // nothing is signed: the answers alone end the way
		page.Wrong = 0
	}
	if page.Wrong > 0 {
		return s.showMine(w, r, http.StatusUnprocessableEntity, "participant_consent", "consent_title", page)
	}
	by := actor(r)
	_, err = s.Conduct.Consent(r.Context(), by, by.Participant, given)
	if nameless(err) {
		page.NameWrong, page.Wrong = true, 1
		return s.showMine(w, r, http.StatusUnprocessableEntity, "participant_consent", "consent_title", page)
	}
	if problem.Is(err, problem.Unavailable) { // a full disk, a database that restarts: what was typed must not go with it
		s.log().LogAttrs(r.Context(), slog.LevelError, "a consent could not be saved", slog.String("page", r.Pattern), slog.String("error", err.Error()), slog.String("cause", causes(err)))
		page.Unsaved = true
		return s.showMine(w, r, http.StatusServiceUnavailable, "participant_consent", "consent_title", page)
	}
	if err != nil {
		return err
	}
	if st, err = s.standing(r); err != nil {
		return err
	}
	to := st.next(true)
	if to == home && st.Record.Status == participant.Excluded {
		to = home + "/group"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// nameless reports whether all that is wrong is the typed name.
func nameless(err error) bool {
	p, ok := errors.AsType[*problem.Problem](err)
	if all, many := errors.AsType[problem.List](err); many && len(all) == 1 {
		p, ok = all[0], true
	}
	return ok && p.Kind == problem.Invalid && p.Field == "name"
}

func anyOpen(all []consentQuestion) bool {
	for _, q := range all {
		if q.Open {
			return true
		}
	}
	return false
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// unreadable is the error of a form that cannot be read.
func unreadable(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	return problem.New(problem.Invalid, "What was sent cannot be read").Instead("Go back and send it again.").Because(err)
}
