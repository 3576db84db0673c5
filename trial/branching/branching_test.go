package branching_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"rekindle/problem"
	"rekindle/trial/branching"
)

// given has answers as conditions meet them: "item", "visit/item" and "item(code)".
func given(answers map[string]string) func(branching.Reference) string {
	return func(r branching.Reference) string {
		key := r.Item
		if r.Visit != "" {
			key = r.Visit + "/" + key
		}
		if r.Code != "" {
			key += "(" + r.Code + ")"
		}
		return answers[key]
	}
}

func TestConditionsHoldAsInREDCap(t *testing.T) {
	answers := given(map[string]string{"a": "1", "b": "3.0", "c": "", "word": "yes", "refused": "declined", "pick(x)": "1", "pick(y)": "0", "baseline/a": "7", "neg": "-2"})
	for text, want := range map[string]bool{
		"[a] = '1'": true, "[a] = 1": true, `[a] = "1.0"`: true, "[a]<>'1'": false, "[b] = '3'": true, "[a] != 2": true,
		"[word] = 'yes'": true, "[word] = 'YES'": false, "[word] <> ''": true, "[word] > 0": false, "[word] < 5": false,
		"[c] = ''": true, "[c] <> ''": false, "[c] = 0": false, "[c] <> '0'": true, "[c] < 5": false, "[c] >= 0": false, "not ([c] < 5)": true,
		"[refused] = 'declined'": true, "[refused] > 0": false, "[refused] <> ''": true,
		"[pick(x)] = '1' and [pick(y)] = '0'": true, "[pick(x)]": true, "[pick(y)]": false, "[c]": false, "[word]": true,
		"[baseline][a] = 7": true, "[baseline][a]=[a]": false,
		"[a]=1 or [a]=2 and [a]=3": true, "([a]=1 or [a]=2) and [a]=3": false, "[a]=1||[a]=2&&[a]=3": true, "[a]=1 OR [c]='x'": true,
		"!([a]=1)": false, "not not [a]=1": true, "NOT [a]=1": false,
		"sum([a],[b],[c]) = 4": true, "mean([a],[b],[c]) = 2": true, "sum([c]) = ''": true, "mean([c],[word])=''": true, "min([a],[b])=1": true, "max([a],[b],[neg])=3": true,
		"round(2.5)=3": true, "round(-2.5) = -3": true, "round(2.345, 2) = 2.35": true, "round([c])=''": true, "round(1, 0.5) = ''": true, "abs([neg]) = 2": true,
		"[a] + [b] * 2 = 7": true, "([a] + [b]) * 2 = 8": true, "[b] - [a] - 1 = 1": true, "[a] / 0 = ''": true, "[a] + [c] = ''": true, "-[neg] = 2": true, "8/2/2=2": true,
	} {
		l, err := branching.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := l.Holds(answers); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestMistakesSayWhereAndWhatWouldBeRight(t *testing.T) {
	for text, want := range map[string][2]string{
		"":                                      {"character 1: there is no value", "A reference such as [item]"},
		"[a] = ":                                {"character 7: there is no value", "a number"},
		"[a] == 1":                              {"character 5", "="},
		"[a] = 'x":                              {"character 7: the text does not end", "A closing '"},
		"[a = 1":                                {"character 1: the reference does not end", "A closing ]"},
		"([a] = 1":                              {"character 9: the parenthesis of character 1", ")"},
		"[a] = 1)":                              {"character 8", "and, or"},
		"[a] = yes":                             {`character 7: the word "yes" stands by itself`, "'yes' for a text"},
		"datediff([a], 'today', 'd') > 3":       {`the function "datediff" is not supported`, "One of abs, max, mean, min, round, sum"},
		"1 < [a] < 5":                           {"character 9: a comparison of a comparison", "two comparisons with and"},
		"[a b] = 1":                             {`character 1: "[a b]" names no item`, "[visit][item]"},
		"[v][a][2] = 1":                         {"more than two names", "[visit][item]"},
		"[v(1)][a] = 1":                         {"a visit has no code", "[v][a]"},
		"[a] ? 1":                               {`character 5: "?" has no meaning`, ""},
		"round([a], 1, 2) = 1":                  {"round has 3 arguments", "From 1 to 2"},
		"sum = 1":                               {"sum is a function", "sum([item], [item])"},
		"[é] = 1":                               {"names no item", ""},
		"'é' = [a":                              {"character 7: the reference", ""},
		"1.2.3 = [a]":                           {`"1.2.3" is not a number`, "2.5"},
		strings.Repeat("(", 101) + "[a]":        {"too deep", "100"},
		strings.Repeat("not ", 101) + "[a]":     {"too deep", "100"},
		strings.Repeat("[abcdefgh]=1 or ", 1e3): {"the condition has 16000 characters", "10000"},
	} {
		_, err := branching.Parse(text)
		if !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), want[0]) || !strings.Contains(err.Error(), want[1]) {
			t.Errorf("%.40s: %v, want %q", text, err, want)
		}
	}
}

func TestReferencesAndWhatAScriptIsTold(t *testing.T) {
	l, err := branching.Parse("[a] = 'x' and ([baseline][b] > 2 or [pick(y)])")
	if err != nil {
		t.Fatal(err)
	}
	want := []branching.Reference{{Item: "a", At: 1}, {Visit: "baseline", Item: "b", At: 16}, {Item: "pick", Code: "y", At: 37}}
	if !slices.Equal(l.References(), want) {
		t.Errorf("references %v", l.References())
	}
	told := l.Told(func(r branching.Reference) (string, bool) { return "5", r.Visit != "" })
	if got := string(told); got != `["and",["=",["item","a"],["text","x"]],["or",["\u003e",["text","5"],["text","2"]],["item","pick","y"]]]` {
		t.Errorf("told %s", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"[a] = '1'", "not ([v][b(c)] <> \"\") or round(mean([a], -2.5), 1) >= 3", "1 < [a] < 5", "((((", "[a]&&[b]||!'x'", "datediff([a],'today')", "[a]/0"} {
		f.Add(seed, "1")
	}
	f.Fuzz(func(t *testing.T, text, answer string) {
		l, err := branching.Parse(text)
		if err != nil {
			if !problem.Is(err, problem.Invalid) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		l.Holds(func(branching.Reference) string { return answer })
		if told := l.Told(func(branching.Reference) (string, bool) { return "", false }); !json.Valid(told) {
			t.Fatalf("%q is told as %s", text, told)
		}
		for _, r := range l.References() {
			if r.Item == "" || r.At < 1 || r.At > len([]rune(text)) {
				t.Fatalf("%q refers to %+v", text, r)
			}
		}
	})
}
