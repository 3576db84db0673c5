package instrument

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"rekindle/problem"
)

// Score is one number made of the answers.
type Score struct {
	ID          string      `json:"id"`
	Label       string      `json:"label"`
	Formula     string      `json:"formula"` // in words, as the codebook prints it
	Expression  Expression  `json:"expression"`
	Range       [2]float64  `json:"range"`    // least and greatest possible value
	Decimals    int         `json:"decimals"` // to print
	HigherMeans string      `json:"higher_means"`
	Missing     MissingRule `json:"missing"`
	Cutoffs     []*Cutoff   `json:"cutoffs"`
	MID         *MID        `json:"mid"` // nil: none known
	Reliability Reliability `json:"reliability"`
}

// MissingRule says in words when the score is missing, and who says so.
type MissingRule struct {
	Rule   string `json:"rule"`
	Status string `json:"status"` // published, recall, assumed, by definition
}

// MID is a range for the minimal important difference, in points of the score.
type MID struct {
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Basis string  `json:"basis"`
}

// Reliability is what is known of the score's precision; zeros are unknown.
type Reliability struct {
	Alpha  [2]float64 `json:"alpha"`        // Cronbach's alpha, least and greatest value found
	Retest float64    `json:"retest"`       // correlation or ICC over two to three weeks
	ICC    float64    `json:"icc_3_months"` // implied by Table 3 of Kiser 2024
	Status string     `json:"status"`
}

// Expression is how a score is computed from codes, after reversal.
//
//	mean   multiplier x sum of weight x (mean of the part's answered items) / sum of weights.
//	       A sum of n items is n x their mean, which prorates; round_up then rounds up to a whole number.
//	any    1 if any answered item is at_least or more; 0 if all are answered and none is; else missing.
//	table  a lookup by the score named in of.
type Expression struct {
	Op         string           `json:"op"`
	Multiplier Fraction         `json:"multiplier"`
	Parts      []Part           `json:"parts"`
	RoundUp    bool             `json:"round_up"`
	AtLeast    int              `json:"at_least"`
	Of         string           `json:"of"`
	Table      map[int]Fraction `json:"table"`
	Error      map[int]Fraction `json:"error"`  // standard error by the same key, where the table has one
	Status     string           `json:"status"` // where the table comes from
}

// Part is a group of items that is averaged before it is weighted.
type Part struct {
	Items       []string `json:"items"`
	Weight      int      `json:"weight"`       // 0 stands for 1
	MinAnswered int      `json:"min_answered"` // fewer answers, and the score is missing

	at []int // index of each item in the instrument
}

// Result is what scoring gives. A nil number or flag is missing. Missing has the items without an answer that counts
// (blank or declined), in the order of the items, without those that branching does not ask for; never nil.
type Result struct {
	Scores  map[string]*float64 `json:"scores"`
	Flags   map[string]*bool    `json:"flags"`
	Missing []string            `json:"missing"`
}

// unanswered stands for a missing value among codes, which are never negative.
const unanswered = -1

// Score checks the answers and computes every score and flag. An answer outside its codes or an unknown item is a
// problem, never a guess.
func (in *Instrument) Score(a Answers) (Result, error) {
	res := Result{Scores: make(map[string]*float64, len(in.Scores)), Flags: map[string]*bool{}, Missing: []string{}}
	var wrong problem.List
	codes := make([]int, len(in.Items))
	known, hidden := 0, in.notAsked(a)
	for i, it := range in.Items {
		text, given := a[it.ID]
		if given {
			known++
		}
		code, p := it.code(text)
		if p != nil {
			wrong.Add(p)
		}
		if code == unanswered && !hidden[it.ID] {
			res.Missing = append(res.Missing, it.ID)
		}
		codes[i] = code
	}
	if known < len(a) {
		wrong.Add(in.strangers(a)...)
	}
	if wrong != nil {
		return Result{}, wrong
	}
	exact := make(map[string]Fraction, len(in.Scores))
	for _, s := range in.Scores {
		value, ok := s.Expression.evaluate(codes, exact)
		if ok {
			exact[s.ID] = value
			res.Scores[s.ID] = new(value.Float())
		} else {
			res.Scores[s.ID] = nil
		}
		for _, c := range s.Cutoffs {
			var flag *bool
			if ok {
				flag = new(c.met(value))
			}
			for _, name := range c.Names() {
				res.Flags[name] = flag
			}
		}
	}
	return res, nil
}

