// Package roster reads the list of people to invite: a table that a personnel office has written, as CSV or XLSX.
//
// It finds out what a file is written in, which column is which, and what does not fit, and takes nothing: the person who looks at
// what was read decides, and conduct.AddRoster puts people on the roster. Whether an address is one, whether somebody stands there
// twice or is on the roster already is conduct.CheckRoster's to say. Columns that neither the study's mail nor its protocol needs are
// left out: what is not stored cannot leak.
//
// It serves the paper's "we e-mailed all practicing physicians".
package roster

import (
	"slices"
	"strings"
	"unicode"

	"rekindle/problem"
	"rekindle/trial/study"
)

// Roster is what was read of a file.
type Roster struct {
	Name    string   // of the file
	Format  string   // "CSV, columns separated by semicolons, Windows-1252"
	Columns []Column // as they stand in the file
	People  []Person // rows that hold anything, in order
}

// Column is one column of the file.
type Column struct {
	Header string // as it stands there
	Use    string // what it is taken for: "name", "email", a column of the protocol; empty: it is left out
}

// Person is one row. Fields are trimmed and otherwise as they stand.
type Person struct {
	Name     string
	Email    string
	Phone    string
	Address  string
	Zone     string            // IANA name; empty: the protocol's
	Language string            // "en", "es"; empty: not known
	Columns  map[string]string // that the protocol uses, by its names for them
	Place    string            // "physicians.csv row 12", as a spreadsheet counts rows and an editor lines
}

// Needed gives the columns that a protocol uses beside name and address: what a coach and a coachee must not share, and what decides
// who is eligible.
func Needed(p *study.Protocol) []string {
	needed := slices.Clone(p.Coaching.Conflicts)
	for _, c := range p.Eligibility {
		if c.Item != "" && !strings.Contains(c.Item, ".") {
			needed = append(needed, c.Item)
		}
	}
	slices.Sort(needed)
	return slices.DeleteFunc(slices.Compact(needed), func(name string) bool { return name == "email" || name == "name" })
}

// spellings are the headers that each field is known by, in the form that plain gives.
var spellings = map[string][]string{
	"name":     {"name", "full name", "fullname", "display name", "physician", "physician name", "provider", "provider name", "clinician", "participant", "nombre completo", "nombre y apellidos"},
	"first":    {"first name", "first", "firstname", "given name", "given", "forename", "nombre"},
	"last":     {"last name", "last", "lastname", "surname", "family name", "family", "apellido", "apellidos"},
	"email":    {"email", "e mail", "mail", "email address", "e mail address", "mail address", "emailaddress", "work email", "correo", "correo electronico", "email id"},
	"phone":    {"phone", "phone number", "telephone", "tel", "mobile", "cell", "telefono"},
	"address":  {"address", "postal address", "mailing address", "street address", "mail stop", "direccion"},
	"zone":     {"zone", "time zone", "timezone", "tz", "zona horaria"},
	"language": {"language", "preferred language", "lang", "idioma", "lengua"},
}

// languages are the ways to write a language in a list.
var languages = map[string]string{"english": "en", "ingles": "en", "eng": "en", "spanish": "es", "espanol": "es", "castellano": "es", "spa": "es"}

// spokenAs gives the code of a language as people write it; what is not known stays as it stands.
func spokenAs(value string) string {
	if code, ok := languages[plain(value)]; ok {
		return code
	}
	return value
}

// plain brings a header to one spelling: lower case, no accents, words separated by one space.
func plain(header string) string {
	words := strings.FieldsFunc(strings.Map(unaccented, strings.ToLower(header)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, " ")
}

func unaccented(r rune) rune {
	if i := strings.IndexRune("áéíóúñü", r); i >= 0 {
		return []rune("aeiounu")[len([]rune("áéíóúñü"[:i]))]
	}
	return r
}

// columns says what each header is taken for, or what does not fit.
func (r *Roster) columns(headers []string, needed []string) (found problem.List) {
	taken := map[string]string{}
	for _, header := range headers {
		use := ""
		for field, known := range spellings {
			if slices.Contains(known, plain(header)) {
				use = field
			}
		}
		for _, name := range needed {
			if plain(name) == plain(header) {
				use = name
			}
		}
		if before, twice := taken[use]; twice && use != "" {
			found.Add(problem.New(problem.Invalid, "The columns %.60q and %.60q are both taken for %s", before, header, use).At("%s row 1", r.Name).On("%s", use).Instead("Rename or remove one."))
		}
		taken[use] = header
		r.Columns = append(r.Columns, Column{header, use})
	}
	missing := func(field, remedy string) {
		found.Add(problem.New(problem.Invalid, "There is no column with the %s", field).At("%s row 1", r.Name).On("%s", field).Instead("%s. The file has: %s", remedy, shown(headers)))
	}
	if taken["email"] == "" {
		missing("email", "Name a column \"email\"")
	}
	if taken["name"] == "" && taken["last"] == "" {
		missing("name", "Name a column \"name\", or two \"first name\" and \"last name\"")
	}
	for _, name := range needed {
		if _, ok := taken[name]; !ok {
			missing(name, "The protocol uses it: name a column "+name)
		}
	}
	return found
}

func shown(headers []string) string {
	const most = 30
	text := make([]string, 0, min(len(headers), most))
	for _, h := range headers[:min(len(headers), most)] {
		if len(h) > 40 {
			h = strings.ToValidUTF8(h[:40], "") + "…"
		}
		text = append(text, h)
	}
	return strings.Join(text, ", ")
}

// person makes a person of a row's cells.
func (r *Roster) person(cells []string) Person {
	p := Person{Columns: map[string]string{}}
	var first, last string
	for i, c := range r.Columns {
		if i >= len(cells) || c.Use == "" {
			continue
		}
		value := trim(cells[i])
		switch c.Use {
		case "name":
			p.Name = value
		case "first":
			first = value
		case "last":
			last = value
		case "email":
			p.Email = bare(value)
		case "phone":
			p.Phone = value
		case "address":
			p.Address = value
		case "zone":
			p.Zone = value
		case "language":
			p.Language = spokenAs(value)
		default:
			p.Columns[c.Use] = value
		}
	}
	if p.Name == "" {
		p.Name = strings.TrimSpace(first + " " + last)
	}
	if len(p.Columns) == 0 {
		p.Columns = nil
	}
	return p
}

// trim takes spaces of every width, and marks that cannot be seen, from both ends.
func trim(text string) string {
	return strings.TrimFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\u200e' || r == '\u200f' || r == '\u2060' || r == '\ufeff'
	})
}

// bare takes from an address what programs put around it when it is copied: "mailto:", or a name before angle brackets.
func bare(email string) string {
	if len(email) > 7 && strings.EqualFold(email[:7], "mailto:") {
		email = email[7:]
	}
	if open := strings.LastIndexByte(email, '<'); open >= 0 && strings.HasSuffix(email, ">") {
		email = email[open+1 : len(email)-1]
	}
	return strings.TrimSpace(email)
}
