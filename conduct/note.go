package conduct

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"rekindle/platform/identity"
	"rekindle/platform/notebook"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// A coach's private notes are the coach's alone. No permission names another role; the words are sealed to a key that only the coach's
// passphrase or recovery code opens; the trail keeps that notes were unlocked, never about whom or what.

// NotesLife is how long a browser reads a coach's notes after they were unlocked.
const NotesLife = 2 * time.Hour

// longestNote bounds a note, in characters.
const longestNote = 10_000

// Note is a coach's private note.
type Note struct {
	ID      string
	Session string // empty: about no session
	Made    time.Time
	Text    string
}

// Notebook is the state of a coach's notes about somebody.
type Notebook struct {
	Ready bool   // there is a key
	Open  bool   // the browser reads
	Count int    // notes there are
	Notes []Note // the latest first; none where it is not open
}

// MakeNoteKey makes the key of a coach's notes, and gives the recovery code, which is shown this once.
func (c *Conduct) MakeNoteKey(ctx context.Context, by identity.Actor, passphrase string) (code string, err error) {
	if err := by.Require("note.key"); err != nil {
		return "", err
	}
	if err := checkPassphrase(passphrase); err != nil {
		return "", err
	}
	k, code, err := notebook.New(passphrase)
	if err != nil {
		return "", err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		switch _, err := tx.NoteKey(ctx, by.Coach); {
		case err == nil:
			return problem.New(problem.Conflict, "Your notes have a passphrase already").Instead("Change it instead.")
		case !problem.Is(err, problem.NotFound):
			return err
		}
		if err := tx.AddNoteKey(ctx, by.Coach, k); err != nil {
			return err
		}
		return record(ctx, tx, by, "note.key", string(by.Coach), nil, facts{"key": "made"}, "")
	})
	if err != nil {
		return "", err
	}
	return code, nil
}

// checkPassphrase is the rule of passwords, in the words of notes.
func checkPassphrase(passphrase string) error {
	err := identity.CheckPassword(passphrase)
	if err != nil {
		return problem.New(problem.Invalid, "The passphrase is too short or too simple").On("passphrase").
			Instead("Take at least 12 characters; a few words that do not belong together are easy to keep in mind.").Because(err)
	}
	return nil
}

// ChangeNoteKey puts a coach's notes under another passphrase, for whoever knows the one before or the recovery code, and gives a new
// recovery code. Every browser must unlock them again.
func (c *Conduct) ChangeNoteKey(ctx context.Context, by identity.Actor, from identity.Origin, passphrase, recovery, next string) (code string, err error) {
	if err := checkPassphrase(next); err != nil {
		return "", err
	}
	reader, err := c.noteReader(ctx, by, from, "note.key", passphrase, recovery)
	if err != nil {
		return "", err
	}
	k, code, err := reader.Wrap(next)
	if err != nil {
		return "", err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.RewrapNoteKey(ctx, by.Coach, k); err != nil {
			return err
		}
		if err := tx.ReturnNotes(ctx, "", by.Coach); err != nil {
			return err
		}
		return record(ctx, tx, by, "note.key", string(by.Coach), nil, facts{"key": "changed"}, "")
	})
	if err != nil {
		return "", err
	}
	return code, nil
}

