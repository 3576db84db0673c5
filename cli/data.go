package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rekindle/platform/audit"
	"rekindle/platform/store"
	"rekindle/platform/vault"
	"rekindle/problem"
)

// dataFlags name a study: its data directory, and its database where that is not a file in it. Commands that work on a study
// embed them. docs/data-directory.md describes what stands where.
type dataFlags struct {
	Data     string `default:"rekindle-data" env:"REKINDLE_DATA" placeholder:"DIR" type:"path" help:"Data directory of the study (default rekindle-data)."`
	Database string `env:"REKINDLE_DATABASE" placeholder:"URL" help:"PostgreSQL that holds the study, postgres://user:password@host/database. Without it the study is an SQLite file in the data directory."`
	Keys     string `env:"REKINDLE_KEYS" placeholder:"DIR" type:"path" help:"Directory of the keys (default: keys in the data directory)."`

	rehearsal bool // of a study that is made: it can be played again, so its commits need not wait for the disk
}

// The names in a data directory.
const (
	databaseName  = "rekindle.db"
	auditKeyName  = "audit.key"
	auditPubName  = "audit.pub"
	vaultKeyName  = "vault.key"
	keysDirectory = "keys"
)

// data is an open study.
type data struct {
	Dir    string
	Store  *store.Store
	Public string       // the verifier's key of the audit trail
	Vault  *vault.Vault // nil where the study is only read and the keys are not at hand
}

// Close gives the study back.
func (d *data) Close() error { return d.Store.Close() }

func (f dataFlags) keys() string {
	if f.Keys != "" {
		return f.Keys
	}
	return filepath.Join(f.Data, keysDirectory)
}

func (f dataFlags) options(clock func() time.Time) store.Options {
	o := store.Options{URL: f.Database, Clock: clock, Rehearsal: f.rehearsal}
	if f.Database == "" {
		o.Path = filepath.Join(f.Data, databaseName)
	}
	return o
}

// exists reports whether there is a study, or part of one, at the place.
func (f dataFlags) exists() bool {
	for _, name := range []string{filepath.Join(f.Data, databaseName), filepath.Join(f.keys(), auditKeyName), filepath.Join(f.keys(), vaultKeyName)} {
		if _, err := os.Lstat(name); err == nil {
			return true
		}
	}
	return false
}

// make makes a data directory with new keys and an empty study, and opens it. Where one is already it refuses, and where
// it fails nothing of the study is left behind.
func (f dataFlags) make(ctx context.Context, clock func() time.Time) (d *data, err error) {
	if f.exists() {
		return nil, problem.New(problem.Conflict, "there is a study already").At("%s", f.Data).Instead("Name another directory with --data")
	}
	keys := f.keys()
	var made, dirs []string
	defer func() {
		if err != nil {
			for _, name := range made {
				err = errors.Join(err, os.Remove(name))
			}
			for _, dir := range dirs {
				_ = os.Remove(dir) // one in which something else stands by now stays
			}
		}
	}()
	for _, dir := range []string{f.Data, keys} {
		if !exists(dir) {
			dirs = append([]string{dir}, dirs...)
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, problem.New(problem.Unavailable, "the directory cannot be made").At("%s", dir).Instead("Check the name and the rights").Because(err)
		}
	}
	key, err := audit.NewKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	secrets, err := vault.New(rand.Reader)
	if err != nil {
		return nil, err
	}
	for _, file := range []struct{ name, text string }{
		{auditKeyName, key.Secret() + "\n"}, {auditPubName, key.Public() + "\n"}, {vaultKeyName, secrets.Secret()},
	} {
		path := filepath.Join(keys, file.name)
		if err := vault.WriteSecret(path, file.text); err != nil {
			return nil, err
		}
		made = append(made, path)
	}
	o := f.options(clock)
	o.Key, o.Vault = key, secrets
	s, err := store.Open(ctx, o)
	if err != nil {
		if o.Path != "" {
			for _, ending := range []string{"", "-wal", "-shm", ".lock"} {
				if _, missing := os.Lstat(o.Path + ending); missing == nil {
					made = append(made, o.Path+ending)
				}
			}
		}
		if errors.Is(err, store.ErrForeignKeys) {
			err = problem.New(problem.Conflict, "there is a study already in this database").Instead("Serve it with its own data directory and keys, or name another database").Because(err)
		}
		return nil, err
	}
	return &data{f.Data, s, key.Public(), secrets}, nil
}

// open opens a study to act in it. It needs the keys.
func (f dataFlags) open(ctx context.Context, clock func() time.Time) (*data, error) {
	if err := f.found(); err != nil {
		return nil, err
	}
	secret, err := vault.ReadSecret(filepath.Join(f.keys(), auditKeyName))
	if err != nil {
		return nil, err
	}
	key, err := audit.ParseKey(secret)
	if err != nil {
		return nil, err
	}
	secrets, err := f.vault()
	if err != nil {
		return nil, err
	}
	o := f.options(clock)
	o.Key, o.Vault = key, secrets
	s, err := store.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	return &data{f.Data, s, key.Public(), secrets}, nil
}

// read opens a study to look at it, beside a process that runs it or on a medium that cannot be written. The keys may be
// missing: then Public is empty, or Vault nil.
func (f dataFlags) read(ctx context.Context, clock func() time.Time) (*data, error) {
	if err := f.found(); err != nil {
		return nil, err
	}
	d := &data{Dir: f.Data}
	public, err := os.ReadFile(filepath.Join(f.keys(), auditPubName))
	if err == nil {
		d.Public = string(trimLine(public))
	} else if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
		return nil, problem.New(problem.Unavailable, "the key of the audit trail cannot be read").At("%s", f.keys()).Because(err)
	}
	if d.Vault, err = f.vault(); err != nil && !problem.Is(err, problem.NotFound) && !errors.Is(err, fs.ErrPermission) {
		return nil, err
	}
	o := f.options(clock)
	o.ReadOnly, o.Vault = true, d.Vault
	if d.Store, err = store.Open(ctx, o); err != nil {
		return nil, err
	}
	return d, nil
}

func (f dataFlags) vault() (*vault.Vault, error) {
	secret, err := vault.ReadSecret(filepath.Join(f.keys(), vaultKeyName))
	if err != nil {
		return nil, err
	}
	v, err := vault.Parse(secret)
	if err == nil {
		v.Reread = func() (string, error) { return vault.ReadSecret(filepath.Join(f.keys(), vaultKeyName)) }
	}
	return v, err
}

// found says clearly that a directory is not a study's, before anything is made in it.
func (f dataFlags) found() error {
	const remedy = "Make one with 'rekindle demo', or name another directory with --data"
	info, err := os.Stat(f.Data)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return problem.New(problem.NotFound, "there is no such data directory").At("%s", f.Data).Instead(remedy).Because(err)
	case err != nil:
		return problem.New(problem.Unavailable, "the data directory cannot be read").At("%s", f.Data).Instead("Run rekindle as the user who owns it").Because(err)
	case !info.IsDir():
		return problem.New(problem.Invalid, "this is a file, not a data directory").At("%s", f.Data).Instead(remedy)
	}
	if f.Database != "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(f.Data, databaseName)); errors.Is(err, fs.ErrNotExist) {
		return problem.New(problem.NotFound, "there is no study in this directory").At("%s", f.Data).Instead(remedy + ", or name its PostgreSQL with --database")
	}
	return nil
}

func trimLine(text []byte) []byte {
	for len(text) > 0 && (text[len(text)-1] == '\n' || text[len(text)-1] == '\r') {
		text = text[:len(text)-1]
	}
	return text
}
