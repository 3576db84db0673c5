package conduct_test

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
)

const (
	confided   = "She thinks of leaving her department in spring."
	passphrase = "heron lantern quarry"
)

// everyBlob gives all that the store has of notes and of their keys.
func (w *world) everyBlob() (blobs [][]byte) {
	w.Helper()
	w.read(func(ctx context.Context, tx *store.Tx) error {
		for _, query := range []string{"SELECT sealed FROM coach_note", "SELECT wrapped FROM note_key", "SELECT recovery FROM note_key", "SELECT sealed FROM note_unlock"} {
			some, err := store.All(ctx, tx, store.Value[[]byte], query)
			if err != nil {
				return err
			}
			blobs = append(blobs, some...)
		}
		for _, query := range []string{"SELECT id || participant || session FROM coach_note", "SELECT recipient FROM note_key", "SELECT hash FROM note_unlock", "SELECT actor || object || old_value || new_value || reason FROM audit_event"} {
			some, err := store.All(ctx, tx, store.Value[string], query)
			if err != nil {
				return err
			}
			for _, text := range some {
				blobs = append(blobs, []byte(text))
			}
		}
		return nil
	})
	return blobs
}

func TestNotesAreTheCoachsAlone(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		code, k, s := started(w)
		desk := identity.AsCoach(k)
		refused(t, w.WriteNote(ctx, desk, code, "", confided), problem.Conflict, "no passphrase yet")
		_, err := w.UnlockNotes(ctx, desk, identity.Origin{}, passphrase)
		refused(t, err, problem.Conflict, "no passphrase yet")
		_, err = w.MakeNoteKey(ctx, desk, "short")
		refused(t, err, problem.Invalid, "too short")
		recovery, err := w.MakeNoteKey(ctx, desk, passphrase)
		must(t, err)
		_, err = w.MakeNoteKey(ctx, desk, passphrase)
		refused(t, err, problem.Conflict, "already")
		must(t, w.WriteNote(ctx, desk, code, "", "First."))
		w.pass(time.Minute)
		must(t, w.WriteNote(ctx, desk, code, s.ID, confided+"\r\n"))
		refused(t, w.WriteNote(ctx, desk, code, s.ID, " "), problem.Invalid, "empty")
		refused(t, w.WriteNote(ctx, desk, code, s.ID, strings.Repeat("x", 10_001)), problem.Invalid, "10001 characters")
		refused(t, w.WriteNote(ctx, desk, code, "another", confided), problem.NotFound, "no such page")

		b, err := w.Notebook(ctx, desk, "", code)
		must(t, err)
		if !b.Ready || b.Open || b.Count != 2 || b.Notes != nil {
			t.Errorf("locked: %+v", b)
		}
		_, err = w.UnlockNotes(ctx, desk, identity.Origin{}, passphrase+"s")
		refused(t, err, problem.Invalid, "not the passphrase")
		secret, err := w.UnlockNotes(ctx, desk, identity.Origin{}, passphrase)
		must(t, err)
		b, err = w.Notebook(ctx, desk, secret, code)
		must(t, err)
		if !b.Open || len(b.Notes) != 2 || b.Notes[0].Text != confided || b.Notes[0].Session != s.ID || b.Notes[1].Text != "First." {
			t.Errorf("unlocked: %+v", b)
		}
		if b, err := w.Notebook(ctx, desk, secret+"A", code); err != nil || b.Open {
			t.Errorf("another browser: %+v, %v", b, err)
		}

		// Nobody else, by whatever way: not another coach with the same browser, not staff, not the database with every key of the program.
		another, err := w.RegisterCoach(ctx, coordinator, conduct.NewCoach{Person: conduct.Person{Name: "Another", Email: "another@hospital.example"}})
		must(t, err)
		other := identity.AsCoach(another)
		if b, err := w.Notebook(ctx, other, secret, code); err != nil || b.Ready || b.Count != 0 {
			t.Errorf("another coach: %+v, %v", b, err)
		}
		_, err = w.MakeNoteKey(ctx, other, "another passphrase")
		must(t, err)
		refused(t, ignored(w.Notebook(ctx, other, secret, code)), problem.NotFound, "no such page")
		refused(t, w.WriteNote(ctx, other, code, "", confided), problem.NotFound, "no such page")
		refused(t, w.DeleteNote(ctx, other, b.Notes[0].ID), problem.NotFound, "no such note")
		for _, by := range []identity.Actor{coordinator, owner, statistician, identity.AsParticipant(code), identity.Program, {Name: "office", Role: identity.Leadership}, {Name: "office", Role: identity.Finance}} {
			refused(t, ignored(w.Notebook(ctx, by, secret, code)), problem.Forbidden, "may not do this")
			refused(t, w.WriteNote(ctx, by, code, "", confided), problem.Forbidden, "may not do this")
			refused(t, w.DeleteNote(ctx, by, b.Notes[0].ID), problem.Forbidden, "may not do this")
			_, err := w.UnlockNotes(ctx, by, identity.Origin{}, passphrase)
			refused(t, err, problem.Forbidden, "may not do this")
			_, err = w.ChangeNoteKey(ctx, by, identity.Origin{}, passphrase, "", "another passphrase")
			refused(t, err, problem.Forbidden, "may not do this")
		}
		for _, blob := range w.everyBlob() {
			for _, telling := range []string{"leaving", "AGE-SECRET-KEY", passphrase, secret, recovery, strings.ReplaceAll(recovery, "-", "")} {
				if bytes.Contains(blob, []byte(telling)) {
					t.Errorf("the store has %q: %q", telling, blob)
				}
			}
			if _, err := w.vault.Open(blob, "coach_note", "sealed", b.Notes[0].ID); err == nil {
				t.Error("the vault opens a note")
			}
		}
		if verbs := w.trail(string(code)); slices.Contains(verbs, "note.write") {
			t.Errorf("the trail tells about whom notes are: %v", verbs)
		}

		must(t, w.LockNotes(ctx, desk, secret))
		if b, err := w.Notebook(ctx, desk, secret, code); err != nil || b.Open {
			t.Errorf("after locking: %+v, %v", b, err)
		}
	})
}

