package web_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"testing"

	"rekindle/platform/identity"
	"rekindle/platform/mail/mailtest"
	"rekindle/trial/participant"
	"rekindle/web/webtest"
)

// walk is a participant's way through the whole trial in a browser, with the mail that a mail server really took.
type walk struct {
	*testing.T
	e       *enrolling
	l       *looker
	post    *mailtest.Server
	address string // of the participant
}

// From the invitation that a mail server took, over consent, its paper, the first survey and the allocation, to the reminder, the second
// survey, what is posted for it, and leaving: in both arms, on both screens, with scripts and without.
func TestTrialInABrowser(t *testing.T) {
	t.Parallel()
	for _, how := range []struct {
		screen  webtest.Screen
		scripts bool
		arm     string
	}{{webtest.Phone, true, "coaching"}, {webtest.Desktop, false, "control"}} {
		t.Run(how.screen.Name, func(t *testing.T) {
			e := enrol(t)
			server := httptest.NewServer(e.handler)
			t.Cleanup(server.Close)
			e.BaseURL = server.URL
			w := &walk{T: t, e: e, post: mailtest.New(t)}
			code, other := w.allocateUntil(how.arm)
			w.l = &looker{Tab: webtest.Open(t, server.URL, how.screen), screen: how.screen.Name + "-trial"}
			if !how.scripts {
				w.l.Unscripted()
			}
			w.enrols(code, how.arm)
			w.allocationOf(other)
			w.answersLater()
			w.isPosted()
			w.leaves(code)
		})
	}
}

// allocateUntil invites six people and lets all but one enrol by themselves, in an order in which the one who is left comes into the arm that
// is wanted: the draw does not depend on who comes, only on how many came before. It gives that one and one of the other arm.
func (w *walk) allocateUntil(arm string) (code, other participant.Code) {
	w.Helper()
	probe := enrol(w.T)
	codes, links := probe.invite(6)
	place := -1
	for i := range codes {
		probe.come(links[i]).baseline()
		if probe.arm(codes[i]) == arm && i > 0 {
			place = i
			break
		}
	}
	if place < 0 {
		w.Fatalf("nobody of six is in %s", arm)
	}
	codes, links = w.e.invite(6)
	w.delivers()
	for i := range place {
		w.e.come(links[i]).baseline()
		if w.e.arm(codes[i]) != arm {
			other = codes[i]
		}
	}
	w.address = "p" + string(rune('0'+place)) + "@hospital.example"
	return codes[place], other
}

// delivers hands all mail that is due to the mail server.
func (w *walk) delivers() {
	w.Helper()
	_, err := w.e.Deliver(w.Context(), w.post.Client())
	succeed(w.T, err)
}

// mailed gives the latest mail to the participant with a subject like this, in plain text, and its attachments by name.
func (w *walk) mailed(subject string) (text string, attached map[string][]byte) {
	w.Helper()
	for _, m := range w.post.All() {
		words, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		succeed(w.T, err)
		if m.To != w.address || !strings.Contains(words, subject) {
			continue
		}
		whole, err := mail.ReadMessage(strings.NewReader(m.Raw))
		succeed(w.T, err)
		attached = map[string][]byte{}
		text = m.Body
		w.parts(whole.Header.Get("Content-Type"), whole.Body, attached)
	}
	if text == "" {
		w.Fatalf("no mail to %s about %q", w.address, subject)
	}
	return text, attached
}

// parts collects the attachments of a mail.
func (w *walk) parts(kind string, body io.Reader, attached map[string][]byte) {
	w.Helper()
	media, params, err := mime.ParseMediaType(kind)
	succeed(w.T, err)
	if !strings.HasPrefix(media, "multipart/") {
		return
	}
	for r := multipart.NewReader(body, params["boundary"]); ; {
		p, err := r.NextPart()
		if err == io.EOF {
			return
		}
		succeed(w.T, err)
		var content io.Reader = p
		if strings.EqualFold(p.Header.Get("Content-Transfer-Encoding"), "base64") {
			content = base64.NewDecoder(base64.StdEncoding, p)
		}
		if name := p.FileName(); name != "" {
			attached[name], err = io.ReadAll(content)
			succeed(w.T, err)
			continue
		}
		w.parts(p.Header.Get("Content-Type"), content, attached)
	}
}

// opens follows the link of a mail in the browser.
func (w *walk) opens(text string) {
	w.Helper()
	found := personalLink.FindStringSubmatch(text)
	if found == nil {
		w.Fatalf("no link in %q", text)
	}
	w.l.Goto(found[1])
	w.l.look("link")
	w.l.Follow("form button")
}

// is checks at which page the browser is.
func (w *walk) is(path string) {
	w.Helper()
	if at := webtest.Evaluate[string](w.l.Tab, "location.pathname"); at != path {
		w.Fatalf("at %s, want %s: %s", at, path, webtest.Evaluate[string](w.l.Tab, `document.querySelector("main").innerText`))
	}
}

// says checks what the page tells.
func (w *walk) says(texts ...string) {
	w.Helper()
	page := webtest.Evaluate[string](w.l.Tab, `document.querySelector("main").innerText`)
	for _, text := range texts {
		if !strings.Contains(page, text) {
			w.Errorf("%s does not say %q: %s", webtest.Evaluate[string](w.l.Tab, "location.pathname"), text, page)
		}
	}
}

