package web_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
	"rekindle/web"
	"rekindle/web/webtest"
)

// desked is a study with two coaches who have signed in, and coachees of the first.
type desked struct {
	*enrolling
	coaches  [2]coach.Code
	cookies  [2]map[string]string
	coachees []participant.Code
	roles    map[identity.Role]map[string]string
	booked   []session.Session // one of each coachee, on the days from August 12 on at ten
}

// atDesk makes n coachees who have chosen the first coach and booked their first session.
func atDesk(t testing.TB, n int) *desked {
	t.Helper()
	d := &desked{enrolling: enrol(t)}
	ctx := t.Context()
	var week []coach.Hours
	for day := time.Monday; day <= time.Friday; day++ {
		week = append(week, coach.Hours{Day: day, From: 9 * 60, To: 17 * 60})
	}
	for i := range d.coaches {
		code, err := d.RegisterCoach(ctx, office, conduct.NewCoach{Person: conduct.Person{Name: []string{"Dr. Ada Coach", "Dr. Ben Coach"}[i], Email: fmt.Sprintf("coach%d@hospital.example", i)}, Hours: week})
		succeed(t, err)
		for _, step := range d.Protocol.Coaching.Certification {
			succeed(t, d.CertifyCoach(ctx, office, code, coach.Step{Name: step, Done: time.Date(2021, 6, 1, 0, 0, 0, 0, time.UTC)}))
		}
		in, err := d.InviteCoach(ctx, identity.Actor{Name: "investigator", Role: identity.Owner}, code)
		succeed(t, err)
		d.coaches[i], d.cookies[i] = code, d.joined(in)
	}
	codes, links := d.invite(n)
	for i, code := range codes {
		d.come(links[i]).baseline()
		succeed(t, d.Unlock(ctx, office, code, "for the test"))
		succeed(t, d.ChooseCoach(ctx, identity.AsParticipant(code), code, d.coaches[0]))
		s, err := d.Book(ctx, identity.AsParticipant(code), conduct.Booking{Participant: code, Start: time.Date(2021, 8, 12, 10, 0, 0, 0, d.Protocol.Location()).AddDate(0, 0, 4*(i%2)+7*(i/2)), Mode: "phone"})
		succeed(t, err)
		d.booked = append(d.booked, s)
	}
	d.coachees = codes
	d.renew()
	return d
}

// others gives the cookies of somebody of another role.
func (d *desked) others(role identity.Role) map[string]string {
	d.Helper()
	if d.roles == nil {
		d.roles = map[identity.Role]map[string]string{}
	}
	if d.roles[role] == nil {
		d.roles[role] = d.staff(role)
	}
	return d.roles[role]
}

// renew signs the coaches in again: sign-ins end as the clock moves.
func (d *desked) renew() {
	d.Helper()
	for i, code := range d.coaches {
		var account string
		succeed(d, d.Store.Read(d.Context(), func(tx *store.Tx) error {
			a, err := tx.AccountOfCoach(d.Context(), string(code))
			account = a.Code
			return err
		}))
		in, err := d.ResetAccount(d.Context(), identity.Actor{Name: "investigator", Role: identity.Owner}, account)
		succeed(d, err)
		d.cookies[i] = d.joined(in)
	}
}

func (d *desked) get(path string) *webtest.Page {
	d.Helper()
	p := webtest.Do(d, d.handler, webtest.Scenario{Path: path, Cookie: d.cookies[0]})
	if p.Status != http.StatusOK {
		d.Fatalf("%s: status %d: %s", path, p.Status, p.Text(d, "main"))
	}
	return p
}

func (d *desked) send(path string, form url.Values, to string) {
	d.Helper()
	p := webtest.Do(d, d.handler, webtest.Scenario{Path: path, Form: form, Cookie: d.cookies[0]})
	if got := p.Header.Get("Location"); p.Status != http.StatusSeeOther || got != to {
		d.Fatalf("%s: status %d to %q, want %q: %s", path, p.Status, got, to, p.Text(d, "main"))
	}
}

