package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rekindle/platform/identity"
	"rekindle/problem"
	"rekindle/trial/study"
)

//go:embed page
var pageFiles embed.FS

// templates has each page by the name of its folder, within the layout.
var templates = parsePages()

func parsePages() map[string]*template.Template {
	layout := template.Must(template.New("layout").Funcs(words).ParseFS(pageFiles, "page/layout/*.html"))
	folders, err := fs.ReadDir(pageFiles, "page")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	all := map[string]*template.Template{}
	for _, f := range folders {
		if name := f.Name(); name != "layout" {
			all[name] = template.Must(template.Must(layout.Clone()).ParseFS(pageFiles, path.Join("page", name, "page.html")))
		}
	}
	return all
}

// frame is what the layout shows around a page.
type frame struct {
	Title     string
	Study     string // title of the trial
	Simulated bool
	By        identity.Actor
	When      string // at which a rehearsal is shown
	Menu      []item
	Beside    []item // pages of the group that the page belongs to
	Program   string
	Light     bool             // the page has no dark colors
	Page      any              // the page's own struct
	Lang      string           // "en", "es"
	Languages []string         // that the page can be read in; none: English alone
	Help      []study.Resource // urgent help, on a participant's page
	Contact   *study.Contact   // whom a participant writes to
	SignedIn  *identity.SignIn // how staff or a coach has signed in
	Door      bool             // a visitor is shown where staff sign in
	zone      *time.Location
	said      map[string]bool // texts of the protocol that are in Lang
}

func (s *Site) frame(r *http.Request, title string, content any) frame {
	by := actor(r)
	f := frame{Title: title, Study: s.Conduct.Protocol.Title, Simulated: s.Conduct.Simulated, By: by, Program: s.Conduct.Program, Page: content, Lang: "en", zone: s.zone()}
	f.When = s.moment.Label
	f.SignedIn, f.Door = signInOf(r), by.Role == identity.Visitor && !f.Simulated && !forParticipants(r) && !atTheDoor(r)
	f.Menu, f.Beside = s.wayAround(r)
	return f
}

// InZone gives a time as the study's clock tells it.
func (f frame) InZone(t time.Time) time.Time { return t.In(f.zone) }

// show replies with a page. It is made in full before anything is sent, so that what fails becomes a problem's page.
func (s *Site) show(w http.ResponseWriter, r *http.Request, status int, name, title string, content any) error {
	if forParticipants(r) {
		return s.showMine(w, r, status, name, title, content)
	}
	return send(w, status, name, s.frame(r, title, content))
}

func send(w http.ResponseWriter, status int, name string, f frame) error {
	var b bytes.Buffer
	if err := execute(&b, name, "layout", f); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // whoever asked may have gone
	return nil
}

func execute(b *bytes.Buffer, name, part string, data any) error {
	t, ok := templates[name]
	if !ok {
		return problem.New(problem.Internal, "there is no page %q", name)
	}
	if err := t.ExecuteTemplate(b, part, data); err != nil {
		return problem.New(problem.Internal, "the page %q cannot be made", name).Because(err)
	}
	return nil
}

// words are what templates can say.
var words = template.FuncMap{
	"asset":    assetURL,
	"number":   number,
	"moment":   moment,
	"day":      day,
	"count":    count,
	"title":    title,
	"int":      func(n int64) int { return int(n) },
	"cell":     printedCell,
	"minus":    minus,
	"clip":     clip,
	"sentence": sentence,
	"lines":    lines,
	"host":     host,
	"tongue":   func(lang string) string { return tongues[lang] },
	"pair":     func(f frame, one itemField) asked { return asked{f, one} },
	"pairing":  func(f frame, of any) paired { return paired{f, of} },
}

// number writes a whole number with separators: 3,247.
func number(n int) string {
	sign, digits := "", strconv.Itoa(n)
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// count writes a number and what is counted: "1 event", "3,247 events".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// moment writes a time in its zone, to the minute.
func moment(t time.Time) template.HTML { return stamp(t, "Jan 2, 2006, 15:04 MST") }

// day writes the day of a time in its zone.
func day(t time.Time) template.HTML { return stamp(t, "January 2, 2006") }

func stamp(t time.Time, layout string) template.HTML {
	if t.IsZero() {
		return "never"
	}
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, t.UTC().Format(time.RFC3339), template.HTMLEscapeString(t.Format(layout))))
}

// title makes a heading of an id: "survey-reminder" becomes "Survey reminder".
func title(id any) string {
	text := strings.NewReplacer("-", " ", "_", " ").Replace(fmt.Sprint(id))
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// sentence begins a text with a capital and ends it with a full stop.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(text[size:], ".") + "."
}

// minus sets a true minus sign before digits.
func minus(text string) string { return hyphened.ReplaceAllString(text, "${1}−${2}") }

var hyphened = regexp.MustCompile(`(^|[ (])-([0-9$])`)

// clip cuts a text that is longer than so many letters.
func clip(most int, text string) string {
	letters := []rune(text)
	if len(letters) <= most {
		return text
	}
	return string(letters[:most-1]) + "…"
}

// lines gives each problem of an error as a sentence.
func lines(err error) []string {
	all := strings.Split(err.Error(), "\n")
	for i := range all {
		all[i] = sentence(all[i])
	}
	return all
}
