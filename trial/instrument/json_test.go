package instrument_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"rekindle/problem"
	"rekindle/trial/instrument"
)

func TestReadJSONRefuses(t *testing.T) {
	cases := []struct {
		name, data string
		want       []string
	}{
		{"a code out of range", `[{"instrument":"pfi16","answers":{"PF1":5}}]`,
			[]string{"in.json index 0 (pfi16): PF1", `"5" is not an answer`, "Allowed: 0, 1, 2, 3, 4"}},
		{"the right index", `[{"instrument":"itl1","answers":{"IL1":0}},{"instrument":"itl1","answers":{"IL1":-1}}]`,
			[]string{"in.json index 1 (itl1): IL1", "Allowed: 0, 1, 2, 3, 4"}},
		{"an unknown item", `[{"instrument":"phq2","answers":{"PH3":1}}]`, []string{`phq2 has no item "PH3"`, "Its items: PH1, PH2"}},
		{"an item answered twice", `[{"instrument":"phq2","answers":{"PH1":1,"PH1":1}}]`, []string{"index 0 (phq2): PH1: the item is answered twice", "Allowed: 0, 1, 2, 3"}},
		{"and under another spelling", `[{"instrument":"phq2","answers":{"PH1":1,"PH\u0031":0}}]`, []string{"the item is answered twice"}},
		{"an item answered twice, first blank", `[{"instrument":"phq2","answers":{"PH1":null,"PH1":0}}]`, []string{"the item is answered twice"}},
		{"every mistake at once", `[{"instrument":"phq2","answers":{"PH1":9}},{"instrument":"phq9","answers":{}}]`, []string{"index 0", "index 1", `"phq9"`}},
		{"a number as a string", `[{"instrument":"phq2","answers":{"PH1":"1"}}]`, []string{`the string "1" is not an answer`}},
		{"a fraction", `[{"instrument":"phq2","answers":{"PH1":1.5}}]`, []string{`"1.5" is not an answer`}},
		{"a huge number", `[{"instrument":"phq2","answers":{"PH1":1e999999999}}]`, []string{"is not an answer"}},
		{"a boolean", `[{"instrument":"pwbi7","answers":{"WB1":true}}]`, []string{`"true" is not an answer`, "Allowed: 0, 1"}},
		{"an object", `[{"instrument":"phq2","answers":{"PH1":{"code":[1,{}]}}}]`, []string{"PH1", "Allowed: 0, 1, 2, 3"}},
		{"an array for one code", `[{"instrument":"phq2","answers":{"PH1":[1]}}]`, []string{"PH1", "Allowed: 0, 1, 2, 3"}},
		{"numbers in select-all", `[{"instrument":"themes","answers":{"themes":[1,null]}}]`, []string{"themes", "any of self_care"}},
		{"two codes in one string", `[{"instrument":"themes","answers":{"themes":["self_care meaning"]}}]`, []string{"any of self_care"}},
		{"a code selected twice", `[{"instrument":"themes","answers":{"themes":["meaning","meaning"]}}]`, []string{"any of self_care"}},
		{"no instrument", `[{"answers":{}}]`, []string{"index 0: instrument: the key is missing"}},
		{"two instruments", `[{"instrument":"phq2","instrument":"itl1","answers":{}}]`, []string{"instrument: the key is there twice"}},
		{"no answers", `[{"instrument":"phq2"}]`, []string{"index 0: answers: the key is missing"}},
		{"answers of another kind", `[{"instrument":"phq2","answers":[1]}]`, []string{"the answers are not an object"}},
		{"no record", `[[{}], null]`, []string{"index 0: this is not a record", "index 1: this is not a record"}},
		{"an object instead of an array", `{"instrument":"phq2","answers":{}}`, []string{"does not hold an array", "between [ and ]"}},
		{"nothing", ``, []string{"in.json line 1 column 1", "not JSON"}},
		{"a truncated file", "[\n{\"instrument\":\"phq2\",\n\"answers\":{\"PH1\":", []string{"in.json line 3 column 17", "unexpected end"}},
		{"trailing data", "[]\n[]", []string{"in.json line 2 column 1", "after top-level value"}},
		{"a trailing comma", `[{"instrument":"phq2","answers":{}},]`, []string{"in.json line 1 column", "not JSON"}},
		{"Latin-1", "[{\"instrument\":\"themes\",\n\"answers\":{\"changes\":\"caf\xe9\"}}]", []string{"in.json line 2 column 26", "0xE9", "UTF-8"}},
		{"UTF-16", "\xff\xfe[\x00]\x00", []string{"UTF-16", "Save it as UTF-8"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			records, err := instrument.ReadJSON("in.json", []byte(c.data))
			if err == nil || records != nil {
				t.Fatalf("accepted: %v", records)
			}
			if !problem.Is(err, problem.Invalid) {
				t.Errorf("kind %v", problem.KindOf(err))
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("no %q in:\n%v", part, err)
				}
			}
		})
	}
}

