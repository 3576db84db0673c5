package fit_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekindle/stats/fit"
)

// Figures of a case that are for information, or are inputs.
var unchecked = map[string]bool{"crosscheck": true, "extras": true, "max_abs_gradient": true, "title": true, "source": true, "license": true, "notes": true,
	"set": true, "data": true, "model": true, "schema": true, "case": true, "kind": true, "L": true, "se_log_sigma": true, "vcov_with_log_sigma": true}

// tolerance relative to max(|want|, floor): the digits of the cases are good to about 1e-10 (lmm), 1e-9 (mmrm) and 1e-8 (glmm).
var tolerance = map[string]float64{"lmm": 1e-8, "mmrm": 2e-8, "glmm": 2e-6}

// Every case under testdata/gold/visible (made by refkit.R in R 4.2.2, see testdata/gold/README.md) goes through the door that users take: a case file
// without the expected numbers is written, read and answered, and every expected number is looked up in the answer.
func TestCases(t *testing.T) {
	files, _ := filepath.Glob("../../testdata/gold/visible/*/expected.json")
	answered := map[string]int{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]any
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(file, err)
		}
		kind, _ := want["kind"].(string)
		if kind != "lmm" && kind != "mmrm" && kind != "glmm" {
			continue
		}
		name := filepath.Base(filepath.Dir(file))
		t.Run(name, func(t *testing.T) {
			c := comparison{t: t, tol: tolerance[kind]}
			c.walk(want, ask(t, filepath.Dir(file), want), "", 0)
			if c.compared < 50 {
				t.Errorf("only %d numbers compared", c.compared)
			}
			t.Logf("%d numbers", c.compared)
		})
		answered[kind]++
	}
	if answered["lmm"] < 8 || answered["mmrm"] < 4 || answered["glmm"] < 3 {
		t.Errorf("cases found: %v", answered)
	}
}

// ask writes the questions of a case to a file of its own and gives the answer as JSON.
func ask(t *testing.T, folder string, want map[string]any) any {
	t.Helper()
	question := map[string]any{}
	for _, k := range []string{"schema", "case", "kind", "data", "model"} {
		question[k] = want[k]
	}
	var contrasts []any
	estimates, _ := want["estimates"].([]any)
	for _, e := range estimates {
		if e := e.(map[string]any); e["kind"] == "custom" {
			contrasts = append(contrasts, map[string]any{"label": e["label"], "L": e["L"]})
		}
	}
	question["contrasts"] = contrasts
	if fits, ok := want["fits"].(map[string]any); ok {
		nodes := map[string]any{}
		for name, f := range fits {
			nodes[name] = f.(map[string]any)["nagq"]
		}
		question["nagq"] = nodes
	}
	dir := t.TempDir()
	data := want["data"].(map[string]any)["file"].(string)
	rows, err := os.ReadFile(filepath.Join(folder, data))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	for file, b := range map[string][]byte{data: rows, "case.json": text} {
		if err := os.WriteFile(filepath.Join(dir, file), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := fit.Read(filepath.Join(dir, "case.json"))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.Answer()
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	var got any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// comparison walks an expected tree beside an answered one.
type comparison struct {
	t        *testing.T
	tol      float64
	compared int
	wrong    int
}

// identity finds an entry of a list by what names it.
func identity(e map[string]any) string {
	for _, k := range []string{"name", "label", "level"} {
		if v, ok := e[k]; ok {
			return fmt.Sprint(v)
		}
	}
	return fmt.Sprint(e["arm"], e["time"], e["from"], e["weights"])
}

func (c *comparison) walk(want, got any, path string, se float64) {
	switch w := want.(type) {
	case map[string]any:
		g, _ := got.(map[string]any)
		if v, ok := w["se"].(float64); ok {
			se = v
		}
		for k, v := range w {
			if !unchecked[k] {
				c.walk(v, g[k], path+"."+k, se)
			}
		}
	case []any:
		g, _ := got.([]any)
		named := map[string]any{}
		for _, x := range g {
			if m, ok := x.(map[string]any); ok {
				named[identity(m)] = m
			}
		}
		for i, v := range w {
			if m, ok := v.(map[string]any); ok {
				c.walk(v, named[identity(m)], path+"["+identity(m)+"]", se)
				continue
			}
			var x any
			if i < len(g) {
				x = g[i]
			}
			c.walk(v, x, fmt.Sprintf("%s[%d]", path, i), se)
		}
	case bool:
		c.compared++
		if got != want {
			c.t.Errorf("%s: %v, want %v", path, got, want)
		}
	case float64:
		c.compared++
		x, ok := got.(float64)
		floor := math.Max(se, 1e-3)
		tol := c.tol
		key := path[strings.LastIndex(path, ".")+1:]
		switch {
		case key == "p":
			floor, tol = 1e-12, 10*tol // a tail is as sensitive as its argument is large
		case strings.HasPrefix(key, "vcov"), strings.HasPrefix(key, "covariance"):
			floor = 0.1
		}
		if !ok || !(math.Abs(x-w) <= tol*math.Max(math.Abs(w), floor)) {
			if c.wrong++; c.wrong <= 5 {
				c.t.Errorf("%s: %v, want %v", path, got, want)
			}
		}
	}
}
