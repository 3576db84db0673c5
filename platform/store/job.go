package store

import (
	"cmp"
	"context"
	"time"

	"rekindle/platform/job"
	"rekindle/problem"
)

// Enqueue puts jobs in the queue, caused by the last event that this transaction recorded. A job whose dedupe key is
// there already, done or not, is left out. It gives the number that are new.
func (tx *Tx) Enqueue(ctx context.Context, jobs ...job.Job) (queued int64, err error) {
	cause, ok := tx.Cause()
	if !ok {
		return 0, problem.New(problem.Internal, "a job without an event that caused it")
	}
	for _, j := range jobs {
		n, err := tx.Do(ctx, `INSERT INTO job (kind, dedupe, cause, due, payload, state, attempts, error)
			VALUES ($1, $2, $3, $4, $5, 'waiting', 0, '') ON CONFLICT (dedupe) DO NOTHING`,
			j.Kind, j.Dedupe, cause, j.Due, cmp.Or(string(j.Payload), "null"))
		if err != nil {
			return queued, err
		}
		queued += n
	}
	return queued, nil
}

const jobColumns = "id, kind, dedupe, cause, due, payload, state, attempts, ended, error"

func scanJob(scan Scan) (j job.Job, err error) {
	var payload string
	err = scan(&j.ID, &j.Kind, &j.Dedupe, &j.Cause, &j.Due, &payload, &j.State, &j.Attempts, &j.Ended, &j.Error)
	j.Payload = []byte(payload)
	return j, err
}

// Jobs gives the jobs in a state, or all where it is empty, in order of their time; at most so many.
func (tx *Tx) Jobs(ctx context.Context, state job.State, most int) ([]job.Job, error) {
	return All(ctx, tx, scanJob, "SELECT "+jobColumns+" FROM job WHERE $1 = '' OR state = $1 ORDER BY due, id LIMIT $2", string(state), most)
}

// ClaimJob takes the next job that is due, for job.Lease; false if there is none. A job whose lease has run out is taken
// from whoever had it.
func (tx *Tx) ClaimJob(ctx context.Context) (j job.Job, ok bool, err error) {
	// There is one writer at a time, so two never see the same job waiting.
	claimed, err := All(ctx, tx, scanJob, `UPDATE job SET state = 'claimed', attempts = attempts + 1, claimed_until = $2
		WHERE id = (SELECT id FROM job WHERE state IN ('waiting', 'claimed') AND due <= $1 AND (state = 'waiting' OR claimed_until <= $1)
			ORDER BY due, id LIMIT 1)
		RETURNING `+jobColumns, tx.now, tx.now.Add(job.Lease))
	if err != nil || len(claimed) == 0 {
		return j, false, err
	}
	return claimed[0], true, nil
}

// EndJob notes how a claimed job went: done where err is nil, else tried again later, stopped or given up, as job.Retry
// and job.MaxAttempts say. A job that was meanwhile given to another is a problem.Conflict.
func (tx *Tx) EndJob(ctx context.Context, j job.Job, err error) error {
	state, text := job.Done, ""
	due, ended := j.Due, Time{tx.now}
	switch {
	case err == nil:
	case !job.Retry(err):
		state, text = job.Stopped, err.Error()
	case j.Attempts >= job.MaxAttempts:
		state, text = job.Failed, err.Error()
	default:
		state, text = job.Waiting, err.Error()
		due, ended = tx.now.Add(job.Backoff(j.Attempts)), Time{}
	}
	n, err := tx.Do(ctx, `UPDATE job SET state = $3, due = $4, ended = $5, error = $6, claimed_until = NULL
		WHERE id = $1 AND attempts = $2 AND state = 'claimed'`, j.ID, j.Attempts, state, due, ended, text)
	if err == nil && n == 0 {
		err = problem.New(problem.Conflict, "job %d was given to another", j.ID)
	}
	return err
}

// NextJob gives the time at which the next job is to be looked at; false if none waits.
func (tx *Tx) NextJob(ctx context.Context) (at time.Time, ok bool, err error) {
	first, err := One(ctx, tx, Value[Time], `SELECT min(CASE state WHEN 'claimed' THEN claimed_until ELSE due END) FROM job WHERE state IN ('waiting', 'claimed')`)
	return first.Time, !first.IsZero(), err
}

// Work does every job that is due, one after the other, each outside of any transaction, and gives how many it did. A job
// without a handler counts as one that failed for now. It ends early only with ctx or when the store fails.
func (s *Store) Work(ctx context.Context, handlers map[string]job.Handler) (did int, err error) {
	for ctx.Err() == nil {
		var j job.Job
		var ok bool
		if err = s.Write(ctx, func(tx *Tx) error { j, ok, err = tx.ClaimJob(ctx); return err }); err != nil || !ok {
			return did, err
		}
		var failure error
		if handle := handlers[j.Kind]; handle != nil {
			failure = handle(ctx, j)
		} else {
			failure = problem.New(problem.Unavailable, "this program does not know how to do %q", j.Kind)
		}
		err = s.Write(context.WithoutCancel(ctx), func(tx *Tx) error { return tx.EndJob(ctx, j, failure) })
		if err != nil && !problem.Is(err, problem.Conflict) {
			return did, err
		}
		did++
	}
	return did, ctx.Err()
}
