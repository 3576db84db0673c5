package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"rekindle/analysis"
	"rekindle/analysis/lint"
)

var (
	shareText  = regexp.MustCompile(`(\d+) of (\d+) \(([\d.]+)%\)`)
	movedText  = regexp.MustCompile(`(fell by|rose by|did not change) \(?([\d.]+%)`)
	differText = regexp.MustCompile(`by (-?[\d.]+) points \([\d.]+% CI, (-?[\d.]+) to (-?[\d.]+) points; P (=|<|>) ([\d.]+); adjusted P (=|<|>) ([\d.]+)\)`)
)

// claims reads the numbers out of the sentences of a section.
func (b *publication) claims(s Section) {
	for i, paragraph := range s.Paragraphs {
		for _, m := range shareText.FindAllStringSubmatch(paragraph, -1) {
			if of, err := strconv.Atoi(m[2]); err == nil {
				b.out.Claims = append(b.out.Claims, lint.Claim{Place: s.Heading, Text: m[0], Count: m[1], N: &of, Percent: m[3] + "%"})
			}
		}
		for _, c := range b.r.Changes {
			if s.Population == c.Population {
				b.outcomeClaims(s.Heading, paragraph, c, i)
			}
		}
	}
}

// outcomeClaims reads the paragraph of the i-th outcome that has a model.
func (b *publication) outcomeClaims(place, paragraph string, c analysis.ChangeTable, i int) {
	var rows []analysis.ChangeRow
	for _, row := range c.Rows {
		if row.Failed == "" {
			rows = append(rows, row)
		}
	}
	cell := fmt.Sprintf("table3-%s/%s/", c.Population, rows[i].Outcome)
	for k, m := range movedText.FindAllStringSubmatch(paragraph, -1) {
		direction := map[string]string{"fell by": "decrease", "rose by": "increase"}[m[1]]
		b.out.Claims = append(b.out.Claims, lint.Claim{Place: place, Text: m[0], Cell: cell + "relative:" + rows[i].Arms[k].Arm, Value: m[2], Direction: direction})
	}
	for k, m := range differText.FindAllStringSubmatch(paragraph, -1) {
		b.out.Claims = append(b.out.Claims, lint.Claim{Place: place, Text: m[0], Cell: cell + "difference:" + rows[i].Differences[k].Contrast,
			Value: m[1], Lower: m[2], Upper: m[3], P: strings.TrimPrefix(m[4], "=") + m[5], Adjusted: strings.TrimPrefix(m[6], "=") + m[7]})
	}
}
