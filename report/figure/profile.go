package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"

	"rekindle/analysis"
	"rekindle/trial/study"
)

// Profile draws the model-based mean of each arm at each visit, with its interval, for one outcome.
func Profile(p *study.Protocol, population string, row analysis.ChangeRow) *Figure {
	const width, height = vg.Length(330), vg.Length(250)
	const l, r, t, b = vg.Length(44), vg.Length(92), vg.Length(44), vg.Length(36)
	o, _ := p.Outcome(row.Outcome)
	pop, _ := p.Population(population)
	lo, hi := math.Inf(1), math.Inf(-1)
	var words []string
	for _, m := range row.Means {
		lo, hi = min(lo, m.Mean.Lower), max(hi, m.Mean.Upper)
		a, _ := p.Arm(m.Arm)
		v, _ := p.Visit(m.Visit)
		words = append(words, fmt.Sprintf("%s at %s %.2f (%.2f to %.2f)", a.Name, v.Name, m.Mean.Value, m.Mean.Lower, m.Mean.Upper))
	}
	fig := &Figure{ID: "profile-" + population + "-" + row.Outcome, Title: o.Name, Width: width, Height: height,
		Description: fmt.Sprintf("Model-based means with %s intervals, %s. %s.", confidenceLabel(p), pop.Name, strings.Join(words, "; "))}
	if len(row.Means) == 0 {
		lo, hi = 0, 1
	}
	step := niceStep((hi - lo) / 4)
	lo, hi = math.Floor(lo/step)*step, math.Ceil(hi/step)*step
	fig.draw = func(q *pen) {
		q.rect(0, 0, width, height, white, nil)
		better := "higher is better"
		if o.Direction == "higher worse" {
			better = "lower is better"
		}
		q.text(style{11, true}, ink, left, 12, 18, o.Name)
		q.text(style{8.5, false}, quiet, left, 12, 32, "points, "+better)
		y := func(v float64) vg.Length { return height - b - (height-t-b)*vg.Length((v-lo)/(hi-lo)) }
		x := func(visit, arm int) vg.Length {
			n := max(len(p.Visits)-1, 1)
			spread := vg.Length(arm)*7 - vg.Length(len(p.Arms)-1)*3.5
			return l + 16 + (width-l-r-32)*vg.Length(visit)/vg.Length(n) + spread
		}
		for v := lo; v <= hi+step/2; v += step {
			q.line(0.5, hair, false, l, y(v), width-r, y(v))
			q.text(style{8.5, false}, quiet, right, l-6, y(v)+3, trimmedStep(v, step))
		}
		for i, visit := range p.Visits {
			q.text(style{9, false}, ink, center, x(i, 0)+vg.Length(len(p.Arms)-1)*3.5, height-b+16, visit.Name)
		}
		var labels []endLabel
		for i, a := range p.Arms {
			var px, py []vg.Length
			for k, v := range p.Visits {
				for _, m := range row.Means {
					if m.Arm != a.ID || m.Visit != v.ID {
						continue
					}
					at := x(k, i)
					q.line(1.2, armInk[i%len(armInk)], false, at, y(m.Mean.Lower), at, y(m.Mean.Upper))
					px, py = append(px, at), append(py, y(m.Mean.Value))
				}
			}
			for k := 1; k < len(px); k++ {
				q.line(1.6, armInk[i%len(armInk)], i%2 == 1, px[k-1], py[k-1], px[k], py[k])
			}
			for k := range px {
				q.marker(i, px[k], py[k], 3.8)
			}
			if n := len(px); n > 0 {
				labels = append(labels, endLabel{i, py[n-1], (style{9, true}).wrap(a.Name, r-14)})
			}
		}
		for _, l := range spread(labels, height-b) {
			for j, part := range l.lines {
				q.text(style{9, true}, armInk[l.arm%len(armInk)], left, width-r+8, l.y+3+vg.Length(j)*labelLead, part)
			}
		}
	}
	return fig
}

// endLabel names an arm at the end of its line.
type endLabel struct {
	arm   int
	y     vg.Length // of the first line
	lines []string
}

// labelLead is the distance between lines of end labels.
const labelLead = vg.Length(11)

// spread moves labels that would overlap apart, downwards, and all of them up again where the last would pass the bottom.
func spread(labels []endLabel, bottom vg.Length) []endLabel {
	slices.SortStableFunc(labels, func(a, b endLabel) int { return cmp.Compare(a.y, b.y) })
	for i := 1; i < len(labels); i++ {
		above := labels[i-1]
		labels[i].y = max(labels[i].y, above.y+vg.Length(len(above.lines))*labelLead+3)
	}
	if n := len(labels); n > 0 {
		last := labels[n-1]
		if over := last.y + vg.Length(len(last.lines)-1)*labelLead - bottom; over > 0 {
			for i := range labels {
				labels[i].y -= over
			}
		}
	}
	return labels
}

// niceStep rounds a step up to 1, 2, 2.5 or 5 times a power of ten.
func niceStep(raw float64) float64 {
	if !(raw > 0) || math.IsInf(raw, 0) {
		return 1
	}
	base := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if m*base >= raw {
			return m * base
		}
	}
	return 10 * base
}

func trimmedStep(v, step float64) string {
	decimals := 0
	for s := step; decimals < 3 && math.Abs(s-math.Round(s)) > 1e-9; decimals++ {
		s *= 10
	}
	if math.Abs(v) < step/1e6 {
		v = 0
	}
	return strings.ReplaceAll(fmt.Sprintf("%.*f", decimals, v), "-", "\u2212")
}
