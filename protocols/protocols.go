// Package protocols holds the protocol files that ship with the program, for rehearsals and as models for a site's own,
// and the template of a new one.
//
// It is data, and the one place where a protocol is read from a disk: nothing in the program depends on which trials are in it.
package protocols

import (
	"embed"
	"errors"
	"os"
	"path/filepath"

	"rekindle/problem"
	"rekindle/trial/study"
)

// Files has every shipped protocol by its file name, as "kiser2024.toml".
//
//go:embed *.toml
var Files embed.FS

// Rehearsed is the file that 'rekindle demo' takes where none is named: the published trial.
const Rehearsed = "kiser2024.toml"

// New is the template (text/template, with << and >> around its actions, since mails have their words in braces) of a
// small, complete protocol. It asks for ID, Title and Timezone (text, written by the function toml), Opens and Closes
// (days), Open (days between them) and Year.
//
//go:embed new.tmpl
var New string

// Load reads a protocol from a file. See study.Read.
func Load(path string) (*study.Protocol, error) {
	f, err := os.Open(path)
	if err != nil {
		kind := problem.Unavailable
		if errors.Is(err, os.ErrNotExist) {
			kind = problem.NotFound
		}
		return nil, problem.New(kind, "cannot open the protocol: %v", errors.Unwrap(err)).At("%s", path).Because(err).
			Instead("give the path of a protocol file, as protocols/kiser2024.toml")
	}
	defer f.Close()
	return study.Read(filepath.Base(path), f)
}
