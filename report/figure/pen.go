package figure

import (
	"image/color"
	"math"
	"strings"
	"sync"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
)

// The colors of all figures. Arms differ by marker and line as well.
var (
	ink    = color.NRGBA{0x1c, 0x27, 0x33, 0xff}
	quiet  = color.NRGBA{0x5b, 0x67, 0x75, 0xff}
	hair   = color.NRGBA{0xc9, 0xd1, 0xd9, 0xff}
	shade  = color.NRGBA{0xf3, 0xf6, 0xf8, 0xff}
	white  = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	good   = color.NRGBA{0x0b, 0x6e, 0x5e, 0xff}
	armInk = []color.NRGBA{{0x0b, 0x5c, 0x8a, 0xff}, {0xb4, 0x53, 0x09, 0xff}, {0x6b, 0x3f, 0xa0, 0xff}, {0x3f, 0x6b, 0x2a, 0xff}}
)

// fonts is Liberation Sans, embedded in the program; its widths are those of Arial and Helvetica.
var fonts = sync.OnceValue(func() *font.Cache { return font.NewCache(liberation.Collection()) })

// pen draws with the origin at the top left and y downwards, as one reads.
type pen struct {
	c      vg.Canvas
	height vg.Length
}

func newPen(c vg.Canvas, height vg.Length) *pen {
	p := &pen{c, height}
	return p
}

// style of a text: size in points, bold or not.
type style struct {
	size vg.Length
	bold bool
}

func (s style) face() font.Face {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: s.size}
	if s.bold {
		f.Weight = 3 // image/font's WeightBold
	}
	return fonts().Lookup(f, s.size)
}

func (s style) width(text string) vg.Length { f := s.face(); return f.Width(text) }

// leading is the distance between lines.
func (s style) leading() vg.Length { return s.size * 1.35 }

// wrap breaks a text into lines no wider than width; a single longer word keeps its line.
func (s style) wrap(text string, width vg.Length) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if try := strings.TrimSpace(line + " " + word); line == "" || s.width(try) <= width {
			line = try
			continue
		}
		lines = append(lines, line)
		line = word
	}
	return append(lines, line)
}

func (p *pen) at(x, y vg.Length) vg.Point { return vg.Point{X: x, Y: p.height - y} }

// rect fills a rectangle and strokes its border where stroke is not nil.
func (p *pen) rect(x, y, w, h vg.Length, fill, stroke color.Color) {
	var path vg.Path
	path.Move(p.at(x, y))
	path.Line(p.at(x+w, y))
	path.Line(p.at(x+w, y+h))
	path.Line(p.at(x, y+h))
	path.Close()
	if fill != nil {
		p.c.SetColor(fill)
		p.c.Fill(path)
	}
	if stroke != nil {
		p.c.SetColor(stroke)
		p.c.SetLineWidth(0.9)
		p.c.Stroke(path)
	}
}

// line strokes a polyline of x, y pairs.
func (p *pen) line(width vg.Length, ink color.Color, dashed bool, xy ...vg.Length) {
	var path vg.Path
	path.Move(p.at(xy[0], xy[1]))
	for i := 2; i < len(xy); i += 2 {
		path.Line(p.at(xy[i], xy[i+1]))
	}
	p.c.SetColor(ink)
	p.c.SetLineWidth(width)
	if dashed {
		p.c.SetLineDash([]vg.Length{4, 3}, 0)
	}
	p.c.Stroke(path)
	p.c.SetLineDash(nil, 0)
}

// polygon fills a closed shape of x, y pairs.
func (p *pen) polygon(fill color.Color, xy ...vg.Length) {
	var path vg.Path
	path.Move(p.at(xy[0], xy[1]))
	for i := 2; i < len(xy); i += 2 {
		path.Line(p.at(xy[i], xy[i+1]))
	}
	path.Close()
	p.c.SetColor(fill)
	p.c.Fill(path)
}

// arrow draws a polyline with a head at its end; the last leg is horizontal or vertical.
func (p *pen) arrow(xy ...vg.Length) {
	p.line(0.9, ink, false, xy...)
	n := len(xy)
	x, y, fromX, fromY := xy[n-2], xy[n-1], xy[n-4], xy[n-3]
	const a, b = 5.5, 2.6
	switch {
	case y > fromY:
		p.polygon(ink, x, y, x-b, y-a, x+b, y-a)
	case x > fromX:
		p.polygon(ink, x, y, x-a, y-b, x-a, y+b)
	case x < fromX:
		p.polygon(ink, x, y, x+a, y-b, x+a, y+b)
	}
}

// align of a text to its x.
type align int

const (
	left align = iota
	center
	right
)

// text writes one line with its baseline at y.
func (p *pen) text(s style, ink color.Color, a align, x, y vg.Length, text string) {
	face := s.face()
	switch a {
	case center:
		x -= face.Width(text) / 2
	case right:
		x -= face.Width(text)
	}
	p.c.SetColor(ink)
	p.c.FillString(face, p.at(x, y), text)
}

// marker draws the mark of an arm: a disc, a square, a diamond, a triangle.
func (p *pen) marker(arm int, x, y, r vg.Length) {
	c := armInk[arm%len(armInk)]
	switch arm % 4 {
	case 0:
		var path vg.Path
		path.Move(p.at(x+r, y))
		path.Arc(p.at(x, y), r, 0, math.Pi) // in halves: SVG leaves out an arc that ends where it begins
		path.Arc(p.at(x, y), r, math.Pi, math.Pi)
		path.Close()
		p.c.SetColor(c)
		p.c.Fill(path)
	case 1:
		p.polygon(c, x-r, y-r, x+r, y-r, x+r, y+r, x-r, y+r)
	case 2:
		p.polygon(c, x, y-r*1.3, x+r*1.3, y, x, y+r*1.3, x-r*1.3, y)
	default:
		p.polygon(c, x-r, y+r, x, y-r*1.2, x+r, y+r)
	}
}
