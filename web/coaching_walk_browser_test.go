package web_test

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"rekindle/platform/identity"
	"rekindle/platform/mail/mailtest"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
	"rekindle/trial/study"
	"rekindle/web/webtest"
)

// What the people of a coaching walk write, so that it can be looked for where it must not be.
const (
	vision   = "I leave work with something left for my family."
	confided = "Thinks of leaving in spring; ask again."
	ownWords = "heron lantern quarry"
	payee    = "ada.lovell@hospital.example"
)

// coachingWalk is everybody's way through a coaching, each in a browser of their own, with the mail that a server really took.
type coachingWalk struct {
	walk                           // in the participant's browser
	office, coach, finance *looker // the others'
	secret                 string  // of the coach's authenticator app
	k                      coach.Code
	me, theirs             participant.Code // of the coaching arm, of the control arm
	desk                   *visitor         // the coach, where no picture is needed
	taken                  int              // messages of the mail server that were read
	uid, sequence          map[string]string
}

// A coach comes by a mail, is certified and chosen; six sessions are planned in one go, one is moved, one given up, one held and one
// missed; what calendars were sent is valid; finance pays for it; and nobody reads what is another's. On both screens, with scripts and
// without.
func TestCoachingFromInvitationToPay(t *testing.T) {
	t.Parallel()
	for _, how := range []struct {
		screen  webtest.Screen
		scripts bool
	}{{webtest.Phone, true}, {webtest.Desktop, false}} {
		t.Run(how.screen.Name, func(t *testing.T) {
			e := enrol(t, func(p *study.Protocol) { p.Cost.NoShowShare = 0.5 })
			server := httptest.NewServer(e.handler)
			t.Cleanup(server.Close)
			e.BaseURL = server.URL
			w := &coachingWalk{walk: walk{T: t, e: e, post: mailtest.New(t)}, uid: map[string]string{}, sequence: map[string]string{}}
			w.address = payee
			n := 0
			browser := func(who string) *looker {
				l := &looker{Tab: webtest.Open(t, server.URL, how.screen), screen: how.screen.Name + "-walk-" + who, n: n}
				if n += 20; !how.scripts {
					l.Unscripted()
				}
				return l
			}
			_, _, w.me, w.theirs = e.allocated()
			w.office, w.coach, w.l, w.finance = browser("office"), browser("coach"), browser("participant"), browser("finance")
			w.registers()
			w.joins()
			w.certifies()
			w.plans()
			w.moves()
			w.holds()
			w.agrees()
			w.misses()
			w.pays()
			w.isNobodyElses()
		})
	}
}

// in has the next steps happen in somebody's browser.
func (w *coachingWalk) in(l *looker) *walk {
	own := w.walk
	own.l = l
	return &own
}

// signs gives a browser the cookies of somebody of the staff: sign-ins end as the clock moves.
func (w *coachingWalk) signs(l *looker, role identity.Role) map[string]string {
	w.Helper()
	cookies := w.e.staff(role)
	for name, value := range cookies {
		l.Keep(name, value)
	}
	return cookies
}

// registers enters a coach, who is mailed a link.
func (w *coachingWalk) registers() {
	w.Helper()
	w.signs(w.office, identity.Coordinator)
	w.office.Goto("/coaches")
	w.office.look("coaches-none")
	w.office.fill("#name", "Ada Lovell", "#email", payee)
	w.office.Follow(".coach-form button.first")
	w.in(w.office).says("Ada Lovell", "The coach is registered and invited", "Not certified", "Invited")
	w.k = coach.Code(strings.TrimPrefix(webtest.Evaluate[string](w.office.Tab, "location.pathname"), "/coaches/"))
	w.office.look("coach-new")
}

var joinLink = regexp.MustCompile(`http://[0-9.:]+(/s/[a-z2-7]{26})`)

