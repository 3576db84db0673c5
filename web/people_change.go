package web

import (
	"net/http"
	"net/url"

	"rekindle/platform/store"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
)

// personAct is an act of the office on one person.
type personAct struct {
	ID, verb    string
	label, what string // the button, and what it does
	done        string // what is said afterwards
	undo        string // whether it can be undone, asked about in a second step; empty: a slip does little harm
	fields      func(*Site, followup.Way) []actField
	fits        func(*Site, followup.Way, store.Study) bool
	act         func(*Site, *http.Request, participant.Code) error
}

// actField is what an act asks for.
type actField struct {
	Name, Label, Kind string // Kind: "text", "email", "choice"
	Value             string
	Choices           []choice
}

// actForm is an act as the page shows it.
type actForm struct {
	ID, Label, What string
	To              string // address of the act
	Grave, Open     bool
	Fields          []actField
}

func (a personAct) form(s *Site, way followup.Way, typed url.Values, failed bool) actForm {
	f := actForm{To: "/people/" + string(way.Code) + "/" + a.ID, ID: a.ID, Label: a.label, What: a.what, Grave: a.undo != "", Open: failed}
	if a.fields != nil {
		f.Fields = a.fields(s, way)
	}
	for i := range f.Fields {
		if failed {
			f.Fields[i].Value = typed.Get(f.Fields[i].Name)
		}
	}
	return f
}

func oneField(f actField) func(*Site, followup.Way) []actField {
	return func(*Site, followup.Way) []actField { return []actField{f} }
}

// why asks for the reason of an act; it is kept with the record.
var why = actField{Name: "reason", Label: "Reason, if one was given", Kind: "text"}

func mailable(w followup.Way) bool {
	return w.Bounced == nil && w.OptedOut == nil && w.Use.Contact() && !w.Ended()
}