// refused posts a form that is shown again with what was wrong, and what was typed.
func (d *desked) refused(path string, form url.Values, code int, part string) *webtest.Page {
	d.Helper()
	p := webtest.Do(d, d.handler, webtest.Scenario{Path: path, Form: form, Cookie: d.cookies[0]})
	if p.Status != code || !strings.Contains(p.Text(d, ".mistakes"), part) {
		d.Errorf("%s: status %d, want %d with %q: %s", path, p.Status, code, part, p.Text(d, "main"))
	}
	return p
}

func TestDesk(t *testing.T) {
	d := atDesk(t, 3)
	p := d.get("/desk")
	for _, part := range []string{"Four steps to begin", "Dr. Person 0", "Session 1 of 6", "10:00", "You have room for 3 more people"} {
		if !strings.Contains(p.Text(t, "main"), part) {
			t.Errorf("the desk does not say %q: %s", part, p.Text(t, "main"))
		}
	}
	webtest.Run(t, d.handler, []webtest.Scenario{
		{Name: "the other coach", Path: "/desk", Cookie: d.cookies[1], Sees: []string{"Nobody has chosen you yet", "Nothing is booked for today"}, Never: []string{"Dr. Person"}},
		{Name: "one's own coachee", Path: "/desk/person/" + string(d.coachees[0]), Cookie: d.cookies[0], Sees: []string{"Dr. Person 0", "p0@hospital.example", "Session 1 of 6", "Book session 2"}, Never: []string{"Dr. Person 1", "score", "arm"}},
		{Name: "another's coachee", Path: "/desk/person/" + string(d.coachees[0]), Cookie: d.cookies[1], Status: http.StatusNotFound, Never: []string{"Dr. Person"}},
		{Name: "another's session", Path: "/desk/session/" + d.booked[0].ID, Cookie: d.cookies[1], Status: http.StatusNotFound, Never: []string{"Dr. Person"}},
		{Name: "no session", Path: "/desk/session/none", Cookie: d.cookies[0], Status: http.StatusNotFound},
		{Name: "no code", Path: "/desk/person/none", Cookie: d.cookies[0], Status: http.StatusNotFound},
		{Name: "another's session is not held", Path: "/desk/session/" + d.booked[0].ID + "/cancel", Form: url.Values{}, Cookie: d.cookies[1], Status: http.StatusNotFound},
		{Name: "another's coachee is not booked", Path: "/desk/person/" + string(d.coachees[0]) + "/book", Form: url.Values{"date": {"2021-08-20"}, "clock": {"09:00"}}, Cookie: d.cookies[1], Status: http.StatusNotFound},
	})
}