// joins follows the link as the coach: how to sign in, a photo, the profile, the hours.
func (w *coachingWalk) joins() {
	w.Helper()
	w.delivers()
	text, _ := w.mailed("Your invitation to")
	l, c := w.coach, w.in(w.coach)
	l.Goto(joinLink.FindStringSubmatch(text)[1])
	l.Follow("main form button")
	l.Follow(`a[href="/account/password"]`)
	l.fill("#password", phrase, "#again", phrase)
	l.Follow("main form button.first")
	l.Follow(`a[href="/account/app"]`)
	l.Follow("main form button.first")
	w.secret = strings.ReplaceAll(webtest.Evaluate[string](l.Tab, `document.querySelector(".account-secret").textContent`), " ", "")
	l.fill("#code", w.e.digits(w.secret))
	l.Follow("main form button.first")
	l.Follow("main form button.first")
	c.is("/desk")
	l.look("desk-new")

	l.Goto("/desk/profile")
	picture := image.NewRGBA(image.Rect(0, 0, 240, 320))
	for y := range 320 {
		for x := range 240 {
			picture.Set(x, y, color.RGBA{uint8(x), uint8(120 + y/4), 160, 255})
		}
	}
	var photo bytes.Buffer
	succeed(w, jpeg.Encode(&photo, picture, nil))
	webtest.Evaluate[bool](l.Tab, `(() => { const bytes = Uint8Array.from(atob("`+base64.StdEncoding.EncodeToString(photo.Bytes())+`"), c => c.charCodeAt(0));
		const held = new DataTransfer(); held.items.add(new File([bytes], "me.jpg", {type: "image/jpeg"})); document.querySelector("#file").files = held.files; return true; })()`)
	l.Follow("form[action='/desk/photo'] button")
	c.says("Remove the photo")
	l.fill("#biography", "I have been a hospitalist for twenty years.", "#voice", "Come as you are.", "#strengths", "Charting at night, the next step.", "#languages", "English", "#phone", "617-555-0100", "#room", "https://video.example.org/ada")
	webtest.Evaluate[bool](l.Tab, `(() => { for (const box of document.querySelectorAll("input[name=mode]")) box.checked = true; document.querySelector("input[name=topic]").checked = true; return true; })()`)
	l.Follow("form[action='/desk/profile'] button.first")
	c.says("Kept.")
	l.look("profile")
	l.Goto("/desk/hours")
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri"} {
		l.fill("[name="+day+"-from-1]", "09:00", "[name="+day+"-to-1]", "17:00")
	}
	l.Follow("form[action='/desk/hours'] button.first")
	c.is("/desk/hours")
	l.look("hours")
}

// certifies files both steps; only then may anybody choose the coach.
func (w *coachingWalk) certifies() {
	w.Helper()
	for _, step := range w.e.Protocol.Coaching.Certification {
		w.office.Goto("/coaches/" + string(w.k))
		w.in(w.office).says("Not certified")
		w.office.Choose("#certify-step", step)
		w.office.fill("#certify-on", "2021-08-02")
		w.office.Follow(`form[action$="/certify"] button`)
	}
	w.in(w.office).says("The step is filed.", "May be chosen")
	w.office.look("coach-certified")
}

// plans chooses the coach and plans all six sessions at once.
func (w *coachingWalk) plans() {
	w.Helper()
	w.l.Goto(w.e.link(w.me))
	w.l.Follow("form button")
	w.l.Follow(".next a.first")
	w.is("/me/coach")
	w.says("Ada Lovell", "Come as you are.")
	eventually(w.T, w.l.Tab, `document.querySelector(".coaching-face").naturalWidth >= 72`) // pictures load by themselves
	w.l.look("coaches")
	w.l.Follow(".coaching-cards form button")
	w.is("/me/sessions/plan")
	w.l.Follow("form[method=post] .first")
	w.is("/me/sessions")
	w.l.look("sessions")
	if n := len(w.e.sessions(w.me)); n != 6 {
		w.Fatalf("%d sessions", n)
	}
	w.told(6, "REQUEST", "")
}

