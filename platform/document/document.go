// Package document draws papers that are filed: a PDF with a title, facts, text, questions with their answers, and a signature.
//
// The same paper is the same bytes, on every machine and at any time: nothing in it depends on when or where it was drawn, so that its
// SHA-256 can prove years later that nobody has touched it. Fonts (Liberation Sans and Serif, SIL Open Font License) are part of the
// program and are embedded as far as they are used.
//
// It knows no trial and no language: what a paper says is handed in. It serves the paper's "provided informed consent".
package document

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansbolditalic"
	"codeberg.org/go-fonts/liberation/liberationsansitalic"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"codeberg.org/go-fonts/liberation/liberationserifitalic"

	"rekindle/platform/pdf"
)

// Paper says what a paper is, before anything is drawn on it.
type Paper struct {
	Kind     string    // what it is, over the title: "Informed consent"
	Title    string    // of the study
	Language string    // of its words, as "en"
	Made     time.Time // when what it tells happened
	Author   string    // who signs
	Program  string    // that draws it
	Foot     string    // stands on every page, beside its number
	PageOf   string    // "Page %d of %s"
}

// Drawing is a paper on its way to be a PDF. What is drawn stands below what was drawn before.
type Drawing struct {
	file *pdf.File
	page *pdf.Page
	y    float64 // where the next thing is drawn, in millimetres from the upper edge
	foot string
	of   string // "Page %d of %s"
}

// The page, in millimetres: A4, with margins that a Letter printer keeps too.
const (
	left, right = 24.0, 24.0
	topEdge     = 20.0
	bottom      = 24.0
	end         = pdf.PageHigh - bottom // where a page is full
	wide        = pdf.PageWide - left - right
	line        = 4.9 // height of a line of text
	size        = 10.0
)

// The inks: text, quiet text, headings and rules.
var (
	ink    = pdf.Color{28, 34, 40}
	quiet  = pdf.Color{96, 104, 112}
	accent = pdf.Color{20, 83, 92}
	rule   = pdf.Color{205, 212, 216}
	shade  = pdf.Color{244, 247, 247}
)

// faces are the fonts by family and style, each read when a paper first uses it.
var faces = map[string]func() *pdf.Font{
	"sans": read("LiberationSans", liberationsansregular.TTF), "sansB": read("LiberationSans-Bold", liberationsansbold.TTF),
	"sansI": read("LiberationSans-Italic", liberationsansitalic.TTF), "sansBI": read("LiberationSans-BoldItalic", liberationsansbolditalic.TTF),
	"serifI": read("LiberationSerif-Italic", liberationserifitalic.TTF),
}

func read(name string, ttf []byte) func() *pdf.Font {
	return sync.OnceValue(func() *pdf.Font {
		f, err := pdf.ReadFont(name, ttf)
		if err != nil {
			panic(err) // the font is part of the program
		}
		return f
	})
}

func face(name string) *pdf.Font { return faces[name]() }

// sans is the style of everything but signatures: regular (empty), "B", "I" or "BI".
func sans(style string, points float64, color pdf.Color) pdf.Style {
	return pdf.Style{Font: face("sans" + style), Points: points, Color: color}
}

// New begins a paper: its kind, its title, and a foot on every page.
func New(p Paper) *Drawing {
	d := &Drawing{foot: p.Foot, of: p.PageOf,
		file: pdf.New(pdf.Info{Title: p.Kind + ": " + p.Title, Author: p.Author, Program: p.Program, Language: p.Language, Made: p.Made})}
	d.turn()
	d.page.Fill(left, d.y, 14, 1.1, 0, accent)
	d.y += 5
	d.write(left, wide, 5, sans("B", 9, accent), strings.ToUpper(p.Kind))
	d.y += 1.5
	d.write(left, wide, 8, sans("B", 18, ink), p.Title)
	d.y += 4
	return d
}

// turn goes on on a new page.
func (d *Drawing) turn() {
	d.page = d.file.AddPage()
	d.y = topEdge
}

// feet draws the foot of every page.
func (d *Drawing) feet() {
	pages := d.file.Pages()
	s := sans("", 7.8, quiet)
	for i, page := range pages {
		d.page = page
		page.Line(left, end+6, pdf.PageWide-right, end+6, 0.2, rule)
		d.on(left, end+7.5, 4, []run{{s, drawable(d.foot)}})
		number := fmt.Sprintf(d.of, i+1, fmt.Sprint(len(pages)))
		d.on(pdf.PageWide-right-s.TextWidth(number), end+7.5, 4, []run{{s, number}})
	}
}

// keep goes on on a new page where less than so many millimetres are left.
func (d *Drawing) keep(height float64) {
	if d.y+height > end {
		d.turn()
	}
}