func TestReadJSONAccepts(t *testing.T) {
	data := "\ufeff" + `[
		{"answers": {"PH1": 3.0, "PH2": null}, "instrument": "phq2", "note": {"any": ["thing", null]}},
		{"instrument": "themes", "answers": {"themes": ["meaning", "self_care"], "changes": "more sleep"}},
		{"instrument": "themes", "answers": {"themes": []}},
		{"instrument": "demographics", "answers": {"years_in_practice": 12.5, "caregiving": "declined"}}]`
	records, err := instrument.ReadJSON("in.json", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	want := `[map[PH1:3 PH2:] map[changes:more sleep themes:self_care meaning] map[themes:none] map[caregiving:declined years_in_practice:12.5]]`
	var got []instrument.Answers
	for _, r := range records {
		got = append(got, r.Answers)
	}
	if fmt.Sprint(got) != want {
		t.Errorf("got  %v\nwant %s", got, want)
	}
	if empty, err := instrument.ReadJSON("in.json", []byte(" [] ")); err != nil || empty == nil || len(empty) != 0 {
		t.Errorf("an empty array gives %v, %v", empty, err)
	}
}

func TestReadJSONStopsAfterManyMistakes(t *testing.T) {
	data := "[" + strings.Repeat(`{"instrument":"phq2","answers":{"PH1":9}},`, 100_000) + "{}]"
	_, err := instrument.ReadJSON("in.json", []byte(data))
	if lines := strings.Count(err.Error(), "\n") + 1; lines != 101 || !strings.Contains(err.Error(), "stopped looking") {
		t.Errorf("%d lines", lines)
	}
}

// Writing answers as JSON in any order of keys and reading them gives the same result as scoring them directly.
func TestJSONOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInstrument(t)
		a := drawAnswers(t, in)
		var pairs []string
		for _, it := range rapid.Permutation(in.Items).Draw(t, "order") {
			if text, ok := a[it.ID]; ok {
				pairs = append(pairs, fmt.Sprintf("%q:%s", it.ID, asJSON(it, text)))
			}
		}
		data := fmt.Sprintf(`[{"answers":{%s},"instrument":%q}]`, strings.Join(pairs, ","), in.ID)
		records, err := instrument.ReadJSON("in.json", []byte(data))
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		want, _ := json.Marshal(score(t, in, a))
		if got, _ := json.Marshal(score(t, in, records[0].Answers)); string(got) != string(want) {
			t.Errorf("%s\n%s", got, want)
		}
	})
}

func asJSON(it *instrument.Item, a instrument.Answer) string {
	numeric := it.Scale.Kind == instrument.Number || it.Scale.High > it.Scale.Low
	var v any = string(a)
	switch {
	case a == instrument.Blank:
		v = nil
	case a != instrument.Declined && it.Scale.Kind == instrument.SelectAll:
		v = append([]string{}, a.Selected()...)
	case a != instrument.Declined && numeric:
		v = json.Number(a)
	}
	b, _ := json.Marshal(v)
	return string(b)
}

func FuzzReadJSON(f *testing.F) {
	data, _ := vectors(f)
	f.Add(data)
	for _, seed := range []string{`[]`, `[{"instrument":"themes","answers":{"themes":["meaning"],"changes":"x"}}]`, `[{"instrument":"phq2","answers":{"PH1":1,"PH1":null}},[`,
		`[[[[{}]]]]`, `[{"answers":{"a":{"b":[]}},"instrument":null}]`, "\ufeff[\"\\ud800\"]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		records, err := instrument.ReadJSON("in.json", data)
		if err != nil {
			if problem.KindOf(err) != problem.Invalid || !utf8.ValidString(err.Error()) {
				t.Errorf("%v: %q", problem.KindOf(err), err)
			}
			return
		}
		if !json.Valid(data) && !strings.HasPrefix(string(data), "\ufeff") {
			t.Errorf("accepted what is not JSON: %q", data)
		}
		for _, rec := range records {
			if _, err := rec.Instrument.Score(rec.Answers); err != nil {
				t.Errorf("read, but cannot be scored: %v", err)
			}
		}
	})
}

// Reading and scoring together, as `rekindle score` does: 1,000 records of 16 answers.
func BenchmarkReadAndScoreJSON(b *testing.B) {
	record := `{"instrument":"pfi16","answers":{"PF1":3,"PF2":3,"PF3":3,"PF4":3,"PF5":3,"PF6":3,"WE1":2,"WE2":2,"WE3":2,"WE4":2,"ID1":1,"ID2":1,"ID3":1,"ID4":1,"ID5":1,"ID6":1}}`
	data := []byte("[" + strings.Repeat(record+",", 999) + record + "]")
	for b.Loop() {
		records, err := instrument.ReadJSON("in.json", data)
		if err != nil {
			b.Fatal(err)
		}
		for _, rec := range records {
			if _, err := rec.Instrument.Score(rec.Answers); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N*16_000)/b.Elapsed().Seconds(), "answers/s")
}