// personActs are the acts in the order of the page. What each may do and when is conduct's to say; here stands when it is worth offering.
var personActs = []personAct{
	{ID: "promote", verb: "participant.promote", label: "Give a place", what: "Takes a free place for this person and draws the group.", undo: drawForGood,
		done: "The person has a place now, and the group was drawn.",
		fits: func(_ *Site, w followup.Way, _ store.Study) bool { return w.Status == participant.Waiting },
		act: func(s *Site, r *http.Request, code participant.Code) error {
			_, err := s.Conduct.Promote(r.Context(), actor(r), code)
			return err
		}},
	{ID: "link", verb: "participant.link", label: "Send a new personal link", what: "Goes at once to the address on the roster. Earlier links still open.",
		done: "A new personal link is on its way.",
		fits: func(_ *Site, w followup.Way, _ store.Study) bool { return mailable(w) },
		act: func(s *Site, r *http.Request, code participant.Code) error {
			return s.Conduct.SendLink(r.Context(), actor(r), code)
		}},
	{ID: "readdress", verb: "participant.readdress", label: "Change the address", what: "Mail goes there from now on, also where the old address took none.",
		done:   "The address was changed.",
		fields: oneField(actField{Name: "email", Label: "New e-mail address", Kind: "email"}),
		fits:   func(_ *Site, w followup.Way, _ store.Study) bool { return !w.Ended() },
		act: func(s *Site, r *http.Request, code participant.Code) error {
			return s.Conduct.Readdress(r.Context(), actor(r), code, r.PostForm.Get("email"))
		}},
	{ID: "resources", verb: "resource.send", label: "Send the resources again", what: "The wellness resources of the person's group, at once.",
		done: "The resources are on their way.",
		fits: func(s *Site, w followup.Way, _ store.Study) bool {
			arm, ok := s.Conduct.Protocol.Arm(w.Arm)
			return ok && len(arm.Resources) > 0 && mailable(w)
		},
		act: func(s *Site, r *http.Request, code participant.Code) error {
			return s.Conduct.SendResources(r.Context(), actor(r), code)
		}},
	{ID: "unlock", verb: "participant.unlock", label: "Open coaching now", what: "Before the protocol does. It is a deviation, so say why: the reason stands in the trail, without names.",
		done: "Coaching is open to this person.", undo: "It cannot be closed again.",
		fields: oneField(actField{Name: "reason", Label: "Reason, without names", Kind: "text"}),
		fits: func(_ *Site, w followup.Way, _ store.Study) bool {
			return w.InTrial() && w.UnlockedAt == nil && w.UnlocksAt != nil && !w.Ended()
		},
		act: func(s *Site, r *http.Request, code participant.Code) error {
			return s.Conduct.Unlock(r.Context(), actor(r), code, r.PostForm.Get("reason"))
		}},
	{ID: "bounce", verb: "participant.bounce", label: "The address takes no mail", what: "Nothing more is sent there, until it is changed.",
		done: "No more mail goes to this address.",
		fits: func(_ *Site, w followup.Way, _ store.Study) bool { return w.Bounced == nil && !w.Ended() },
		act: func(s *Site, r *http.Request, code participant.Code) error {
			return s.Conduct.Bounce(r.Context(), actor(r), code)
		}},
	{ID: "unlink", verb: "participant.unlink", label: "End all links", what: "For a link that has come into other hands: every link sent so far opens nothing any more, open browsers are closed, and their passkeys are removed.",
		done: "All links have ended. Send a new one when it is safe.", undo: "The old links never open again; a new one can be sent at any time.",
		fits: func(_ *Site, w followup.Way, _ store.Study) bool { return w.InvitedAt != nil || w.RespondedAt != nil },
		act: func(s *Site, r *http.Request, code participant.Code) error {
			return s.Conduct.EndLinks(r.Context(), actor(r), code)
		}},
	{ID: "opt-out", verb: "participant.opt_out", label: "Wants no more mail", what: "Holds for ever. It ends nothing else.",
		done: "No more mail goes to this person.", undo: "It cannot be taken back, whatever the roster says later.",
		fits: func(_ *Site, w followup.Way, _ store.Study) bool { return w.OptedOut == nil && !w.Ended() },
		act: func(s *Site, r *http.Request, code participant.Code) error {
			return s.Conduct.OptOut(r.Context(), actor(r), code)
		}},
	{ID: "decline", verb: "participant.decline", label: "Said no", what: "The person was asked and does not want to take part. They get no more mail.",
		done: "The no is noted.", undo: "This cannot be taken back.",
		fields: oneField(why),
		fits: func(_ *Site, w followup.Way, _ store.Study) bool {
			return w.Status.May(participant.Declined)
		},
		act: func(s *Site, r *http.Request, code participant.Code) error {
			return s.Conduct.Decline(r.Context(), actor(r), code, r.PostForm.Get("reason"))
		}},
	{ID: "exclude", verb: "participant.exclude", label: "Is not eligible", what: "Does not meet a criterion of the protocol.",
		done: "The person is excluded.", undo: "This cannot be taken back.",
		fields: func(s *Site, _ followup.Way) []actField {
			f := actField{Name: "criterion", Label: "Which is not met", Kind: "choice"}
			for _, c := range s.Conduct.Protocol.Eligibility {
				f.Choices = append(f.Choices, choice{Code: c.ID, Label: c.Text})
			}
			return []actField{f}
		},
		fits: func(s *Site, w followup.Way, _ store.Study) bool {
			return w.Status.May(participant.Excluded) && len(s.Conduct.Protocol.Eligibility) > 0
		},
		act: func(s *Site, r *http.Request, code participant.Code) error {
			return s.Conduct.Exclude(r.Context(), actor(r), code, r.PostForm.Get("criterion"))
		}},
	{ID: "withdraw", verb: "participant.withdraw", label: "Withdraws", what: "On the person's behalf, with their own choice of what may still be done. Booked sessions are cancelled.",
		done: "The withdrawal is noted.", undo: "This cannot be taken back.",
		fields: func(*Site, followup.Way) []actField {
			f := actField{Name: "use", Label: "What the person has chosen", Kind: "choice"}
			for _, u := range participant.Uses {
				f.Choices = append(f.Choices, choice{Code: string(u.Use), Label: u.Text})
			}
			return []actField{f, why}
		},
		fits: func(_ *Site, w followup.Way, _ store.Study) bool { return w.Status.May(participant.Withdrawn) },
		act: func(s *Site, r *http.Request, code participant.Code) error {
			return s.Conduct.Withdraw(r.Context(), actor(r), code, participant.Use(r.PostForm.Get("use")), r.PostForm.Get("reason"))
		}},
}

// fitting gives a person's way, and whether an act fits it: to one that does not it is refused without being asked about.
func (s *Site) fitting(r *http.Request, a personAct, code participant.Code) (way followup.Way, fits bool, err error) {
	err = s.read(r, func(tx *store.Tx) error {
		study, err := tx.Study(r.Context())
		if err != nil {
			return err
		}
		way, err = tx.Way(r.Context(), code)
		fits = err == nil && a.fits(s, way, study)
		return err
	})
	return way, fits, err
}

// asked is the second step of an act on one person.
func (a personAct) asked(s *Site, way followup.Way) confirmPage {
	p := confirmPage{Title: a.label + ": " + string(way.Code) + "?", Do: a.label, Back: "/people/" + string(way.Code), Undo: a.undo, What: []string{"It concerns 1 person, " + string(way.Code) + ".", a.what}}
	if next, ok := way.Booked(); ok && a.ID == "withdraw" {
		p.What = append(p.What, "A session is booked, "+next.Start.In(s.zone()).Format("Monday, January 2, 15:04 MST")+": it is cancelled, and the coach is told.")
	}
	return p
}
