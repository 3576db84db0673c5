package conduct_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
)

// ended is a trial with two participants whose windows have closed.
func ended(t *testing.T) *world {
	w := newWorld(t, storetest.SQLite(t))
	w.at("2021-08-09 10:00")
	w.arms(2)
	w.at("2021-12-31 09:00")
	w.tick()
	return w
}

func TestLockTwiceAtOnce(t *testing.T) {
	w := ended(t)
	dir := t.TempDir()
	var group sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		group.Go(func() { _, errs[i] = w.Lock(w.Context(), statistician, dir) })
	}
	group.Wait()
	locked := 0
	for _, err := range errs {
		if err == nil {
			locked++
		} else {
			refused(t, err, problem.Conflict, "locked")
		}
	}
	if _, err := os.Stat(filepath.Join(dir, conduct.DatasetFile)); locked != 1 || err != nil {
		t.Errorf("%d locks, %v", locked, err)
	}
}

func TestLockThatCannotWriteLocksNothing(t *testing.T) {
	w := ended(t)
	dir := t.TempDir()
	// A folder stands where the protocol is to be written.
	must(t, os.MkdirAll(filepath.Join(dir, conduct.ProtocolFile, "in the way"), 0o700))
	_, err := w.Lock(w.Context(), statistician, dir)
	refused(t, err, problem.Unavailable, "nothing was locked")
	if _, err := os.Stat(filepath.Join(dir, conduct.DatasetFile)); err == nil {
		t.Error("a dataset remains")
	}
	w.read(func(ctx context.Context, tx *store.Tx) error {
		s, err := tx.Study(ctx)
		if s.Locked != nil || s.Dataset != "" {
			t.Errorf("%+v", s)
		}
		return err
	})
	if _, err := w.Lock(w.Context(), statistician, t.TempDir()); err != nil {
		t.Errorf("elsewhere: %v", err)
	}
}

func TestResourcesAgain(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.at("2021-08-09 10:00")
	coaching, control := w.arms(4)
	must(t, w.SendResources(w.Context(), coordinator, control[0]))
	refused(t, w.SendResources(w.Context(), coordinator, coaching[0]), problem.Conflict, "no resources")
	if kinds, all := w.mail(control[0]); count(kinds, "resources") != 1 || all[0].Text == "" {
		t.Errorf("mail %v", kinds)
	}
}
