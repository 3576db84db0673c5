// Package identity says who acts: an actor with a role, and what each role may do.
//
// Permissions are verbs, the same words as in the audit trail ("participant.randomize"); what no line of the table
// grants is denied. It does not sign anybody in, and it knows no names: an actor is a study code or a staff sign-in.
// It serves the promise behind the paper's "confidential": who sees what is a table that can be read and tested.
package identity

import (
	"slices"

	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
)

// Role is what somebody is in the programme. One person with two roles signs in to one of them at a time.
type Role string

// The roles.
const (
	Visitor      Role = "visitor"      // not signed in
	Participant  Role = "participant"  // a physician, known by a study code
	Coach        Role = "coach"        // a peer coach
	Coordinator  Role = "coordinator"  // runs the study from day to day; sees that a survey is complete, never an answer
	Statistician Role = "statistician" // sees data under codes, arms masked until unblinding
	Leadership   Role = "leadership"   // sees aggregates that survive suppression of small cells
	Finance      Role = "finance"      // sees hours and money, no participants
	Owner        Role = "owner"        // answers for the study: settings, keys, staff
	Clock        Role = "clock"        // the program itself, at a planned time
)

// Roles lists all of them.
var Roles = []Role{Visitor, Participant, Coach, Coordinator, Statistician, Leadership, Finance, Owner, Clock}

// Actor is who does something. The zero Actor is nobody and may do nothing.
type Actor struct {
	Name        string           // study code, coach code or staff sign-in: what the audit trail keeps, never a person's name
	Role        Role             //
	Participant participant.Code // set for a participant
	Coach       coach.Code       // set for a coach
	Language    string           // in which the pages are read; empty: not known
}

// Program is the actor of scheduled work.
var Program = Actor{Name: "clock", Role: Clock}

// AsParticipant is the participant of a study code.
func AsParticipant(code participant.Code) Actor {
	return Actor{Name: string(code), Role: Participant, Participant: code}
}

// AsCoach is the coach of a code.
func AsCoach(code coach.Code) Actor {
	return Actor{Name: string(code), Role: Coach, Coach: code}
}

// May reports whether the actor's role is granted the verb.
func (a Actor) May(verb string) bool {
	return a.Name != "" && slices.Contains(permissions[verb], a.Role)
}

// Require gives a problem.Forbidden unless the actor's role is granted the verb.
func (a Actor) Require(verb string) error {
	if a.May(verb) {
		return nil
	}
	role := a.Role
	if a.Name == "" || role == "" {
		role = Visitor
	}
	article := "a"
	if role == Owner {
		article = "an"
	}
	return problem.New(problem.Forbidden, "%s %s may not do this (%s)", article, role, verb)
}

// RequireFor is Require for an act on one participant: a participant may act on nobody but themself, and learns of
// nobody else (problem.NotFound). Which coach may act for which participant is known only to the store: conduct asks it.
func (a Actor) RequireFor(verb string, code participant.Code) error {
	if err := a.Require(verb); err != nil {
		return err
	}
	if a.Role == Participant && a.Participant != code {
		return problem.New(problem.NotFound, "there is no such participant")
	}
	return nil
}
