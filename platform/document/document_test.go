package document_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rekindle/platform/document"
	"rekindle/platform/document/documenttest"
)

const prose = `# Taking part

We invite you. **Your answer** has *no effect* on your pay; ask [the office](https://example.org/office) or <office@example.org>.

## What will happen

1. You answer a survey.
2. Chance decides between two groups.
   - **Now.** Six meetings.
   - **Later.** The same six.

> Coaching is not therapy.

---

    as typed

<script>never()</script>

Última línea: niño, ¿qué? – “así” … 5 ≤ 7
`

func paper(name, text string) ([]byte, error) {
	zone := time.FixedZone("EDT", -4*60*60)
	d := document.New(document.Paper{Kind: "Informed consent", Title: "Coaching by Trained Peers", Language: "en", Author: name, Program: "rekindle test",
		Made: time.Date(2021, 8, 6, 9, 30, 0, 0, zone), Foot: "Version 1", PageOf: "Page %d of %s"})
	d.Facts([2]string{"Study", "Coaching by Trained Peers"}, [2]string{"Registered", ""})
	d.Markdown(text)
	d.Heading("Questions")
	d.Answered("Who decides?", "Chance does")
	d.Sign(document.Signature{Heading: "Signature", Agreed: "I agree to take part.", Name: name, Label: "Name as typed", Facts: [][2]string{{"Signed", "August 6, 2021, 09:30 EDT"}},
		Note: "How to check.", Proof: [][2]string{{"SHA-256", strings.Repeat("ab", 32)}}})
	return d.PDF()
}

func written(t *testing.T, pdf []byte) string {
	t.Helper()
	words, err := documenttest.Words(pdf)
	if err != nil {
		t.Fatal(err)
	}
	return words
}

func TestPaperSaysWhatItWasGiven(t *testing.T) {
	pdf, err := paper("Núria O’Brien", prose)
	if err != nil {
		t.Fatal(err)
	}
	got := written(t, pdf)
	for _, want := range []string{"INFORMED CONSENT", "Coaching by Trained Peers", "We invite you. Your answer has no effect on your pay; ask the office (https://example.org/office) or office@example.org",
		"1. You answer a survey.", "2. Chance decides between two groups.", "• Now. Six meetings.", "Coaching is not therapy.", "as typed", "Última línea: niño, ¿qué? – “así” … 5 ≤ 7",
		"Who decides? Chance does", "I agree to take part.", "Núria O’Brien Name as typed", "August 6, 2021, 09:30 EDT", strings.Repeat("ab", 32), "Page 1 of 1"} {
		if !strings.Contains(got, want) {
			t.Errorf("the paper does not say %q:\n%s", want, got)
		}
	}
	for _, never := range []string{"never()", "Registered", "{pages}", "U+"} {
		if strings.Contains(got, never) {
			t.Errorf("the paper says %q:\n%s", never, got)
		}
	}
	if len(pdf) > 100_000 {
		t.Errorf("the paper has %d bytes", len(pdf))
	}
	if pdf, err = paper("Jordan Example", strings.Repeat(prose, 4)); err != nil {
		t.Fatal(err)
	}
	if got := written(t, pdf); !strings.Contains(got, "Page 1 of ") || strings.Contains(got, "of 1") {
		t.Errorf("the pages of a longer paper are not numbered: %s", got)
	}
}

// A line breaks at spaces only, whatever the styles and accents of its words; a word that no line holds is broken.
func TestLinesBreakAtSpaces(t *testing.T) {
	pdf, err := paper("Jordan Example", strings.Repeat("Nin\u0303o**bold**, *it*. ", 40)+"\n\n"+strings.Repeat("endless", 40)+"\n\nsaid\\\nand done")
	if err != nil {
		t.Fatal(err)
	}
	got := written(t, pdf)
	if n := strings.Count(got, "Nin\u0303o bold , it ."); n != 40 { // what is drawn apart stands apart here
		t.Errorf("%d of 40 words are whole:\n%s", n, got)
	}
	if n := strings.Count(strings.ReplaceAll(got, " ", ""), strings.Repeat("endless", 40)); n != 1 {
		t.Errorf("the long word is there %d times:\n%s", n, got)
	}
	if !strings.Contains(got, "said and done") {
		t.Errorf("the break is lost:\n%s", got)
	}
}

func TestSamePaperSameBytes(t *testing.T) {
	first, err := paper("Jordan Example", prose)
	if err != nil {
		t.Fatal(err)
	}
	again, err := paper("Jordan Example", prose)
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("drawn twice it is not the same: %v", err)
	}
	other, err := paper("Jordan Exemple", prose)
	if err != nil || bytes.Equal(first, other) {
		t.Errorf("another name gives the same paper: %v", err)
	}
}

// A name that the font cannot write is told by the numbers of its characters.
func TestNameBeyondTheFont(t *testing.T) {
	for name, want := range map[string]string{"王小明": "U+738B U+5C0F U+660E", "Kim 😀": "U+1F600", "Łukasz Żółć": ""} {
		pdf, err := paper(name, "Text.")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := written(t, pdf); want != "" && !strings.Contains(got, want) || want == "" && strings.Contains(got, "U+") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestAnyTextCanBeDrawn(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.StringN(1, 200, -1).Draw(r, "name")
		text := strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"# ", "- ", "1. ", "> ", "**", "\n\n", "```\n", "[a](b)", "\uffff"})), 0, 30).Draw(r, "text"), "")
		if pdf, err := paper(name, text); err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
			r.Fatalf("%v", err)
		}
	})
}

func BenchmarkPaper(b *testing.B) {
	for b.Loop() {
		if _, err := paper("Jordan Example", prose); err != nil {
			b.Fatal(err)
		}
	}
}
