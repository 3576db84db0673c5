package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/trial/participant"
	"rekindle/web/webtest"
)

// earned is a study in which two people with addresses, one of each arm where chance allows, have completed the last survey.
func earned(t *testing.T) (e *enrolling, codes []participant.Code) {
	e = enrol(t)
	people := []conduct.Person{{Name: "Dr. Ada First", Email: "a@hospital.example", Address: "1 First Street\nBoston, MA 02115"},
		{Name: "Dr. Bo Second", Email: "b@hospital.example", Address: "=cmd()\nBoston"}, {Name: "Dr. Cy Third", Email: "c@hospital.example"}}
	codes, err := e.AddRoster(t.Context(), office, people)
	succeed(t, err)
	_, err = e.Invite(t.Context(), office, nil)
	succeed(t, err)
	e.at("2021-08-06 12:00")
	for _, code := range codes {
		e.come(e.link(code)).baseline()
	}
	e.at("2021-11-08 12:00")
	forms := []string{"pfi16", "mmbi2", "uwes9", "svs4", "iwpr4", "qol_vas"}
	for _, code := range codes {
		v := e.come(e.link(code))
		for i, id := range forms {
			to := "/me?thanks"
			if i+1 < len(forms) {
				to = "/me/survey/month3/" + forms[i+1]
			}
			v.send("/me/survey/month3/"+id, filled(t, id), to)
		}
	}
	return e, codes
}

func TestIncentivesArePosted(t *testing.T) {
	e, codes := earned(t)
	by := e.staff(identity.Coordinator)
	never := []string{"coaching arm", "control", "2021", "month3"}
	for _, code := range codes {
		never = append(never, string(code))
	}
	p := webtest.Do(t, e.handler, webtest.Scenario{Path: "/incentives", Cookie: by})
	var ids []string
	for _, box := range p.All(t, "input[name=parcel]") {
		ids = append(ids, webtest.Attribute(box, "value"))
	}
	if len(ids) != 6 {
		t.Fatalf("%d parcels, want 6", len(ids))
	}
	if text := webtest.Do(t, e.handler, webtest.Scenario{Path: "/board", Cookie: by}).Text(t, "#today + ul"); !strings.Contains(text, "6 parcels to post") {
		t.Errorf("the board says %q", text)
	}
	if e.identified() != 1 {
		t.Errorf("%d readings of names in the trail, want 1", e.identified())
	}
	if p := webtest.Do(t, e.handler, webtest.Scenario{Path: "/incentives?choose=due", Cookie: by}); len(p.All(t, "input[name=parcel][checked]")) != 4 {
		t.Errorf("all with an address: %d are chosen, want 4", len(p.All(t, "input[name=parcel][checked]")))
	}
	webtest.Run(t, e.handler, []webtest.Scenario{
		{Name: "list", Path: "/incentives", Cookie: by, Sees: []string{"Dr. Ada First", "1 First Street", "No address yet", "due for less than a week"}, Never: never},
		{Name: "labels", Path: "/incentives/labels", Cookie: by, Sees: []string{"Dr. Ada First", "Boston, MA 02115"}, Never: append(never, "Dr. Cy Third")},
		{Name: "nothing is chosen yet", Path: "/incentives", Cookie: by, Has: []string{"a[href='/incentives?choose=due']"}, Lacks: []string{"input[name=parcel][checked]"}},
		{Name: "none chosen keeps the note", Path: "/incentives/send", Cookie: by, Form: url.Values{"carrier": {"USPS 1"}}, Status: http.StatusUnprocessableEntity, Sees: []string{"No parcel is chosen"}, Has: []string{`input[name=carrier][value="USPS 1"]`}},
		{Name: "a guess", Path: "/incentives/send", Cookie: by, Form: url.Values{"parcel": {"0000"}}, Status: http.StatusNotFound},
		{Name: "sent", Path: "/incentives/send", Cookie: by, Form: url.Values{"parcel": ids[:3], "carrier": {"USPS 1"}}, Status: http.StatusSeeOther},
		{Name: "twice", Path: "/incentives/send", Cookie: by, Form: url.Values{"parcel": ids[2:4]}, Status: http.StatusConflict, Sees: []string{"It was sent on November 8, 2021"}, Has: []string{"input[value='" + ids[3] + "'][checked]"}},
		{Name: "on the way", Path: "/incentives?done=sent", Cookie: by, Sees: []string{"On the way", "USPS 1", "Noted as sent"}},
		{Name: "all on the way", Path: "/incentives?choose=away", Cookie: by, Has: []string{"input[value='" + ids[0] + "'][checked]", "input[value='" + ids[2] + "'][checked]"}, Lacks: []string{"input[value='" + ids[3] + "'][checked]"}},
		{Name: "received", Path: "/incentives/receive", Cookie: by, Form: url.Values{"parcel": ids[:1]}, Status: http.StatusSeeOther},
		{Name: "seen", Path: "/incentives", Cookie: by, Sees: []string{"1 parcel"}},
	})
	csv := webtest.Do(t, e.handler, webtest.Scenario{Path: "/incentives/addresses", Cookie: by, Form: url.Values{}})
	if csv.Status != http.StatusOK || !strings.Contains(csv.Body, "'=cmd()") || strings.Contains(csv.Body, "Third") || !strings.HasPrefix(csv.Body, "parcel,item,name,address,weeks_due\n") {
		t.Errorf("status %d, addresses\n%s", csv.Status, csv.Body)
	}
	for _, code := range codes {
		if strings.Contains(csv.Body, string(code)) {
			t.Error("the addresses tell a code")
		}
	}
	for _, role := range []identity.Role{identity.Owner, identity.Statistician, identity.Leadership, identity.Finance} {
		c := e.staff(role)
		webtest.Run(t, e.handler, []webtest.Scenario{
			{Name: string(role), Path: "/incentives", Cookie: c, Status: http.StatusForbidden, Never: []string{"Ada"}},
			{Name: string(role) + " labels", Path: "/incentives/labels", Cookie: c, Status: http.StatusForbidden, Never: []string{"Ada"}},
			{Name: string(role) + " addresses", Path: "/incentives/addresses", Cookie: c, Form: url.Values{}, Status: http.StatusForbidden, Never: []string{"Ada"}},
		})
	}
}

func TestIncentivesInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			e, _ := earned(t)
			e.BaseURL = "http://coaching.example.org"
			server := httptest.NewServer(e.handler)
			t.Cleanup(server.Close)
			l := &looker{Tab: webtest.Open(t, server.URL, screen), screen: screen.Name}
			l.wear(e.staff(identity.Coordinator))
			l.Goto("/incentives")
			l.look("incentives")
			webtest.Evaluate[bool](l.Tab, `(() => { document.querySelectorAll("input[name=parcel]")[1].click(); document.querySelector("#carrier").value = "USPS 9400 1"; return true; })()`)
			l.Follow("form[action='/incentives/send'] button.first")
			l.look("incentives-sent")
			for _, what := range l.Unreached() {
				t.Errorf("incentives: %s", what)
			}
			l.Goto("/incentives/labels")
			l.look("labels")
		})
	}
}