// told reads what calendars were sent since it was asked last: n appointments, each to both sides, each with the UID that the session
// has had from the start and a SEQUENCE that has risen.
func (w *coachingWalk) told(n int, method, id string) {
	w.Helper()
	w.e.pass(time.Minute)
	w.delivers()
	mails := w.post.Invitations(w, w.taken)
	w.taken = len(w.post.All())
	if len(mails) != 2*n {
		w.Fatalf("%d calendar mails, want %d", len(mails), 2*n)
	}
	for _, m := range mails {
		uid := m.Prop("UID")
		of, _, _ := strings.Cut(uid, "@")
		key := m.To + of
		now, err := strconv.Atoi(m.Prop("SEQUENCE"))
		succeed(w, err)
		before, known := w.sequence[key]
		if then, _ := strconv.Atoi(before); known && (now <= then || w.uid[key] != uid) || known != (id != "") || id != "" && of != id || m.Method != method {
			w.Errorf("to %s: %s of %s, SEQUENCE:%d after %q, want %s of %s", m.To, m.Method, uid, now, before, method, id)
		}
		w.uid[key], w.sequence[key] = uid, strconv.Itoa(now)
		for _, never := range []string{"Ada Lovell", "Dr. Person", w.e.Protocol.Title, "oaching", string(w.me), "/p/"} {
			if strings.Contains(m.Prop("SUMMARY")+m.Prop("DESCRIPTION")+m.Prop("LOCATION")+m.Subject, never) {
				w.Errorf("an appointment to %s tells %q: %v", m.To, never, m.Event.Props)
			}
		}
	}
}

// moves moves the second session, and gives the last one up.
func (w *coachingWalk) moves() {
	w.Helper()
	all := w.e.sessions(w.me)
	w.l.Follow(`li:nth-child(2) a[href$="/move"]`)
	w.l.Follow(".coaching-day button:nth-of-type(3)")
	w.is("/me/sessions")
	moved := w.e.sessions(w.me)
	if moved[1].ID != all[1].ID || moved[1].Start.Equal(all[1].Start) || len(moved) != 6 {
		w.Fatalf("the second session was %v, is %v", all[1], moved[1])
	}
	w.told(1, "REQUEST", all[1].ID)
	w.l.Follow(`li:last-child a[href$="/cancel"]`)
	w.l.Follow("form .first")
	w.is("/me/sessions")
	w.told(1, "CANCEL", all[5].ID)
}

// until goes on to some time after a session has begun, and has the coach sign in.
func (w *coachingWalk) until(s session.Session, after time.Duration) {
	w.Helper()
	w.e.at(s.Start.Add(after).In(w.e.Protocol.Location()).Format("2006-01-02 15:04"))
	w.delivers()
	w.taken = len(w.post.All())
	w.desk = w.e.browser()
	w.desk.send("/sign-in", url.Values{"email": {payee}, "password": {phrase}}, "/sign-in/code")
	w.desk.send("/sign-in/code", url.Values{"code": {w.e.digits(w.secret)}}, "/desk")
	for name, value := range w.desk.cookies {
		w.coach.Keep(name, value)
	}
	w.coach.Goto("/desk")
}

// holds closes the first session: minutes, steps, themes, and a note that only the coach reads.
func (w *coachingWalk) holds() {
	w.Helper()
	first := w.e.sessions(w.me)[0]
	w.until(first, 95*time.Minute)
	l, c := w.coach, w.in(w.coach)
	l.look("desk")
	page := "/desk/session/" + first.ID
	l.Follow(`a[href="` + page + `"]`)
	l.Follow(`a[href^="/desk/notes?to="]`)
	l.fill("#next", ownWords, "#again", ownWords)
	webtest.Evaluate[bool](l.Tab, `document.querySelector("[name=understood]").checked = true`)
	l.Follow("form[action='/desk/notes/key'] button.first")
	l.Follow("main a.first")
	c.is(page)
	webtest.Evaluate[bool](l.Tab, `(() => { for (const box of document.querySelectorAll("input[name=step]")) box.checked = true;
		for (const box of [...document.querySelectorAll("input[name=theme]")].slice(0, 2)) box.checked = true; return true; })()`)
	l.fill("#minutes", "85", "#note", confided)
	l.look("session")
	l.Follow("#hold button.first")
	c.says("Closed as held.", "85 minutes", "Rapport building")
	if seen := webtest.Evaluate[string](l.Tab, "document.body.innerText"); strings.Contains(seen, confided) {
		w.Error("a note is shown before it is unlocked")
	}
	l.fill("#passphrase", ownWords)
	l.Follow("form[action='/desk/notes/unlock'] button")
	c.is(page)
	c.says(confided)
	l.look("session-held")
}

