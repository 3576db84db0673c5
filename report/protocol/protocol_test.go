package protocol_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"rekindle/protocols"
	"rekindle/report/protocol"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

func describe(t *testing.T, name string) *protocol.Page {
	t.Helper()
	text, err := protocols.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := study.Read(name, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	catalogue := instrument.Catalogue()
	return protocol.Describe(p, catalogue, study.Check(p, catalogue))
}

// squeeze puts one space for every run of blanks, so that folding does not matter.
func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }

func TestTextSaysWhatTheMethodsSay(t *testing.T) {
	text := squeeze(describe(t, "kiser2024.toml").Text(100))
	for _, want := range []string{
		"August 5, 2021 to December 1, 2021 (days counted in America/New_York)",
		"3,247 people by e-mail; 2 announcements, on August 5, 2021 and September 30, 2021",
		"138, first come, first served",
		"allocated 1:1, stratified by gender and department of medicine, in permuted blocks of 4 and 6",
		"on completion of 3 months, at the latest 122 days after randomization",
		"Nonbinary 0.2 0.4", // 138 x 0.005 x 0.348 and x 0.652
		"day 91 after randomization day 84 to day 121 Journal, Cell phone charger",
		"Sessions, 6.5 hours in all",
		"1 90 min Introductions › Rapport building › Expectation setting",
		"2 to 6 60 min Check-in › Goal review › Generative moment › New goal setting › Session conclusion",
		"12, each with up to 6 participants at a time",
		"2, 5, 9 and 14 days after",
		"2 hours before the session",
		"fixed effects for arm, visit, their interaction, gender (reference: woman) and department of medicine (reference: no), and a random intercept for each participant, fitted by restricted maximum likelihood (REML)",
		"Satterthwaite degrees of freedom, at a level of 0.05; intervals have 95% confidence",
		"adjusted for 10 outcomes by the method of Holm",
		"everybody in the control arm, and those in other arms who had at least 1 session; leads the tables",
		"Coaching minus Delayed intervention, in the change from Baseline to 3 months",
		"USD 200 an hour", "USD 2,500 once to each coach", "USD 1,400 per participant for 3.5 hours",
		"Who decides whether you receive coaching now or in three months? Right: Chance does.",
		"Warning (kiser2024.toml line 31, enrolment.goal): A goal of 100 gives 71% power",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("without %q", want)
		}
	}
	for _, gap := range []string{"%!", "<nil>", "a day not yet set"} {
		if strings.Contains(text, gap) {
			t.Errorf("%q in the text", gap)
		}
	}
}

func TestTextFitsItsColumns(t *testing.T) {
	for _, name := range []string{"kiser2024.toml", "dyrbye2019.toml"} {
		page := describe(t, name)
		for _, columns := range []int{72, 100} {
			for line := range strings.SplitSeq(page.Text(columns), "\n") {
				if n := len([]rune(line)); n > columns && !strings.HasPrefix(line, "SHA-256") {
					t.Errorf("%s: %d of %d columns: %s", name, n, columns, line)
				}
			}
		}
	}
}

// TestPageIsAccessible checks what can be checked without a browser: one h1, headings in steps, every table with a caption
// and scoped headings, every reference with its target, every drawing described, nothing loaded from elsewhere.
func TestPageIsAccessible(t *testing.T) {
	for _, name := range []string{"kiser2024.toml", "dyrbye2019.toml"} {
		text, err := describe(t, name).HTML()
		if err != nil {
			t.Fatal(err)
		}
		root, err := html.Parse(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		count, ids := map[string]int{}, map[string]bool{}
		var links []string
		level := 0
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			count[n.Data]++
			attributes := map[string]string{}
			for _, a := range n.Attr {
				attributes[a.Key] = a.Val
			}
			if id := attributes["id"]; id != "" {
				if ids[id] {
					t.Errorf("%s: the id %s is used twice", name, id)
				}
				ids[id] = true
			}
			switch {
			case n.Data == "html" && attributes["lang"] != "en":
				t.Errorf("%s: the page does not say its language", name)
			case n.Data == "table" && !strings.Contains(render(t, n), "<caption>"):
				t.Errorf("%s: a table without caption", name)
			case n.Data == "th" && attributes["scope"] == "":
				t.Errorf("%s: a heading of a table without scope", name)
			case n.Data == "th" && strings.TrimSpace(words(n)) == "":
				t.Errorf("%s: an empty heading in a table", name)
			case n.Data == "svg" && (attributes["role"] != "img" || attributes["aria-label"] == ""):
				t.Errorf("%s: a drawing without a description", name)
			case n.Data == "a" && strings.HasPrefix(attributes["href"], "#"):
				links = append(links, attributes["href"][1:])
			case n.Data == "script" || n.Data == "link" || n.Data == "img" || n.Data == "iframe":
				t.Errorf("%s: a <%s> in a page that should stand alone", name, n.Data)
			}
			if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' && !inside(n, "consent-text") {
				if now := int(n.Data[1] - '0'); now > level+1 {
					t.Errorf("%s: from h%d to h%d: %s", name, level, now, words(n))
				} else {
					level = now
				}
			}
		}
		for _, to := range links {
			if !ids[to] {
				t.Errorf("%s: nothing at #%s", name, to)
			}
		}
		if count["main"] != 1 || count["nav"] != 1 || count["table"] < 7 || len(links) < 9 {
			t.Errorf("%s: %v", name, count)
		}
		if regexp.MustCompile(`url\(|@import|https?://[^"]*\.(js|css)`).Match(text) {
			t.Errorf("%s: the page loads something", name)
		}
	}
}

