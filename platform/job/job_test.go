package job_test

import (
	"errors"
	"testing"
	"time"

	"rekindle/platform/job"
	"rekindle/problem"
)

func TestBackoff(t *testing.T) {
	for attempts, want := range map[int]time.Duration{0: time.Minute, 1: time.Minute, 2: 2 * time.Minute, 9: 256 * time.Minute, 10: 6 * time.Hour, 1000: 6 * time.Hour} {
		if got := job.Backoff(attempts); got != want {
			t.Errorf("after %d attempts: %v, want %v", attempts, got, want)
		}
	}
	var all time.Duration
	for attempt := range job.MaxAttempts {
		all += job.Backoff(attempt + 1)
	}
	if days := all.Hours() / 24; days < 2.5 || days > 4 {
		t.Errorf("given up after %.1f days", days)
	}
}

func TestRetry(t *testing.T) {
	for kind, want := range map[problem.Kind]bool{problem.Internal: true, problem.Unavailable: true, problem.Invalid: false,
		problem.NotFound: false, problem.Forbidden: false, problem.Conflict: false} {
		if job.Retry(problem.New(kind, "x")) != want {
			t.Errorf("%v: retry %v, want %v", kind, !want, want)
		}
	}
	if !job.Retry(errors.New("x")) {
		t.Error("an unknown error is not tried again")
	}
}