// agrees has the participant rate the session, and write a vision, a goal and what is for this week.
func (w *coachingWalk) agrees() {
	w.Helper()
	w.l.Goto(w.e.link(w.me))
	w.l.Follow("form button")
	w.l.Goto("/me/sessions")
	w.l.Follow(`a[href$="/rate"]`)
	webtest.Evaluate[bool](w.l.Tab, `(() => { for (const q of document.querySelectorAll("[role=radiogroup]")) q.querySelector("label:last-child input").checked = true; return true; })()`)
	w.l.Follow("main form button.first")
	w.is("/me/sessions")
	w.l.Goto("/me/plan")
	w.l.fill("#vision-text", vision)
	w.l.Follow("form[action='/me/plan/vision'] button")
	w.l.Follow(`a[href="/me/plan/goal/new"]`)
	w.l.fill("#text", "Leave by six on three days a week")
	for i, words := range []string{"never", "one day", "two days", "three days", "four days"} {
		w.l.fill(fmt.Sprintf("#level%d", i-2), words)
	}
	w.l.Follow("main form .first")
	w.is("/me/plan")
	w.l.fill("#weekly", "Leave by six on Tuesday")
	w.l.Follow(".coaching-add button")
	webtest.Evaluate[bool](w.l.Tab, `document.querySelector("input[name=level][value='-1']").checked = true`)
	w.l.Follow("form[action$='/rate'] button")
	w.says(vision, "Leave by six on Tuesday", "Leave by six on three days a week")
	w.l.look("plan")
}

// misses has the participant not come to the second session. The coach has the plan there, and no score.
func (w *coachingWalk) misses() {
	w.Helper()
	second := w.e.sessions(w.me)[1]
	w.until(second, 30*time.Minute)
	l, c := w.coach, w.in(w.coach)
	l.Goto("/desk/session/" + second.ID)
	c.says(vision, "Leave by six on three days a week")
	l.Follow("button[name=side][value=participant]")
	c.says("Closed.", "Did not come")
	l.Goto("/desk/person/" + string(w.me))
	c.says("Did not come", "1 note is locked") // it was unlocked for two hours, eleven days ago
	l.look("person")
	for _, path := range []string{"/desk", "/desk/alliance", "/desk/person/" + string(w.me), "/desk/session/" + second.ID} {
		l.Goto(path)
		seen := webtest.Evaluate[string](l.Tab, `document.querySelector("main").outerHTML`)
		for _, never := range []string{"urnout", "xhaustion", "ork engagement", "uality of life", "PFI", "arm", "baseline"} {
			if strings.Contains(seen, never) {
				w.Errorf("%s tells the coach of %q", path, never)
			}
		}
	}
}

