package cli_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"rekindle/protocols"
)

func published(t *testing.T) string {
	t.Helper()
	text, err := protocols.Files.ReadFile("kiser2024.toml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestProtocolCheckOfSoundFiles(t *testing.T) {
	for _, name := range []string{"kiser2024", "protocols/dyrbye2019.toml", "../protocols/kiser2024.toml"} {
		status, out, errs := run(t, nil, "protocol", "check", name)
		if status != 0 || errs != "" || !strings.Contains(out, ": 0 mistakes, ") {
			t.Errorf("%s: status %d\n%s%s", name, status, out, errs)
		}
	}
	status, out, _ := run(t, strings.NewReader(published(t)), "protocol", "check", "-")
	if want := "warning, standard input line 31, enrolment.goal\n    a goal of 100 gives 71% power"; status != 0 || !strings.Contains(out, want) {
		t.Errorf("status %d, without %q\n%s", status, want, out)
	}
}

func TestProtocolCheckOfBrokenFile(t *testing.T) {
	text := strings.Replace(published(t), "block_sizes = [4, 6]", "block_sizes = [4, 5]", 1)
	text = strings.Replace(text, `score = "pfi_we"`, `score = "pfi_wee"`, 1)
	path := file(t, "broken.toml", text)
	status, out, errs := run(t, nil, "protocol", "check", path)
	for _, want := range []string{
		"mistake, broken.toml line 196, allocation.block_sizes[2]\n    a block of 5 cannot keep the allocation ratio 1:1\n    -> a multiple of 2, as 6\n",
		"outcome[work_exhaustion].score\n    there is no score of pfi16 \"pfi_wee\"\n    -> did you mean \"pfi_we\"?\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("without %q:\n%s", want, out)
		}
	}
	if status != 1 || errs != "rekindle: broken.toml: 2 mistakes, 5 warnings\n" {
		t.Errorf("status %d, %q", status, errs)
	}

	status, out, _ = run(t, nil, "protocol", "check", "--json", path)
	var report struct {
		File, SHA256 string
		Valid        bool
		Problems     []struct {
			Line                          int
			Place, Field, Message, Remedy string
			Warning                       bool
		}
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || status != 1 {
		t.Fatalf("status %d, %v:\n%s", status, err, out)
	}
	if report.Valid || len(report.Problems) != 7 || len(report.SHA256) != 64 || report.File != path {
		t.Errorf("%+v", report)
	}
	if p := report.Problems[1]; p.Line != 196 || p.Field != "allocation.block_sizes[2]" || p.Warning || p.Remedy == "" || p.Message == "" {
		t.Errorf("%+v", p)
	}
}

func TestProtocolCheckOfWhatIsNoProtocol(t *testing.T) {
	status, out, errs := run(t, nil, "protocol", "check", file(t, "x.toml", "id = \"x\"\narm = [\n"))
	if status != 1 || !strings.Contains(out, "mistake, x.toml line ") || !strings.Contains(out, "not TOML") || !strings.Contains(errs, "1 mistake, 0 warnings") {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
	status, out, errs = run(t, nil, "protocol", "check", "no/such/file.toml")
	if status != 1 || out != "" || !strings.Contains(errs, "no/such/file.toml: cannot open the protocol: no such file or directory") {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
	if status, _, _ := run(t, nil, "protocol", "check"); status != 2 {
		t.Errorf("without a file: status %d", status)
	}
}

func TestProtocolShow(t *testing.T) {
	status, out, errs := run(t, nil, "protocol", "show", "kiser2024", "--width", "80")
	if status != 0 || errs != "" {
		t.Fatalf("status %d: %s", status, errs)
	}
	squeezed := strings.Join(strings.Fields(out), " ")
	for _, want := range []string{
		"Physician Coaching by Professionally Trained Peers", "3,247 people by e-mail", "SCHEDULE OF ASSESSMENTS",
		"Stanford Professional Fulfillment Index ● ● Two", "Coaching fidelity and program satisfaction ● coached, optional",
	} {
		if !strings.Contains(squeezed, want) {
			t.Errorf("without %q:\n%s", want, out)
		}
	}
	for line := range strings.SplitSeq(out, "\n") {
		if n := len([]rune(line)); n > 80 && !strings.Contains(line, "SHA-256") {
			t.Errorf("%d columns: %s", n, line)
		}
	}

	status, out, errs = run(t, nil, "protocol", "show", "kiser2024", "--html")
	if status != 0 || errs != "" {
		t.Fatalf("status %d: %s", status, errs)
	}
	if _, err := html.Parse(strings.NewReader(out)); err != nil || !strings.HasPrefix(out, "<!doctype html>") {
		t.Errorf("not HTML: %v", err)
	}

	broken := file(t, "broken.toml", strings.Replace(published(t), "cap = 138 ", `cap = "many" `, 1))
	status, out, errs = run(t, nil, "protocol", "show", broken)
	if status != 1 || out != "" || !strings.Contains(errs, `broken.toml line 30: enrolment.cap: "many" is text`) {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
}

func TestProtocolNew(t *testing.T) {
	status, out, errs := run(t, nil, "protocol", "new", "--id", "ward9", "--title", `Coaching on "Ward 9" \ Zürich`, "--timezone", "Europe/Zurich", "--opens", "2027-03-01")
	if status != 0 || errs != "" {
		t.Fatalf("status %d: %s", status, errs)
	}
	for _, want := range []string{`id = "ward9"`, `title = "Coaching on \"Ward 9\" \\ Zürich"`, `timezone = "Europe/Zurich"`, "opens = 2027-03-01", "closes = 2027-04-30", "year = 2027"} {
		if !strings.Contains(out, want) {
			t.Errorf("without %q", want)
		}
	}
	path := file(t, "ward9.toml", out)
	status, out, errs = run(t, nil, "protocol", "check", path)
	if status != 0 || errs != "" || !strings.Contains(out, "ward9.toml: 0 mistakes, 1 warning.") {
		t.Errorf("the new protocol is not sound: %s%s", out, errs)
	}
	if status, out, _ := run(t, nil, "protocol", "new", "--id", "x", "--title", "X"); status != 0 || !strings.Contains(out, "\nopens = 20") {
		t.Errorf("without a day: status %d", status)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--id", "Ward 9", "--title", "X"}, `"Ward 9" is not an id`},
		{[]string{"--id", "x", "--title", "two\nlines"}, "--title: the title has line breaks"},
		{[]string{"--id", "x", "--title", "X", "--timezone", "Zurich"}, `"Zurich" is not a time zone`},
		{[]string{"--id", "x", "--title", "X", "--opens", "tomorrow"}, `--opens: "tomorrow" is not a day`},
	} {
		status, out, errs := run(t, nil, append([]string{"protocol", "new"}, c.args...)...)
		if status != 1 || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%v: status %d, %q, %s", c.args, status, out, errs)
		}
	}
}

// A shipped name never hides a file of the same name.
func TestProtocolFileBeforeShippedName(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("kiser2024", []byte("id = 'mine'"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, _ := run(t, nil, "protocol", "check", "kiser2024"); status != 1 || !strings.Contains(out, "kiser2024 line") && !strings.Contains(out, "mistake, kiser2024") {
		t.Errorf("status %d:\n%s", status, out)
	}
}
