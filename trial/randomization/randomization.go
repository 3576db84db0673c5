// Package randomization draws the arm of each participant, so that nobody can foresee a draw, and so that
// everybody can check all of them afterwards.
//
// A secret seed and a public design determine every allocation. A commitment to both is published before the first
// enrolment; the next allocation is computed when it is needed and no later one exists anywhere; after closing the
// seed is revealed and Prove replays the trial against commitment, store and audit trail. Methods: permuted blocks of
// random size within strata, and minimization (Pocock and Simon, Biometrics 1975;31:103-115) with a random element.
//
// The package is neither a store nor a source of randomness: seeds and earlier allocations are handed in. Simulate is
// for the planning of a trial, never for its conduct.
//
// It serves the Methods of Kiser et al., JAMA Netw Open 2024;7(4):e245645: "a 1:1 ratio stratified by gender (woman, man,
// nonbinary, or prefer not to say) and department of medicine (yes or no)".
package randomization

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"rekindle/problem"
	"rekindle/trial/study"
)

// Limits that keep every computation inside exact whole numbers; a trial is far from all of them.
const (
	maxParts  = 1000    // sum of ratios, weight of a factor, and, for minimization, least common multiple of ratios
	maxBlock  = 1000    // places in a block
	maxStrata = 100_000 // combinations of levels
)

// Million is the unit of Design.Probability: parts per million are exact where a binary fraction is not.
const Million = 1_000_000

// Design is all that allocation depends on besides the seed and, for minimization, earlier allocations. It is public.
type Design struct {
	Trial       string       `json:"trial"`          // id of the protocol
	Test        bool         `json:"test,omitempty"` // a rehearsal: its draws have nothing in common with the trial's
	Method      study.Method `json:"method"`
	Arms        []Arm        `json:"arms"`
	Factors     []Factor     `json:"factors"`               // none: one stratum
	BlockSizes  []int        `json:"block_sizes,omitempty"` // permuted blocks: ascending, each a multiple of the sum of ratios
	Probability int          `json:"probability,omitempty"` // minimization, parts per million: chance of the best arm, where it is one of smallest ratio
	Measure     Measure      `json:"measure,omitempty"`     // minimization
}

// Arm is one arm with its part of the allocation ratio, at least 1.
type Arm struct {
	ID    string `json:"id"`
	Ratio int    `json:"ratio"`
}

// Factor is one stratification factor with its levels; Weight, at least 1, is its part in the imbalance that
// minimization makes small.
type Factor struct {
	ID     string   `json:"id"`
	Levels []string `json:"levels"`
	Weight int      `json:"weight,omitempty"`
}

// NewDesign takes the design of allocation from a protocol. Every mistake is in the error, a problem.List.
func NewDesign(p study.Protocol) (Design, error) {
	d := Design{Trial: p.ID, Method: p.Allocation.Method, Factors: []Factor{}}
	for _, a := range p.Arms {
		d.Arms = append(d.Arms, Arm{a.ID, a.Ratio})
	}
	for _, s := range p.Strata {
		f := Factor{ID: s.ID}
		if d.Method == study.Minimization {
			f.Weight = max(s.Weight, 1)
		}
		for _, l := range s.Levels {
			f.Levels = append(f.Levels, l.ID)
		}
		d.Factors = append(d.Factors, f)
	}
	switch d.Method {
	case study.PermutedBlocks:
		d.BlockSizes = slices.Compact(slices.Sorted(slices.Values(p.Allocation.BlockSizes)))
	case study.Minimization:
		parts := p.Allocation.Probability * Million
		d.Probability = int(math.Round(parts))
		if math.Abs(parts-math.Round(parts)) > 1e-3 {
			return Design{}, problem.List{problem.New(problem.Invalid, "%v has more than six decimals", p.Allocation.Probability).
				On("allocation.probability").Instead("write it with at most six, as 0.8")}
		}
		d.Measure = Measure(p.Allocation.Measure)
		if d.Measure == "" {
			d.Measure = Range
		}
	}
	return d, d.Check()
}