func ignored(_ conduct.Notebook, err error) error { return err }

func TestKeyOfNotesIsChangedAndLost(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ctx := w.Context()
	code, k, _ := started(w)
	desk := identity.AsCoach(k)
	recovery, err := w.MakeNoteKey(ctx, desk, passphrase)
	must(t, err)
	must(t, w.WriteNote(ctx, desk, code, "", confided))
	first, err := w.UnlockNotes(ctx, desk, identity.Origin{}, passphrase)
	must(t, err)
	_, err = w.ChangeNoteKey(ctx, desk, identity.Origin{}, "", strings.Repeat("A", 26), "orchard violin tide")
	refused(t, err, problem.Invalid, "not the recovery code")
	_, err = w.ChangeNoteKey(ctx, desk, identity.Origin{}, "", strings.ToLower(recovery), "orchard violin tide")
	must(t, err)
	if b, err := w.Notebook(ctx, desk, first, code); err != nil || b.Open {
		t.Errorf("a browser of before: %+v, %v", b, err)
	}
	_, err = w.ChangeNoteKey(ctx, desk, identity.Origin{}, "", recovery, "once more with it")
	refused(t, err, problem.Invalid, "not the recovery code")
	secret, err := w.UnlockNotes(ctx, desk, identity.Origin{}, "orchard violin tide")
	must(t, err)
	b, err := w.Notebook(ctx, desk, secret, code)
	must(t, err)
	if len(b.Notes) != 1 || b.Notes[0].Text != confided {
		t.Errorf("%+v", b)
	}
	w.pass(conduct.NotesLife)
	if b, err := w.Notebook(ctx, desk, secret, code); err != nil || b.Open {
		t.Errorf("when the time is over: %+v, %v", b, err)
	}
	must(t, w.DeleteNote(ctx, desk, b.Notes[0].ID))
	refused(t, w.DeleteNote(ctx, desk, b.Notes[0].ID), problem.NotFound, "no such note")

	// A note that is moved to somebody else is not believed.
	must(t, w.WriteNote(ctx, desk, code, "", confided))
	secret, err = w.UnlockNotes(ctx, desk, identity.Origin{}, "orchard violin tide")
	must(t, err)
	must(t, w.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Do(ctx, "UPDATE coach_note SET session = 'another'")
		return err
	}))
	refused(t, ignored(w.Notebook(ctx, desk, secret, code)), problem.Unavailable, "moved")

	// Guessing is slowed down.
	for range identity.FreeForAccount {
		_, _ = w.ChangeNoteKey(ctx, desk, identity.Origin{}, "", strings.Repeat("A", 26), "orchard violin tide") // the last one tells
	}
	_, err = w.ChangeNoteKey(ctx, desk, identity.Origin{}, "", strings.Repeat("A", 26), "orchard violin tide")
	refused(t, err, problem.Conflict, "Too many attempts")
}

// Notes are in no dataset.
func TestNotesAreNotLocked(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ctx := w.Context()
	code, k, s := started(w)
	desk := identity.AsCoach(k)
	_, err := w.MakeNoteKey(ctx, desk, passphrase)
	must(t, err)
	must(t, w.WriteNote(ctx, desk, code, s.ID, confided))
	w.at("2021-08-12 13:00")
	_, err = w.Hold(ctx, desk, s.ID, conduct.Held{Minutes: 90})
	must(t, err)
	must(t, w.CloseEnrolment(ctx, owner, "for the test"))
	w.at("2022-03-15 09:00")
	w.tick()
	locked, err := w.Lock(ctx, owner, t.TempDir())
	must(t, err)
	file, err := os.ReadFile(locked.Path)
	must(t, err)
	for _, telling := range []string{"leaving", "note", "age-encryption"} {
		if bytes.Contains(file, []byte(telling)) {
			t.Errorf("the dataset has %q", telling)
		}
	}
	if !strings.Contains(string(file), string(code)) {
		t.Error("the dataset does not know the participant")
	}
}
