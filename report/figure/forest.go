package figure

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"

	"rekindle/analysis"
	"rekindle/trial/study"
)

// Forest draws the standardized difference of every outcome of one population, turned so that right is better for the
// arm: an outcome where higher is worse is mirrored, and the axis says so.
func Forest(p *study.Protocol, c analysis.ChangeTable) *Figure {
	const (
		margin, nameW, plotW, numberW = vg.Length(14), vg.Length(196), vg.Length(300), vg.Length(150)
		rowH, headH, axisH            = vg.Length(21), vg.Length(46), vg.Length(50)
	)
	type line struct {
		name           string
		group          bool
		primary        bool
		value, lo, hi  float64
		points, failed string
	}
	var lines []line
	group, limit := "", 0.5
	arm, versus := "", ""
	for _, row := range c.Rows {
		o, _ := p.Outcome(row.Outcome)
		if o.Group != group {
			group = o.Group
			lines = append(lines, line{name: group, group: true})
		}
		if row.Failed != "" || len(row.Differences) == 0 {
			lines = append(lines, line{name: short(o), failed: "not estimable"})
			continue
		}
		d := row.Differences[0]
		a, _ := p.Arm(d.Arm)
		v, _ := p.Arm(d.Versus)
		arm, versus = a.Name, v.Name
		e := d.Standardized
		l := line{name: short(o), primary: o.Primary, value: e.Value, lo: e.Lower, hi: e.Upper}
		if o.Direction == "higher worse" {
			l.value, l.lo, l.hi = -e.Value, -e.Upper, -e.Lower
		}
		l.points = fmt.Sprintf("%.2f (%.2f to %.2f)", zero(l.value), zero(l.lo), zero(l.hi))
		limit = max(limit, math.Abs(l.lo), math.Abs(l.hi))
		lines = append(lines, l)
	}
	limit = math.Ceil(limit*4) / 4
	pop, _ := p.Population(c.Population)
	width := margin*2 + nameW + plotW + numberW
	height := margin*2 + headH + vg.Length(len(lines))*rowH + axisH
	fig := &Figure{ID: "forest-" + c.Population, Title: "Standardized differences, " + pop.Name, Width: width, Height: height}
	var words []string
	for _, l := range lines {
		if !l.group {
			words = append(words, l.name+" "+l.points+l.failed)
		}
	}
	fig.Description = fmt.Sprintf("Difference of changes, %s vs %s, in baseline SD with interval; positive is better for %s. %s.", arm, versus, arm, strings.Join(words, "; "))
	fig.draw = func(q *pen) {
		q.rect(0, 0, width, height, white, nil)
		x0 := margin + nameW
		x := func(v float64) vg.Length { return x0 + plotW*vg.Length((v+limit)/(2*limit)) }
		bodyTop := margin + headH
		bodyBottom := bodyTop + vg.Length(len(lines))*rowH
		q.text(style{12.5, true}, ink, left, margin, margin+12, fig.Title)
		q.text(style{9, false}, quiet, left, margin, margin+30, "Difference of changes in baseline SD, "+arm+" vs "+versus)
		q.text(style{9, true}, quiet, right, width-margin, bodyTop-6, "SD ("+confidenceLabel(p)+" CI)")
		q.rect(x0, bodyTop, plotW, bodyBottom-bodyTop, shade, nil)
		step := 0.25
		if limit > 1 {
			step = 0.5
		}
		for v := -limit; v <= limit+1e-9; v += step {
			q.line(0.5, hair, false, x(v), bodyTop, x(v), bodyBottom)
			q.text(style{8.5, false}, quiet, center, x(v), bodyBottom+13, trimmed(v))
		}
		q.line(1, ink, false, x(0), bodyTop, x(0), bodyBottom)
		for i, l := range lines {
			y := bodyTop + vg.Length(i)*rowH + rowH/2
			if l.group {
				q.text(style{9.5, true}, ink, left, margin, y+3.5, l.name)
				continue
			}
			label := l.name
			if l.primary {
				label += " (primary)"
			}
			lead := vg.Length(11)
			parts := (style{9.5, l.primary}).wrap(label, nameW-20)
			for j, part := range parts {
				q.text(style{9.5, l.primary}, ink, left, margin+8, y+3.5+lead*(vg.Length(j)-vg.Length(len(parts)-1)/2), part)
			}
			if l.failed != "" {
				q.text(style{9, false}, quiet, right, width-margin, y+3.5, l.failed)
				continue
			}
			q.line(1.4, armInk[0], false, x(l.lo), y, x(l.hi), y)
			q.line(1.4, armInk[0], false, x(l.lo), y-3, x(l.lo), y+3)
			q.line(1.4, armInk[0], false, x(l.hi), y-3, x(l.hi), y+3)
			if l.primary {
				q.polygon(armInk[0], x(l.value), y-6, x(l.value)+6, y, x(l.value), y+6, x(l.value)-6, y)
			} else {
				q.marker(0, x(l.value), y, 3.6)
			}
			q.text(style{9, false}, ink, right, width-margin, y+3.5, strings.ReplaceAll(l.points, "-", "\u2212"))
		}
		q.text(style{9, true}, good, right, x0+plotW, bodyBottom+32, "better with "+arm+" \u2192")
		q.text(style{9, true}, quiet, left, x0, bodyBottom+32, "\u2190 worse")
	}
	return fig
}

// short is the name of an outcome where room is scarce.
func short(o study.Outcome) string {
	if o.Short != "" {
		return o.Short
	}
	return o.Name
}

// zero takes the sign from a zero that would print as one.
func zero(v float64) float64 {
	if math.Abs(v) < 0.005 {
		return 0
	}
	return v
}

func trimmed(v float64) string {
	return strings.ReplaceAll(strings.TrimSuffix(strings.TrimSuffix(fmt.Sprintf("%.2f", zero(v)), "0"), ".0"), "-", "\u2212")
}

func confidenceLabel(p *study.Protocol) string {
	return strings.TrimSuffix(strings.TrimSuffix(fmt.Sprintf("%.1f", 100*p.Analysis.Confidence), "0"), ".") + "%"
}
