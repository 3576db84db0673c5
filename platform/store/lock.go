package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"rekindle/problem"
)

// lockFile keeps a second process from writing to the same SQLite file. The operating system drops the lock when its
// holder ends, however it ends; the file itself stays, and names the holder.
type lockFile struct{ file *os.File }

func takeLock(path string) (*lockFile, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, unreachable(path, err)
	}
	if err := tryLock(file); err != nil {
		holder, _ := io.ReadAll(io.LimitReader(file, 100))
		file.Close()
		p := problem.New(problem.Unavailable, "the study at %s is in use by another process", strings.TrimSuffix(path, ".lock")).
			Instead("Stop the other rekindle first, or open the study only for reading").Because(err)
		if len(holder) > 0 {
			p.Message += fmt.Sprintf(" (%s)", strings.TrimSpace(string(holder)))
		}
		return nil, p
	}
	if file.Truncate(0) == nil { // the name is for people; the lock holds without it
		fmt.Fprintf(file, "process %d\n", os.Getpid())
	}
	return &lockFile{file}, nil
}

// Idle says whether no process writes to the SQLite file at path; else it is the problem.Unavailable that Open would give. A
// file that does not exist is idle.
func Idle(path string) error {
	switch _, err := os.Stat(path + ".lock"); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return unreachable(path, err)
	}
	l, err := takeLock(path + ".lock")
	if err != nil {
		return err
	}
	return l.release()
}

func (l *lockFile) release() error { return l.file.Close() }
