package document

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// Markdown draws a text as the pages show it: headings, paragraphs, lists, emphasis, quotations, code and links, each with its address.
// HTML inside it is left out, as it is on the pages.
func (d *Drawing) Markdown(source string) {
	raw := []byte(source)
	m := &marked{Drawing: d, source: raw}
	root := goldmark.DefaultParser().Parse(text.NewReader(raw))
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		m.block(n, 0)
	}
}

// marked draws the tree of a Markdown text.
type marked struct {
	*Drawing
	source []byte
}

// step is how far a list or a quotation stands in.
const step = 6.5

func (m *marked) block(n ast.Node, indent float64) {
	switch n := n.(type) {
	case *ast.Heading:
		points := map[int]float64{1: 15, 2: 12.5}[n.Level]
		if points == 0 {
			points = 10.8
		}
		m.heading(m.plain(n), points)
	case *ast.Paragraph:
		m.keep(2 * line)
		m.flow(n, indent)
		m.y += 2.2
	case *ast.TextBlock:
		m.flow(n, indent)
		m.y += 0.6
	case *ast.List:
		m.list(n, indent)
	case *ast.Blockquote:
		top, page := m.y, m.page
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			m.block(c, indent+step)
		}
		if m.page == page {
			m.page.Fill(left+indent+1, top, 0.8, m.y-top-2, 0, rule)
		}
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		for i := range n.Lines().Len() {
			piece := n.Lines().At(i)
			m.write(left+indent+step, wide-indent-step, line, sans("", size-1, ink), string(piece.Value(m.source)))
		}
		m.y += 2
	case *ast.ThematicBreak:
		m.y++
		m.Rule()
	}
}

func (m *marked) list(n *ast.List, indent float64) {
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		m.keep(2 * line) // as a paragraph does, which must not leave its sign behind
		sign := "•"
		if n.IsOrdered() {
			sign = fmt.Sprintf("%d.", number)
			number++
		}
		m.label(left+indent+1, line, sans("", size, accent), sign)
		if item.FirstChild() == nil {
			m.y += line
		}
		for c := item.FirstChild(); c != nil; c = c.NextSibling() {
			m.block(c, indent+step)
		}
	}
	m.y += 1.8
}

// flow draws the words of a block, in lines that break where they must.
func (m *marked) flow(n ast.Node, indent float64) {
	m.paragraph(left+indent, wide-indent, line, m.words(n, "")...)
}

// words gives the words of a node, each in its style.
func (m *marked) words(n ast.Node, style string) (all []run) {
	write := func(text string) { all = append(all, run{sans(style, size, ink), drawable(text)}) }
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			write(string(c.Segment.Value(m.source)))
			switch {
			case c.HardLineBreak():
				all = append(all, run{sans(style, size, ink), "\n"})
			case c.SoftLineBreak():
				write(" ")
			}
		case *ast.String:
			write(string(c.Value))
		case *ast.Emphasis:
			all = append(all, m.words(c, styled(style, c.Level))...)
		case *ast.AutoLink:
			write(string(c.Label(m.source)))
		case *ast.Link:
			all = append(all, m.words(c, style)...)
			if to := string(c.Destination); to != m.plain(c) {
				write(" (" + to + ")")
			}
		case *ast.Image:
			write("[" + m.plain(c) + "]")
		case *ast.RawHTML:
		default:
			all = append(all, m.words(c, style)...)
		}
	}
	return all
}

// styled adds emphasis to a style: once is italic, twice is bold.
func styled(style string, level int) string {
	add := "I"
	if level > 1 {
		add = "B"
	}
	if strings.Contains(style, add) {
		return style
	}
	if add == "B" {
		return "B" + style
	}
	return style + "I"
}

// plain gives the words of a node without their style.
func (m *marked) plain(n ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			b.Write(t.Segment.Value(m.source))
			if t.SoftLineBreak() || t.HardLineBreak() {
				b.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
