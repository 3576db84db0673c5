// Package consent is the agreement to take part: which version of the text is in force, what was signed, and
// whether it must be signed again.
//
// It neither shows nor stores the text, and it does not know the signer's name beyond asking that one was typed:
// the name goes to the identity vault. It serves the paper's "provided informed consent".
package consent

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rekindle/problem"
	"rekindle/trial/study"
)

// longestName bounds a typed name, in runes.
const longestName = 200

// Signature is one version that a person has signed.
type Signature struct {
	Version  string
	Hash     string // of the text signed, as Hash gives it
	SignedAt time.Time
	Language string // in which it was read, as "en"
	Document string // SHA-256 of the paper that was made of it, hexadecimal
}

// InForce gives the version in force at a moment: of those effective on or before that day in zone, the one
// effective last, the later in the file where two share a day. No version yet is a conflict.
func InForce(versions []study.Consent, at time.Time, zone *time.Location) (study.Consent, error) {
	today := at.In(zone).Format(time.DateOnly)
	best := -1
	for i, v := range versions {
		day := v.Effective.Format(time.DateOnly)
		if day <= today && (best < 0 || day >= versions[best].Effective.Format(time.DateOnly)) {
			best = i
		}
	}
	if best < 0 {
		return study.Consent{}, problem.New(problem.Conflict, "No version of the consent is in force on %s", today).
			Instead("Give the protocol a [[consent]] that is effective on or before the day enrolment opens.")
	}
	return versions[best], nil
}

// Hash is the SHA-256, in hexadecimal, of all that the signer was shown: version, text, questions and choices,
// each preceded by its length in bytes.
func Hash(c study.Consent) string {
	h := sha256.New()
	part := func(s string) { fmt.Fprintf(h, "%d:%s", len(s), s) }
	part(c.Version)
	part(c.Text)
	for _, q := range c.Questions {
		part(q.Text)
		for _, choice := range q.Choices {
			part(choice)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Due reports whether a person who has signed these must sign the version in force.
func Due(signed []Signature, inForce study.Consent) bool {
	for _, s := range signed {
		if s.Version == inForce.Version {
			return false
		}
	}
	return true
}

// TellsSafety reports whether what a person signed last says that the safety contact is told of a positive screen.
func TellsSafety(versions []study.Consent, signed []Signature) bool {
	if len(signed) == 0 {
		return false
	}
	last := signed[len(signed)-1].Version
	return slices.ContainsFunc(versions, func(c study.Consent) bool { return c.Version == last && c.Safety })
}

// Check looks at what a signer has given: the name as typed, and for each question of the text the index of the
// choice, from 0. It gives every mistake at once, and never says which choice would have been right: the text does.
func Check(c study.Consent, name string, choices []int) error {
	var found problem.List
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		found.Add(problem.New(problem.Invalid, "No name is typed").On("name").Instead("Type your full name: it is your signature."))
	case !utf8.ValidString(name) || utf8.RuneCountInString(name) > longestName || strings.ContainsFunc(name, unicode.IsControl):
		found.Add(problem.New(problem.Invalid, "The name is longer than %d characters or holds some that are not printable", longestName).On("name"))
	case !strings.ContainsFunc(name, unicode.IsLetter):
		found.Add(problem.New(problem.Invalid, "The name has no letter in it").On("name"))
	}
	if len(choices) != len(c.Questions) {
		found.Add(problem.New(problem.Invalid, "%d of %d questions are answered", len(choices), len(c.Questions)).On("questions"))
		return found.Err()
	}
	for i, q := range c.Questions {
		if choices[i] != q.Answer {
			found.Add(problem.New(problem.Invalid, "The answer to %q does not agree with the text above", q.Text).On("questions[%d]", i).
				Instead("Read the passage again, or ask the study team, and then answer once more."))
		}
	}
	return found.Err()
}