// Every address of the desk, as everybody who is no coach: nothing of it is there.
// A session to which nobody knows the way says so, before it begins.
func TestTheWayToASessionIsNotLeftOpen(t *testing.T) {
	d := atDesk(t, 1)
	page := "/desk/session/" + d.booked[0].ID
	says := func(want string) {
		t.Helper()
		if text := d.get(page).Text(t, "main"); !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	says("Neither of you has given a telephone number")
	succeed(t, d.SetProfile(t.Context(), identity.AsCoach(d.coaches[0]), d.coaches[0], coach.Profile{Phone: "+1 617 555 0100"}))
	says("They see yours")
	me := identity.AsParticipant(d.coachees[0])
	_, err := d.Cancel(t.Context(), me, d.booked[0].ID)
	succeed(t, err)
	video, err := d.Book(t.Context(), me, conduct.Booking{Participant: d.coachees[0], Start: d.booked[0].Start, Mode: "video"})
	succeed(t, err)
	page = "/desk/session/" + video.ID
	says("given no video room")
	succeed(t, d.SetProfile(t.Context(), identity.AsCoach(d.coaches[0]), d.coaches[0], coach.Profile{Room: "https://video.example.org/room"}))
	if p := d.get(page); len(p.All(t, `a[href="https://video.example.org/room"]`)) != 1 || strings.Contains(p.Body, "given no video room") {
		t.Errorf("with a room: %s", p.Text(t, "main"))
	}
}

func TestDeskIsForCoachesAlone(t *testing.T) {
	d := atDesk(t, 1)
	fill := strings.NewReplacer("{id}", d.booked[0].ID, "{code}", string(d.coachees[0]), "{note}", "none")
	var scenarios []webtest.Scenario
	for pattern, verb := range (&web.Site{Conduct: d.Conduct}).Patterns() {
		method, path, _ := strings.Cut(fill.Replace(pattern), " ")
		if !strings.HasPrefix(path, "/desk") {
			continue
		}
		if granted := identity.Granted(verb); len(granted) != 1 || granted[0] != identity.Coach {
			t.Errorf("%s takes the permission %q of %v", pattern, verb, granted)
		}
		for _, role := range readers {
			scenarios = append(scenarios, webtest.Scenario{Name: string(role) + " " + pattern, Method: method, Path: path, Cookie: d.others(role), Status: http.StatusForbidden, Never: []string{"Dr. Person", "Dr. Ada"}})
		}
		visitor := webtest.Scenario{Name: "nobody " + pattern, Method: method, Path: path, Status: http.StatusForbidden, Never: []string{"Dr. Person", "Dr. Ada"}}
		if method == "GET" {
			visitor.Status = http.StatusSeeOther // to sign in
		}
		scenarios = append(scenarios, visitor)
	}
	if len(scenarios) < 100 {
		t.Errorf("%d scenarios", len(scenarios))
	}
	webtest.Run(t, d.handler, scenarios)
}

func TestCoachProfile(t *testing.T) {
	d := atDesk(t, 1)
	form := url.Values{"biography": {"I have been a hospitalist\r\nfor twenty years."}, "voice": {"Come as you are."}, "strengths": {"Workload"}, "languages": {"English, Español ,"},
		"pronouns": {"she/her"}, "mode": {"video"}, "phone": {"617-555-0100"}, "room": {"http://video.example.org/ada"}, "topic": {"golf"}}
	p := d.refused("/desk/profile", form, http.StatusUnprocessableEntity, "golf")
	if !strings.Contains(p.Text(t, "#biography"), "twenty years") || !strings.Contains(p.Text(t, ".mistakes"), "video room") {
		t.Errorf("what was typed is lost: %s", p.Text(t, "main"))
	}
	form.Set("room", "https://video.example.org/ada")
	form.Set("topic", themeOf(t, d))
	d.send("/desk/profile", form, "/desk/profile?kept")
	if p := d.get("/desk/profile?kept"); !strings.Contains(p.Text(t, "[role=status]"), "Kept") || webtest.Attribute(p.All(t, "#languages")[0], "value") != "English, Español" {
		t.Error(p.Text(t, "main"))
	}
	p = d.get("/desk/profile/preview")
	for part, shown := range map[string]bool{"Come as you are.": true, "English, Spanish": true, "she/her": true, "Video": true, "Phone": false, "617-555-0100": false, "video.example.org": false} {
		if strings.Contains(p.Text(t, "main"), part) != shown {
			t.Errorf("the preview and %q: %s", part, p.Text(t, "main"))
		}
	}
}

func themeOf(t testing.TB, d *desked) string {
	t.Helper()
	all, err := d.Themes()
	if err != nil || len(all) != 14 || all[0].Label == "" {
		t.Fatalf("%d themes, %v", len(all), err)
	}
	return all[0].Code
}

func TestCoachHours(t *testing.T) {
	d := atDesk(t, 1)
	week := url.Values{"zone": {"America/Chicago"}, "mon-from-1": {"09:00"}, "mon-to-1": {"12:30"}, "mon-from-2": {"20:00"}, "mon-to-2": {"00:00"}, "per_day": {"3"}, "per_week": {""}}
	wrong := url.Values{"zone": {"America/Chicago"}, "mon-from-1": {"12:00"}, "mon-to-1": {"09:00"}, "per_day": {"lots"}}
	if p := d.refused("/desk/hours", wrong, http.StatusUnprocessableEntity, "ends at 09:00"); len(p.All(t, `input[name=mon-from-1][value="12:00"]`)) != 1 || len(p.All(t, `input[name=per_day][value=lots]`)) != 1 {
		t.Error("what was typed is lost")
	}
	overlap := url.Values{"zone": {""}, "mon-from-1": {"09:00"}, "mon-to-1": {"12:00"}, "mon-from-2": {"11:00"}, "mon-to-2": {"13:00"}}
	d.refused("/desk/hours", overlap, http.StatusUnprocessableEntity, "overlaps")
	d.send("/desk/hours", week, "/desk/hours?kept=week")
	p := d.get("/desk/hours")
	for _, selector := range []string{`input[name=mon-to-1][value="12:30"]`, `input[name=mon-from-3]`, `input[name=mon-to-2][value="00:00"]`, `#per_day[value="3"]`, `option[selected]`} {
		if len(p.All(t, selector)) != 1 {
			t.Errorf("the page has no %s", selector)
		}
	}
	d.refused("/desk/hours/date", url.Values{"date": {"someday"}}, http.StatusUnprocessableEntity, "no date")
	d.refused("/desk/hours/date", url.Values{"date": {"2021-08-20"}, "date-from-1": {"nine"}, "date-to-1": {"12:00"}}, http.StatusUnprocessableEntity, "stretch")
	d.send("/desk/hours/date", url.Values{"date": {"2021-08-20"}, "date-from-1": {"07:00"}, "date-to-1": {"09:00"}, "date-from-2": {""}, "date-to-2": {""}}, "/desk/hours?kept=date#dates")
	d.send("/desk/hours/date", url.Values{"date": {"2021-09-06"}}, "/desk/hours?kept=date#dates")
	if text := d.get("/desk/hours").Text(t, "#dates"); !strings.Contains(text, "Friday, August 20, 2021 07:00 to 09:00") || !strings.Contains(text, "September 6, 2021 no hours") {
		t.Error(text)
	}
	d.send("/desk/hours/date", url.Values{"date": {"2021-09-06"}, "clear": {"yes"}}, "/desk/hours?kept=date#dates")
	if text := d.get("/desk/hours").Text(t, "#dates"); strings.Contains(text, "September 6") {
		t.Error(text)
	}

	d.refused("/desk/hours/leave", url.Values{"from": {"2021-08-20"}}, http.StatusUnprocessableEntity, "last day is missing")
	d.refused("/desk/hours/leave", url.Values{"from": {"2021-08-20"}, "until": {"2021-08-19"}}, http.StatusUnprocessableEntity, "before it begins")
	d.send("/desk/hours/leave", url.Values{"from": {"2021-08-12"}, "until": {"2021-08-12"}}, "/desk/hours?kept=moved#leave")
	p = d.get("/desk/hours?kept=moved")
	if text := p.Text(t, "main"); !strings.Contains(text, "Sessions in your leave") || !strings.Contains(text, "August 12 to August 12, 2021") {
		t.Error(text)
	}
	if !strings.Contains(d.get("/desk").Text(t, "main"), "In your leave") {
		t.Error("the desk does not tell of the session to be moved")
	}
	id := webtest.Attribute(p.All(t, "#leave input[name=from][type=hidden]")[0], "value")
	d.send("/desk/hours/leave/end", url.Values{"from": {id}}, "/desk/hours?kept=ended#leave")
}

func TestCoachClosesSessions(t *testing.T) {
	d := atDesk(t, 3)
	page := "/desk/session/" + d.booked[0].ID
	p := d.get(page)
	if text := p.Text(t, "main"); !strings.Contains(text, "To prepare") || !strings.Contains(text, "Rapport building") || strings.Contains(text, "How it went") {
		t.Error(text)
	}
	d.refused(page+"/hold", url.Values{"minutes": {"85"}}, http.StatusConflict, "not begun")
	d.refused(page+"/move", url.Values{"date": {"2021-08-16"}, "clock": {"10:30"}}, http.StatusConflict, "not available") // over another's
	d.refused(page+"/move", url.Values{"date": {"2021-08-16"}, "clock": {"ten"}}, http.StatusUnprocessableEntity, "no date and time")
	d.send(page+"/move", url.Values{"date": {"2021-08-12"}, "clock": {"18:30"}}, page+"?kept=moved")
	d.at("2021-08-12 20:30")
	d.renew()
	if text := d.get("/desk").Text(t, "main"); !strings.Contains(text, "To be closed") {
		t.Error(text)
	}
	p = d.refused(page+"/hold", url.Values{"minutes": {"900"}, "step": {"Introductions"}, "theme": {themeOf(t, d)}}, http.StatusUnprocessableEntity, "900 minutes")
	if len(p.All(t, `input[name=step][checked]`)) != 1 || len(p.All(t, `input[name=theme][checked]`)) != 1 || len(p.All(t, `#minutes[value="900"]`)) != 1 {
		t.Error("what was typed is lost")
	}
	d.send(page+"/hold", url.Values{"minutes": {"85"}, "step": {"Introductions"}, "theme": {themeOf(t, d)}}, page+"?kept=held")
	d.refused(page+"/correct", url.Values{"minutes": {"80"}}, http.StatusUnprocessableEntity, "reason is missing")
	d.send(page+"/correct", url.Values{"minutes": {"80"}, "reason": {"counted twice"}}, page+"?kept=corrected")
	if text := d.get(page).Text(t, "main"); !strings.Contains(text, "80 minutes") || !strings.Contains(text, "Introductions") {
		t.Error(text)
	}
	d.refused(page+"/reopen", url.Values{}, http.StatusUnprocessableEntity, "reason is missing")
	d.send(page+"/reopen", url.Values{"reason": {"the wrong person"}}, page+"?kept=reopened")
	if text := d.get(page).Text(t, "main"); !strings.Contains(text, "How it went") || strings.Contains(text, "Outcome") {
		t.Error(text)
	}
	d.send(page+"/hold", url.Values{"minutes": {"80"}}, page+"?kept=held")
	d.at("2021-08-16 09:00")
	d.renew()
	cancel := "/desk/session/" + d.booked[1].ID
	if text := d.get(cancel).Text(t, "main"); !strings.Contains(text, "late cancellation by you") {
		t.Error(text)
	}
	d.send(cancel+"/cancel", url.Values{}, cancel+"?kept=cancelled")
	person := "/desk/person/" + string(d.coachees[1])
	d.refused(person+"/book", url.Values{"start": {"noon"}}, http.StatusUnprocessableEntity, "no time")
	d.refused(person+"/book", url.Values{"start": {"other"}, "date": {"2021-08-19"}, "clock": {"10:00"}, "mode": {"video"}}, http.StatusConflict, "not available")
	first := webtest.Attribute(d.get(person).All(t, "input[name=start]")[0], "value")
	p = webtest.Do(t, d.handler, webtest.Scenario{Path: person + "/book", Form: url.Values{"start": {first}, "mode": {"video"}}, Cookie: d.cookies[0]})
	if p.Status != http.StatusSeeOther || !strings.HasSuffix(p.Header.Get("Location"), "?kept=booked") {
		t.Errorf("booked: %d, %s", p.Status, p.Text(t, "main"))
	}
	d.at("2021-08-19 12:00")
	d.renew()
	missed := "/desk/session/" + d.booked[2].ID
	d.refused(missed+"/miss", url.Values{"side": {"nobody"}}, http.StatusUnprocessableEntity, "no side")
	d.send(missed+"/miss", url.Values{"side": {"participant"}}, missed+"?kept=missed")
	if text := d.get("/desk/person/"+string(d.coachees[2])).Text(t, "main"); !strings.Contains(text, "Did not come") {
		t.Error(text)
	}
	if p = d.get(missed); len(p.All(t, `a[href="/desk/person/`+string(d.coachees[2])+`#book"]`)) != 1 {
		t.Errorf("nothing leads to the next session: %s", p.Text(t, "main"))
	}
	if p = d.get(cancel); strings.Contains(p.Text(t, "main"), "No next session") { // one is booked
		t.Error(p.Text(t, "main"))
	}

	// After the lock the page says that the record stays, and has no form that would be refused.
	succeed(t, d.Store.Write(t.Context(), func(tx *store.Tx) error { return tx.LockStudy(t.Context(), "for the test") }))
	for _, at := range []string{page, missed} {
		if p = d.get(at); len(p.All(t, "details.desk-correct")) != 0 || !strings.Contains(p.Text(t, "main"), "were locked on") {
			t.Errorf("after the lock: %s", p.Text(t, "main"))
		}
	}
}

// upload sends a file as a form does, and gives the reply.
func (d *desked) upload(file []byte, crop string) *webtest.Page {
	d.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	succeed(d, form.WriteField("crop", crop))
	part, err := form.CreateFormFile("photo", "me.jpg")
	succeed(d, err)
	_, err = part.Write(file)
	succeed(d, err)
	succeed(d, form.Close())
	r := httptest.NewRequestWithContext(d.Context(), http.MethodPost, "/desk/photo", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	for name, value := range d.cookies[0] {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return &webtest.Page{Status: w.Code, Header: w.Header(), Body: w.Body.String()}
}

func TestCoachPhoto(t *testing.T) {
	d := atDesk(t, 2)
	small := "/coach-photo/" + string(d.coaches[0]) + "/small"
	if p := d.get(small); p.Header.Get("Content-Type") != "image/svg+xml" || p.Header.Get("Cache-Control") != "private, max-age=300" {
		t.Errorf("what is drawn: %v", p.Header)
	}
	for name, file := range map[string][]byte{
		"SVG": []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "no picture": []byte("GIF89a"), "no photo": nil, "more than 10 MB": make([]byte, 11<<20),
	} {
		if p := d.upload(file, "centre"); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, name) {
			t.Errorf("%s: status %d", name, p.Status)
		}
	}
	var photo bytes.Buffer
	succeed(t, jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 300, 500)), nil))
	if p := d.upload(photo.Bytes(), "top"); p.Status != http.StatusSeeOther {
		t.Fatalf("status %d: %s", p.Status, p.Body)
	}
	var later *visitor // enrolled, and coaching is not open to them
	for i := 0; later == nil; i++ {
		codes, err := d.AddRoster(t.Context(), office, []conduct.Person{{Name: "Dr. Later", Email: fmt.Sprintf("later%d@hospital.example", i)}})
		succeed(t, err)
		succeed(t, d.SendLink(t.Context(), office, codes[0]))
		v := d.come(d.link(codes[0]))
		v.baseline()
		if d.record(codes[0]).UnlockedAt == nil {
			later = v
		}
	}
	hers := d.come(d.link(d.coachees[0]))
	scenarios := []webtest.Scenario{
		{Name: "the coach", Path: small, Cookie: d.cookies[0]},
		{Name: "another coach", Path: small, Cookie: d.cookies[1], Status: http.StatusNotFound},
		{Name: "a coachee", Path: small, Cookie: hers.cookies},
		{Name: "whoever may choose", Path: "/coach-photo/" + string(d.coaches[1]) + "/large", Cookie: hers.cookies},
		{Name: "the coordinator", Path: strings.Replace(small, "small", "large", 1), Cookie: d.others(identity.Coordinator)},
		{Name: "leadership", Path: small, Cookie: d.others(identity.Leadership), Status: http.StatusNotFound},
		{Name: "the owner", Path: small, Cookie: d.others(identity.Owner)},
		{Name: "a visitor", Path: small, Status: http.StatusForbidden},
		{Name: "before coaching is open", Path: small, Cookie: later.cookies, Status: http.StatusNotFound},
		{Name: "no size", Path: strings.Replace(small, "small", "huge", 1), Cookie: d.cookies[0], Status: http.StatusNotFound},
		{Name: "no coach", Path: "/coach-photo/NOPE-NOPE/small", Cookie: d.others(identity.Coordinator), Status: http.StatusNotFound},
	}
	webtest.Run(t, d.handler, scenarios)
	if p := d.get(small); p.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("the photo is %v", p.Header)
	}
	d.send("/desk/photo/remove", url.Values{}, "/desk/profile?kept")
	if p := d.get(small); p.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("a photo that was removed: %v", p.Header)
	}
}