// noteReader opens the key of a coach's notes, by the passphrase, or by the recovery code where that is given. Guesses are slowed down.
func (c *Conduct) noteReader(ctx context.Context, by identity.Actor, from identity.Origin, verb, passphrase, recovery string) (r notebook.Reader, err error) {
	if err := by.Require(verb); err != nil {
		return r, err
	}
	guess := "notes " + string(by.Coach)
	if err := c.attempt(ctx, from, guess); err != nil {
		return r, err
	}
	var k notebook.Key
	if err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		k, err = tx.NoteKey(ctx, by.Coach)
		return err
	}); err != nil {
		return r, orElse(ignore(err, problem.NotFound), problem.New(problem.Conflict, "Your notes have no passphrase yet").Instead("Set one first."))
	}
	if strings.TrimSpace(recovery) != "" {
		r, err = k.Recover(recovery)
	} else {
		r, err = k.Open(passphrase)
	}
	if err != nil {
		return r, err
	}
	return r, c.Store.Write(ctx, func(tx *store.Tx) error {
		for _, key := range []string{c.throttled(tx, guess), c.network(tx, from)} {
			if err := tx.Refund(ctx, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// UnlockNotes lets one browser read a coach's notes for a while, and gives the secret that the browser is to keep: the store alone opens
// nothing.
func (c *Conduct) UnlockNotes(ctx context.Context, by identity.Actor, from identity.Origin, passphrase string) (secret string, err error) {
	reader, err := c.noteReader(ctx, by, from, "note.read", passphrase, "")
	if err != nil {
		return "", err
	}
	secret, sealed, err := reader.Lend()
	if err != nil {
		return "", err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LendNotes(ctx, notebook.Hash(secret), by.Coach, sealed, tx.Now().Add(NotesLife)); err != nil {
			return err
		}
		return record(ctx, tx, by, "note.read", string(by.Coach), nil, facts{"notes": "unlocked"}, "")
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// LockNotes ends that a browser reads a coach's notes.
func (c *Conduct) LockNotes(ctx context.Context, by identity.Actor, secret string) error {
	if err := by.Require("note.read"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.ReturnNotes(ctx, notebook.Hash(secret), by.Coach)
	})
}

// sealedText is what is sealed of a note: with its place, so that it cannot be passed off as one about somebody else.
type sealedText struct {
	ID          string
	Participant participant.Code
	Session     string
	Text        string
}

// WriteNote keeps a note about a coachee, of now or of before. It takes no passphrase.
func (c *Conduct) WriteNote(ctx context.Context, by identity.Actor, code participant.Code, about, text string) error {
	if err := by.Require("note.write"); err != nil {
		return err
	}
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch n := utf8.RuneCountInString(text); {
	case text == "":
		return problem.New(problem.Invalid, "The note is empty").On("note").Instead("Write something, or leave it.")
	case n > longestNote:
		return problem.New(problem.Invalid, "The note has %d characters", n).On("note").Instead("Keep it within %d.", longestNote)
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		who, err := c.knownTo(ctx, tx, by, code)
		if err != nil {
			return err
		}
		if about != "" && !slices.Contains(who, about) {
			return strangers()
		}
		k, err := tx.NoteKey(ctx, by.Coach)
		if err != nil {
			return orElse(ignore(err, problem.NotFound), problem.New(problem.Conflict, "Your notes have no passphrase yet").Instead("Set one first, then write."))
		}
		n := store.SealedNote{Coach: by.Coach, Participant: code, Session: about, Made: tx.Now()}
		if n.ID, err = c.token(); err != nil {
			return err
		}
		plain, err := json.Marshal(sealedText{n.ID, code, about, text})
		if err != nil {
			return err
		}
		if n.Sealed, err = k.Seal(plain); err != nil {
			return err
		}
		if err := tx.AddNote(ctx, n); err != nil {
			return err
		}
		return record(ctx, tx, by, "note.write", string(by.Coach), nil, nil, "")
	})
}

// knownTo gives the sessions of a coach with a participant; one whom they never coached does not exist.
func (c *Conduct) knownTo(ctx context.Context, tx *store.Tx, by identity.Actor, code participant.Code) (sessions []string, err error) {
	pairs, err := tx.PairingsOfCoach(ctx, by.Coach)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(pairs, func(p store.Pairing) bool { return p.Participant == code }) {
		return nil, strangers()
	}
	all, err := tx.Sessions(ctx, code)
	for _, s := range all {
		if s.Coach == by.Coach {
			sessions = append(sessions, s.ID)
		}
	}
	return sessions, err
}

// Notebook gives a coach's notes about somebody they coach or coached, to the browser that has unlocked them.
func (c *Conduct) Notebook(ctx context.Context, by identity.Actor, secret string, code participant.Code) (b Notebook, err error) {
	if err := by.Require("note.read"); err != nil {
		return b, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		b = Notebook{}
		if _, err := tx.NoteKey(ctx, by.Coach); err != nil {
			return ignore(err, problem.NotFound)
		}
		b.Ready = true
		if code != "" {
			if _, err := c.knownTo(ctx, tx, by, code); err != nil {
				return err
			}
		}
		sealed, err := tx.NotesAbout(ctx, by.Coach, code)
		if err != nil {
			return err
		}
		b.Count = len(sealed)
		lent, err := tx.LentNotes(ctx, notebook.Hash(secret), by.Coach)
		if err != nil || secret == "" {
			return ignore(err, problem.NotFound)
		}
		reader, err := notebook.Borrow(secret, lent)
		if err != nil {
			return err
		}
		b.Open = true
		for _, n := range sealed {
			text, err := readNote(reader, n)
			if err != nil {
				return err
			}
			b.Notes = append(b.Notes, Note{n.ID, n.Session, n.Made, text})
		}
		return nil
	})
	return b, err
}

// readNote opens a note, and refuses one that was put where another stood.
func readNote(reader notebook.Reader, n store.SealedNote) (string, error) {
	plain, err := reader.Open(n.Sealed)
	if err != nil {
		return "", err
	}
	var t sealedText
	if err := json.Unmarshal(plain, &t); err != nil {
		return "", err
	}
	if t.ID != n.ID || t.Participant != n.Participant || t.Session != n.Session {
		return "", problem.New(problem.Unavailable, "a note was moved in the database").Instead("Tell the study's owner.")
	}
	return t.Text, nil
}

// DeleteNote forgets a note for good.
func (c *Conduct) DeleteNote(ctx context.Context, by identity.Actor, id string) error {
	if err := by.Require("note.write"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		found, err := tx.RemoveNote(ctx, by.Coach, id)
		if err != nil || !found {
			return orElse(err, problem.New(problem.NotFound, "There is no such note"))
		}
		return record(ctx, tx, by, "note.write", string(by.Coach), nil, facts{"deleted": true}, "")
	})
}