func render(t *testing.T, n *html.Node) string {
	t.Helper()
	var b strings.Builder
	if err := html.Render(&b, n); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func inside(n *html.Node, class string) bool {
	for a := range n.Ancestors() {
		if slices.ContainsFunc(a.Attr, func(x html.Attribute) bool { return x.Key == "class" && x.Val == class }) {
			return true
		}
	}
	return false
}

// TestPageShowsHostileTextAsText: nothing that a protocol says becomes markup.
func TestPageShowsHostileTextAsText(t *testing.T) {
	const bad = `<script>alert(1)</script><img src=x onerror=alert(2)>`
	p := &study.Protocol{
		ID: "x", Title: bad, Source: bad, Timezone: "UTC",
		Arms:     []study.Arm{{ID: "a", Name: bad, Coaching: true, Description: bad, Ratio: 1}},
		Visits:   []study.Visit{{ID: "v", Name: bad, Anchor: study.FromRandomization, Day: 10, Forms: []study.Form{{Instrument: bad}}}},
		Consent:  []study.Consent{{Version: "1", Text: bad + "\n\n[x](javascript:alert(3))"}},
		Coaching: study.Coaching{Sessions: []int{60}, Days: 30},
		Messages: []study.Message{{ID: "m", Subject: bad, Body: bad}},
	}
	text, err := protocol.Describe(p, nil, study.Check(p, nil)).HTML()
	if err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "img") {
			t.Errorf("<%s> from the protocol", n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Val, "javascript:") {
				t.Errorf("%s=%q from the protocol", a.Key, a.Val)
			}
		}
	}
}

func TestCourse(t *testing.T) {
	page := describe(t, "kiser2024.toml")
	i := slices.IndexFunc(page.Sections, func(s protocol.Section) bool { return s.ID == "schedule" })
	course := page.Sections[i].Blocks[0].Course
	if course == nil || len(course.Lanes) != 2 || course.Visits[0].From != 84 || course.Visits[0].To != 121 {
		t.Fatalf("%+v", course)
	}
	if control := course.Lanes[1].Stays; len(control) != 2 || control[0].Label != "Wellness resources" || control[1].From != 91 {
		t.Errorf("%+v", control)
	}
	d := xml.NewDecoder(strings.NewReader(string(course.SVG())))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("the drawing is not XML: %v", err)
		}
	}
}

// TestEverySentenceOfThePlan: what a protocol may ask of the analysis is said in words, not by its key.
func TestEverySentenceOfThePlan(t *testing.T) {
	page := describe(t, "kiser2024.toml")
	text := page.Text(100)
	for _, key := range []string{"kenward-roger", "clda", "j2r", "tipping-point", "cace", "randomization-test", "received-or-control", "all-randomized"} {
		if strings.Contains(text, "- "+key+"\n") || strings.Contains(text, " "+key+" ") {
			t.Errorf("%s stands in the text as a key", key)
		}
	}
	ids := map[string]bool{}
	for _, s := range page.Sections {
		ids[s.ID] = true
	}
	want := []string{"analysis", "arms", "coaching", "consent", "cost", "messages", "outcomes", "participants", "rehearsal", "remarks", "schedule"}
	if got := slices.Sorted(maps.Keys(ids)); !slices.Equal(got, want) {
		t.Errorf("sections %v", got)
	}
}

func TestEmptyProtocolIsShownWithoutPanic(t *testing.T) {
	page := protocol.Describe(&study.Protocol{}, nil, nil)
	if _, err := page.HTML(); err != nil || page.Text(80) == "" {
		t.Error(err)
	}
	if article, err := page.Article(); err != nil || strings.Contains(string(article), "<html") || protocol.Style() == "" {
		t.Errorf("article %q, %v", article, err)
	}
}
