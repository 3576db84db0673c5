package instrument_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"rekindle/problem"
	"rekindle/trial/instrument"
)

func TestScoreCSV(t *testing.T) {
	cases := []struct{ name, data, instrument, want string }{
		{"instruments from the columns, other columns carried",
			"id,visit,EE1,DP1,QL1\nA,baseline,4,0,60\nB,baseline,,3.0,\n", "",
			"id,visit,mmbi_ee,mmbi_dp,mmbi_any,qol,high_ee,high_dp,missing\nA,baseline,4,0,1,60,true,false,\nB,baseline,,3,,,,false,EE1 QL1\n"},
		{"the named instrument", "gender,PH1,PH2\nwoman,1,2\n", "phq2", "gender,phq2_total,screen_positive,sensitive,missing\nwoman,3,true,true,\n"},
		{"the instrument of each row", "id,instrument,IL1,WL1\n1,itl1,2,\n2,wli1,,5\n", "",
			"id,instrument,itl,wli,intends,satisfied,missing\n1,itl1,2,,true,,\n2,wli1,,5,,true,\n"},
		{"a form that has no scores", "themes,changes\nself_care meaning,\n", "themes", "missing\nchanges\n"},
		{"byte-order mark and CRLF", "\ufeffid,IL1\r\n1,0\r\n", "", "id,itl,intends,missing\n1,0,false,\n"},
		{"no respondent", "id,IL1\n", "", "id,itl,intends,missing\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			rows, err := instrument.ScoreCSV("in.csv", []byte(c.data), c.instrument)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := csv.NewWriter(&out).WriteAll(rows); err != nil {
				t.Fatal(err)
			}
			if out.String() != c.want {
				t.Errorf("got\n%swant\n%s", out.String(), c.want)
			}
		})
	}
}

// Two instruments with a flag of the same name keep both flags.
func TestScoreCSVKeepsEqualFlagNamesApart(t *testing.T) {
	columns := append([]string{"MZ1"}, strings.Split("PF1 PF2 PF3 PF4 PF5 PF6 WE1 WE2 WE3 WE4 ID1 ID2 ID3 ID4 ID5 ID6", " ")...)
	data := strings.Join(columns, ",") + "\n5" + strings.Repeat(",0", 16) + "\n"
	rows, err := instrument.ScoreCSV("in.csv", []byte(data), "")
	if err != nil {
		t.Fatal(err)
	}
	cell := map[string]string{}
	for i, h := range rows[0] {
		cell[h] = rows[1][i]
	}
	if cell["miniz1_burnout.burnout"] != "true" || cell["pfi16.burnout"] != "false" {
		t.Errorf("%v", cell)
	}
}

func TestScoreCSVRefuses(t *testing.T) {
	cases := []struct {
		name, data, instrument string
		want                   []string
	}{
		{"a missing column", "id,PH1\n1,0\n", "", []string{"in.csv line 1: PH2: the column is missing", "phq2 needs every item"}},
		{"a misspelt column", "id, ph1,PH2\n1,0,0\n", "", []string{`" ph1": the column is almost an item. Write PH1`}},
		{"a column twice", "id,PH1,PH1,PH2\n1,0,0,0\n", "", []string{"PH1: the column is there twice"}},
		{"no item", "id,age\n1,40\n", "", []string{"no column is an item"}},
		{"codes out of range, all of them", "PH1,PH2\n4,0\n0,x\n", "", []string{`in.csv line 2: PH1: "4"`, `in.csv line 3: PH2: "x"`, "Allowed: 0, 1, 2, 3"}},
		{"an item of another instrument", "PH1,PH2,IL1\n0,0,0\n", "phq2", []string{"IL1: the column is an item of itl1"}},
		{"an unknown instrument", "PH1,PH2\n0,0\n", "phq9", []string{`no instrument "phq9"`}},
		{"an unknown instrument in a row", "instrument,PH1,PH2\nphq2,0,0\nphq9,0,0\n", "", []string{"in.csv line 3", `"phq9"`}},
		{"an answer in a row of another instrument", "instrument,IL1,WL1\nitl1,0,1\nwli1,,1\n", "", []string{`line 2: WL1: "1" is answered in a row of another instrument`}},
		{"a short row", "PH1,PH2\n0\n", "", []string{"in.csv line 2", "wrong number of fields"}},
		{"a quotation mark left open", "PH1,PH2\n0,\"0\n", "", []string{"in.csv line", "the table cannot be read"}},
		{"semicolons", "id;PH1;PH2\n1;0;0\n", "", []string{"semicolons", "Part them by commas"}},
		{"an empty file", "", "", []string{"the file is empty"}},
		{"Latin-1", "name,IL1\nJos\xe9,1\n", "", []string{"in.csv line 2 column 4", "0xE9"}},
		{"a carried column that clashes", "itl,IL1\n1,1\n", "", []string{"itl: the column has the name of a result"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			rows, err := instrument.ScoreCSV("in.csv", []byte(c.data), c.instrument)
			if err == nil || rows != nil {
				t.Fatalf("accepted: %v", rows)
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("no %q in:\n%v", part, err)
				}
			}
		})
	}
}

func FuzzScoreCSV(f *testing.F) {
	for _, seed := range []string{"id,PH1,PH2\n1,0,3\n", "instrument,IL1,WL1\nitl1,0,\nwli1,,5\n", "\ufeffid;x\n", "a,\"b\n"} {
		f.Add([]byte(seed), "")
	}
	f.Add([]byte("PH1,PH2\n0,\n"), "phq2")
	f.Fuzz(func(t *testing.T, data []byte, id string) {
		rows, err := instrument.ScoreCSV("in.csv", data, id)
		if err != nil {
			if problem.KindOf(err) != problem.Invalid {
				t.Errorf("%v: %v", problem.KindOf(err), err)
			}
			return
		}
		for _, row := range rows {
			if len(row) != len(rows[0]) {
				t.Errorf("a row of %d cells under a header of %d", len(row), len(rows[0]))
			}
		}
	})
}
