package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"rekindle/platform/vault"
	"rekindle/problem"
)

// vaultCommand has the commands for the keys under which names, addresses and mail are kept.
type vaultCommand struct {
	Status vaultStatus `cmd:"" help:"Say how many keys there are, and how many values an older one has sealed. Example: rekindle vault status --data study"`
	Rotate vaultRotate `cmd:"" help:"Add a key, and seal everything anew with it; a server may be running. Example: rekindle vault rotate --data study"`
	Forget vaultForget `cmd:"" help:"Drop the older keys, when nothing is sealed with them any more. Example: rekindle vault forget --data study"`
}

type vaultStatus struct{ dataFlags }

// Run prints how the keys stand.
func (c *vaultStatus) Run(ctx context.Context, s *streams) error {
	d, err := c.read(ctx, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	act, err := d.conduct(ctx)
	if err != nil {
		return err
	}
	stale, err := act.Stale(ctx, console)
	if err != nil {
		return err
	}
	n, current := d.Vault.Keys()
	_, err = fmt.Fprintf(s.out, "Keys: %d; number %d seals. Values that an older key has sealed: %d.\n", n, current, stale)
	return printed(err)
}

type vaultRotate struct {
	Resume bool `help:"Add no key: only seal anew what an older one has sealed."`
	dataFlags
}

// Help is printed below the usage.
func (c *vaultRotate) Help() string {
	return `The new key is written to the key file first. Where a server runs on the same SQLite file, it takes the key up within half a minute and seals
anew by itself; 'rekindle vault status' shows how far it is. Interrupted, it goes on with --resume. Keep a backup of the key file: the older keys
still open older backups of the database.`
}

// Run adds a key and seals anew, or leaves that to the server that holds the file.
func (c *vaultRotate) Run(ctx context.Context, s *streams) error {
	if err := c.found(); err != nil {
		return err
	}
	path := filepath.Join(c.keys(), vaultKeyName)
	if !c.Resume {
		keys, err := c.vault()
		if err != nil {
			return err
		}
		if err := keys.Rotate(rand.Reader); err != nil {
			return err
		}
		if err := vault.ReplaceSecret(path, keys.Secret()); err != nil {
			return err
		}
		_, current := keys.Keys()
		fmt.Fprintf(s.out, "Key %d is in %s and seals from now on. Back it up.\n", current, path)
	}
	d, err := c.open(ctx, nil)
	if problem.Is(err, problem.Unavailable) && c.Database == "" {
		_, err := fmt.Fprintf(s.out, "Another process has the study open (%v). A server takes the key up within half a minute; otherwise run 'rekindle vault rotate --resume'.\n", err)
		return printed(err)
	}
	if err != nil {
		return err
	}
	defer d.Close()
	act, err := d.conduct(ctx)
	if err != nil {
		return err
	}
	n, err := act.Reseal(ctx, console)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%d values are sealed anew. 'rekindle vault forget' drops the older keys.\n", n)
	return printed(err)
}

type vaultForget struct{ dataFlags }

// settled is how long after a change of keys a process that shares the database has certainly taken them up.
const settled = 10 * time.Minute

// Run drops the older keys. An SQLite study must not be in use; on PostgreSQL the newest key must have been there for a while, so that
// nobody seals with an older one any more.
func (c *vaultForget) Run(ctx context.Context, s *streams) error {
	d, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	path := filepath.Join(c.keys(), vaultKeyName)
	if info, err := os.Stat(path); c.Database != "" && err == nil && time.Since(info.ModTime()) < settled {
		return problem.New(problem.Conflict, "the keys were changed less than %v ago: a server may still seal with an older one", settled).Instead("Try again later")
	}
	act, err := d.conduct(ctx)
	if err != nil {
		return err
	}
	stale, err := act.Stale(ctx, console)
	if err != nil {
		return err
	}
	if stale > 0 {
		return problem.New(problem.Conflict, "%d values are sealed with an older key", stale).Instead("Run 'rekindle vault rotate --resume' first")
	}
	n := d.Vault.Forget()
	if err := vault.ReplaceSecret(path, d.Vault.Secret()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%d older keys are dropped. Backups of the database from before need a backup of the key file.\n", n)
	return printed(err)
}
