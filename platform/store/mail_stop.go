package store

import (
	"context"
	"time"

	"rekindle/trial/participant"
)

// MailStopOf is what a stop is of: all mail to a person, or one message to everybody. The other is empty.
type MailStopOf struct {
	Participant participant.Code
	Message     string // ID in the protocol
}

// MailStop is a stop of mail that holds until somebody lifts it.
type MailStop struct {
	MailStopOf
	Since  time.Time
	Reason string
}

// MailStops gives the stops that are in force.
func (tx *Tx) MailStops(ctx context.Context) (map[MailStopOf]MailStop, error) {
	found := map[MailStopOf]MailStop{}
	_, err := All(ctx, tx, func(scan Scan) (s MailStop, err error) {
		err = scan(&s.Participant, &s.Message, &s.Since, &s.Reason)
		found[s.MailStopOf] = s
		return s, err
	}, "SELECT participant, message, since, reason FROM mail_stop")
	return found, err
}

// AddMailStop stops mail from now on; false where it is stopped already.
func (tx *Tx) AddMailStop(ctx context.Context, of MailStopOf, reason string) (bool, error) {
	n, err := tx.Do(ctx, "INSERT INTO mail_stop (participant, message, since, reason) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", of.Participant, of.Message, tx.Now(), reason)
	return n == 1, err
}

// LiftMailStop ends a stop; false where there is none.
func (tx *Tx) LiftMailStop(ctx context.Context, of MailStopOf) (bool, error) {
	n, err := tx.Do(ctx, "DELETE FROM mail_stop WHERE participant = $1 AND message = $2", of.Participant, of.Message)
	return n == 1, err
}
