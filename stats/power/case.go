package power

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Case is a file of questions: the power kind of the reference cases (testdata/gold/README.md). Expected numbers in it are
// not read.
type Case struct {
	Schema string `json:"schema"`
	Case   string `json:"case"`
	Kind   string `json:"kind"`
	Items  []struct {
		Kind  string          `json:"kind"`
		Input json.RawMessage `json:"input"`
	} `json:"items"`
}

// Answers is the reply to a Case, item by item in its order.
type Answers struct {
	Schema string       `json:"schema"`
	Case   string       `json:"case"`
	Kind   string       `json:"kind"`
	Items  []ItemAnswer `json:"items"`
}

// ItemAnswer repeats the question and has either a power or a size.
type ItemAnswer struct {
	Kind  string          `json:"kind"`
	Input json.RawMessage `json:"input"`
	*Answer
	*Size
}

// sizeSuffix marks an item that asks for the number of participants: "ancova_n_per_arm".
const sizeSuffix = "_n_per_arm"

// Answer answers every item; an error names the first that cannot be.
func (c Case) Answer() (Answers, error) {
	out := Answers{Schema: c.Schema, Case: c.Case, Kind: c.Kind}
	if c.Kind != "power" {
		return out, fmt.Errorf("case %q is of kind %q: only cases of kind \"power\" can be answered", c.Case, c.Kind)
	}
	for i, it := range c.Items {
		var in struct {
			Question
			Target float64 `json:"target_power"`
		}
		if err := json.Unmarshal(it.Input, &in); err != nil {
			return out, fmt.Errorf("item %d (%s): %w", i+1, it.Kind, err)
		}
		q := in.Question
		kind, size := strings.CutSuffix(it.Kind, sizeSuffix)
		q.Kind = Kind(kind)
		a := ItemAnswer{Kind: it.Kind, Input: it.Input}
		var err error
		if size {
			a.Size = new(Size)
			*a.Size, err = q.Size(in.Target)
		} else {
			a.Answer = new(Answer)
			*a.Answer, err = q.Power()
		}
		if err != nil {
			return out, fmt.Errorf("item %d (%s): %w", i+1, it.Kind, err)
		}
		out.Items = append(out.Items, a)
	}
	return out, nil
}