// Check finds everything that makes a design one that cannot be drawn from; the error is a problem.List.
func (d Design) Check() error {
	var found problem.List
	add := func(field, remedy, format string, args ...any) {
		found.Add(problem.New(problem.Invalid, format, args...).On("%s", field).Instead("%s", remedy))
	}
	if len(d.Arms) < 2 {
		add("arm", "name at least two arms", "%d arms leave nothing to draw", len(d.Arms))
	}
	seen := map[string]bool{}
	for _, a := range d.Arms {
		if a.ID == "" || seen[a.ID] {
			add("arm.id", "give each arm an id of its own", "arm id %q is empty or used twice", a.ID)
		}
		seen[a.ID] = true
		if a.Ratio < 1 || a.Ratio > maxParts {
			add("arm.ratio", "a whole number of at least 1", "arm %q has ratio %d", a.ID, a.Ratio)
		}
	}
	if d.parts() > maxParts {
		add("arm.ratio", "smaller numbers in the same ratio", "the ratios add up to more than %d", maxParts)
	}
	cells := 1
	factors := map[string]bool{}
	for _, f := range d.Factors {
		if f.ID == "" || factors[f.ID] {
			add("stratum.id", "give each factor an id of its own", "factor id %q is empty or used twice", f.ID)
		}
		factors[f.ID] = true
		levels := slices.Sorted(slices.Values(f.Levels))
		if len(levels) == 0 || levels[0] == "" || len(slices.Compact(levels)) != len(f.Levels) {
			add("stratum.level", "at least one level, each with an id of its own", "factor %q has no levels, or an empty or repeated one", f.ID)
		}
		cells = min(cells*max(len(f.Levels), 1), maxStrata+1)
	}
	if cells > maxStrata {
		add("stratum", "fewer factors or levels", "the factors make more than %d strata", maxStrata)
	}
	switch d.Method {
	case study.PermutedBlocks:
		d.checkBlocks(add)
	case study.Minimization:
		d.checkMinimization(add)
	default:
		add("allocation.method", `"permuted-blocks" or "minimization"`, "there is no method %q", d.Method)
	}
	if len(found) == 0 {
		return nil
	}
	return found
}

// Canonical gives the one text of the design, JSON without blanks, that the commitment binds. Equal designs have
// equal texts and different designs different ones.
func (d Design) Canonical() []byte {
	text, err := json.Marshal(d)
	if err != nil {
		panic(err) // a struct of strings and whole numbers always encodes
	}
	return text
}

// ParseDesign reads what Canonical gives and refuses a text that is not canonical or not a design.
func ParseDesign(text []byte) (Design, error) {
	var d Design
	if err := json.Unmarshal(text, &d); err != nil {
		return Design{}, problem.New(problem.Invalid, "the stored design cannot be read").Because(err)
	}
	if string(d.Canonical()) != string(text) {
		return Design{}, problem.New(problem.Invalid, "the stored design is not in its canonical form")
	}
	return d, d.Check()
}

// parts gives the sum of ratios.
func (d Design) parts() int {
	sum := 0
	for _, a := range d.Arms {
		sum += a.Ratio
	}
	return sum
}

// arm gives the place of an arm in Arms, -1 for one that is not there.
func (d Design) arm(id string) int {
	return slices.IndexFunc(d.Arms, func(a Arm) bool { return a.ID == id })
}

// String describes the design in a line: "permuted blocks of 4 or 6 in 8 strata, coaching:control = 1:1".
func (d Design) String() string {
	var ids, ratios, sizes []string
	for _, a := range d.Arms {
		ids, ratios = append(ids, a.ID), append(ratios, strconv.Itoa(a.Ratio))
	}
	for _, size := range d.BlockSizes {
		sizes = append(sizes, strconv.Itoa(size))
	}
	strata := 1
	for _, f := range d.Factors {
		strata *= len(f.Levels)
	}
	method := fmt.Sprintf("permuted blocks of %s in %d strata", strings.Join(sizes, " or "), strata)
	if strata == 1 {
		method = "permuted blocks of " + strings.Join(sizes, " or ")
	}
	if d.Method == study.Minimization {
		method = fmt.Sprintf("minimization of the %s over %d factors, best arm with chance %v", d.Measure, len(d.Factors), float64(d.Probability)/Million)
	}
	return fmt.Sprintf("%s, %s = %s", method, strings.Join(ids, ":"), strings.Join(ratios, ":"))
}
