// Package document draws papers that are filed: a PDF with a title, facts, text, questions with their answers, and a signature.
//
// The same paper is the same bytes, on every machine and at any time: nothing in it depends on when or where it was drawn, so that its
// SHA-256 can prove years later that nobody has touched it. Fonts (Liberation Sans and Serif, SIL Open Font License) are part of the
// program and are embedded as far as they are used.
//
// It knows no trial and no language: what a paper says is handed in. It serves the paper's "provided informed consent".
package document

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansbolditalic"
	"codeberg.org/go-fonts/liberation/liberationsansitalic"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"codeberg.org/go-fonts/liberation/liberationserifitalic"
	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"

	"rekindle/problem"
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
	pdf *fpdf.Fpdf
}

// The page, in millimetres: A4, with margins that a Letter printer keeps too.
const (
	left, right = 24.0, 24.0
	topEdge     = 20.0
	bottom      = 24.0
	wide        = 210 - left - right
	line        = 4.9 // height of a line of text
	size        = 10.0
)

// The inks: text, quiet text, headings and rules.
var (
	ink    = [3]int{28, 34, 40}
	quiet  = [3]int{96, 104, 112}
	accent = [3]int{20, 83, 92}
	rule   = [3]int{205, 212, 216}
	shade  = [3]int{244, 247, 247}
)

// faces are the fonts by family and style. A paper embeds those that it uses.
var faces = map[string][]byte{
	"sans": liberationsansregular.TTF, "sansB": liberationsansbold.TTF, "sansI": liberationsansitalic.TTF,
	"sansBI": liberationsansbolditalic.TTF, "serifI": liberationserifitalic.TTF,
}

// New begins a paper: its kind, its title, and a foot on every page.
func New(p Paper) *Drawing {
	d := &Drawing{fpdf.New("P", "mm", "A4", "")}
	f := d.pdf
	f.SetCreationDate(p.Made.UTC())
	f.SetModificationDate(p.Made.UTC())
	f.SetCatalogSort(true)
	f.SetLang(p.Language)
	f.SetTitle(p.Kind+": "+p.Title, true)
	f.SetAuthor(p.Author, true)
	f.SetCreator(p.Program, true)
	f.SetProducer(p.Program, true)
	f.SetMargins(left, topEdge, right)
	f.SetCellMargin(0)
	f.SetAutoPageBreak(true, bottom)
	f.AliasNbPages("{pages}")
	f.SetFooterFunc(func() {
		f.SetDrawColor(rule[0], rule[1], rule[2])
		f.SetLineWidth(0.2)
		f.Line(left, 297-bottom+6, 210-right, 297-bottom+6)
		d.font("", 7.8, quiet)
		f.SetXY(left, 297-bottom+7.5)
		f.CellFormat(wide, 4, drawable(p.Foot), "", 0, "L", false, 0, "")
		f.SetX(210 - right - f.GetStringWidth(fmt.Sprintf(p.PageOf, f.PageNo(), "9")))
		f.CellFormat(26, 4, fmt.Sprintf(p.PageOf, f.PageNo(), "{pages}"), "", 0, "L", false, 0, "")
	})
	f.AddPage()
	f.SetFillColor(accent[0], accent[1], accent[2])
	f.Rect(left, topEdge, 14, 1.1, "F")
	f.SetY(topEdge + 5)
	d.font("B", 9, accent)
	f.MultiCell(wide, 5, drawable(strings.ToUpper(p.Kind)), "", "L", false)
	f.Ln(1.5)
	d.font("B", 18, ink)
	f.MultiCell(wide, 8, drawable(p.Title), "", "L", false)
	f.Ln(4)
	return d
}

func (d *Drawing) font(style string, points float64, color [3]int) {
	d.face("sans", style, points, color)
}

func (d *Drawing) face(family, style string, points float64, color [3]int) {
	d.pdf.AddUTF8FontFromBytes(family, style, faces[family+style])
	d.pdf.SetFont(family, style, points)
	d.pdf.SetTextColor(color[0], color[1], color[2])
}

// keep goes on on a new page where less than so many millimetres are left.
func (d *Drawing) keep(height float64) {
	if d.pdf.GetY()+height > 297-bottom {
		d.pdf.AddPage()
	}
}

// Facts draws pairs of a label and what it is, one below the other. What is empty is left out.
func (d *Drawing) Facts(pairs ...[2]string) {
	f := d.pdf
	const label = 42.0
	for _, pair := range pairs {
		if pair[1] == "" {
			continue
		}
		d.keep(2 * line)
		d.font("", 8.8, quiet)
		f.SetX(left)
		f.CellFormat(label, line, drawable(pair[0]), "", 0, "L", false, 0, "")
		d.font("", 9.4, ink)
		f.SetLeftMargin(left + label)
		f.Write(line, drawable(pair[1]))
		f.Ln(line + 0.6)
		f.SetLeftMargin(left)
	}
	f.SetX(left)
	f.Ln(1)
}

// Rule draws a line across.
func (d *Drawing) Rule() {
	f := d.pdf
	f.SetDrawColor(rule[0], rule[1], rule[2])
	f.SetLineWidth(0.2)
	f.Line(left, f.GetY(), 210-right, f.GetY())
	f.Ln(4)
}

// Heading draws a heading that stays with what follows.
func (d *Drawing) Heading(text string) { d.heading(text, 12.5) }

func (d *Drawing) heading(text string, points float64) {
	d.keep(26)
	d.pdf.Ln(2.6)
	d.font("B", points, accent)
	d.pdf.MultiCell(wide, points*0.47, drawable(text), "", "L", false)
	d.pdf.Ln(1.4)
}

