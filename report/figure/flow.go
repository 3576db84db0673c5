package figure

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot/vg"

	"rekindle/analysis"
	"rekindle/trial/study"
)

// box is a rectangle of text: the first line bold, the others indented.
type box struct {
	head  string
	lines []string
	w     vg.Length
}

const (
	boxPad  = vg.Length(8)
	headGap = vg.Length(2)
)

var (
	headStyle = style{10.5, true}
	bodyStyle = style{9.5, false}
)

func (b *box) height() vg.Length {
	h := 2*boxPad + vg.Length(len(headStyle.wrap(b.head, b.w-2*boxPad)))*headStyle.leading()
	for _, l := range b.lines {
		h += vg.Length(len(bodyStyle.wrap(l, b.w-2*boxPad-8))) * bodyStyle.leading()
	}
	if len(b.lines) > 0 {
		h += headGap
	}
	return h
}

func (b *box) draw(p *pen, x, y, h vg.Length) {
	p.rect(x, y, b.w, h, white, ink)
	at := y + boxPad + headStyle.size*0.92
	for _, l := range headStyle.wrap(b.head, b.w-2*boxPad) {
		p.text(headStyle, ink, left, x+boxPad, at, l)
		at += headStyle.leading()
	}
	at += headGap
	for _, l := range b.lines {
		for _, part := range bodyStyle.wrap(l, b.w-2*boxPad-8) {
			p.text(bodyStyle, ink, left, x+boxPad+8, at, part)
			at += bodyStyle.leading()
		}
	}
}

func counted(label string, n int) string { return fmt.Sprintf("%s (n = %d)", label, n) }

// outs gives the exits of a node that leave the trial or need words; exits to another box are drawn as arrows.
func outs(n analysis.Node) (lines []string, total int) {
	for _, e := range n.Exits {
		if e.To == "" {
			lines = append(lines, counted(e.Label, e.Count))
			total += e.Count
		}
	}
	return lines, total
}

// Flow draws the CONSORT diagram. Exits of zero people stay in: a reader must see that nobody left by them.
func Flow(p *study.Protocol, f *analysis.Flow) *Figure {
	const (
		gutter  = vg.Length(86) // stage names
		gap     = vg.Length(26) // between rows
		between = vg.Length(18)
		margin  = vg.Length(10)
	)
	arms := len(p.Arms)
	armW := max(vg.Length(230), 500/vg.Length(max(arms, 1)))
	inner := vg.Length(arms)*armW + vg.Length(arms-1)*between
	inner = max(inner, 500)
	width := gutter + inner + 2*margin
	left0 := margin + gutter

	var top []analysis.Node
	byStage := map[string][]analysis.Node{}
	for _, n := range f.Nodes {
		if n.Stage == "enrolment" {
			top = append(top, n)
		} else {
			byStage[n.Stage] = append(byStage[n.Stage], n)
		}
	}
	topW, sideW := inner*0.5, inner*0.44
	type placed struct {
		b    box
		x, y vg.Length
		h    vg.Length
	}
	var boxes []placed
	var arrows [][]vg.Length
	type band struct {
		label string
		y, y2 vg.Length
	}
	var bands []band

	y := margin
	spine := left0 + topW/2 // the vertical line of the top part
	if arms > 1 {
		spine = left0 + topW/2
	}
	start := y
	for i, n := range top {
		b := box{head: counted(n.Label, n.Count), w: topW}
		h := b.height()
		boxes = append(boxes, placed{b, left0, y, h})
		bottom := y + h
		lines, total := outs(n)
		next := bottom + gap
		if len(lines) > 0 {
			side := box{head: counted("Excluded", total), lines: lines, w: sideW}
			if len(lines) == 1 {
				side = box{head: lines[0], w: sideW}
			}
			sh := side.height()
			sy := bottom + gap/2
			boxes = append(boxes, placed{side, left0 + inner - sideW, sy, sh})
			arrows = append(arrows, []vg.Length{spine, sy + sh/2, left0 + inner - sideW, sy + sh/2})
			next = sy + sh + gap/2
		}
		if i+1 < len(top) {
			arrows = append(arrows, []vg.Length{spine, bottom, spine, next})
			y = next
		} else {
			y = bottom
		}
	}
	bands = append(bands, band{"Enrolment", start, y})

	// The split: a bar over the arms, an arrow into each.
	bar := y + gap*0.7
	armX := func(i int) vg.Length {
		return left0 + vg.Length(i)*(armW+between) + (inner-(vg.Length(arms)*armW+vg.Length(arms-1)*between))/2
	}
	split := bar + gap*0.6
	arrowTo := split
	y = split
	for s, stage := range []string{"allocation", "follow-up", "analysis"} {
		rows := make([][]box, arms)
		tallest := vg.Length(0)
		for i, a := range p.Arms {
			var b box
			switch stage {
			case "analysis":
				b = box{head: "Analysed", w: armW}
				for _, n := range byStage[stage] {
					if n.Arm == a.ID {
						b.lines = append(b.lines, fmt.Sprintf("%s: %d; not in it: %d", n.Label, n.Exits[0].Count, n.Count-n.Exits[0].Count))
					}
				}
			default:
				for _, n := range byStage[stage] {
					if n.Arm == a.ID {
						lines, _ := outs(n)
						b = box{head: counted(n.Label, n.Count), lines: lines, w: armW}
					}
				}
			}
			rows[i] = []box{b}
			tallest = max(tallest, b.height())
		}
		for i := range p.Arms {
			x := armX(i)
			boxes = append(boxes, placed{rows[i][0], x, y, tallest})
			if s > 0 {
				arrows = append(arrows, []vg.Length{x + armW/2, y - gap, x + armW/2, y})
			} else {
				arrows = append(arrows, []vg.Length{x + armW/2, bar, x + armW/2, arrowTo})
			}
		}
		bands = append(bands, band{strings.ToUpper(stage[:1]) + stage[1:], y, y + tallest})
		y += tallest + gap
	}
	height := y - gap + margin
	enrolledBottom := bands[0].y2
	fig := &Figure{ID: "flow", Title: "CONSORT flow diagram", Width: width, Height: height}
	fig.Description = describeFlow(f)
	fig.draw = func(q *pen) {
		q.rect(0, 0, width, height, white, nil)
		for _, b := range bands {
			q.rect(margin, b.y, gutter-12, b.y2-b.y, shade, nil)
			q.text(style{9.5, true}, quiet, center, margin+(gutter-12)/2, (b.y+b.y2)/2+3, b.label)
		}
		q.line(0.9, ink, false, spine, enrolledBottom, spine, bar)
		q.line(0.9, ink, false, min(armX(0)+armW/2, spine), bar, max(armX(arms-1)+armW/2, spine), bar)
		for _, a := range arrows {
			q.arrow(a...)
		}
		for _, b := range boxes {
			b.b.draw(q, b.x, b.y, b.h)
		}
	}
	return fig
}

func describeFlow(f *analysis.Flow) string {
	var parts []string
	for _, n := range f.Nodes {
		var exits []string
		for _, e := range n.Exits {
			exits = append(exits, fmt.Sprintf("%s %d", e.Label, e.Count))
		}
		parts = append(parts, fmt.Sprintf("%s %d: %s", n.Label, n.Count, strings.Join(exits, ", ")))
	}
	return strings.Join(parts, ". ") + "."
}