// pays has finance approve the month and take it along as CSV and XLSX.
func (w *coachingWalk) pays() {
	w.Helper()
	w.e.at("2021-09-02 10:00")
	own := w.signs(w.finance, identity.Finance)
	l, f := w.finance, w.in(w.finance)
	l.Goto("/pay")
	l.look("pay")
	l.Follow(`a[href="/pay/2021-08"]`)
	// 85 minutes held and half of 60 missed, at $200 an hour, and the stipend.
	f.says("Ada Lovell", "1 h 55 min", "USD 2,883.33", "USD 2,500.00 for training and certification")
	l.look("pay-month")
	l.Follow("form[action='/pay/2021-08/approve'] button.first")
	f.says("Nothing changes this sheet")
	v := &visitor{w.e, own}
	file := v.get("/pay/2021-08/sheet.csv").Body
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	succeed(w, err)
	book, err := excelize.OpenReader(strings.NewReader(v.get("/pay/2021-08/sheet.xlsx").Body))
	succeed(w, err)
	cells, err := book.GetRows("2021-08", excelize.Options{RawCellValue: true})
	succeed(w, err)
	succeed(w, book.Close())
	if len(rows) != 2 || len(cells) != 2 {
		w.Fatalf("%d rows in CSV, %d in XLSX", len(rows), len(cells))
	}
	for column, want := range map[string]float64{"sessions_held": 1, "minutes_held": 85, "missed_paid": 1, "minutes_missed": 30, "hourly_rate": 200, "milestones": 2500, "amount": 2883.33} {
		for i, name := range rows[0] {
			if name != column {
				continue
			}
			for _, text := range []string{rows[1][i], cells[1][i]} {
				if got, err := strconv.ParseFloat(text, 64); err != nil || got != want {
					w.Errorf("%s is %q, want %v", column, text, want)
				}
			}
		}
	}
	for _, never := range append([]string{string(w.me), "Dr. Person", "@hospital.example"}, w.e.sessions(w.me)[0].ID) {
		if seen := v.get("/pay/2021-08").Text(w, "main"); strings.Contains(file+fmt.Sprint(cells)+seen, never) {
			w.Errorf("the pay sheet tells %q", never)
		}
	}
}

// isNobodyElses knocks at the same addresses as the control arm, to whom they do not exist, and as the office, which cannot open notes.
func (w *coachingWalk) isNobodyElses() {
	w.Helper()
	w.until(w.e.sessions(w.me)[2], -time.Hour)
	id := w.e.sessions(w.me)[2].ID
	control := w.e.come(w.e.link(w.theirs))
	for path, form := range addresses(w.k) {
		path = strings.ReplaceAll(path, strings.Repeat("a", 26), id)
		p := control.do(webtest.Scenario{Path: path, Form: form})
		if p.Status != http.StatusNotFound || strings.Contains(p.Body, "Lovell") {
			w.Errorf("the control arm finds %s: status %d", path, p.Status)
		}
	}
	office := &visitor{w.e, w.e.staff(identity.Coordinator)}
	for path, form := range map[string]url.Values{
		"/desk/notes": nil, "/desk/session/" + id: nil, "/desk/person/" + string(w.me): nil,
		"/desk/notes/unlock": {"passphrase": {ownWords}}, "/desk/notes/change": {"passphrase": {ownWords}, "next": {phrase}, "again": {phrase}},
	} {
		if p := office.do(webtest.Scenario{Path: path, Form: form}); p.Status != http.StatusForbidden {
			w.Errorf("the coordinator opens %s: status %d", path, p.Status)
		}
	}
	for _, path := range []string{"/people/" + string(w.me), "/people/" + string(w.me) + "/messages", "/coaches/" + string(w.k), "/calls", "/board"} {
		p := office.get(path)
		for _, never := range []string{confided, vision} {
			if strings.Contains(p.Body, never) {
				w.Errorf("%s tells the coordinator %q", path, never)
			}
		}
	}
	mine := w.e.come(w.e.link(w.me))
	if p := mine.get("/me/data"); strings.Contains(p.Body, confided) || !strings.Contains(p.Body, vision) {
		w.Error("the own data has the coach's note, or not the vision")
	}
	for _, path := range []string{"/people", "/summary", "/report", "/tables", "/pay", "/coaches", "/calls"} {
		if p := w.desk.do(webtest.Scenario{Path: path}); p.Status != http.StatusForbidden {
			w.Errorf("the coach opens %s: status %d", path, p.Status)
		}
	}
}