// Answered draws a question and the answer that was given to it.
func (d *Drawing) Answered(question, answer string) {
	f := d.pdf
	d.keep(4 * line)
	d.font("", size, ink)
	f.MultiCell(wide, line, drawable(question), "", "L", false)
	y := f.GetY() + 0.9
	f.SetFillColor(accent[0], accent[1], accent[2])
	f.Rect(left, y+0.5, 0.8, line-1, "F")
	f.SetLeftMargin(left + 4)
	f.SetXY(left+4, y)
	d.font("B", size, ink)
	f.MultiCell(wide-4, line, drawable(answer), "", "L", false)
	f.SetLeftMargin(left)
	f.Ln(2.6)
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
	f := d.pdf
	unseen := missing(s.Name)
	d.font("", 8.4, quiet)
	d.keep(58 + line*float64(len(s.Facts)) + d.noteHeight(s.Note, s.Proof))
	d.Heading(s.Heading)
	top := f.GetY() + 1
	f.SetY(top + 5)
	f.SetLeftMargin(left + 6)
	f.SetRightMargin(right + 6)
	f.SetX(left + 6)
	d.font("B", size+0.6, ink)
	f.MultiCell(wide-12, line+0.3, drawable(s.Agreed), "", "L", false)
	f.Ln(5)
	d.hand(s.Name)
	f.MultiCell(wide-12, 9.5, drawable(s.Name), "", "L", false)
	f.SetDrawColor(ink[0], ink[1], ink[2])
	f.SetLineWidth(0.3)
	f.Line(left+6, f.GetY()+0.6, left+6+96, f.GetY()+0.6)
	f.Ln(1.6)
	d.font("", 8.2, quiet)
	f.MultiCell(wide-12, 4, drawable(s.Label), "", "L", false)
	if unseen != "" {
		f.MultiCell(wide-12, 4, unseen, "", "L", false)
	}
	f.Ln(3)
	for _, pair := range s.Facts {
		d.font("", 8.8, quiet)
		f.CellFormat(36, line, drawable(pair[0]), "", 0, "L", false, 0, "")
		d.font("B", 9.4, ink)
		f.MultiCell(wide-12-36, line, drawable(pair[1]), "", "L", false)
	}
	f.Ln(3.5)
	f.SetDrawColor(accent[0], accent[1], accent[2])
	f.SetLineWidth(0.4)
	f.RoundedRect(left, top, wide, f.GetY()-top, 2, "1234", "D")
	f.SetLeftMargin(left)
	f.SetRightMargin(right)
	f.SetX(left)
	f.Ln(5)
	d.note(s.Note, s.Proof)
}

// hand sets the font of a signature, of the size at which the name stands on one line, if any does.
func (d *Drawing) hand(name string) {
	for points := 22.0; points > 12; points-- {
		d.face("serif", "I", points, ink)
		if d.pdf.GetStringWidth(drawable(name)) < wide-16 {
			return
		}
	}
}

// noteHeight is how high a note stands, in the font that is set.
func (d *Drawing) noteHeight(text string, pairs [][2]string) float64 {
	return 8 + 4.2*float64(len(d.pdf.SplitText(drawable(text), wide-12))) + 4.6*float64(len(pairs))
}

// note draws small print on a shade.
func (d *Drawing) note(text string, pairs [][2]string) {
	f := d.pdf
	d.font("", 8.4, quiet)
	height := d.noteHeight(text, pairs)
	f.SetFillColor(shade[0], shade[1], shade[2])
	f.RoundedRect(left, f.GetY(), wide, height, 1.5, "1234", "F")
	f.SetXY(left+6, f.GetY()+3.5)
	f.SetLeftMargin(left + 6)
	f.MultiCell(wide-12, 4.2, drawable(text), "", "L", false)
	f.SetLeftMargin(left)
	f.Ln(0.6)
	for _, pair := range pairs {
		f.SetX(left + 6)
		d.font("", 7.8, quiet)
		f.CellFormat(36, 4.6, drawable(pair[0]), "", 0, "L", false, 0, "")
		d.font("", 7.8, ink)
		f.CellFormat(wide-12-36, 4.6, drawable(pair[1]), "", 1, "L", false, 0, "")
	}
}

// PDF gives the paper's bytes.
func (d *Drawing) PDF() ([]byte, error) {
	var b bytes.Buffer
	if err := d.pdf.Output(&b); err != nil {
		return nil, problem.New(problem.Internal, "the paper cannot be drawn").Because(err)
	}
	return b.Bytes(), nil
}

// drawable gives a text that can be drawn: what is beyond the characters that a PDF font of this kind can number becomes a box.
func drawable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == '\n':
			return r
		case unicode.IsControl(r), unicode.In(r, unicode.Cf):
			return -1
		case r > 0xFFFF:
			return '□'
		}
		return r
	}, text)
}

// glyphs is the font of signatures, asked for what it lacks.
var glyphs = sync.OnceValue(func() *sfnt.Font {
	f, err := sfnt.Parse(liberationserifitalic.TTF)
	if err != nil {
		panic(err) // the font is part of the program
	}
	return f
})

// missing gives a text's characters by their numbers where the font lacks one of them, so that the paper tells them all the same.
func missing(text string) string {
	var b sfnt.Buffer
	lacks := false
	var all []string
	for _, r := range text {
		glyph, err := glyphs().GlyphIndex(&b, r)
		lacks = lacks || err != nil || glyph == 0
		all = append(all, fmt.Sprintf("U+%04X", r))
	}
	if !lacks {
		return ""
	}
	return strings.Join(all, " ")
}
