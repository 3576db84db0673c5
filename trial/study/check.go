package study

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"rekindle/problem"
)

// Check finds every mistake of a protocol in one pass: what reading found, and what the protocol says that cannot be
// carried out or contradicts itself. Each problem names the line, the key, what is wrong with its value, and what would
// be right; warnings are marked. List.Err is nil where the protocol may be used.
//
// The catalogue says which instruments there are. Problems come in the order of the file's lines.
func Check(p *Protocol, catalogue Catalogue) problem.List {
	c := &checker{Protocol: p, catalogue: catalogue}
	c.head()
	c.enrolment()
	c.eligibility()
	c.consent()
	c.arms()
	c.allocation()
	c.strata()
	c.cells()
	c.visits()
	c.branching()
	c.coaching()
	c.resources()
	c.messages()
	c.incentives()
	c.populations()
	c.outcomes()
	c.analysis()
	c.contrasts()
	c.columns()
	c.cost()
	c.simulation()
	c.languages()

	for _, read := range p.source.found {
		c.found = append(c.found, finding{p.lineOf(p.source.at[read]), read})
	}
	slices.SortStableFunc(c.found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Message, b.Message))
	})
	var list problem.List
	for _, f := range c.found {
		list.Add(f.Problem)
	}
	return list
}

// checker gathers findings.
type checker struct {
	*Protocol
	catalogue Catalogue
	found     []finding
}

type finding struct {
	line int
	*problem.Problem
}

// at joins keys and element numbers to a path.
func at(parts ...any) string {
	text := make([]string, len(parts))
	for i, part := range parts {
		text[i] = fmt.Sprint(part)
	}
	return strings.Join(text, ".")
}

// wrong notes a mistake at a path, unless reading has already found the value there unfit: then this one only follows from it.
func (c *checker) wrong(path, right, format string, args ...any) {
	c.note(false, path, right, format, args)
}

// warn notes what is worth knowing and stops nothing.
func (c *checker) warn(path, right, format string, args ...any) {
	c.note(true, path, right, format, args)
}

func (c *checker) note(warning bool, path, right, format string, args []any) {
	for _, unfit := range c.source.at {
		if path == unfit || strings.HasPrefix(path, unfit+".") {
			return
		}
	}
	found := c.Protocol.wrong(path, format, args...).Instead("%s", right)
	found.Warning = warning
	c.found = append(c.found, finding{c.lineOf(path), found})
}

// unread reports whether a key of some element of a list could not be read, so that the element that is missed may be there.
func (c *checker) unread(list, key string) bool {
	for _, unfit := range c.source.at {
		if strings.HasPrefix(unfit, list+".") && strings.HasSuffix(unfit, "."+key) {
			return true
		}
	}
	return false
}

// written reports whether a key stands in the file. Of a protocol made in code it is true.
func (c *checker) written(path string) bool {
	return c.source.lines == nil || c.source.lines[path] > 0
}

// text wants a text that is not empty.
func (c *checker) text(path, value, what string) bool {
	if strings.TrimSpace(value) == "" {
		key := path[strings.LastIndexByte(path, '.')+1:]
		c.wrong(path, fmt.Sprintf("write %s = \"...\"", key), "there is no %s", what)
		return false
	}
	return true
}

var identifier = regexp.MustCompile(`^[a-z0-9]+([_-][a-z0-9]+)*$`)

// id wants an identifier that no earlier element of the list has.
func (c *checker) id(path, id string, seen map[string]bool) {
	switch {
	case !c.text(path, id, "id"):
	case !identifier.MatchString(id):
		c.wrong(path, "lower-case letters and digits, joined by _ or -", "%q is not an id", id)
	case seen[id]:
		c.wrong(path, "give each one an id of its own", "the id %q is used twice", id)
	}
	seen[id] = true
}

