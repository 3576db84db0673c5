package store

import (
	"context"
	"time"

	"rekindle/problem"
)

// Study is the one study of a store.
type Study struct {
	ProtocolID, ProtocolVersion string
	Digest                      string // SHA-256 of the protocol's file, hexadecimal
	Program                     string // version that opened it
	Simulated                   bool
	Opened                      time.Time
	Places, Capacity            int        // taken; 0 capacity: as many as come
	Closed                      *time.Time // enrolment
	Locked                      *time.Time
	Dataset                     string // SHA-256 of the locked dataset
	Unblinded                   *time.Time
}

const studyColumns = "protocol_id, protocol_version, digest, program, simulated, opened, places, capacity, closed, locked, dataset, unblinded"

// Study gives the study; a store that has none is problem.NotFound.
func (tx *Tx) Study(ctx context.Context) (Study, error) {
	s, err := One(ctx, tx, func(scan Scan) (s Study, err error) {
		return s, scan(&s.ProtocolID, &s.ProtocolVersion, &s.Digest, &s.Program, &s.Simulated, &s.Opened, &s.Places, &s.Capacity,
			moment{&s.Closed}, moment{&s.Locked}, &s.Dataset, moment{&s.Unblinded})
	}, "SELECT "+studyColumns+" FROM study")
	if problem.Is(err, problem.NotFound) {
		return s, problem.New(problem.NotFound, "The study has not been opened").Instead("Open it with its protocol first.")
	}
	return s, err
}

// ProtocolFile gives the protocol's file as it was when the study was opened, byte for byte.
func (tx *Tx) ProtocolFile(ctx context.Context) ([]byte, error) {
	return One(ctx, tx, Value[[]byte], "SELECT protocol FROM study")
}

// OpenStudy stores the study and the protocol's file, once.
func (tx *Tx) OpenStudy(ctx context.Context, s Study, protocol []byte) error {
	return tx.insert(ctx, "study (id, protocol, "+studyColumns+")", [][]any{{1, protocol, s.ProtocolID, s.ProtocolVersion, s.Digest, s.Program, s.Simulated, s.Opened,
		s.Places, s.Capacity, maybe(s.Closed), maybe(s.Locked), s.Dataset, maybe(s.Unblinded)}}, "")
}

// TakePlace takes one of the study's places, false when none is left.
func (tx *Tx) TakePlace(ctx context.Context) (bool, error) {
	n, err := tx.Do(ctx, "UPDATE study SET places = places + 1 WHERE capacity = 0 OR places < capacity")
	return n == 1, err
}

// CloseEnrolment stamps the end of enrolment.
func (tx *Tx) CloseEnrolment(ctx context.Context) error {
	_, err := tx.Do(ctx, "UPDATE study SET closed = $1", tx.Now())
	return err
}

// LockStudy stamps the lock and the SHA-256 of the dataset.
func (tx *Tx) LockStudy(ctx context.Context, dataset string) error {
	_, err := tx.Do(ctx, "UPDATE study SET locked = $1, dataset = $2", tx.Now(), dataset)
	return err
}

// UnblindStudy stamps the moment from which arms have their names.
func (tx *Tx) UnblindStudy(ctx context.Context) error {
	_, err := tx.Do(ctx, "UPDATE study SET unblinded = $1", tx.Now())
	return err
}

// SetCapacity changes the number of places.
func (tx *Tx) SetCapacity(ctx context.Context, places int) error {
	_, err := tx.Do(ctx, "UPDATE study SET capacity = $1", places)
	return err
}
