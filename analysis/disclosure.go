package analysis

import (
	"strings"
)

// Fewest is the least number of people that a count, or the difference of two nested counts, may be about unless it is about
// nobody (research on thresholds in the field: ACGME, Lattice, Microsoft; five is the common default).
const Fewest = 5

// table1 gives the characteristics of the columns that can stand side by side. People who received an intervention are part of
// those randomized to it: where the two columns would, subtracted from each other, describe fewer than five people, the
// inner column is left out.
func table1(d *Data, groups []group) ([]Column, []Characteristic, error) {
	all, err := characteristics(d, groups)
	if err != nil || len(all) == 0 {
		return nil, nil, err
	}
	var kept []group
	for i, g := range groups {
		outer, nested := nest(groups, g)
		if nested && discloses(all, i, outer) {
			d.Notes = append(d.Notes, "Table 1 leaves out the column "+g.Label+": subtracted from "+groups[outer].Label+" it would describe fewer than five people.")
			continue
		}
		kept = append(kept, g)
	}
	if len(kept) < len(groups) {
		if all, err = characteristics(d, kept); err != nil {
			return nil, nil, err
		}
	}
	var columns []Column
	for _, g := range kept {
		columns = append(columns, g.Column)
	}
	return columns, all, nil
}

// apart leaves out an inner column whose people are all but one to four of the outer one: any summary of both would describe
// those few.
func apart(d *Data, groups []group) (kept []group) {
	for _, g := range groups {
		if outer, nested := nest(groups, g); nested && groups[outer].N-g.N > 0 && groups[outer].N-g.N < Fewest {
			d.Notes = append(d.Notes, "Tables 1 and 2 leave out the column "+g.Label+": all but fewer than five of "+groups[outer].Label+" are in it.")
			continue
		}
		kept = append(kept, g)
	}
	return kept
}

// nest gives the column that a column's people are part of.
func nest(groups []group, inner group) (outer int, ok bool) {
	for i, g := range groups {
		if g.Arm == inner.Arm && g.ID != inner.ID && strings.HasPrefix(g.ID, "randomized:") {
			return i, true
		}
	}
	return 0, false
}

// discloses says whether the difference of two columns is about one to four people in any line, or in those not in it.
func discloses(all []Characteristic, inner, outer int) bool {
	few := func(outer, inner int) bool { return outer-inner > 0 && outer-inner < Fewest }
	for _, c := range all {
		if few(c.Missing[outer], c.Missing[inner]) {
			return true
		}
		for _, row := range c.Rows {
			a, b := row.Cells[outer], row.Cells[inner]
			if few(a.Count, b.Count) || c.Kind != "one" && few(a.Of-a.Count, b.Of-b.Count) {
				return true
			}
		}
	}
	return false
}