func TestCoachNotes(t *testing.T) {
	d := atDesk(t, 1)
	person, session := "/desk/person/"+string(d.coachees[0]), "/desk/session/"+d.booked[0].ID
	if text := d.get(person).Text(t, "#notes"); !strings.Contains(text, "Set up private notes") {
		t.Error(text)
	}
	d.refused(person+"/note", url.Values{"note": {"Too early."}}, http.StatusConflict, "no passphrase yet")
	const words = "heron lantern quarry"
	key := url.Values{"next": {words}, "again": {words}, "to": {person}}
	d.refused("/desk/notes/key", key, http.StatusUnprocessableEntity, "nobody can restore")
	key.Set("understood", "yes")
	key.Set("again", "another")
	d.refused("/desk/notes/key", key, http.StatusUnprocessableEntity, "not the same")
	key.Set("again", words)
	p := webtest.Do(t, d.handler, webtest.Scenario{Path: "/desk/notes/key", Form: key, Cookie: d.cookies[0]})
	code := p.Text(t, ".desk-code")
	if p.Status != http.StatusOK || len(code) != 29 || len(p.All(t, `a.first[href="`+person+`"]`)) != 1 {
		t.Fatalf("status %d, code %q: %s", p.Status, code, p.Text(t, "main"))
	}
	const confided = "She thinks of leaving in spring."
	if p := d.refused(person+"/note", url.Values{"note": {strings.Repeat("x", 10_001)}}, http.StatusUnprocessableEntity, "10001 characters"); !strings.Contains(p.Text(t, "#note"), "xxx") {
		t.Error("what was typed is lost")
	}
	d.send(person+"/note", url.Values{"note": {confided}, "session": {d.booked[0].ID}}, session+"?kept=note#notes")
	for _, page := range []string{person, session} {
		if text := d.get(page).Text(t, "#notes"); !strings.Contains(text, "1 note is locked") || strings.Contains(text, confided) {
			t.Errorf("%s: %s", page, text)
		}
	}
	d.refused("/desk/notes/unlock", url.Values{"passphrase": {"something else"}, "to": {person}}, http.StatusUnprocessableEntity, "not the passphrase")
	p = webtest.Do(t, d.handler, webtest.Scenario{Path: "/desk/notes/unlock", Form: url.Values{"passphrase": {words}, "to": {"https://elsewhere.example.org/desk/person"}}, Cookie: d.cookies[0]})
	cookie := p.Header.Get("Set-Cookie")
	for _, part := range []string{"rekindle_notes=", "HttpOnly", "Secure", "SameSite=Strict", "Path=/desk"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %q has no %s", cookie, part)
		}
	}
	if p.Header.Get("Location") != "/desk/notes" {
		t.Errorf("led to %q", p.Header.Get("Location"))
	}
	secret, _, _ := strings.Cut(strings.TrimPrefix(cookie, "rekindle_notes="), ";")
	d.cookies[0]["rekindle_notes"] = secret
	for _, page := range []string{person, session} {
		if text := d.get(page).Text(t, "#notes"); !strings.Contains(text, confided) {
			t.Errorf("%s: %s", page, text)
		}
	}

	// The secret of the browser is of no use to anybody else: each other role, and the other coach, see nothing of it.
	d.cookies[1]["rekindle_notes"] = secret
	scenarios := []webtest.Scenario{
		{Name: "the other coach", Path: person, Cookie: d.cookies[1], Status: http.StatusNotFound, Never: []string{confided}},
		{Name: "the other coach's session", Path: session, Cookie: d.cookies[1], Status: http.StatusNotFound, Never: []string{confided}},
		{Name: "the other coach's notes", Path: "/desk/notes", Cookie: d.cookies[1], Sees: []string{"Set the passphrase"}, Never: []string{confided}},
	}
	for _, role := range readers {
		cookies := d.others(role)
		cookies["rekindle_notes"] = secret
		for _, page := range []string{person, session, "/desk/notes"} {
			scenarios = append(scenarios, webtest.Scenario{Name: string(role) + " " + page, Path: page, Cookie: cookies, Status: http.StatusForbidden, Never: []string{confided, "note is"}})
		}
	}
	webtest.Run(t, d.handler, scenarios)

	id := strings.Split(strings.SplitAfter(d.get(person).Body, "/desk/note/")[1], "/")[0]
	d.send("/desk/note/"+id+"/delete", url.Values{"to": {person}}, person+"?kept=gone#notes")
	d.send("/desk/notes/lock", url.Values{"to": {person}}, person)
	d.refused("/desk/notes/change", url.Values{"recovery": {"AAAAA"}, "next": {"orchard violin tide"}, "again": {"orchard violin tide"}}, http.StatusUnprocessableEntity, "not the recovery code")
	p = webtest.Do(t, d.handler, webtest.Scenario{Path: "/desk/notes/change", Form: url.Values{"recovery": {code}, "next": {"orchard violin tide"}, "again": {"orchard violin tide"}}, Cookie: d.cookies[0]})
	if again := p.Text(t, ".desk-code"); p.Status != http.StatusOK || again == code || again == "" {
		t.Errorf("status %d, code %q", p.Status, again)
	}
}
