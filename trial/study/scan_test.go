package study

import (
	"os"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"pgregory.net/rapid"
)

func TestScanKnowsEveryForm(t *testing.T) {
	text := `a = 1
b.c = "x # no comment" # comment
"q.r" = 'l\'
d = """
[not a table]
e = 1 \"""
""""
f = [ # of three
  1, [2,
  3],
  { g = '''
''', h = [4] },
]
[t]
i = 2020-01-01
  [t.u]
  j = true
[[v]]
k = 1
[[v.w]]
l = 1
[[v.w]]
l = 2
[v.x]
m = 1
[[v]]
k = 2
  [[v.w]]
  l = 3
`
	lines, deep := scan([]byte(text))
	if deep != 0 {
		t.Fatalf("too deep at %d", deep)
	}
	var tree map[string]any
	if err := toml.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatalf("the example is not TOML: %v", err)
	}
	for path, want := range map[string]int{
		"a": 1, "b.c": 2, "q.r": 3, "d": 4, "f": 8, "f.0": 9, "f.1": 9, "f.1.0": 9, "f.1.1": 10, "f.2": 11, "f.2.g": 11, "f.2.h": 12, "f.2.h.0": 12,
		"t": 14, "t.i": 15, "t.u": 16, "t.u.j": 17, "v": 18, "v.0": 18, "v.0.k": 19, "v.0.w": 20, "v.0.w.0": 20, "v.0.w.0.l": 21, "v.0.w.1.l": 23,
		"v.0.x": 24, "v.0.x.m": 25, "v.1": 26, "v.1.k": 27, "v.1.w.0.l": 29,
	} {
		if lines[path] != want {
			t.Errorf("%s is on line %d, not %d", path, want, lines[path])
		}
	}
	if lines["e"] != 0 || lines["not a table"] != 0 {
		t.Error("the inside of a text is taken for keys")
	}
}

// TestScanAgreesWithTheParser: every key that the parser finds in the shipped protocols has a line, and its last part stands on it.
func TestScanAgreesWithTheParser(t *testing.T) {
	for _, name := range []string{"kiser2024.toml", "dyrbye2019.toml"} {
		text, err := os.ReadFile("../../protocols/" + name)
		if err != nil {
			t.Fatal(err)
		}
		lines, _ := scan(text)
		rows := strings.Split(string(text), "\n")
		var tree map[string]any
		if err := toml.Unmarshal(text, &tree); err != nil {
			t.Fatal(err)
		}
		found := 0
		walk(tree, "", func(path, key string) {
			found++
			line := lines[path]
			if line == 0 || !strings.Contains(rows[line-1], key) {
				t.Errorf("%s: %s is not on line %d", name, path, line)
			}
		})
		if found < 200 {
			t.Errorf("%s: only %d keys", name, found)
		}
	}
}

// walk visits every key of a tree.
func walk(tree any, path string, visit func(path, key string)) {
	switch tree := tree.(type) {
	case map[string]any:
		for key, value := range tree {
			visit(join(path, key), key)
			walk(value, join(path, key), visit)
		}
	case []map[string]any:
		for i, value := range tree {
			walk(value, at(path, i), visit)
		}
	case []any:
		for i, value := range tree {
			walk(value, at(path, i), visit)
		}
	}
}

// TestScanFindsWhatWasWritten writes documents of known lines.
func TestScanFindsWhatWasWritten(t *testing.T) {
	values := rapid.SampledFrom([]string{"1", `"x"`, `"""two` + "\n" + `lines"""`, `'''a` + "\n\n" + `b'''`, "[1,\n 2]", "{ a = 1, b = [2] }", "2021-08-05", `"\"]"`, `'}'`, "[ # c ]\n]"})
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		line, want := 1, map[string]int{}
		put := func(text string) {
			b.WriteString(text + "\n")
			line += strings.Count(text, "\n") + 1
		}
		for i := range rapid.IntRange(1, 6).Draw(t, "tables") {
			want[at("list", i)] = line
			put("[[list]] # " + strings.Repeat("[", i))
			for j := range rapid.IntRange(0, 5).Draw(t, "keys") {
				if rapid.Bool().Draw(t, "gap") {
					put("  # comment = 1 \"")
				}
				want[at("list", i, at("k", j))] = line
				put(" " + at("k", j) + " = " + values.Draw(t, "value"))
			}
		}
		lines, _ := scan([]byte(b.String()))
		for path, line := range want {
			if lines[path] != line {
				t.Fatalf("%s is on line %d, not %d, of\n%s", path, line, lines[path], b.String())
			}
		}
	})
}

func TestNearest(t *testing.T) {
	words := []string{"cap", "closes", "goal", "window_after", "survey", "randomization"}
	for typed, want := range map[string]string{
		"capp": "cap", "cpa": "cap", "close": "closes", "windwo_after": "window_after", "window": "window_after", "Goal": "goal",
		"randomisation": "randomization", "x": "", "": "", "frobnicate": "", "zzz": "",
	} {
		if got := nearest(typed, words); got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
}
