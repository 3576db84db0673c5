package store

import (
	"context"
	"time"

	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
)

const coachColumns = "code, profile, zone, hours, dates, away, day_limit, week_limit, caseload, registered, departed, waived"

func scanCoach(scan Scan) (c coach.Coach, err error) {
	var profile JSON[coach.Profile]
	var hours JSON[[]coach.Hours]
	var dates JSON[[]coach.Date]
	var away, waived JSON[[]coach.Span]
	err = scan(&c.Code, &profile, &c.Zone, &hours, &dates, &away, &c.Limits.Day, &c.Limits.Week, &c.Caseload, &c.RegisteredAt, moment{&c.LeftAt}, &waived)
	c.Profile, c.Hours, c.Dates, c.Away, c.Waived = profile.V, hours.V, dates.V, away.V, waived.V
	return c, err
}

func coachRow(c coach.Coach) []any {
	return []any{c.Code, JSON[coach.Profile]{c.Profile}, c.Zone, JSON[[]coach.Hours]{c.Hours}, JSON[[]coach.Date]{c.Dates}, JSON[[]coach.Span]{c.Away},
		c.Limits.Day, c.Limits.Week, c.Caseload, c.RegisteredAt, maybe(c.LeftAt), JSON[[]coach.Span]{c.Waived}}
}

// AddCoach adds a coach under a new code; the steps of certification are added by Certify.
func (tx *Tx) AddCoach(ctx context.Context, c coach.Coach) error {
	return tx.insert(ctx, "coach ("+coachColumns+")", [][]any{coachRow(c)}, "")
}

// SaveCoach writes a coach back, without the certification.
func (tx *Tx) SaveCoach(ctx context.Context, c coach.Coach) error {
	_, err := tx.Do(ctx, `UPDATE coach SET profile = $2, zone = $3, hours = $4, dates = $5, away = $6, day_limit = $7, week_limit = $8, caseload = $9, registered = $10, departed = $11, waived = $12
		WHERE code = $1`, coachRow(c)...)
	return err
}

// Certify adds a step of certification. The same step of the same day stands once, with the expiry given last.
func (tx *Tx) Certify(ctx context.Context, code coach.Code, s coach.Step) error {
	return tx.insert(ctx, "certification (coach, step, done, expires)", [][]any{{code, s.Name, s.Done, maybe(s.Expires)}},
		"ON CONFLICT (coach, step, done) DO UPDATE SET expires = excluded.expires")
}

// Coach gives a coach with the certification; an unknown code is problem.NotFound.
func (tx *Tx) Coach(ctx context.Context, code coach.Code) (coach.Coach, error) {
	c, err := One(ctx, tx, scanCoach, "SELECT "+coachColumns+" FROM coach WHERE code = $1", code)
	if problem.Is(err, problem.NotFound) {
		return c, problem.New(problem.NotFound, "There is no coach with the code %.20q", string(code))
	}
	if err == nil {
		c.Certification, err = All(ctx, tx, scanStep, "SELECT step, done, expires FROM certification WHERE coach = $1 ORDER BY done, step", code)
	}
	return c, err
}

func scanStep(scan Scan) (s coach.Step, err error) {
	return s, scan(&s.Name, &s.Done, moment{&s.Expires})
}

// Coaches gives all coaches with their certification, in the order of their codes.
func (tx *Tx) Coaches(ctx context.Context) ([]coach.Coach, error) {
	all, err := All(ctx, tx, scanCoach, "SELECT "+coachColumns+" FROM coach ORDER BY code")
	if err != nil {
		return nil, err
	}
	at := map[coach.Code]int{}
	for i, c := range all {
		at[c.Code] = i
	}
	_, err = All(ctx, tx, func(scan Scan) (s coach.Step, err error) {
		var code coach.Code
		if err = scan(&code, &s.Name, &s.Done, moment{&s.Expires}); err == nil {
			c := &all[at[code]]
			c.Certification = append(c.Certification, s)
		}
		return s, err
	}, "SELECT coach, step, done, expires FROM certification ORDER BY done, step")
	return all, err
}

// Loads gives the number of coachees that each coach has now; a coach without any is not in it.
func (tx *Tx) Loads(ctx context.Context) (map[coach.Code]int, error) {
	loads := map[coach.Code]int{}
	_, err := All(ctx, tx, func(scan Scan) (struct{}, error) {
		var code coach.Code
		var n int
		err := scan(&code, &n)
		loads[code] = n
		return struct{}{}, err
	}, "SELECT coach, count(*) FROM pairing WHERE ended IS NULL GROUP BY coach")
	return loads, err
}

// Pairing is who coaches whom from when, and until when.
type Pairing struct {
	Participant participant.Code
	Coach       coach.Code
	Chosen      time.Time
	Ended       *time.Time
	Reason      string // why it ended
}

func scanPairing(scan Scan) (p Pairing, err error) {
	return p, scan(&p.Participant, &p.Coach, &p.Chosen, moment{&p.Ended}, &p.Reason)
}

// Pair puts a participant with a coach. A coach without room breaks the constraint pairing_caseload, a participant who has a coach
// pairing_one_coach.
func (tx *Tx) Pair(ctx context.Context, code participant.Code, with coach.Code) error {
	return tx.insert(ctx, "pairing (participant, coach, chosen, reason)", [][]any{{code, with, tx.Now(), ""}}, "")
}

// Unpair ends the pairing of a participant, if there is one.
func (tx *Tx) Unpair(ctx context.Context, code participant.Code, reason string) error {
	_, err := tx.Do(ctx, "UPDATE pairing SET ended = $2, reason = $3 WHERE participant = $1 AND ended IS NULL", code, tx.Now(), reason)
	return err
}

// Pairing gives the pairing in force of a participant; problem.NotFound where there is none.
func (tx *Tx) Pairing(ctx context.Context, code participant.Code) (Pairing, error) {
	return One(ctx, tx, scanPairing, "SELECT participant, coach, chosen, ended, reason FROM pairing WHERE participant = $1 AND ended IS NULL", code)
}

// CoachChanges counts how often somebody has left a coach for another.
func (tx *Tx) CoachChanges(ctx context.Context) (int, error) {
	return One(ctx, tx, Value[int], "SELECT count(*) FROM pairing WHERE reason = 'changed'")
}

// Pairings gives all pairings there have been, in the order in which they were made.
func (tx *Tx) Pairings(ctx context.Context) ([]Pairing, error) {
	return All(ctx, tx, scanPairing, "SELECT participant, coach, chosen, ended, reason FROM pairing ORDER BY id")
}

// Coachees gives the participants whom a coach has now, in the order in which they chose.
func (tx *Tx) Coachees(ctx context.Context, code coach.Code) ([]Pairing, error) {
	return All(ctx, tx, scanPairing, "SELECT participant, coach, chosen, ended, reason FROM pairing WHERE coach = $1 AND ended IS NULL ORDER BY id", code)
}
