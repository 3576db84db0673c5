package web

import (
	"fmt"
	"net/http"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
)

// firstPage is a study in which nobody has been written to: what is to be done until then, in order.
type firstPage struct {
	Steps  []firstStep
	Done   int
	Tested bool // a test mail was just asked for
	Role   identity.Role
}

// firstStep is one thing to do.
type firstStep struct {
	ID, Title, What string
	State           string // in a word
	Done            bool
	Next            bool // the first that is not done
	Button, Href    string
	Post            bool // the button is a form's
}

// officeShow is the start page of the office while a study runs: the first steps until somebody is invited, then the board. false: the
// study is over, or somebody else asks.
func (s *Site) officeShow(w http.ResponseWriter, r *http.Request) (done bool, err error) {
	if !actor(r).May("people.read") {
		return false, nil
	}
	var study store.Study
	var m store.Milestones
	if err := s.read(r, func(tx *store.Tx) (err error) {
		if study, err = tx.Study(r.Context()); err != nil {
			return err
		}
		m, err = tx.Milestones(r.Context())
		return err
	}); err != nil || study.Locked != nil {
		return false, err
	}
	if m.Invited > 0 {
		return true, s.boardShow(w, r)
	}
	return true, s.firstShow(w, r, study)
}

// firstShow shows what is to be done until the first invitation.
func (s *Site) firstShow(w http.ResponseWriter, r *http.Request, study store.Study) error {
	by := actor(r)
	var in conduct.Invitations
	var test post.Message
	staff := 0
	var closed time.Time // when enrolment ended; zero while it has not
	if err := s.read(r, func(tx *store.Tx) (err error) {
		if ends := s.Conduct.EnrolmentEnds(study); !tx.Now().Before(ends) {
			closed = ends.Add(-time.Second) // the last moment of the last day
		}
		if in, err = s.Conduct.Invitations(r.Context(), tx); err != nil {
			return err
		}
		accounts, err := tx.Accounts(r.Context())
		if err != nil {
			return err
		}
		for _, a := range accounts {
			if a.Coach == "" {
				staff++
			}
		}
		tests, err := tx.LatestMail(r.Context(), store.MailFilter{Kind: conduct.TestMailKind}, 0, 1)
		if len(tests) > 0 {
			test = tests[0]
		}
		return err
	}); err != nil {
		return err
	}
	coaches, err := s.Conduct.CoachStandings(r.Context(), by, "")
	if err != nil {
		return err
	}
	page := firstPage{Role: by.Role, Tested: r.URL.Query().Has("tested")}
	page.Steps = []firstStep{
		s.protocolStep(study, closed),
		s.mailStep(test),
		coachStep(coaches, len(s.Conduct.Protocol.Coaching.Sessions) > 0),
		{ID: "roster", Title: "Add the people to invite", Done: in.Listed > 0, State: count(in.Listed, "person", "people") + " on the roster", Button: "Add people", Href: "/roster",
			What: "Upload the list, as CSV or XLSX. You see every row before anybody is added, and adding writes to nobody."},
		s.inviteStep(in),
	}
	if by.May("account.invite") {
		page.Steps = append(page.Steps, firstStep{ID: "staff", Title: "Invite those who work with you", Done: staff > 1, State: count(staff, "account", "accounts"), Button: "Staff", Href: "/staff",
			What: "A coordinator, a statistician, finance: each sees what their work needs and nothing else. This can wait."})
	}
	for i := range page.Steps {
		if page.Steps[i].Done {
			page.Done++
		}
	}
	for i := range page.Steps {
		if !page.Steps[i].Done {
			page.Steps[i].Next = true
			break
		}
	}
	return s.show(w, r, http.StatusOK, "first_show", "First steps", page)
}

