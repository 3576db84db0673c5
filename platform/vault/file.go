package vault

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"rekindle/problem"
)

// WriteSecret makes a file that only its owner can read, on disk and whole before it has its name. A file of that name
// must not exist: keys are never overwritten.
func WriteSecret(path, secret string) error {
	refuse := func(err error) error {
		return problem.New(problem.Unavailable, "%s cannot be written", path).Instead("Give the user who runs rekindle the right to write there").Because(err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return refuse(err)
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(secret)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return refuse(err)
	}
	if err := os.Link(file.Name(), path); err != nil { // unlike a rename, this fails where the name is taken
		return refuse(err)
	}
	return nil
}

// ReplaceSecret puts other keys in the place of a file, on disk and whole before they have its name: who reads it reads the old or the new.
func ReplaceSecret(path, secret string) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err == nil {
		defer os.Remove(file.Name())
		_, err = file.WriteString(secret)
		if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
			err = os.Rename(file.Name(), path)
		}
	}
	if err != nil {
		return problem.New(problem.Unavailable, "%s cannot be written", path).Instead("Give the user who runs rekindle the right to write there").Because(err)
	}
	return nil
}

// ReadSecret reads a file of keys, and refuses one that others on this machine can read. A file that does not exist is
// a problem.NotFound.
func ReadSecret(path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", problem.New(problem.NotFound, "the key file %s does not exist", path).Instead("Restore it from a backup").Because(err)
	case err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return "", problem.New(problem.Unavailable, "the key file %s can be read by other users (%v)", path, info.Mode().Perm()).
			Instead("chmod 600 %s", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", problem.New(problem.Unavailable, "the key file %s cannot be read", path).Instead("Run rekindle as the user who owns it").Because(err)
	}
	return string(text), nil
}
