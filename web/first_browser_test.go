package web_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/mail/mailtest"
	"rekindle/web"
	"rekindle/web/webtest"
)

// beginner does what docs/first-study.md says, and presses nothing that it does not name.
type beginner struct {
	*looker
	guide    string
	pictures map[string]bool
}

// press follows the link or button of a text, exactly as the guide has it.
func (b *beginner) press(label string) {
	b.Helper()
	if !strings.Contains(strings.Join(strings.Fields(b.guide), " "), "**"+label+"**") {
		b.Fatalf("docs/first-study.md does not name %q", label)
	}
	text, err := json.Marshal(label)
	succeed(b, err)
	if !webtest.Evaluate[bool](b.Tab, `(() => { document.querySelectorAll("[data-press]").forEach(e => e.removeAttribute("data-press"));
		const e = [...document.querySelectorAll("main a, main button")].find(e => e.textContent.trim() === `+string(text)+` && e.checkVisibility()); if (e) e.setAttribute("data-press", ""); return !!e; })()`) {
		b.Fatalf("there is nothing to press that says %q at %s: %s", label, webtest.Evaluate[string](b.Tab, "location.pathname"), webtest.Evaluate[string](b.Tab, "document.querySelector('main').innerText"))
	}
	b.Follow("[data-press]")
}

// fill types into fields by their ids.
func (b *beginner) fill(fields map[string]string) {
	b.Helper()
	values, err := json.Marshal(fields)
	succeed(b, err)
	webtest.Evaluate[bool](b.Tab, `(() => { for (const [id, value] of Object.entries(`+string(values)+`)) document.getElementById(id).value = value; return true; })()`)
}

// file puts a file into the field of the page.
func (b *beginner) file(name, text string) {
	b.Helper()
	parts, err := json.Marshal([]string{name, text})
	succeed(b, err)
	webtest.Evaluate[bool](b.Tab, `(() => { const [name, text] = `+string(parts)+`; const t = new DataTransfer(); t.items.add(new File([text], name, {type: "text/csv"})); document.getElementById("file").files = t.files; return true; })()`)
}

// see looks at the page, which must say something, and keeps its picture for the guide.
func (b *beginner) see(picture string, says ...string) {
	b.Helper()
	b.look("first-" + picture)
	text := webtest.Evaluate[string](b.Tab, "document.querySelector('main').innerText")
	for _, part := range says {
		if !strings.Contains(text, part) {
			b.Errorf("%s does not say %q: %s", picture, part, text)
		}
	}
	if strings.Contains(b.guide, "picture/first-study-"+picture+".png") {
		b.pictures[picture] = true
	}
	if dir := os.Getenv("REKINDLE_SCREENSHOTS"); dir != "" {
		succeed(b, os.WriteFile(filepath.Join(dir, fmt.Sprintf("first-study-%s-%s.png", picture, b.screen)), b.Picture(), 0o644))
	}
}

// Whoever has never seen it comes from the acts of 'rekindle init' to the first sent invitation by what the screen and the guide say.
func TestFirstStudyInABrowser(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../docs/first-study.md")
	succeed(t, err)
	for _, screen := range []webtest.Screen{webtest.Desktop, webtest.Phone} {
		t.Run(screen.Name, func(t *testing.T) {
			e := enrol(t)
			e.BaseURL, e.now = "http://coaching.example.org", time.Date(2021, 8, 5, 14, 0, 0, 0, time.UTC)
			smtp := mailtest.New(t)
			in, err := e.FirstStaff(t.Context(), identity.Actor{Name: "console", Role: identity.Owner}, conduct.NewStaff{Name: "Pat Office", Email: "pat@hospital.example", Roles: []identity.Role{identity.Owner, identity.Coordinator}})
			succeed(t, err)
			site := &web.Site{Conduct: e.Conduct, Log: slog.New(slog.DiscardHandler), Post: smtp.Client()}
			server := httptest.NewServer(site.Handler())
			t.Cleanup(server.Close)
			deliver := func() {
				t.Helper()
				_, err := e.Tick(t.Context())
				succeed(t, err)
				_, err = e.Deliver(t.Context(), smtp.Client())
				succeed(t, err)
			}
			invitations := func() (n int) {
				for _, m := range smtp.All() {
					n += strings.Count(m.Body, e.BaseURL+"/p/")
				}
				return n
			}
			b := &beginner{&looker{Tab: webtest.Open(t, server.URL, screen), screen: screen.Name}, string(guide), map[string]bool{}}
			b.Goto(strings.TrimPrefix(in.Link, e.BaseURL))
			b.press("Accept the invitation")
			b.press("Not now: I sign in by a link in a mail until then")
			b.see("begin", "First steps", "What is to be done until the first invitation", "Not tried yet")

			b.press("Send me a test mail")
			deliver()
			b.Goto("/")
			b.see("mail", "Taken by the mail server", "OK")
			if sent := smtp.All(); len(sent) == 0 || sent[len(sent)-1].To != "pat@hospital.example" {
				t.Fatalf("the test mail: %v", sent)
			}

			b.see("steps", "Register the coaches", "0 coaches, 0 certified")
			b.press("Coaches")
			b.fill(map[string]string{"name": "Dr. Robin Coach", "email": "robin@hospital.example"})
			b.see("register")
			b.press("Register the coach")
			for _, step := range e.Protocol.Coaching.Certification {
				b.fill(map[string]string{"certify-step": step, "certify-on": "2021-06-01"})
				b.press("File a step of certification")
			}
			b.see("coach", "Dr. Robin Coach", "The step is filed", "No hours yet")
			b.Goto("/coaches")
			b.see("coaches", "Dr. Robin Coach")
			b.Follow(".rk-mark")
			b.see("people", "1 coach, 1 certified", "0 people on the roster")

			b.press("Add people")
			b.see("upload", "supervisor", "division")
			b.file("physicians.csv", "name,email,supervisor,division,comment\nDr. Avery One,avery@hospital.example,chief@hospital.example,Cardiology,x\nDr. Blake Two,blake@hospital.example,,Renal,\nDr. Casey Three,casey@hospital.example,,Surgery,\nDr. Dana,dana at hospital,,Surgery,\n")
			b.press("Look at the list")
			b.see("list", "3 of 4 rows fit", "dana at hospital", "left out, not stored")
			b.press("Add 3 people")
			b.see("invitations", "3 people are on the roster now", "3 people are not invited yet", "The invitation as it is received", "Dr. Jordan Example")
			if n := invitations(); n != 0 {
				t.Errorf("%d invitations before anybody has decided", n)
			}
			b.press("Send the invitations")
			b.press("Send them")
			b.see("invited", "3 people are invited")
			e.mu.Lock()
			e.now = e.now.Add(5 * time.Minute)
			e.mu.Unlock()
			deliver()
			b.Goto("/")
			b.see("progress", "Progress", "Invited")
			if n := invitations(); n != 3 {
				t.Errorf("%d invitations were sent", n)
			}
			for _, what := range b.Unreached() {
				t.Errorf("progress: %s", what)
			}
			if want := strings.Count(b.guide, "](picture/first-study-"); len(b.pictures) != want {
				t.Errorf("%d of the guide's %d pictures were looked at", len(b.pictures), want)
			}
		})
	}
}
