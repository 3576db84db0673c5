package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"rekindle/cli"
)

// run gives exit status, standard output and standard error of a command.
func run(t *testing.T, in io.Reader, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = cli.Run(t.Context(), args, in, &o, &e)
	return status, o.String(), e.String()
}

// file writes a file into a directory of the test.
func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestScoreJSON(t *testing.T) {
	in := `[{"instrument":"svs4","answers":{"SV1":null,"SV2":1,"SV3":3,"SV4":null}},{"instrument":"iwpr4","answers":{}}]`
	want := `[
{"instrument":"svs4","scores":{"svs_total":8},"flags":{"low":true,"low_self_valuation":true},"missing":["SV1","SV4"]},
{"instrument":"iwpr4","scores":{"iwpr":null},"flags":{},"missing":["IW1","IW2","IW3","IW4"]}
]
`
	for _, args := range [][]string{{"score", "-"}, {"score", file(t, "in.json", in)}} {
		status, out, errs := run(t, strings.NewReader(in), args...)
		if status != 0 || out != want || errs != "" {
			t.Errorf("%v: status %d\n%s%s", args, status, out, errs)
		}
		if !json.Valid([]byte(out)) {
			t.Errorf("the output is not JSON")
		}
	}
	if status, out, _ := run(t, strings.NewReader("[]"), "score", "-"); status != 0 || out != "[]\n" {
		t.Errorf("no record: status %d, %q", status, out)
	}
}

func TestScoreCSV(t *testing.T) {
	in := "id,IL1\nA,2\nB,\n"
	for _, args := range [][]string{{"score", "--csv", "-"}, {"score", "--csv", "--instrument", "itl1", file(t, "in.csv", in)}} {
		status, out, errs := run(t, strings.NewReader(in), args...)
		if status != 0 || out != "id,itl,intends,missing\nA,2,true,\nB,,,IL1\n" {
			t.Errorf("%v: status %d\n%s%s", args, status, out, errs)
		}
	}
}

// On any mistake: status 1, the reason on standard error, nothing on standard output, though other records are right.
func TestScoreRefuses(t *testing.T) {
	good := `{"instrument":"itl1","answers":{"IL1":1}}`
	cases := []struct {
		name string
		in   string
		args []string
		want string
	}{
		{"code", `[` + good + `,{"instrument":"itl1","answers":{"IL1":5}}]`, []string{"score", "-"}, `standard input index 1 (itl1): IL1: "5" is not an answer. Allowed: 0, 1, 2, 3, 4`},
		{"item", `[` + good + `,{"instrument":"itl1","answers":{"IL2":1}}]`, []string{"score", "-"}, `index 1 (itl1): IL2: itl1 has no item "IL2". Its items: IL1`},
		{"duplicate", `[` + good + `,{"instrument":"itl1","answers":{"IL1":1,"IL1":1}}]`, []string{"score", "-"}, "index 1 (itl1): IL1: the item is answered twice"},
		{"truncated", `[` + good, []string{"score", "-"}, "standard input line 1 column 42: this is not JSON"},
		{"CSV", "id,IL1\nA,1\nB,7\n", []string{"score", "--csv", "-"}, `standard input line 3: IL1: "7" is not an answer`},
		{"flag without CSV", `[]`, []string{"score", "--instrument", "itl1", "-"}, "--instrument needs --csv"},
		{"no file", ``, []string{"score", filepath.Join(t.TempDir(), "none.json")}, "none.json: there is no such file"},
		{"a directory", ``, []string{"score", t.TempDir()}, "the file cannot be read"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			status, out, errs := run(t, strings.NewReader(c.in), c.args...)
			if status != 1 || out != "" || !strings.Contains(errs, c.want) {
				t.Errorf("status %d, out %q, error\n%s\nwant %q", status, out, errs, c.want)
			}
		})
	}
	if status, _, _ := run(t, strings.NewReader(""), "score"); status != 2 {
		t.Errorf("no file given: status %d", status)
	}
}

// A reader or writer that fails is a failure of the command, not an empty result.
func TestScoreReportsBrokenStreams(t *testing.T) {
	broken := errors.New("device gone")
	if status, out, errs := run(t, iotest.ErrReader(broken), "score", "-"); status != 1 || out != "" || !strings.Contains(errs, "cannot be read") {
		t.Errorf("broken input: %d %q %q", status, out, errs)
	}
	var errs bytes.Buffer
	status := cli.Run(t.Context(), []string{"score", "-"}, strings.NewReader("[]"), brokenWriter{broken}, &errs)
	if status != 1 || !strings.Contains(errs.String(), "could not be written") {
		t.Errorf("broken output: %d %q", status, errs.String())
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }
