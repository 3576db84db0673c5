package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strconv"
	"strings"
	"text/template"
	"time"
	"unicode"

	"rekindle/problem"
	"rekindle/protocols"
	page "rekindle/report/protocol"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

// protocolCommand has what is done with a protocol file.
type protocolCommand struct {
	Check protocolCheck `cmd:"" help:"Find every mistake of a protocol at once. Example: rekindle protocol check trial.toml"`
	Show  protocolShow  `cmd:"" help:"Show a protocol as a page to read. Example: rekindle protocol show kiser2024 --html > kiser2024.html"`
	New   protocolNew   `cmd:"" help:"Write a small, complete protocol to begin with. Example: rekindle protocol new --id ward9 --title 'Coaching on Ward 9' > ward9.toml"`
}

type protocolCheck struct {
	File string `arg:"" help:"Protocol file; the name of a shipped protocol, as kiser2024; or - for standard input."`
	JSON bool   `help:"Print the problems as JSON."`
}

// checked is what protocol check prints as JSON.
type checked struct {
	File     string         `json:"file"`
	Digest   string         `json:"sha256,omitempty"` // of the file; absent where it is not TOML
	Valid    bool           `json:"valid"`
	Problems []checkedPlace `json:"problems"`
}

type checkedPlace struct {
	Line int `json:"line,omitempty"`
	*problem.Problem
}

// Run prints every problem; mistakes make it fail, warnings do not.
func (c *protocolCheck) Run(s *streams) error {
	p, err := readProtocol(c.File, s.in)
	found, ok := judge(p, err)
	if !ok {
		return err
	}
	mistakes := 0
	for _, f := range found {
		if !f.Warning {
			mistakes++
		}
	}
	name := path.Base(c.File)
	said := fmt.Sprintf("%s, %s", plural(mistakes, "mistake"), plural(len(found)-mistakes, "warning"))
	if c.JSON {
		out := checked{File: c.File, Valid: mistakes == 0, Problems: []checkedPlace{}}
		if p != nil {
			out.Digest = p.Digest()
		}
		for _, f := range found {
			out.Problems = append(out.Problems, checkedPlace{lineIn(f.Place), f})
		}
		e := json.NewEncoder(s.out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(out); err != nil {
			return printed(err)
		}
	} else {
		for _, f := range found {
			printProblem(s.out, f)
		}
		if mistakes == 0 {
			fmt.Fprintf(s.out, "%s: %s.\n", name, said)
		}
	}
	if mistakes > 0 {
		return problem.New(problem.Invalid, "%s", said).At("%s", name)
	}
	return nil
}

// judge gives every problem of a protocol that was read, and ok false where the reading failed for want of the file itself.
func judge(p *study.Protocol, err error) (found problem.List, ok bool) {
	if p != nil {
		return study.Check(p, instrument.Catalogue()), true
	}
	one, is := errors.AsType[*problem.Problem](err)
	if !is || one.Kind != problem.Invalid {
		return nil, false
	}
	return problem.List{one}, true
}

// printProblem writes a problem on two or three lines: where, what, and what would be right.
func printProblem(w io.Writer, p *problem.Problem) {
	kind := "mistake"
	if p.Warning {
		kind = "warning"
	}
	head := kind
	for _, part := range []string{p.Place, p.Field} {
		if part != "" {
			head += ", " + part
		}
	}
	fmt.Fprintf(w, "%s\n    %s\n", head, p.Message)
	if p.Remedy != "" {
		fmt.Fprintf(w, "    -> %s\n", p.Remedy)
	}
}

// lineIn takes the line out of a place: "trial.toml line 12 column 3" is 12; 0 where there is none.
func lineIn(place string) int {
	_, rest, _ := strings.Cut(place, " line ")
	number, _, _ := strings.Cut(rest, " ")
	line, _ := strconv.Atoi(number)
	return line
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

type protocolShow struct {
	File  string `arg:"" help:"Protocol file; the name of a shipped protocol, as kiser2024; or - for standard input."`
	HTML  bool   `name:"html" help:"One self-contained HTML page, fit to print."`
	Width int    `default:"96" help:"Columns of the text, 60 to 100."`
}

// Run shows the protocol, with the remarks of the check at its end. A file with unreadable values is not shown: what stood
// for them would be missing without a word.
func (c *protocolShow) Run(s *streams) error {
	p, err := readProtocol(c.File, s.in)
	if err != nil {
		return err
	}
	catalogue := instrument.Catalogue()
	described := page.Describe(p, catalogue, study.Check(p, catalogue))
	if !c.HTML {
		_, err = io.WriteString(s.out, described.Text(c.Width))
		return printed(err)
	}
	text, err := described.HTML()
	if err != nil {
		return err
	}
	_, err = s.out.Write(text)
	return printed(err)
}

type protocolNew struct {
	ID       string `required:"" help:"Short name of the trial for data files: lower-case letters and digits, joined by _ or -."`
	Title    string `required:"" help:"Title of the trial."`
	Timezone string `default:"America/New_York" help:"IANA time zone of the site."`
	Opens    string `help:"First day of enrolment, as 2027-03-01. Without it: the first of a month, two months ahead."`
}

// enrolmentDays is how long enrolment is open in a new protocol.
const enrolmentDays = 60

// Run writes the protocol to standard output, after it has passed the check.
func (c *protocolNew) Run(s *streams) error {
	opens, err := study.ParseDate(c.Opens)
	if c.Opens == "" {
		now := time.Now()
		opens, err = study.Day(now.Year(), now.Month()+3, 1), nil
	}
	if err != nil {
		return problem.New(problem.Invalid, "%v", err).On("--opens").Instead("give a day as 2027-03-01")
	}
	if strings.ContainsFunc(c.Title, unicode.IsControl) {
		return problem.New(problem.Invalid, "the title has line breaks or other control characters").On("--title").Instead("one line of text")
	}
	form, err := template.New("new").Delims("<<", ">>").Funcs(template.FuncMap{"toml": tomlText}).Parse(protocols.New)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := form.Execute(&b, map[string]any{
		"ID": c.ID, "Title": c.Title, "Timezone": c.Timezone, "Year": opens.Year(),
		"Opens": opens, "Closes": opens.After(enrolmentDays), "Open": enrolmentDays,
	}); err != nil {
		return err
	}
	p, err := study.Read("new protocol", bytes.NewReader(b.Bytes()))
	if err != nil {
		return err
	}
	if err := study.Check(p, instrument.Catalogue()).Err(); err != nil {
		return err
	}
	_, err = s.out.Write(b.Bytes())
	return printed(err)
}

// tomlText writes a text as TOML; JSON's escapes are a part of TOML's.
func tomlText(text string) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(text)
	return strings.TrimSpace(b.String()), err
}

// readProtocol reads a protocol from a file, from standard input where the name is "-", or, where no such file exists,
// from those that ship with the program: "kiser2024", with or without folder and ".toml". See study.Read for what a
// protocol beside an error means.
func readProtocol(name string, in io.Reader) (*study.Protocol, error) {
	if name == "-" {
		return study.Read("standard input", in)
	}
	if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
		shipped := strings.TrimSuffix(path.Base(name), ".toml") + ".toml"
		if f, err := protocols.Files.Open(shipped); err == nil {
			defer f.Close()
			return study.Read(shipped, f)
		}
	}
	return protocols.Load(name)
}

// soundProtocol reads a protocol that is to be carried out: with any mistake it is an error that lists them all.
func soundProtocol(name string, in io.Reader) (*study.Protocol, error) {
	p, err := readProtocol(name, in)
	if p == nil {
		return nil, err
	}
	if err := study.Check(p, instrument.Catalogue()).Err(); err != nil {
		return nil, err
	}
	return p, nil
}
