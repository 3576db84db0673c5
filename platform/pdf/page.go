package pdf

import (
	"bytes"
	"fmt"
)

// The page: A4, in millimetres.
const (
	PageWide = 210.0
	PageHigh = 297.0
)

// perMM is how many of a PDF's points a millimetre has.
const perMM = 72 / 25.4

// Color is red, green and blue, each of 0 to 255.
type Color [3]uint8

func (c Color) String() string {
	return fmt.Sprintf("%.3f %.3f %.3f", float64(c[0])/255, float64(c[1])/255, float64(c[2])/255)
}

// Style is how a text is written.
type Style struct {
	Font   *Font
	Points float64 // the font's size
	Color  Color
}

// Width is how wide a character is, in millimetres.
func (s Style) Width(r rune) float64 { return float64(s.Font.Width(r)) / 1000 * s.Points / perMM }

// TextWidth is how wide a text is on one line, in millimetres.
func (s Style) TextWidth(text string) (wide float64) {
	for _, r := range text {
		wide += s.Width(r)
	}
	return wide
}

// Page is a page on which something is drawn. Places are millimetres from its left upper corner; what is drawn later covers what was
// drawn before.
type Page struct {
	file    *File
	content bytes.Buffer
}

// Text writes a text on one line, whose baseline begins at a place.
func (p *Page) Text(x, y float64, s Style, text string) {
	if text == "" {
		return
	}
	e := p.file.embed(s.Font)
	fmt.Fprintf(&p.content, "BT %s rg /F%d %.2f Tf %.2f %.2f Td (", s.Color, e.number, s.Points, x*perMM, (PageHigh-y)*perMM)
	for _, r := range text {
		r = unit(r)
		e.glyphs[r] = s.Font.glyph(r)
		for _, b := range [2]byte{byte(r >> 8), byte(r)} {
			switch b {
			case '\\', '(', ')':
				p.content.Write([]byte{'\\', b})
			case '\r':
				p.content.WriteString(`\r`)
			default:
				p.content.WriteByte(b)
			}
		}
	}
	p.content.WriteString(") Tj ET\n")
}

// Line draws a line of a width.
func (p *Page) Line(x1, y1, x2, y2, width float64, c Color) {
	fmt.Fprintf(&p.content, "%s RG %.2f w %.2f %.2f m %.2f %.2f l S\n", c, width*perMM, x1*perMM, (PageHigh-y1)*perMM, x2*perMM, (PageHigh-y2)*perMM)
}

// Fill fills a rectangle, given by its left upper corner, with corners rounded by a radius.
func (p *Page) Fill(x, y, wide, high, radius float64, c Color) {
	fmt.Fprintf(&p.content, "%s rg ", c)
	p.round(x, y, wide, high, radius)
	p.content.WriteString("f\n")
}

// Frame draws the edge of a rectangle, as Fill fills it.
func (p *Page) Frame(x, y, wide, high, radius, width float64, c Color) {
	fmt.Fprintf(&p.content, "%s RG %.2f w ", c, width*perMM)
	p.round(x, y, wide, high, radius)
	p.content.WriteString("S\n")
}

// arc is how far the two middle points of a Bézier curve stand from its ends where it is nearly a quarter of a circle of radius 1:
// 4/3 (√2-1).
const arc = 0.5522847498

// round makes the path of a rectangle, clockwise from its upper edge.
func (p *Page) round(x, y, wide, high, radius float64) {
	move := func(op string, places ...float64) {
		for i := 0; i < len(places); i += 2 {
			fmt.Fprintf(&p.content, "%.3f %.3f ", (x+places[i])*perMM, (PageHigh-y-places[i+1])*perMM)
		}
		p.content.WriteString(op + " ")
	}
	r, b := radius, radius*(1-arc)
	if r == 0 {
		fmt.Fprintf(&p.content, "%.3f %.3f %.3f %.3f re ", x*perMM, (PageHigh-y-high)*perMM, wide*perMM, high*perMM)
		return
	}
	move("m", r, 0)
	move("l", wide-r, 0)
	move("c", wide-b, 0, wide, b, wide, r)
	move("l", wide, high-r)
	move("c", wide, high-b, wide-b, high, wide-r, high)
	move("l", r, high)
	move("c", b, high, 0, high-b, 0, high-r)
	move("l", 0, r)
	move("c", 0, b, b, 0, r, 0)
	p.content.WriteString("h ")
}