// protocolStep says what the study was opened with. Where enrolment is over before anybody was invited there is nothing to begin.
func (s *Site) protocolStep(study store.Study, closed time.Time) firstStep {
	step := firstStep{ID: "protocol", Title: "Read the protocol once more", Done: true, State: "Open since " + study.Opened.In(s.zone()).Format("January 2, 2006"), Button: "Read the protocol", Href: "/protocol",
		What: fmt.Sprintf("The study was opened with version %s of the protocol, and chance is committed to. What it says cannot be changed any more; another trial is another file.", study.ProtocolVersion)}
	if !closed.IsZero() {
		step.Done, step.State = false, "Enrolment ended on "+closed.In(s.zone()).Format("January 2, 2006")
		step.What = "Nobody can be invited to this study, and its protocol cannot be changed. Give the protocol file other days (enrolment.opens, enrolment.closes), and begin again with 'rekindle init' in another directory."
	}
	return step
}

func (s *Site) mailStep(test post.Message) firstStep {
	step := firstStep{ID: "mail", Title: "Try the mail", Button: "Send me a test mail", Href: "/mail/test", Post: true,
		What: "A mail to your own address. That it arrives shows that invitations will."}
	switch {
	case s.Post == nil:
		step.State, step.Button = "No mail server is named", ""
		step.What = "Fill in the section [smtp] of the settings, rekindle.toml beside the study, and start the program again. Until then mail waits in the outbox and is not lost."
	case test.ID == 0:
		step.State = "Not tried yet"
	case test.State == post.Sent:
		step.State, step.Done, step.Button = "Taken by the mail server on "+test.Ended.In(s.zone()).Format("January 2, 15:04"), true, "Send another"
		step.What = "Look whether it has arrived, and whether it was taken for spam. The server answered: " + test.Answer
	case test.State == post.Planned && test.Answer == "":
		step.State, step.What = "On its way", "It goes within seconds. Load this page again to see what the mail server answered."
	default:
		step.State, step.What = "The mail server did not take it", "It answered: "+test.Answer+". Look at the section [smtp] of the settings, and start the program again."
	}
	return step
}

func coachStep(coaches []conduct.CoachStanding, coaching bool) firstStep {
	certified, here := 0, 0
	for _, k := range coaches {
		if k.LeftAt != nil {
			continue
		}
		if here++; k.Certified.Valid() {
			certified++
		}
	}
	step := firstStep{ID: "coaches", Title: "Register the coaches", Done: certified > 0 || !coaching, State: fmt.Sprintf("%s, %d certified", count(here, "coach", "coaches"), certified), Button: "Coaches", Href: "/coaches",
		What: "With name and address, and each step of certification. The coaches themselves fill in their profile and their hours."}
	if !coaching {
		step.State = "The protocol has no coaching"
	}
	return step
}

func (s *Site) inviteStep(in conduct.Invitations) firstStep {
	step := firstStep{ID: "invite", Title: "Look at the invitation, and send it", Button: "Invitations", Href: "/invite", State: "Nobody is invited yet",
		What: "You see the mail as it is received, when it goes, and to how many. Invite everybody, or a few first."}
	var next time.Time
	planned := 0
	for _, wave := range in.Waves {
		if wave.Planned > 0 && (next.IsZero() || wave.First.Before(next)) {
			next, planned = wave.First, wave.Planned
		}
	}
	if planned > 0 {
		step.Done, step.State = true, fmt.Sprintf("%s, from %s on", count(planned, "mail goes", "mails go"), next.In(s.zone()).Format("January 2, 2006, 15:04"))
	}
	return step
}

// mailTest sends whoever asks for it a test mail.
func (s *Site) mailTest(w http.ResponseWriter, r *http.Request) error {
	if s.Post == nil {
		return problem.New(problem.Conflict, "No mail server is named").Instead("Fill in the section [smtp] of the settings, and start the program again.")
	}
	if err := s.Conduct.TestMail(r.Context(), actor(r)); err != nil {
		return err
	}
	http.Redirect(w, r, "/?tested", http.StatusSeeOther)
	return nil
}
