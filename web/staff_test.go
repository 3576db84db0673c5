package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/web/webtest"
)

func init() {
	read["GET /staff"] = []webtest.Scenario{{Path: "/staff", Sees: []string{"Who can sign in"}, Has: []string{`a[href="/staff/invite"]`}}}
	read["GET /staff/invite"] = []webtest.Scenario{{Path: "/staff/invite", Sees: []string{"opens once, within a week"}, Has: []string{"input[name=role][value=statistician]"}}}
}

// What an owner does with accounts, and that nobody else can do or see any of it.
func TestStaffAsEveryRole(t *testing.T) {
	e := enrol(t)
	in, err := e.InviteStaff(t.Context(), investigator, conduct.NewStaff{Name: "Robin Hidden", Email: "robin@hospital.example", Roles: []identity.Role{identity.Finance}})
	succeed(t, err)
	at := "/staff/" + in.Account
	_, links := e.invite(1)
	for _, role := range []identity.Role{identity.Owner, identity.Coordinator, identity.Statistician, identity.Leadership, identity.Finance, identity.Participant, identity.Visitor} {
		v := e.browser()
		switch role {
		case identity.Participant:
			v = e.come(links[0])
		case identity.Visitor:
		default:
			v.cookies = e.staff(role)
		}
		for _, s := range []webtest.Scenario{
			{Path: "/staff", Sees: []string{"Robin Hidden", "robin@hospital.example", "Invited"}},
			{Path: "/staff/invite", Sees: []string{"Invite somebody"}},
			{Path: at, Sees: []string{"Robin Hidden", in.Account, "Send a new link"}},
			{Path: "/staff/links", Form: url.Values{"links": {"on"}}},
			{Path: "/staff/invite", Form: url.Values{"name": {"A " + string(role)}, "email": {"by-" + string(role) + "@hospital.example"}, "role": {"owner"}}},
			{Path: at + "/roles", Form: url.Values{"role": {"finance"}}},
			{Path: at + "/invite", Form: url.Values{}},
			{Path: at + "/close", Form: url.Values{"sure": {"yes"}}},
			{Path: at + "/reopen", Form: url.Values{}},
			{Path: at + "/reset", Form: url.Values{"sure": {"yes"}}},
		} {
			p := v.do(s)
			if role == identity.Owner {
				if want := http.StatusOK + (http.StatusSeeOther-http.StatusOK)*one(s.Form != nil); p.Status != want {
					t.Errorf("an owner at %s: %d %s", s.Path, p.Status, p.Text(t, "main"))
				}
				for _, text := range s.Sees {
					if !strings.Contains(p.Text(t, "main"), text) {
						t.Errorf("an owner at %s does not see %q", s.Path, text)
					}
				}
				continue
			}
			want := http.StatusForbidden
			if role == identity.Visitor && s.Form == nil {
				want = http.StatusSeeOther // to where staff sign in
			}
			if p.Status != want {
				t.Errorf("a %s at %s: %d, want %d", role, s.Path, p.Status, want)
			}
			for _, never := range []string{"Robin", "robin@", "Send a new link"} {
				if strings.Contains(p.Body, never) {
					t.Errorf("a %s at %s is told %q", role, s.Path, never)
				}
			}
		}
		if len(v.do(webtest.Scenario{Path: "/protocol"}).All(t, `nav a[href="/staff"]`)) > 0 != (role == identity.Owner) {
			t.Errorf("the menu of a %s", role)
		}
	}
	all, err := e.Staff(t.Context(), investigator)
	succeed(t, err)
	if slices.ContainsFunc(all, func(a identity.Account) bool {
		return strings.HasPrefix(a.Email, "by-") && a.Email != "by-owner@hospital.example"
	}) {
		t.Error("somebody else than an owner has invited")
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestOwnerLooksAfterAccounts(t *testing.T) {
	e := enrol(t)
	own, link := e.invited("pat@hospital.example", identity.Owner)
	v := e.browser()
	v.setUp(link, "/")
	form := url.Values{"name": {"Sam Stern"}, "email": {"sam@hospital.example"}, "role": {"finance", "coordinator"}}
	for name, wrong := range map[string]url.Values{
		"no role":             {"name": {"Sam Stern"}, "email": {"sam@hospital.example"}},
		"no such role":        {"name": {"Sam Stern"}, "email": {"sam@hospital.example"}, "role": {"root"}},
		"no address":          {"name": {"Sam Stern"}, "email": {"sam at hospital"}, "role": {"finance"}},
		"a participant's":     {"name": {"Sam Stern"}, "email": {"sam@hospital.example"}, "role": {"participant"}},
		"a coach without one": {"name": {"Sam Stern"}, "email": {"sam@hospital.example"}, "role": {"coach"}},
		"an address in use":   {"name": {"Sam Stern"}, "email": {"PAT@hospital.example"}, "role": {"finance"}},
	} {
		p := v.do(webtest.Scenario{Path: "/staff/invite", Form: wrong})
		if (p.Status != http.StatusUnprocessableEntity && p.Status != http.StatusConflict) || p.Text(t, ".mistakes") == "" || webtest.Attribute(p.All(t, "#name")[0], "value") != "Sam Stern" {
			t.Errorf("%s: %d %s", name, p.Status, p.Text(t, "main"))
		}
	}
	v.send("/staff/invite", form, "/staff?done=invited")
	all, err := e.Staff(t.Context(), investigator)
	succeed(t, err)
	sam := all[1]
	at := "/staff/" + sam.Code
	first := e.mailed(sam.Code)
	v.send(at+"/invite", url.Values{}, at+"?done=invited")
	if p := e.browser().do(webtest.Scenario{Path: first}); p.Status != http.StatusNotFound {
		t.Errorf("the invitation before opens: %d", p.Status)
	}
	w := e.browser()
	secret, _ := w.setUp(e.mailed(sam.Code), "/")
	if text := v.get(at).Text(t, "main"); !strings.Contains(text, "password and code") || strings.Contains(text, "Send a new link") {
		t.Error(text)
	}
	v.send(at+"/roles", url.Values{"role": {"statistician"}}, at+"?done=roles")
	if p := w.do(webtest.Scenario{Path: "/account"}); p.Status != http.StatusSeeOther {
		t.Errorf("signed in in a role that was taken: %d", p.Status)
	}
	v.send(at+"/close", url.Values{}, at+"?done=closed")
	if p := w.do(webtest.Scenario{Path: "/sign-in", Form: url.Values{"email": {sam.Email}, "password": {phrase}}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("a closed account: %d", p.Status)
	}
	v.send(at+"/reopen", url.Values{}, at+"?done=reopened")
	w.send("/sign-in", url.Values{"email": {sam.Email}, "password": {phrase}}, "/sign-in/code")
	w.send("/sign-in/code", url.Values{"code": {e.digits(secret)}}, "/")
	v.send(at+"/reset", url.Values{}, at+"?done=reset")
	if p := w.do(webtest.Scenario{Path: "/account"}); p.Status != http.StatusSeeOther {
		t.Errorf("signed in after a reset: %d", p.Status)
	}
	w.setUp(e.mailed(sam.Code), "/")

	// The last owner stays one.
	for _, s := range []webtest.Scenario{{Path: "/staff/" + own + "/close", Form: url.Values{"sure": {"yes"}}}, {Path: "/staff/" + own + "/roles", Form: url.Values{"role": {"finance"}}}} {
		if p := v.do(s); p.Status != http.StatusConflict || !strings.Contains(p.Text(t, ".mistakes"), "Nobody would own the study") {
			t.Errorf("%s: %d %s", s.Path, p.Status, p.Text(t, "main"))
		}
	}
	v.send("/staff/links", url.Values{"links": {"off"}}, "/staff?done=links")
	if allowed, err := e.LinksAllowed(t.Context()); allowed || err != nil {
		t.Error(allowed, err)
	}
	nobody := v.do(webtest.Scenario{Path: "/staff/staff-nobody"})
	if nobody.Status != http.StatusNotFound {
		t.Errorf("nobody's account: %d", nobody.Status)
	}
	if p := v.do(webtest.Scenario{Path: "/staff/links", Form: url.Values{"links": {"maybe"}}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("neither on nor off: %d", p.Status)
	}
}
