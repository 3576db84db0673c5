package conduct

import (
	"context"
	"strings"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
)

// A difficulty is what a coach wants to speak of at a supervision meeting, without naming the coachee. It is read by the coaches who are
// invited and the coach who supervises; a supervisor from outside hears it there. No permission names another role, the words are sealed,
// and the trail keeps that something was put down, never for which meeting or what.

// RaiseDifficulty puts down what a coach wants to speak of at a meeting that is to come.
func (c *Conduct) RaiseDifficulty(ctx context.Context, by identity.Actor, meeting, text string) error {
	if err := by.Require("supervision.raise"); err != nil {
		return err
	}
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		m, err := ownMeeting(ctx, tx, by, meeting)
		if err != nil {
			return err
		}
		if m.State != coach.SupervisionPlanned || !tx.Now().Before(m.End()) {
			return problem.New(problem.Conflict, "This meeting is over or was cancelled").On("text").Instead("Put it down for the next one.")
		}
		coachees, err := knownCoachees(ctx, tx, by.Coach)
		if err != nil {
			return err
		}
		if err := coach.CheckDifficulty(text, coachees); err != nil {
			return err
		}
		d := coach.Difficulty{Supervision: m.ID, By: by.Coach, Text: text}
		if d.ID, err = c.token(); err != nil {
			return err
		}
		if err := tx.AddDifficulty(ctx, d); err != nil {
			return err
		}
		return record(ctx, tx, by, "supervision.raise", string(by.Coach), nil, nil, "")
	})
}

// RemoveDifficulty takes back what a coach has put down.
func (c *Conduct) RemoveDifficulty(ctx context.Context, by identity.Actor, meeting, id string) error {
	if err := by.Require("supervision.raise"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := ownMeeting(ctx, tx, by, meeting); err != nil {
			return err
		}
		found, err := tx.RemoveDifficulty(ctx, meeting, by.Coach, id)
		if err != nil || !found {
			return orElse(err, strangers())
		}
		return record(ctx, tx, by, "supervision.raise", string(by.Coach), nil, facts{"removed": true}, "")
	})
}

// Difficulties gives a coach what those of a meeting want to speak of there; from coach.DifficultyKept after it on, nothing.
func (c *Conduct) Difficulties(ctx context.Context, by identity.Actor, meeting string) (all []coach.Difficulty, err error) {
	if err := by.Require("supervision.read_own"); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		m, err := ownMeeting(ctx, tx, by, meeting)
		if err != nil || tx.Now().After(m.Start.Add(coach.DifficultyKept)) {
			return err
		}
		all, err = tx.Difficulties(ctx, m.ID)
		return err
	})
	return all, err
}

// ownMeeting gives a meeting that a coach is in; any other does not exist, nor does one for somebody who has left.
func ownMeeting(ctx context.Context, tx *store.Tx, by identity.Actor, id string) (coach.Supervision, error) {
	k, err := tx.Coach(ctx, by.Coach)
	if err != nil {
		return coach.Supervision{}, err
	}
	m, err := tx.Supervision(ctx, id)
	if problem.Is(err, problem.NotFound) || err == nil && (!m.Concerns(by.Coach) || k.LeftAt != nil) {
		return coach.Supervision{}, strangers()
	}
	return m, err
}

// knownCoachees gives whom a coach coaches or coached, as the coach knows them.
func knownCoachees(ctx context.Context, tx *store.Tx, code coach.Code) (known []coach.Known, err error) {
	pairs, err := tx.PairingsOfCoach(ctx, code)
	if err != nil {
		return nil, err
	}
	for _, pair := range pairs {
		p, err := person(ctx, tx, pair.Participant)
		if err != nil && !problem.Is(err, problem.NotFound) {
			return nil, err
		}
		known = append(known, coach.Known{Code: pair.Participant, Name: p.Name, Email: p.Email})
	}
	return known, nil
}
