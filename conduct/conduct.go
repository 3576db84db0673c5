package conduct

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"rekindle/platform/audit"
	"rekindle/platform/calendar"
	"rekindle/platform/config"
	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/openid"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Conduct carries out one trial. It is safe for concurrent use if Random is. The time of every act is that of the store's clock.
type Conduct struct {
	Store    *store.Store
	Protocol *study.Protocol

	Random    io.Reader        // codes, links, the seed of randomization; nil: the operating system's
	Quiet     *followup.Quiet  // when no planned mail arrives; nil: followup.Night
	Session   config.Session   // how long staff stay signed in; zero: half an hour without a page, half a day in all
	Hospital  *openid.Provider // the hospital's sign-in; nil: there is none
	LinksOff  bool             // this installation lets no staff sign in by a link in a mail
	BaseURL   string           // what personal links begin with, "https://coaching.example.org"
	Calendars calendar.Reader  // reads coaches' calendars
	Sender    string           // the address that all mail comes from; empty: the protocol's contact
	Title     string           // what sessions are called in calendars, which colleagues may read; empty: "Appointment"
	Program   string           // version of the program
	Simulated bool             // people of a rehearsal
	Incoming  *post.Spool      // where mail that came in waits for Run; nil: none does
	Mailbox   *post.Mailbox    // from which Run fetches mail that came in; nil: there is none
}

// record enters an act in the audit trail.
func record(ctx context.Context, tx *store.Tx, by identity.Actor, verb, object string, before, after any, reason string) error {
	return tx.Record(ctx, audit.Event{Actor: by.Name, Role: string(by.Role), Verb: verb, Object: object, Old: before, New: after, Reason: reason})
}

// facts is what an event tells: words and numbers under short names.
type facts map[string]any

func (c *Conduct) random() io.Reader {
	if c.Random == nil {
		return rand.Reader
	}
	return c.Random
}

func (c *Conduct) quiet() followup.Quiet {
	if c.Quiet == nil {
		return followup.Night
	}
	return *c.Quiet
}

// token draws 128 bits, as 26 lower-case letters and digits.
func (c *Conduct) token() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(c.random(), b[:]); err != nil {
		return "", fmt.Errorf("draw a token: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])), nil
}

// zones keeps the zones that have been asked for: reading one takes as long as an answer's whole transaction.
var zones sync.Map // name -> *time.Location

// zone is the zone of a name, the protocol's where it is empty or unknown.
func (c *Conduct) zone(name string) *time.Location {
	if zone, ok := zoneOf(name); ok {
		return zone
	}
	return c.Protocol.Location()
}

// zoneOf is the zone of an IANA name. The empty name, and that of whatever zone this machine stands in, are none.
func zoneOf(name string) (*time.Location, bool) {
	if name == "" || name == "Local" {
		return nil, false
	}
	if known, ok := zones.Load(name); ok {
		return known.(*time.Location), true
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	zones.Store(name, zone)
	return zone, true
}

// unlocked gives the study, and refuses where its data are locked.
func unlocked(ctx context.Context, tx *store.Tx) (store.Study, error) {
	s, err := tx.Study(ctx)
	if err == nil && s.Locked != nil {
		err = problem.New(problem.Conflict, "The data were locked on %s", s.Locked.Format("January 2, 2006")).
			Instead("Answers can no longer be given or changed.")
	}
	return s, err
}

// EnrolmentEnds gives the moment from which nobody can enrol any more: the end of the protocol's last day, or when it was closed before.
func (c *Conduct) EnrolmentEnds(s store.Study) time.Time {
	_, closes := c.Protocol.EnrolmentWindow()
	if s.Closed != nil && s.Closed.Before(closes) {
		return *s.Closed
	}
	return closes
}

// enrolling reports whether somebody may enrol now.
func (c *Conduct) enrolling(s store.Study, now time.Time) error {
	opens, _ := c.Protocol.EnrolmentWindow()
	switch {
	case s.Closed != nil || !now.Before(c.EnrolmentEnds(s)):
		return problem.New(problem.Conflict, "Enrolment is closed").Instead("Write to %s if you have questions.", c.Protocol.Contact.Email)
	case now.Before(opens):
		return problem.New(problem.Conflict, "Enrolment opens on %s", opens.Format("January 2, 2006"))
	}
	return nil
}

// full reports whether every place is taken.
func full(s store.Study) bool { return s.Capacity > 0 && s.Places >= s.Capacity }

// armOf gives the arm that a person was allocated to; false before the draw.
func (c *Conduct) armOf(ctx context.Context, tx *store.Tx, r participant.Record) (study.Arm, bool, error) {
	if !r.InTrial() {
		return study.Arm{}, false, nil
	}
	a, err := tx.Allocation(ctx, r.Code)
	if err != nil {
		return study.Arm{}, false, err
	}
	arm, ok := c.Protocol.Arm(a.Arm)
	if !ok {
		return arm, false, problem.New(problem.Internal, "%s is in the arm %q, which the protocol does not have", r.Code, a.Arm)
	}
	return arm, true, nil
}

// strangers is what a participant is told of somebody else's matters, and of those that are not open yet.
func strangers() error { return problem.New(problem.NotFound, "There is no such page") }
