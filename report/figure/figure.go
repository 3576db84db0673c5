// Package figure draws: the CONSORT flow, the forest plot, the profile of each outcome.
//
// A figure is drawn once, on a canvas of gonum/plot's vg, and comes out as SVG and PNG with the same lines. It has
// a title and a description in words, so that nothing is said by the picture alone; color is never the only difference.
package figure

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"regexp"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"rekindle/problem"
)

// Figure is one drawing, in points (1/72 inch).
type Figure struct {
	ID          string // file name without its ending
	Title       string
	Description string // what the picture shows, in words
	Width       vg.Length
	Height      vg.Length
	draw        func(*pen)
}

// dpi of the PNG: twice the size on screen.
const dpi = 144

// SVG gives the drawing with its title and description for readers who cannot see it.
func (f *Figure) SVG() ([]byte, error) {
	c := vgsvg.NewWith(vgsvg.UseWH(f.Width, f.Height))
	f.draw(newPen(c, f.Height))
	b, err := written(f, c)
	if err != nil {
		return nil, err
	}
	return f.describe(b), nil
}

// PNG gives the drawing at 144 dots per inch on white.
func (f *Figure) PNG() ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(f.Width, f.Height), vgimg.UseDPI(dpi))
	f.draw(newPen(c, f.Height))
	return written(f, vgimg.PngCanvas{Canvas: c})
}

func written(f *Figure, c io.WriterTo) ([]byte, error) {
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, problem.New(problem.Internal, "figure %s cannot be drawn: %v", f.ID, err).Because(err)
	}
	return b.Bytes(), nil
}

var (
	svgRoot   = regexp.MustCompile(`(?s)^.*?<svg ([^>]*)>`)
	svgSize   = regexp.MustCompile(`(width|height)="[^"]*"\s*`)
	svgFamily = regexp.MustCompile(`font-family:Liberation Sans;`)
)

// describe puts role, title and description into an SVG, lets it scale, and names fonts of the same widths for machines
// without Liberation Sans.
func (f *Figure) describe(svg []byte) []byte {
	svg = svgFamily.ReplaceAll(svg, []byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;"))
	at := svgRoot.FindSubmatchIndex(svg)
	if at == nil {
		return svg
	}
	attributes := svgSize.ReplaceAll(svg[at[2]:at[3]], nil)
	var b bytes.Buffer
	fmt.Fprintf(&b, "<svg width=\"%g\" height=\"%g\" role=\"img\" aria-labelledby=\"%[3]s-title %[3]s-desc\" %[4]s>\n", f.Width.Points(), f.Height.Points(), f.ID, attributes)
	fmt.Fprintf(&b, "<title id=\"%s-title\">%s</title>\n<desc id=\"%s-desc\">%s</desc>\n", f.ID, html.EscapeString(f.Title), f.ID, html.EscapeString(f.Description))
	b.Write(svg[at[1]:])
	return b.Bytes()
}
