package conduct

import (
	"context"
	"encoding/json"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Person is who somebody is. It is sealed before it is stored, and nothing of it stands beside answers.
type Person struct {
	Name     string            `json:"name"`
	Email    string            `json:"email"`
	Phone    string            `json:"phone,omitempty"`
	Address  string            `json:"address,omitempty"`
	Zone     string            `json:"-"`                 // IANA name; empty: the protocol's
	Language string            `json:"-"`                 // as "es"; empty: not known
	Columns  map[string]string `json:"columns,omitempty"` // of the roster: "division", "supervisor"
	Place    string            `json:"-"`                 // where the person stands in a file: "physicians.csv row 12"
}

// The kinds of identity.
const (
	aParticipant = "participant"
	aCoach       = "coach"
)

// longestField bounds each field of a person, in bytes.
const longestField = 1000

// check gives the person in canonical form, or every mistake.
func (p Person) check(place string) (Person, error) {
	var found problem.List
	wrong := func(field, remedy, format string, args ...any) {
		found.Add(problem.New(problem.Invalid, format, args...).At("%s", place).On("%s", field).Instead("%s", remedy))
	}
	p.Name, p.Email = strings.TrimSpace(p.Name), strings.ToLower(strings.TrimSpace(p.Email))
	if p.Name == "" {
		wrong("name", "Give the name that mail is to begin with.", "No name")
	}
	if a, err := mail.ParseAddress(p.Email); err != nil || a.Address != p.Email || !strings.Contains(a.Address[strings.LastIndexByte(a.Address, '@')+1:], ".") {
		wrong("email", "Give one address, as name@hospital.org.", "%.80q is no e-mail address", p.Email)
	}
	if p.Zone != "" {
		if _, ok := zoneOf(p.Zone); !ok {
			wrong("zone", "Give an IANA name, as America/New_York.", "%.80q is no time zone", p.Zone)
		}
	}
	if p.Language = strings.ToLower(strings.TrimSpace(p.Language)); p.Language != "" && !slices.Contains(study.Languages, p.Language) {
		wrong("language", "Give one of "+strings.Join(study.Languages, ", ")+", or nothing.", "%.80q is no language in which people are written to", p.Language)
	}
	fields := map[string]string{"name": p.Name, "email": p.Email, "phone": p.Phone, "address": p.Address}
	for column, value := range p.Columns {
		fields[column] = value
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		value := fields[field]
		if len(value) > longestField || !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
			wrong(field, "Give text of at most 1000 bytes in UTF-8.", "The text is too long or not text")
		}
	}
	return p, found.Err()
}

// row gives the roster columns and the e-mail address, as coach.Conflict compares them.
func (p Person) row() map[string]string {
	row := map[string]string{"email": p.Email}
	for column, value := range p.Columns {
		row[column] = value
	}
	return row
}

// seal gives the identity of a person under a code.
func seal(tx *store.Tx, code participant.Code, kind string, p Person) (store.Identity, error) {
	if tx.Vault == nil {
		return store.Identity{}, keyless()
	}
	plain, err := json.Marshal(p)
	if err != nil {
		return store.Identity{}, err
	}
	return store.Identity{Code: code, Kind: kind, EmailHash: tx.Vault.Digest("email", p.Email), Sealed: tx.Vault.Seal(plain, "identity", "sealed", string(code))}, nil
}

// reveal gives the person behind sealed bytes.
func reveal(tx *store.Tx, code participant.Code, sealed []byte) (p Person, err error) {
	if tx.Vault == nil {
		return p, keyless()
	}
	plain, err := tx.Vault.Open(sealed, "identity", "sealed", string(code))
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(plain, &p)
}

func keyless() error {
	return problem.New(problem.Unavailable, "the study was opened without its vault's keys, so nobody's name can be read").Instead("Restore keys/vault.key")
}

// person gives the person behind a code.
func person(ctx context.Context, tx *store.Tx, code participant.Code) (Person, error) {
	i, err := tx.Identity(ctx, code)
	if err != nil {
		return Person{}, err
	}
	return reveal(tx, code, i.Sealed)
}
