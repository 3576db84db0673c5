package document

import (
	"slices"
	"strings"
	"unicode"

	"rekindle/platform/pdf"
)

// run is text in one style.
type run struct {
	pdf.Style
	text string
}

// letter is a character of a run, and how wide it is in millimetres.
type letter struct {
	r    rune
	run  int
	wide float64
}

// wrap breaks text at its own breaks and, where a line would be wider than so many millimetres, at a space; where there is none, at a letter.
func wrap(runs []run, wide float64) (lines [][]run) {
	var all []letter
	for i, r := range runs {
		for _, c := range r.text {
			all = append(all, letter{c, i, r.Width(c)})
		}
	}
	end := func(line []letter) {
		var styled []run
		for len(line) > 0 {
			n := slices.IndexFunc(line, func(l letter) bool { return l.run != line[0].run })
			if n < 0 {
				n = len(line)
			}
			var text strings.Builder
			for _, l := range line[:n] {
				text.WriteRune(l.r)
			}
			styled = append(styled, run{runs[line[0].run].Style, text.String()})
			line = line[n:]
		}
		lines = append(lines, styled)
	}
	start, space, length := 0, -1, 0.0
	for i := 0; i < len(all); i++ {
		c := all[i]
		if c.r == '\n' {
			end(all[start:i])
			start, space, length = i+1, -1, 0
			continue
		}
		if c.r == ' ' {
			space = i
		}
		if length += c.wide; length <= wide+1e-9 || i == start {
			continue
		}
		if space >= start {
			end(all[start:space])
			i = space
			start = space + 1
		} else {
			end(all[start:i])
			start = i
			i--
		}
		space, length = -1, 0
	}
	end(all[start:])
	return lines
}

// drawable gives a text without what cannot be drawn: control characters, tabulators as spaces, no breaks at its end.
func drawable(text string) string {
	return strings.TrimRight(strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == '\n':
			return r
		case unicode.IsControl(r), unicode.In(r, unicode.Cf):
			return -1
		}
		return r
	}, text), "\n")
}

// on writes a line in a row of a height whose upper edge is y, without moving down.
func (d *Drawing) on(x, y, height float64, line []run) {
	for _, r := range line {
		d.page.Text(x, y+height/2+0.3*r.Points*25.4/72, r.Style, r.text)
		x += r.TextWidth(r.text)
	}
}

// label writes a text on one line, without moving down.
func (d *Drawing) label(x, height float64, s pdf.Style, text string) {
	d.keep(height)
	d.on(x, d.y, height, []run{{s, strings.ReplaceAll(drawable(text), "\n", " ")}})
}

// paragraph writes text in a column, row after row of a height, over as many pages as it needs.
func (d *Drawing) paragraph(x, wide, height float64, runs ...run) {
	for _, line := range wrap(runs, wide) {
		d.keep(height)
		d.on(x, d.y, height, line)
		d.y += height
	}
}

// write writes a text of one style in a column.
func (d *Drawing) write(x, wide, height float64, s pdf.Style, text string) {
	d.paragraph(x, wide, height, run{s, drawable(text)})
}