// oneOf wants one of some words; an empty value is allowed where optional.
func (c *checker) oneOf(path, value string, optional bool, words ...string) bool {
	if slices.Contains(words, value) || optional && value == "" {
		return true
	}
	right := "one of " + quotedList(words)
	if near := nearest(value, words); near != "" {
		right = fmt.Sprintf("did you mean %q? Allowed are %s", near, quotedList(words))
	}
	if value == "" {
		c.wrong(path, right, "nothing is said here")
	} else {
		c.wrong(path, right, "%q is not allowed here", value)
	}
	return false
}

// refer wants the id of something that the protocol or the catalogue has.
func (c *checker) refer(path, id, what string, known []string) bool {
	if slices.Contains(known, id) {
		return true
	}
	right := fmt.Sprintf("there is no %s to name; add one, or leave the key out", what)
	switch near := nearest(id, known); {
	case near != "":
		right = fmt.Sprintf("did you mean %q?", near)
	case len(known) > 0:
		right = "known are " + quotedList(known)
	}
	if id == "" {
		c.wrong(path, right, "no %s is named", what)
	} else {
		c.wrong(path, right, "there is no %s %q", what, id)
	}
	return false
}

// within wants a number between two bounds, both allowed.
func (c *checker) within(path string, value, low, high float64) bool {
	if value >= low && value <= high {
		return true
	}
	c.wrong(path, fmt.Sprintf("a number from %v to %v", low, high), "%v is out of range", value)
	return false
}

// least wants a number that is not below a bound.
func (c *checker) least(path string, value, low float64) bool {
	if value >= low {
		return true
	}
	c.wrong(path, fmt.Sprintf("%v or more", low), "%v is too small", value)
	return false
}

// item finds the codes of "form.item"; ok is false where it does not exist, which is then noted.
func (c *checker) item(path, name string) (codes []string, ok bool) {
	form, item, two := strings.Cut(name, ".")
	if !two || form == "" || item == "" {
		c.wrong(path, `form.item, as "demographics.gender"`, "%q does not name an item of a form", name)
		return nil, false
	}
	if !c.refer(path, form, "instrument", names(c.catalogue)) {
		return nil, false
	}
	codes, ok = c.catalogue[form].Items[item]
	if !ok {
		c.refer(path, item, "item of "+form, names(c.catalogue[form].Items))
	}
	return codes, ok
}

// askedFirst reports whether every participant is asked the items of a form before allocation.
func (c *checker) askedFirst(form string) bool {
	for _, v := range c.Visits {
		for _, f := range v.Forms {
			if v.Baseline && f.Instrument == form && !f.Coached && !f.Optional && len(f.Arms) == 0 {
				return true
			}
		}
	}
	return false
}

// head checks what names the trial.
func (c *checker) head() {
	c.id("id", c.ID, map[string]bool{})
	c.text("title", c.Title, "title")
	c.text("version", c.Version, "version")
	if _, err := zone(c.Timezone); err != nil {
		c.wrong("timezone", `an IANA name, as "America/New_York"`, "%q is not a time zone", c.Timezone)
	}
	c.text("contact.name", c.Contact.Name, "name of a contact")
	for key, address := range map[string]string{"email": c.Contact.Email, "safety": c.Contact.Safety} {
		if path := at("contact", key); address != "" && !mail.MatchString(address) {
			c.wrong(path, `an address, as "office@example.org"`, "%q is not an e-mail address", address)
		}
	}
	if c.Contact.Email == "" {
		c.wrong("contact.email", "participants must be able to ask", "there is no e-mail address of a contact")
	}
	if c.Registration.Number == "" {
		c.warn("registration.number", "register before the first participant is enrolled", "the trial has no registration number")
	}
	c.url("registration.url", c.Registration.URL)
}

var mail = regexp.MustCompile(`^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+$`)

func names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func ids[T any](list []T, id func(T) string) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = id(e)
	}
	return out
}

func (c *checker) visitIDs() []string { return ids(c.Visits, func(v Visit) string { return v.ID }) }

// quotedList writes words in quotes, at most a dozen.
func quotedList(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i == 12 {
			fmt.Fprintf(&b, " and %d more", len(words)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", w)
	}
	return b.String()
}