// survey answers the forms of a visit.
func (w *walk) survey(visit string, forms ...string) {
	w.Helper()
	for _, form := range forms {
		w.is("/me/survey/" + visit + "/" + form)
		webtest.Evaluate[bool](w.l.Tab, answerAll)
		w.l.Follow("button[value=next]")
	}
}

// enrols goes from the mail to the allocation.
func (w *walk) enrols(code participant.Code, arm string) {
	w.Helper()
	text, _ := w.mailed("invitation")
	w.opens(text)
	w.is("/me/start")
	w.l.look("start")
	w.l.Follow(`a[href="/me/consent"]`)
	w.l.look("consent")
	webtest.Evaluate[bool](w.l.Tab, `(() => { for (const s of ["#criterion-practicing input", "#criterion-baseline input", "#question-0 input[value='2']", "#question-1 input[value='2']", "#question-2 input[value='0']"])
		document.querySelector(s).click(); document.querySelector("#name").value = "Jordan Example"; return true; })()`)
	w.l.Follow("form[action='/me/consent'] button.first")
	w.survey("baseline", "demographics", "pfi16", "mmbi2", "uwes9", "svs4", "iwpr4", "qol_vas")
	w.is("/me/group")
	w.l.look("group")
	if got := w.e.arm(code); got != arm {
		w.Fatalf("allocated to %s, want %s", got, arm)
	}
	w.says(map[string]string{"coaching": "coached now", "control": "coached later"}[arm])
	w.l.Follow(`main a[href="/me"]`)
	w.l.look("home")

	// The paper that was mailed is the one on the page.
	w.e.at("2021-08-06 15:00")
	w.delivers()
	_, attached := w.mailed("consent")
	v := w.e.come(w.e.link(code))
	paper := v.do(webtest.Scenario{Path: "/me/consent.pdf"})
	if !strings.HasPrefix(paper.Body, "%PDF-") || len(attached) != 1 {
		w.Fatalf("the paper is %d bytes of %s, %d attachments", len(paper.Body), paper.Header.Get("Content-Type"), len(attached))
	}
	for name, content := range attached {
		if !bytes.Equal(content, []byte(paper.Body)) || !strings.HasSuffix(name, ".pdf") {
			w.Errorf("%s in the mail has %d bytes, the page's has %d", name, len(content), len(paper.Body))
		}
	}
	w.l.Goto("/me/consent")
	w.l.look("signed")
}

// allocationOf looks at what somebody of the other arm is told.
func (w *walk) allocationOf(code participant.Code) {
	w.Helper()
	if code == "" {
		return
	}
	v := w.e.come(w.e.link(code))
	told := v.get("/me/group").Text(w.T, "main")
	if want := map[string]string{"coaching": "coached now", "control": "coached later"}[w.e.arm(code)]; !strings.Contains(told, want) {
		w.Errorf("the other arm is told %q", told)
	}
}

// answersLater is reminded of the second survey three months later, and answers it.
func (w *walk) answersLater() {
	w.Helper()
	w.e.at("2021-11-06 12:00")
	w.delivers()
	text, _ := w.mailed("survey is open until")
	w.opens(text)
	w.is("/me")
	w.l.look("home-later")
	w.says("Answer the survey")
	w.l.Follow(".next a.button, .next .button")
	w.survey("month3", "pfi16", "mmbi2", "uwes9", "svs4", "iwpr4", "qol_vas")
	w.is("/me")
	w.says("Thank you for answering the survey.")
	w.l.look("home-done")
}

// isPosted has the coordinator post what is due, and the participant read of it.
func (w *walk) isPosted() {
	w.Helper()
	office := &visitor{w.e, w.e.staff(identity.Coordinator)}
	p := office.get("/incentives")
	parcels := map[string][]string{}
	for _, box := range p.All(w.T, `form[action="/incentives/send"] input[name=parcel]`) {
		parcels["parcel"] = append(parcels["parcel"], webtest.Attribute(box, "value"))
	}
	if len(parcels["parcel"]) == 0 {
		w.Fatalf("nothing is to be posted: %s", p.Text(w.T, "main"))
	}
	if p := office.do(webtest.Scenario{Path: "/incentives/send", Form: parcels}); p.Status != http.StatusSeeOther {
		w.Fatalf("posting: %d %s", p.Status, p.Text(w.T, "main"))
	}
	w.l.Goto("/me")
	w.says("Journal")
	w.l.look("posted")
}

// leaves withdraws; mail stops.
func (w *walk) leaves(code participant.Code) {
	w.Helper()
	w.l.Goto("/me/withdraw")
	w.l.look("withdraw")
	webtest.Evaluate[bool](w.l.Tab, `(() => { document.querySelector("input[name=use]").click(); return true; })()`)
	w.l.Follow("form[action='/me/withdraw'] button.first")
	w.l.look("withdrawn")
	if got := w.e.record(code).Status; got != participant.Withdrawn {
		w.Errorf("the participant is %s", got)
	}
	w.e.at("2021-11-06 18:00")
	w.delivers()
	before := len(w.post.All())
	w.e.at("2021-12-20 12:00")
	w.delivers()
	for _, m := range w.post.All()[before:] {
		if m.To == w.address {
			w.Errorf("mailed after leaving: %s", m.Header.Get("Subject"))
		}
	}
}