// Facts draws pairs of a label and what it is, one below the other. What is empty is left out.
func (d *Drawing) Facts(pairs ...[2]string) {
	const label = 42.0
	for _, pair := range pairs {
		if pair[1] == "" {
			continue
		}
		d.keep(2 * line)
		d.label(left, line, sans("", 8.8, quiet), pair[0])
		d.write(left+label, wide-label, line, sans("", 9.4, ink), pair[1])
		d.y += 0.6
	}
	d.y++
}

// Rule draws a line across.
func (d *Drawing) Rule() {
	d.page.Line(left, d.y, pdf.PageWide-right, d.y, 0.2, rule)
	d.y += 4
}

// Heading draws a heading that stays with what follows.
func (d *Drawing) Heading(text string) { d.heading(text, 12.5) }

func (d *Drawing) heading(text string, points float64) {
	d.keep(26)
	d.y += 2.6
	d.write(left, wide, points*0.47, sans("B", points, accent), text)
	d.y += 1.4
}

// Answered draws a question and the answer that was given to it.
func (d *Drawing) Answered(question, answer string) {
	d.keep(4 * line)
	d.write(left, wide, line, sans("", size, ink), question)
	d.y += 0.9
	d.keep(line)
	d.page.Fill(left, d.y+0.5, 0.8, line-1, 0, accent)
	d.write(left+4, wide-4, line, sans("B", size, ink), answer)
	d.y += 2.6
}

// Signature is how a paper ends.
type Signature struct {
	Heading string
	Agreed  string      // what is agreed to
	Name    string      // as it was typed
	Label   string      // under the name: what it is
	Facts   [][2]string // when, and what else belongs to it
	Note    string      // small print: how the paper is proved
	Proof   [][2]string
}

// Sign draws a signature, all of it on one page.
func (d *Drawing) Sign(s Signature) {
	const in, inner, label = left + 6, wide - 12, 36.0
	unseen := missing(s.Name)
	d.keep(58 + line*float64(len(s.Facts)) + noteHeight(s.Note, s.Proof))
	d.Heading(s.Heading)
	top := d.y + 1
	d.y = top + 5
	d.write(in, inner, line+0.3, sans("B", size+0.6, ink), s.Agreed)
	d.y += 5
	d.write(in, inner, 9.5, hand(s.Name), s.Name)
	d.page.Line(in, d.y+0.6, in+96, d.y+0.6, 0.3, ink)
	d.y += 1.6
	under := sans("", 8.2, quiet)
	d.write(in, inner, 4, under, s.Label)
	if unseen != "" {
		d.write(in, inner, 4, under, unseen)
	}
	d.y += 3
	for _, pair := range s.Facts {
		d.label(in, line, sans("", 8.8, quiet), pair[0])
		d.write(in+label, inner-label, line, sans("B", 9.4, ink), pair[1])
	}
	d.y += 3.5
	d.page.Frame(left, top, wide, d.y-top, 2, 0.4, accent)
	d.y += 5
	d.note(s.Note, s.Proof)
}

// hand is the style of a signature, of the size at which the name stands on one line, if any does.
func hand(name string) (s pdf.Style) {
	for points := 22.0; points > 12; points-- {
		s = pdf.Style{Font: face("serifI"), Points: points, Color: ink}
		if s.TextWidth(drawable(name)) < wide-16 {
			break
		}
	}
	return s
}

// small is the style of a note.
func small() pdf.Style { return sans("", 8.4, quiet) }

// noteHeight is how high a note stands.
func noteHeight(text string, pairs [][2]string) float64 {
	return 8 + 4.2*float64(len(wrap([]run{{small(), drawable(text)}}, wide-12))) + 4.6*float64(len(pairs))
}

// note draws small print on a shade.
func (d *Drawing) note(text string, pairs [][2]string) {
	d.page.Fill(left, d.y, wide, noteHeight(text, pairs), 1.5, shade)
	d.y += 3.5
	d.write(left+6, wide-12, 4.2, small(), text)
	d.y += 0.6
	for _, pair := range pairs {
		d.label(left+6, 4.6, sans("", 7.8, quiet), pair[0])
		d.on(left+42, d.y, 4.6, []run{{sans("", 7.8, ink), drawable(pair[1])}})
		d.y += 4.6
	}
}

// PDF gives the paper's bytes.
func (d *Drawing) PDF() ([]byte, error) {
	d.feet()
	return d.file.Bytes()
}

// missing gives a text's characters by their numbers where the font of signatures lacks one of them, so that the paper tells them all
// the same.
func missing(text string) string {
	lacks := false
	var all []string
	for _, r := range text {
		lacks = lacks || !face("serifI").Has(r)
		all = append(all, fmt.Sprintf("U+%04X", r))
	}
	if !lacks {
		return ""
	}
	return strings.Join(all, " ")
}
