package conduct

import (
	"context"
	"os"
	"path/filepath"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/assessment"
	"rekindle/trial/dataset"
)

// Locked is a dataset that was locked.
type Locked struct {
	Path   string // of the file
	Digest string // SHA-256 of its bytes, hexadecimal, as in the audit trail
}

// The files in the folder that Lock is given: the locked dataset, and the protocol that it was collected under.
const (
	DatasetFile  = "dataset.json"
	ProtocolFile = "protocol.toml"
)

// Lock freezes the data for analysis: it writes everything that an analysis may use to dir/dataset.json, canonical, with the
// protocol beside it, and puts its SHA-256 in the trail. From then on no answer is given or changed; coaching goes on. It
// refuses while enrolment is open or a visit may still be answered, and a second time. File and lock come together: where
// the one fails the other does not happen.
func (c *Conduct) Lock(ctx context.Context, by identity.Actor, dir string) (locked Locked, err error) {
	if err := by.Require("dataset.lock"); err != nil {
		return locked, err
	}
	path := filepath.Join(dir, DatasetFile)
	if _, err := os.Stat(path); err == nil {
		return locked, problem.New(problem.Conflict, "There is a locked dataset already").At("%s", path).Instead("Name another folder.")
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return locked, problem.New(problem.Unavailable, "The folder cannot be made").At("%s", dir).Because(err)
	}
	var written []string
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		s, err := unlocked(ctx, tx)
		if err != nil {
			return err
		}
		if s.Digest != c.Protocol.Digest() {
			return problem.New(problem.Conflict, "The protocol at hand is not the one that the study was opened with").Instead("Take the protocol that is kept in the study.")
		}
		if s.Closed == nil {
			return problem.New(problem.Conflict, "Enrolment is still open").Instead("Close it first.")
		}
		visits, err := tx.AllVisits(ctx)
		if err != nil {
			return err
		}
		open := 0
		for _, v := range visits {
			if v.State == assessment.Planned || v.State == assessment.Open {
				open++
			}
		}
		if open > 0 {
			return problem.New(problem.Conflict, "%d visits may still be answered", open).Instead("Wait until the last window has closed.")
		}
		d, err := c.dataset(ctx, tx, s, visits)
		if err != nil {
			return err
		}
		canonical, err := d.Canonical()
		if err != nil {
			return err
		}
		locked = Locked{Path: path, Digest: dataset.Digest(canonical)}
		if err := tx.LockStudy(ctx, locked.Digest); err != nil {
			return err
		}
		if err := record(ctx, tx, by, "dataset.lock", s.ProtocolID, nil, facts{"sha256": locked.Digest, "entrants": len(d.Entrants)}, ""); err != nil {
			return err
		}
		protocol, err := tx.ProtocolFile(ctx)
		if err != nil {
			return err
		}
		for name, text := range map[string][]byte{filepath.Join(dir, ProtocolFile): protocol, path: canonical} {
			if err := write(name, text); err != nil {
				return err
			}
			written = append(written, name)
		}
		return nil
	})
	if err != nil {
		for _, name := range written {
			os.Remove(name)
		}
		return Locked{}, err
	}
	return locked, nil
}

// write puts bytes into a file, whole or not at all, and on disk before it returns.
func write(path string, text []byte) error {
	failed := func(err error) error {
		return problem.New(problem.Unavailable, "The locked data cannot be written").At("%s", path).Instead("Check the folder's rights and the room on its disk; nothing was locked.").Because(err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".dataset-*")
	if err != nil {
		return failed(err)
	}
	defer os.Remove(f.Name()) // after the rename there is none
	if _, err := f.Write(text); err != nil {
		f.Close()
		return failed(err)
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return failed(err)
	}
	if err := f.Close(); err != nil {
		return failed(err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return failed(err)
	}
	return nil
}

// Unblind lets everybody who sees the data see the arms by name. Where the protocol keeps them masked until the lock, it refuses before.
func (c *Conduct) Unblind(ctx context.Context, by identity.Actor, reason string) error {
	if err := by.Require("dataset.unblind"); err != nil {
		return err
	}
	if reason = shorten(reason); reason == "" {
		return problem.New(problem.Invalid, "Unblinding needs a reason").On("reason")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		s, err := tx.Study(ctx)
		if err != nil {
			return err
		}
		switch {
		case s.Unblinded != nil:
			return problem.New(problem.Conflict, "The arms were unmasked on %s", s.Unblinded.Format("January 2, 2006"))
		case c.Protocol.Allocation.BlindedUntil == "lock" && s.Locked == nil:
			return problem.New(problem.Conflict, "The protocol keeps the arms masked until the data are locked").Instead("Lock the dataset first.")
		}
		if err := tx.UnblindStudy(ctx); err != nil {
			return err
		}
		return record(ctx, tx, by, "dataset.unblind", s.ProtocolID, nil, nil, reason)
	})
}
