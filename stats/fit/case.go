// Package fit answers a case file: data, a model and the contrasts that are wanted in JSON, the results in JSON with
// the names of the reference cases (testdata/gold/README.md), in full precision.
//
// It is the door for those who want to check the engine against their own program, or to call it from another language,
// and the one that every reference case goes through in the tests. It does no statistics itself: kinds are answered by lmm.go, mmrm.go
// and glmm.go with the packages of those names; this file and table.go hold what they share.
package fit

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rekindle/stats/design"
)

// Schema is the version of the case format.
const Schema = "trial-stat-reference/1"

// Case is a case file without expected numbers, which are never read.
type Case struct {
	Schema string `json:"schema"`
	Case   string `json:"case"`
	Kind   string `json:"kind"` // lmm, mmrm or glmm
	Data   struct {
		File string `json:"file"` // beside the case file
	} `json:"data"`
	Model     Model          `json:"model"`
	NAGQ      map[string]int `json:"nagq"` // glmm: name of a fit -> quadrature nodes, 1 = Laplace
	Contrasts []struct {
		Label string    `json:"label"`
		L     []float64 `json:"L"`
	} `json:"contrasts"`

	folder string
}

// Model is the model block.
type Model struct {
	Family     string              `json:"family"`
	Link       string              `json:"link"`
	Response   string              `json:"response"`
	Trials     string              `json:"trials"` // glmm: column with the number of trials
	Fixed      string              `json:"fixed"`  // right side with + * : 1
	Random     []RandomTerm        `json:"random"`
	Covariance *VisitCovariance    `json:"covariance"` // mmrm
	Factors    factors             `json:"factors"`    // column -> levels, the first is the reference
	Filter     map[string][]string `json:"filter"`
	Arm        string              `json:"arm"`
	Time       string              `json:"time"`
	Baseline   string              `json:"baseline"`
	Weights    string              `json:"weights"`     // column of prior weights
	ResidualBy string              `json:"residual_by"` // column with one residual variance a level
}

// RandomTerm is a random term: "1" is the intercept, several terms are correlated.
type RandomTerm struct {
	Group string   `json:"group"`
	Terms []string `json:"terms"`
}

// VisitCovariance is the residual covariance of an mmrm.
type VisitCovariance struct {
	Type    string `json:"type"`
	Subject string `json:"subject"`
	Visit   string `json:"visit"`
	By      string `json:"by"` // column: a covariance of its own for each level; "" = one for all
}

// factors is a JSON object; programs that know no empty object write an empty list.
type factors map[string][]string

// UnmarshalJSON reads the object, or an empty list as none.
func (f *factors) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if json.Unmarshal(b, &list) == nil {
		if len(list) > 0 {
			return fmt.Errorf("factors must be an object from column to levels")
		}
		return nil
	}
	return json.Unmarshal(b, (*map[string][]string)(f))
}

// kinds says who answers which kind of case.
var kinds = map[string]func(*Case) (any, error){
	"glmm": answerGLMM,
	"lmm":  answerLMM,
	"mmrm": answerMMRM,
}

// Read reads a case file. Its data file must lie beside it.
func Read(path string) (*Case, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c := &Case{folder: filepath.Dir(path)}
	if err := json.Unmarshal(raw, c); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	switch {
	case c.Schema != Schema:
		return nil, fmt.Errorf("%s: schema %q is unknown; this program reads %q", path, c.Schema, Schema)
	case kinds[c.Kind] == nil:
		return nil, fmt.Errorf("%s: kind %q cannot be fitted; there are %s", path, c.Kind, strings.Join(Kinds(), ", "))
	case !filepath.IsLocal(c.Data.File):
		return nil, fmt.Errorf("%s: the data file must lie beside the case file, not at %q", path, c.Data.File)
	case c.Model.Response == "" || c.Model.Fixed == "":
		return nil, fmt.Errorf("%s: the model needs a response and a fixed part", path)
	}
	return c, nil
}

// Kinds names the kinds of cases that can be answered.
func Kinds() []string {
	var out []string
	for k := range kinds {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// Answer fits the case. The result is for json.Marshal.
func (c *Case) Answer() (any, error) { return kinds[c.Kind](c) }

// Table reads the data file: only the empty cell is missing, "NA" is a level.
func (c *Case) Table() (*design.Table, error) {
	file, err := os.Open(filepath.Join(c.folder, c.Data.File))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	t, err := design.ReadCSV(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Data.File, err)
	}
	return t, nil
}

// Formula puts the fixed part and the random terms together.
func (c *Case) Formula() (*design.Formula, error) {
	f, err := design.Parse("`" + c.Model.Response + "` ~ " + c.Model.Fixed)
	if err != nil {
		return nil, err
	}
	for _, r := range c.Model.Random {
		bar := design.Bar{Group: []string{r.Group}}
		for _, term := range r.Terms {
			if term == "1" {
				bar.Effects.Intercept = true
				continue
			}
			bar.Effects.Terms = append(bar.Effects.Terms, []int{len(bar.Effects.Vars)})
			bar.Effects.Vars = append(bar.Effects.Vars, term)
		}
		f.Random = append(f.Random, bar)
	}
	return f, nil
}

// Design reads the data and builds the design; also names further columns the kind needs complete.
func (c *Case) Design(also ...string) (*design.Design, error) {
	t, err := c.Table()
	if err != nil {
		return nil, err
	}
	f, err := c.Formula()
	if err != nil {
		return nil, err
	}
	return design.Build(t, f, design.Options{Factors: c.Model.Factors, Filter: c.Model.Filter,
		Weights: c.Model.Weights, ResidualBy: c.Model.ResidualBy, Also: also})
}

// Rows gives the standard contrasts of arm by time, where the model names both, and those the case asks for.
func (c *Case) Rows(d *design.Design) ([]design.Contrast, error) {
	var out []design.Contrast
	if c.Model.Arm != "" && c.Model.Time != "" {
		rows, err := d.ArmByTime(c.Model.Arm, c.Model.Time, c.Model.Baseline)
		if err != nil {
			return nil, err
		}
		out = rows
	}
	for _, asked := range c.Contrasts {
		row, err := d.Custom(asked.Label, asked.L)
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}
