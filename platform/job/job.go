// Package job is work that an act causes and that is done later: at or after its due time, at least once.
//
// A job is enqueued in the transaction of its cause, so that neither exists without the other, and one dedupe key has
// one job. Because it may be done twice (a crash between doing and noting), what a job does must be harmless when
// repeated. The queue itself is the store's (store/job.go); what jobs do is conduct's.
package job

import (
	"context"
	"encoding/json"
	"time"

	"rekindle/problem"
)

// State is where a job stands.
type State string

// The states.
const (
	Waiting State = "waiting" // for its time
	Claimed State = "claimed" // somebody is doing it
	Done    State = "done"
	Stopped State = "stopped" // there was nothing left to do
	Failed  State = "failed"  // given up after MaxAttempts
)

// Job is one piece of work.
type Job struct {
	ID       int64  // given by the store
	Kind     string // names its handler
	Dedupe   string // two jobs of one dedupe key are one job
	Cause    int64  // the event of the audit trail that caused it
	Due      time.Time
	Payload  json.RawMessage // what the handler needs to know; no names, no answers
	State    State
	Attempts int       // times it was begun
	Ended    time.Time // zero while waiting or claimed
	Error    string    // of the last attempt that failed, or why it was stopped
}

// Handler does a job of one kind. A problem that trying again cannot mend (Invalid, NotFound, Forbidden, Conflict) stops
// the job; any other error has it tried again later.
type Handler func(ctx context.Context, j Job) error

// Lease is how long a claimed job is left to whoever claimed it before it is given to another.
const Lease = 10 * time.Minute

// MaxAttempts is how often a job is begun before it is given up: with Backoff, over about three days.
const MaxAttempts = 20

// Backoff is how long to wait after so many failed attempts: one minute, doubled each time, six hours at most.
func Backoff(attempts int) time.Duration {
	const longest = 6 * time.Hour
	if attempts > 9 { // 2^9 minutes are more than the longest
		return longest
	}
	return min(time.Minute<<max(attempts-1, 0), longest)
}

// Retry reports whether trying again may mend an error.
func Retry(err error) bool {
	switch problem.KindOf(err) {
	case problem.Invalid, problem.NotFound, problem.Forbidden, problem.Conflict:
		return false
	}
	return true
}
