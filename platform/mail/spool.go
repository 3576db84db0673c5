package mail

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"rekindle/problem"
)

// Spool is a directory in which mail that has come in waits until the running program takes it: a mail server hands it over while another
// process holds the study. A file is a mail, readable by its owner alone, and gone once it was taken.
type Spool struct{ Dir string }

// mostWaiting bounds how many mails wait, so that nobody fills the disk: the mail server keeps what is refused, and tries again.
const mostWaiting = 10_000

// ending marks a mail that is complete.
const ending = ".eml"

// Put takes one mail. It is on disk when Put returns. What is longer than LargestReceived is cut off there.
func (s *Spool) Put(r io.Reader) (err error) {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return s.unreachable(err)
	}
	if waiting, err := os.ReadDir(s.Dir); err != nil || len(waiting) >= mostWaiting {
		return problem.New(problem.Unavailable, "%d mails wait already, or they cannot be counted", len(waiting)).At("%s", s.Dir).Instead("See whether 'rekindle serve' runs, which takes them").Because(err)
	}
	file, err := os.CreateTemp(s.Dir, "in-*.part")
	if err != nil {
		return s.unreachable(err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name()) // it may not be there
		}
	}()
	n, err := io.Copy(file, io.LimitReader(r, LargestReceived))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return s.unreachable(err)
	}
	if n == 0 {
		_ = os.Remove(file.Name()) // nothing came
		return problem.New(problem.Invalid, "there is no mail on the standard input").Instead("Let the mail server pipe the mail in")
	}
	if err = os.Rename(file.Name(), strings.TrimSuffix(file.Name(), ".part")+ending); err != nil {
		return s.unreachable(err)
	}
	return nil
}

func (s *Spool) unreachable(err error) error {
	return problem.New(problem.Unavailable, "mail cannot be kept there").At("%s", s.Dir).Instead("See that the directory can be written to and the disk has room").Because(err)
}

// Each hands every mail that waits to take, and removes it where take gives no error; the others stay, and
// their errors are joined.
func (s *Spool) Each(ctx context.Context, take func(io.Reader) error) error {
	waiting, err := os.ReadDir(s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return s.unreachable(err)
	}
	var found error
	for _, entry := range waiting {
		if ctx.Err() != nil {
			return found
		}
		if entry.IsDir() || filepath.Ext(entry.Name()) != ending {
			continue
		}
		found = errors.Join(found, s.one(filepath.Join(s.Dir, entry.Name()), take))
	}
	return found
}

func (s *Spool) one(path string, take func(io.Reader) error) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) { // another program on this directory has taken it
		return nil
	}
	if err != nil {
		return s.unreachable(err)
	}
	taken := take(file)
	if err := file.Close(); err != nil || taken != nil {
		return errors.Join(taken, err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s.unreachable(err)
	}
	return nil
}