// code gives the number to score with, reversed where the item is; unanswered for blank and declined; 0 for an
// answer to an item that is not scored.
func (it *Item) code(text Answer) (int, *problem.Problem) {
	canonical, p := it.Read(string(text))
	if p != nil {
		return unanswered, p
	}
	if canonical == Blank || canonical == Declined && it.Scale.Kind != Text {
		return unanswered, nil
	}
	if !it.Scale.scored {
		return 0, nil
	}
	code, err := strconv.Atoi(string(canonical))
	if err != nil {
		return unanswered, it.refuse(string(text))
	}
	if it.Reverse {
		code = int(it.Scale.Low+it.Scale.High) - code
	}
	return code, nil
}

// evaluate gives the exact score, or false where it is missing. exact has the scores computed before.
func (e *Expression) evaluate(codes []int, exact map[string]Fraction) (Fraction, bool) {
	switch e.Op {
	case "table":
		raw, ok := exact[e.Of]
		if !ok {
			return Fraction{}, false
		}
		value, ok := e.Table[int(raw.num)] // link has made sure that raw is whole and every value in the table
		return value, ok
	case "any":
		return e.any(codes)
	}
	// mean = multiplier * (w1*s1/n1 + w2*s2/n2 + ...) / (w1 + w2 + ...) over one common denominator
	num, den, weights := int64(0), int64(1), int64(0)
	for i := range e.Parts {
		p := &e.Parts[i]
		sum, n := p.add(codes)
		if n < p.MinAnswered {
			return Fraction{}, false
		}
		w := int64(p.Weight)
		num, den, weights = num*int64(n)+w*int64(sum)*den, den*int64(n), weights+w
	}
	value := Fraction{e.Multiplier.num * num, e.Multiplier.den * den * weights}
	if e.RoundUp {
		value = value.ceil()
	}
	return value, true
}

func (e *Expression) any(codes []int) (Fraction, bool) {
	complete := true
	for _, at := range e.Parts[0].at {
		switch code := codes[at]; {
		case code == unanswered:
			complete = false
		case code >= e.AtLeast:
			return Fraction{1, 1}, true
		}
	}
	return Fraction{0, 1}, complete
}

// add gives the sum and number of the answered items.
func (p *Part) add(codes []int) (sum, n int) {
	for _, at := range p.at {
		if codes[at] != unanswered {
			sum += codes[at]
			n++
		}
	}
	return sum, n
}

// RangeText gives the range as a table prints it: "0 to 10".
func (s *Score) RangeText() string {
	format := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	return format(s.Range[0]) + " to " + format(s.Range[1])
}

// Cutoff gives the recommended cut-off, or nil where none is.
func (s *Score) Cutoff() *Cutoff {
	for _, c := range s.Cutoffs {
		if c.Recommended {
			return c
		}
	}
	return nil
}

// link finds the items of each part and refuses an expression that cannot be computed. The scores before s are in in.scores.
func (s *Score) link(in *Instrument) error {
	if s.Label == "" || s.Formula == "" || s.Missing.Rule == "" || s.Missing.Status == "" || s.Range[0] >= s.Range[1] {
		return fmt.Errorf("label, formula, missing rule, its status or range missing")
	}
	if s.HigherMeans != "better" && s.HigherMeans != "worse" {
		return fmt.Errorf("higher_means is %q", s.HigherMeans)
	}
	for _, c := range s.Cutoffs {
		if err := c.link(); err != nil {
			return err
		}
	}
	e := &s.Expression
	switch e.Op {
	case "table":
		raw := in.scores[e.Of]
		if raw == nil || !raw.Expression.RoundUp {
			return fmt.Errorf("the table needs a whole-number score before it, not %q", e.Of)
		}
		for x := int(raw.Range[0]); x <= int(raw.Range[1]); x++ {
			if _, ok := e.Table[x]; !ok {
				return fmt.Errorf("the table lacks %d", x)
			}
		}
		return nil
	case "mean":
		if e.Multiplier.num <= 0 || len(e.Parts) == 0 {
			return fmt.Errorf("a mean needs a positive multiplier and a part")
		}
	case "any":
		if len(e.Parts) != 1 {
			return fmt.Errorf("any has one part")
		}
	default:
		return fmt.Errorf("unknown expression %q", e.Op)
	}
	for i := range e.Parts {
		p := &e.Parts[i]
		p.Weight = max(p.Weight, 1)
		for _, id := range p.Items {
			it := in.items[id]
			if it == nil || !it.Scale.scored {
				return fmt.Errorf("item %s is unknown or has no whole-number codes", id)
			}
			p.at = append(p.at, it.Position-1)
		}
		if p.MinAnswered < 1 || p.MinAnswered > len(p.Items) {
			return fmt.Errorf("min_answered %d of %d items", p.MinAnswered, len(p.Items))
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
