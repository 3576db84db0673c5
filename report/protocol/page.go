// Package protocol is a protocol as a page to read: for the people who plan, review and join a trial, on the terminal
// (Page.Text) and as one self-contained HTML page (Page.HTML).
//
// It says in words what the protocol file says in keys, and nothing else: it decides nothing and computes no result.
// It serves the Methods section of the paper; study.Check judges what is shown here.
package protocol

import (
	"fmt"
	"strconv"
	"strings"

	"rekindle/problem"
	"rekindle/trial/study"
)

// Page is a protocol in words, section by section in the order of a Methods section.
type Page struct {
	ID       string
	Title    string
	Version  string
	Source   string
	Digest   string // SHA-256 of the file
	Glance   []Fact // the trial in a few numbers
	Sections []Section
}

// Section is one heading with what stands under it.
type Section struct {
	ID     string // anchor
	Title  string
	Blocks []Block
}

// Block is one piece of a section. A block has a Heading, or none, and one of the other fields.
type Block struct {
	Heading  string
	Text     string // a paragraph
	List     []string
	Facts    []Fact
	Table    *Table
	Markdown string // the consent text
	Letter   string // the wording of a message
	Course   *Course
}

// Fact is a term and what is said of it.
type Fact struct{ Term, Text string }

// Table has a row of headings and rows of cells; the first cell of a row is its heading. A row of one cell is a heading of
// the rows below it.
type Table struct {
	Caption string
	Head    []string
	Rows    [][]string
	Marks   bool // cells after the first are marks of a grid, to be centred
	Notes   []string
}

// writer gathers the sections.
type writer struct {
	*study.Protocol
	catalogue study.Catalogue
	page      *Page
}

// Describe puts a protocol into words. The catalogue names the instruments and scores; found is what study.Check said
// of the protocol, shown at the end.
func Describe(p *study.Protocol, catalogue study.Catalogue, found problem.List) *Page {
	w := &writer{p, catalogue, &Page{ID: p.ID, Title: p.Title, Version: p.Version, Source: p.Source, Digest: p.Digest()}}
	w.glance()
	w.participants()
	w.arms()
	w.schedule()
	w.coaching()
	w.messages()
	w.outcomes()
	w.analysis()
	w.cost()
	w.consent()
	w.rehearsal()
	w.remarks(found)
	return w.page
}

// section adds a section unless all its blocks are empty.
func (w *writer) section(id, title string, blocks ...Block) {
	var kept []Block
	for _, b := range blocks {
		if b.Text != "" || len(b.List) > 0 || len(b.Facts) > 0 || b.Table != nil && len(b.Table.Rows) > 0 || b.Markdown != "" || b.Letter != "" || b.Course != nil {
			kept = append(kept, b)
		}
	}
	if len(kept) > 0 {
		w.page.Sections = append(w.page.Sections, Section{id, title, kept})
	}
}

// facts drops those that say nothing.
func facts(all ...Fact) []Fact {
	var said []Fact
	for _, f := range all {
		if strings.TrimSpace(f.Text) != "" {
			said = append(said, f)
		}
	}
	return said
}

func (w *writer) glance() {
	n := func(count int, one, many string) Fact {
		if count == 1 {
			return Fact{one, "1"}
		}
		return Fact{many, number(count)}
	}
	w.page.Glance = []Fact{
		n(w.Enrolment.Cap, "place", "places"),
		{"allocation", w.ratio()},
		n(len(w.Coaching.Sessions), "session", "sessions"),
		n(w.Coaching.Days, "day of coaching", "days of coaching"),
		n(len(w.Visits), "visit", "visits"),
		n(len(w.Outcomes), "outcome", "outcomes"),
	}
}

func (w *writer) ratio() string {
	parts := make([]string, len(w.Arms))
	for i, a := range w.Arms {
		parts[i] = strconv.Itoa(a.Ratio)
	}
	return strings.Join(parts, ":")
}

func (w *writer) armName(id string) string {
	if a, ok := w.Arm(id); ok {
		return a.Name
	}
	return id
}

func (w *writer) visitName(id string) string {
	if v, ok := w.Visit(id); ok {
		return v.Name
	}
	return id
}

func (w *writer) instrumentName(id string) string {
	if facts, ok := w.catalogue[id]; ok && facts.Name != "" {
		return facts.Name
	}
	return id
}

// day prints a date as it is read: August 5, 2021.
func day(d study.Date) string {
	if d.IsZero() {
		return "a day not yet set"
	}
	return d.Format("January 2, 2006")
}

// number prints a count with thousands marked: 3,247.
func number(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// count prints a count with its noun: "1 day", "3 days".
func count(n int, noun string) string {
	if n == 1 || n == -1 {
		return number(n) + " " + noun
	}
	return number(n) + " " + noun + "s"
}

// decimal prints a number as short as it can be.
func decimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// percent prints a share as a percentage with one decimal at most.
func percent(share float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(100*share, 'f', 1, 64), ".0") + "%"
}

// listed joins words: "a", "a and b", "a, b and c".
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// sentence begins with a capital.
func sentence(format string, args ...any) string {
	text := []rune(fmt.Sprintf(format, args...))
	if len(text) > 0 {
		text[0] = []rune(strings.ToUpper(string(text[0])))[0]
	}
	return string(text)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
