package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/web/webtest"
)

// worked is a study in which one coach has held two sessions in August; the clock stands in September.
func worked(t *testing.T) (e *enrolling, with coach.Code, code participant.Code, id string) {
	e = enrol(t)
	codes, links := e.invite(6)
	e.at("2021-08-09 10:00")
	week := []coach.Hours{}
	for d := time.Monday; d <= time.Friday; d++ {
		week = append(week, coach.Hours{Day: d, From: 9 * 60, To: 17 * 60})
	}
	with, err := e.RegisterCoach(t.Context(), office, conduct.NewCoach{Person: conduct.Person{Name: "Ash Coach", Email: "ash@hospital.example"}, Hours: week})
	succeed(t, err)
	for _, step := range e.Protocol.Coaching.Certification {
		succeed(t, e.CertifyCoach(t.Context(), office, with, coach.Step{Name: step, Done: time.Date(2021, 8, 2, 16, 0, 0, 0, time.UTC)}))
	}
	for i, link := range links {
		e.come(link).baseline()
		if e.arm(codes[i]) == "coaching" {
			code = codes[i]
			break
		}
	}
	me := identity.AsParticipant(code)
	succeed(t, e.ChooseCoach(t.Context(), me, code, with))
	for _, minutes := range []int{90, 50} {
		free, err := e.Free(t.Context(), me, code, e.now.AddDate(0, 0, 2), e.now.AddDate(0, 0, 9), 1)
		succeed(t, err)
		s, err := e.Book(t.Context(), me, conduct.Booking{Participant: code, Start: free[0], Mode: "video"})
		succeed(t, err)
		e.at(s.End().In(e.Protocol.Location()).Format("2006-01-02 15:04"))
		_, err = e.Hold(t.Context(), identity.AsCoach(with), s.ID, conduct.Held{Minutes: minutes})
		succeed(t, err)
		id = s.ID
	}
	e.at("2021-09-02 10:00")
	return e, with, code, id
}

func TestPayIsApproved(t *testing.T) {
	e, with, code, id := worked(t)
	by := e.staff(identity.Finance)
	never := []string{string(code), id, "Dr. Person", "Aug 1", "August 1"}
	sheet, err := e.PaySheet(t.Context(), identity.Actor{Name: "finance", Role: identity.Finance}, "2021-08")
	succeed(t, err)
	webtest.Run(t, e.handler, []webtest.Scenario{
		{Name: "months", Path: "/pay", Cookie: by, Sees: []string{"USD 200.00 an hour", "August 2021", "1 coach, 2 h 20 min", "To be approved", "USD", "2,966.67", "September 2021", "Approved in all", "Not approved yet"}, Never: never},
		{Name: "month", Path: "/pay/2021-08", Cookie: by, Sees: []string{"Ash Coach", string(with), "USD 2,500.00 for training and certification", "Approve USD 2,966.67"}, Never: never},
		{Name: "no month", Path: "/pay/august", Cookie: by, Status: http.StatusNotFound},
		{Name: "another century", Path: "/pay/1999-01", Cookie: by, Status: http.StatusNotFound},
		{Name: "no file", Path: "/pay/2021-08/sheet.pdf", Cookie: by, Status: http.StatusNotFound},
		{Name: "as CSV", Path: "/pay/2021-08/sheet.csv", Cookie: by, Sees: []string{"2021-08," + string(with) + ",Ash Coach,2,140,0,0,0,2.3333,200.00,2500.00,2966.67,USD,draft," + sheet.Digest}, Never: never},
		{Name: "as XLSX", Path: "/pay/2021-08/sheet.xlsx", Cookie: by, Never: never},
		{Name: "something else", Path: "/pay/2021-08/approve", Cookie: by, Form: url.Values{"digest": {"0"}}, Status: http.StatusConflict, Sees: []string{"changed since you looked"}},
		{Name: "not over", Path: "/pay/2021-09/approve", Cookie: by, Form: url.Values{"digest": {"0"}}, Status: http.StatusConflict, Sees: []string{"September 2021 is not over yet"}},
		{Name: "approved", Path: "/pay/2021-08/approve", Cookie: by, Form: url.Values{"digest": {sheet.Digest}}, Status: http.StatusSeeOther},
		{Name: "seen", Path: "/pay/2021-08?done=approved", Cookie: by, Sees: []string{"Nothing changes this sheet", sheet.Digest, "Approved"}, Lacks: []string{"form[action$=approve]"}},
	})
	succeed(t, e.CorrectSession(t.Context(), identity.AsCoach(with), id, 60, "it was the whole hour"))
	coach := e.coach(with)
	webtest.Run(t, e.handler, []webtest.Scenario{
		{Name: "still", Path: "/pay/2021-08", Cookie: by, Sees: []string{"USD 2,966.67", sheet.Digest}},
		{Name: "corrected", Path: "/pay/2021-09", Cookie: by, Sees: []string{"10 min for August 2021: minutes corrected after the month was approved", "USD 33.33", "The month is not over"}},
		{Name: "own", Path: "/desk/pay", Cookie: coach, Sees: []string{"August 2021", "2 sessions held", "2,966.67", "10 min for August 2021", "In all", "3,000.00"}, Never: []string{"Ash Coach", string(code)}},
		{Name: "not everybody's", Path: "/pay", Cookie: coach, Status: http.StatusForbidden, Never: []string{"2,966"}},
	})
	for _, role := range []identity.Role{identity.Coordinator, identity.Statistician, identity.Leadership} {
		c := e.staff(role)
		for _, path := range []string{"/pay", "/pay/2021-08", "/pay/2021-08/sheet.csv", "/desk/pay"} {
			webtest.Run(t, e.handler, []webtest.Scenario{{Name: string(role) + path, Path: path, Cookie: c, Status: http.StatusForbidden, Never: []string{"2,966", "Ash Coach"}}})
		}
	}
	webtest.Run(t, e.handler, []webtest.Scenario{
		{Name: "owner reads", Path: "/pay/2021-08", Cookie: e.staff(identity.Owner), Sees: []string{"Ash Coach"}},
		{Name: "owner approves nothing", Path: "/pay/2021-08/approve", Cookie: e.staff(identity.Owner), Form: url.Values{"digest": {sheet.Digest}}, Status: http.StatusForbidden},
	})
}

// coach gives the cookies of a coach who has signed in.
func (e *enrolling) coach(code coach.Code) map[string]string {
	e.Helper()
	in, err := e.InviteCoach(e.Context(), office, code)
	succeed(e, err)
	return e.joined(in)
}

func TestPayInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			e, with, _, _ := worked(t)
			e.BaseURL = "http://coaching.example.org"
			server := httptest.NewServer(e.handler)
			t.Cleanup(server.Close)
			l := &looker{Tab: webtest.Open(t, server.URL, screen), screen: screen.Name}
			l.wear(e.staff(identity.Finance))
			l.Goto("/pay")
			l.look("pay")
			l.Goto("/pay/2021-08")
			l.look("pay-month")
			for _, what := range l.Unreached() {
				t.Errorf("pay: %s", what)
			}
			l.Follow("form[action$='/approve'] button.first")
			l.look("pay-approved")
			if text := webtest.Evaluate[string](l.Tab, `document.querySelector("main").innerText`); !strings.Contains(text, "Nothing changes this sheet") {
				t.Errorf("after the approval: %s", text)
			}
			l.wear(e.coach(with))
			l.Goto("/desk/pay")
			l.look("pay-desk")
		})
	}
}
