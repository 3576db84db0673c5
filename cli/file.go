package cli

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"rekindle/problem"
)

// readFile reads a whole file, or standard input where name is "-". It gives the name to use in messages.
func readFile(s *streams, name string) (data []byte, shown string, err error) {
	if name == "-" {
		data, err = io.ReadAll(s.in)
		if err != nil {
			err = problem.New(problem.Unavailable, "standard input cannot be read").Because(err)
		}
		return data, "standard input", err
	}
	data, err = os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, name, problem.New(problem.NotFound, "there is no such file").At("%s", name).Because(err)
	}
	if err != nil {
		return nil, name, problem.New(problem.Unavailable, "the file cannot be read").At("%s", name).Because(err)
	}
	return data, name, nil
}

// replaceFile writes a file so that a crash or a full disk leaves either the old one or the new one, whole.
func replaceFile(name string, data []byte) error { return replaceFileFrom(name, bytes.NewReader(data)) }

// replaceFileFrom is replaceFile for what comes bit by bit; where from fails with a problem the file stays as it was.
func replaceFileFrom(name string, from io.Reader) error {
	refused := func(err error) error {
		if _, ok := errors.AsType[*problem.Problem](err); ok {
			return err
		}
		return problem.New(problem.Unavailable, "the file cannot be written").At("%s", name).Because(err)
	}
	dir := filepath.Dir(name)
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return refused(err)
	}
	defer os.Remove(f.Name()) // after the rename there is nothing left to remove
	_, err = io.Copy(f, from)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return refused(err)
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return refused(err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return refused(err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return refused(err)
	}
	return nil
}

// printed turns a failure to write the output (a closed pipe, a full disk) into a problem.
func printed(err error) error {
	if err != nil {
		return problem.New(problem.Unavailable, "the output could not be written whole").Because(err)
	}
	return nil
}
