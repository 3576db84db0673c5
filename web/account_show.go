package web

import (
	"net/http"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
)

// accountShowPage is somebody's own account.
type accountShowPage struct {
	conduct.Own
	Done    string
	SignIns []signInLine
}

// Others reports whether they are signed in elsewhere.
func (p accountShowPage) Others() bool { return len(p.SignIns) > 1 }

// signInLine is one place where somebody is signed in.
type signInLine struct {
	ID, Device, Address, By string
	Role                    identity.Role
	Made, Seen              time.Time
	Here, Complete          bool
}

// done says what was just changed, by the word in the address.
var done = map[string]string{
	"password": "Your password is changed. Everywhere else you have been signed out.",
	"codes":    "The new recovery codes are in force. Earlier ones are good no more.",
	"ended":    "Signed out there.",
	"there":    "Your account at the hospital is connected. From now on it signs you in.",
	"apart":    "Your account at the hospital is disconnected. Everywhere else you have been signed out.",
}

// methods say how somebody has signed in.
var methods = map[string]string{"password": "password and code", "link": "a link in a mail", "passkey": "a passkey", "oidc": "the hospital's sign-in", "invitation": "the invitation"}

// accountShow shows one's own account.
func (s *Site) accountShow(w http.ResponseWriter, r *http.Request) error {
	token := staffToken(r)
	own, err := s.Conduct.OwnAccount(r.Context(), token)
	if err != nil {
		return err
	}
	all, err := s.Conduct.SignIns(r.Context(), token)
	if err != nil {
		return err
	}
	page := accountShowPage{Own: own, Done: done[r.URL.Query().Get("done")]}
	for _, in := range all {
		line := signInLine{ID: in.ID, Device: device(in.Origin.Agent), By: methods[in.Method], Role: in.Role, Made: in.Made.In(s.zone()), Seen: in.Seen.In(s.zone()),
			Here: in.Hash == conduct.LinkHash(token), Complete: in.Stage == identity.Complete}
		if in.Origin.Address.IsValid() {
			line.Address = in.Origin.Address.String()
		}
		page.SignIns = append(page.SignIns, line)
	}
	return s.show(w, r, http.StatusOK, "account_show", "Your account", page)
}

// signInEnd ends one of one's sign-ins, or all but this one.
func (s *Site) signInEnd(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.Conduct.EndSignIn(r.Context(), staffToken(r), r.PostFormValue("id")); err != nil {
		return err
	}
	http.Redirect(w, r, "/account?done=ended", http.StatusSeeOther)
	return nil
}

// device says in a few words what a browser calls itself: "Firefox on Windows".
func device(agent string) string {
	first := func(names ...string) string {
		for _, n := range names {
			mark, name, _ := strings.Cut(n, "=")
			if name == "" {
				name = mark
			}
			if strings.Contains(agent, mark) {
				return name
			}
		}
		return ""
	}
	browser := first("Edg=Edge", "OPR=Opera", "SamsungBrowser=Samsung Internet", "Firefox", "FxiOS=Firefox", "CriOS=Chrome", "HeadlessChrome=Chrome", "Chrome", "Safari")
	system := first("iPhone", "iPad", "Android", "Windows", "CrOS=ChromeOS", "Mac OS X=Mac", "Linux")
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser+system != "":
		return browser + system
	}
	return "An unknown browser"
}
