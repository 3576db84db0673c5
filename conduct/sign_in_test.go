package conduct_test

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"rekindle/conduct"
	"rekindle/platform/config"
	"rekindle/platform/identity"
	"rekindle/platform/mail"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
)

const phrase = "three lamps over grey water"

var (
	atDesk = identity.Origin{Address: netip.MustParseAddr("192.0.2.7"), Agent: "Browser 1"}
	atHome = identity.Origin{Address: netip.MustParseAddr("203.0.113.9"), Agent: "Browser 2"}
)

var linkToStaff = regexp.MustCompile(`https://coaching\.example\.org/s/([a-z2-7]{26})`)

// staffLink gives the token in the last mail to an account.
func (w *world) staffLink(account string) string {
	w.Helper()
	_, all := w.mail(participant.Code(account))
	if len(all) == 0 {
		w.Fatalf("no mail to %s", account)
	}
	found := linkToStaff.FindAllStringSubmatch(all[len(all)-1].Text, -1)
	if len(found) != 1 {
		w.Fatalf("no link in %q", all[len(all)-1].Text)
	}
	return found[0][1]
}

func (w *world) invite(n conduct.NewStaff) conduct.Invited {
	w.Helper()
	in, err := w.InviteStaff(w.Context(), owner, n)
	must(w, err)
	return in
}

func tokenOf(link string) string { return link[strings.LastIndexByte(link, '/')+1:] }

// joined makes an account with a password and an authenticator app, and gives its code, the app's secret and the token of a complete
// sign-in.
func (w *world) joined(email string, roles ...identity.Role) (account, secret, token string, recovery []string) {
	w.Helper()
	ctx := w.Context()
	in := w.invite(conduct.NewStaff{Name: "Kim Lee", Email: email, Roles: roles})
	s, err := w.FollowLink(ctx, atDesk, tokenOf(in.Link))
	must(w, err)
	must(w, w.SetPassword(ctx, s.Token, "", phrase))
	app, err := w.BeginAuthenticator(ctx, s.Token, "")
	must(w, err)
	recovery, err = w.ConfirmAuthenticator(ctx, s.Token, w.code(app.Secret))
	must(w, err)
	s, err = w.FinishSetup(ctx, s.Token)
	must(w, err)
	w.pass(time.Minute) // so that the next code is another
	return in.Account, app.Secret, s.Token, recovery
}

func (w *world) code(secret string) string {
	w.Helper()
	code, err := totp.GenerateCode(secret, w.clock())
	must(w, err)
	return code
}

func (w *world) who(token string) (identity.Actor, bool) {
	w.Helper()
	s, ok, err := w.SignedIn(w.Context(), token)
	must(w, err)
	return s.Actor(), ok
}

func TestStaffJoinsAndSignsIn(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		first, err := w.FirstStaff(ctx, owner, conduct.NewStaff{Name: "Pat Owner", Email: "Pat@hospital.example", Roles: []identity.Role{identity.Owner, identity.Coordinator}})
		must(t, err)
		_, err = w.FirstStaff(ctx, owner, conduct.NewStaff{Name: "X", Email: "x@hospital.example", Roles: []identity.Role{identity.Owner}})
		refused(t, err, problem.Conflict, "staff already")
		if got := w.staffLink(first.Account); got != tokenOf(first.Link) {
			t.Errorf("the mail has %q, the link is %q", got, first.Link)
		}

		// Looking changes nothing, as often as a mail scanner likes; the first step uses the link up.
		for range 3 {
			o, err := w.LookAtLink(ctx, tokenOf(first.Link))
			if err != nil || o.Name != "Pat Owner" || o.Purpose != identity.ToJoin {
				t.Fatalf("%+v, %v", o, err)
			}
		}
		s, err := w.FollowLink(ctx, atDesk, tokenOf(first.Link))
		must(t, err)
		if by, ok := w.who(s.Token); !ok || s.Stage != identity.NeedsSetup || by.Role != identity.Visitor {
			t.Errorf("after the invitation: %+v, %+v", s, by)
		}
		for name, token := range map[string]string{"used": tokenOf(first.Link), "truncated": tokenOf(first.Link)[:20], "guessed": strings.Repeat("a", 26), "empty": "", "hostile": "../../../etc"} {
			if _, err := w.FollowLink(ctx, atDesk, token); !problem.Is(err, problem.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		refused(t, w.SetPassword(ctx, s.Token, "", "short"), problem.Invalid, "too short")
		refused(t, w.SetPassword(ctx, s.Token, "", "pat@hospital.example"), problem.Invalid, "others know")
		must(t, w.SetPassword(ctx, s.Token, "", phrase))
		app, err := w.BeginAuthenticator(ctx, s.Token, "")
		must(t, err)
		if !strings.HasPrefix(app.URL, "otpauth://totp/") || strings.Contains(app.URL, "+") {
			t.Error(app.URL)
		}
		_, err = w.ConfirmAuthenticator(ctx, s.Token, "000000")
		refused(t, err, problem.Invalid, "code of now")
		recovery, err := w.ConfirmAuthenticator(ctx, s.Token, w.code(app.Secret))
		must(t, err)
		if len(recovery) != 10 || len(recovery[0]) != 19 {
			t.Errorf("%v", recovery)
		}
		half := s.Token
		s, err = w.FinishSetup(ctx, s.Token)
		must(t, err)
		if by, ok := w.who(s.Token); !ok || by.Role != identity.Owner || by.Name != first.Account {
			t.Errorf("%+v %v", by, ok)
		}
		if _, ok := w.who(half); ok || half == s.Token {
			t.Error("the token of the step before is still good")
		}

		// Again, with password and code.
		s, err = w.SignIn(ctx, atHome, " PAT@hospital.example", phrase)
		must(t, err)
		if by, ok := w.who(s.Token); !ok || s.Stage != identity.NeedsCode || by.Role != identity.Visitor {
			t.Errorf("after the password: %+v %+v", s, by)
		}
		_, err = w.ConfirmCode(ctx, s.Token, w.code(app.Secret))
		refused(t, err, problem.Invalid, "code of now") // it was used to set the app up
		w.pass(time.Minute)
		code := w.code(app.Secret)
		s, err = w.ConfirmCode(ctx, s.Token, code[:3]+" "+code[3:])
		must(t, err)
		second, err := w.SignIn(ctx, atDesk, "pat@hospital.example", phrase)
		must(t, err)
		_, err = w.ConfirmCode(ctx, second.Token, code)
		refused(t, err, problem.Invalid, "code of now") // whoever looked on
		second, err = w.ConfirmCode(ctx, second.Token, strings.ToUpper(recovery[3]))
		must(t, err)
		third, err := w.SignIn(ctx, atDesk, "pat@hospital.example", phrase)
		must(t, err)
		_, err = w.ConfirmCode(ctx, third.Token, recovery[3])
		refused(t, err, problem.Invalid, "") // good once

		// Roles, and where one is signed in.
		s2, err := w.SwitchRole(ctx, s.Token, identity.Coordinator)
		must(t, err)
		if by, _ := w.who(s2.Token); by.Role != identity.Coordinator {
			t.Errorf("%+v", by)
		}
		if _, ok := w.who(s.Token); ok {
			t.Error("the token of the other role is still good")
		}
		_, err = w.SwitchRole(ctx, s2.Token, identity.Statistician)
		refused(t, err, problem.Forbidden, "no role")
		all, err := w.SignIns(ctx, s2.Token)
		must(t, err)
		var agents []string
		for _, one := range all {
			agents = append(agents, string(one.Stage)+" "+one.Origin.Agent)
		}
		slices.Sort(agents)
		if strings.Join(agents, ", ") != "code Browser 1, full Browser 1, full Browser 1, full Browser 2" {
			t.Errorf("%v", agents)
		}
		i := slices.IndexFunc(all, func(s identity.SignIn) bool { return s.Origin.Agent == "Browser 2" })
		other := all[(i+1)%len(all)]
		if n, err := w.EndSignIn(ctx, s2.Token, other.ID); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		_, err = w.EndSignIn(ctx, s2.Token, other.ID)
		refused(t, err, problem.NotFound, "")
		if n, err := w.EndSignIn(ctx, s2.Token, ""); n != 2 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if _, ok := w.who(second.Token); ok {
			t.Error("ended, and still signed in")
		}
		must(t, w.SignOut(ctx, s2.Token))
		must(t, w.SignOut(ctx, s2.Token))
		if _, ok := w.who(s2.Token); ok {
			t.Error("signed out, and still signed in")
		}
		verbs := w.trail(first.Account)
		for _, want := range []string{"account.invite", "account.secure", "account.sign_in"} {
			if !slices.Contains(verbs, want) {
				t.Errorf("no %s in the trail %v", want, verbs)
			}
		}
	})
}

// Somebody else's guessing delays a password and not the code after it, whose time would be over meanwhile.
func TestAnothersGuessingKeepsNobodyOut(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ctx := w.Context()
	_, secret, _, _ := w.joined("kim@hospital.example", identity.Coordinator)
	for range identity.FreeForAccount + 8 {
		_, err := w.SignIn(ctx, atHome, "kim@hospital.example", "wrong wrong wrong")
		refused(t, err, problem.Invalid, "")
		w.pass(15 * time.Minute)
	}
	s, err := w.SignIn(ctx, atDesk, "kim@hospital.example", phrase)
	must(t, err)
	if _, err := w.ConfirmCode(ctx, s.Token, w.code(secret)); err != nil {
		t.Errorf("the right password, then the right code: %v", err)
	}
	// Whoever knows the password guesses codes no faster for it.
	w.pass(time.Minute)
	tries := 0
	for range 30 {
		if s, err = w.SignIn(ctx, atHome, "kim@hospital.example", phrase); err == nil {
			if _, err = w.ConfirmCode(ctx, s.Token, "000000"); problem.Is(err, problem.Invalid) {
				tries++
			}
		}
	}
	if tries > identity.FreeForAccount+1 {
		t.Errorf("%d codes were tried without a pause", tries)
	}
}

// Nobody is told whether it was the address or the password, and whoever guesses waits, longer each time.
func TestGuessing(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t)) // counting is tested on both databases beside the store: passwords take long on purpose
	ctx := w.Context()
	account, secret, _, _ := w.joined("kim@hospital.example", identity.Coordinator)
	_, known := w.SignIn(ctx, atDesk, "kim@hospital.example", "wrong wrong wrong")
	_, unknown := w.SignIn(ctx, atDesk, "nobody@hospital.example", "wrong wrong wrong")
	if !problem.Is(known, problem.Invalid) || known.Error() != unknown.Error() {
		t.Errorf("%v and %v", known, unknown)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	kinds := map[problem.Kind]int{}
	for range 8 { // many at once gain nothing
		wg.Go(func() {
			_, err := w.SignIn(ctx, atHome, "kim@hospital.example", "wrong wrong wrong")
			mu.Lock()
			defer mu.Unlock()
			kinds[problem.KindOf(err)]++
		})
	}
	wg.Wait()
	if kinds[problem.Invalid] != 5 || kinds[problem.Conflict] != 3 {
		t.Errorf("of 8 guesses after one: %v", kinds)
	}
	_, err := w.SignIn(ctx, atHome, "kim@hospital.example", phrase)
	refused(t, err, problem.Conflict, "Try again in 15 seconds")
	w.pass(15 * time.Second)
	_, err = w.SignIn(ctx, atHome, "kim@hospital.example", "wrong wrong wrong")
	refused(t, err, problem.Invalid, "")
	_, err = w.SignIn(ctx, atHome, "kim@hospital.example", phrase)
	refused(t, err, problem.Conflict, "Try again in 30 seconds")
	w.pass(30 * time.Second)
	s, err := w.SignIn(ctx, atHome, "kim@hospital.example", phrase)
	must(t, err)
	_, err = w.ConfirmCode(ctx, s.Token, "123456") // at once: a right password is no failure
	refused(t, err, problem.Invalid, "")
	_, err = w.ConfirmCode(ctx, s.Token, w.code(secret))
	refused(t, err, problem.Conflict, "") // codes are guessed no faster than passwords
	w.pass(2 * time.Minute)
	if _, err := w.ConfirmCode(ctx, s.Token, w.code(secret)); err != nil {
		t.Fatal(err)
	}
	for range 5 { // forgiven
		_, err = w.SignIn(ctx, atHome, "kim@hospital.example", "wrong wrong wrong")
		refused(t, err, problem.Invalid, "")
	}
	failed := 0
	for _, verb := range w.trail(account) {
		if verb == "account.sign_in" {
			failed++
		}
	}
	if failed < 12 {
		t.Errorf("%d attempts in the trail", failed)
	}
	// One network that tries many addresses.
	var last error
	for i := range identity.FreeForAddress + 2 {
		_, last = w.SignIn(ctx, identity.Origin{Address: netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 15: byte(i)})}, string(rune('a'+i%26))+"x@hospital.example", "wrong wrong wrong")
	}
	refused(t, last, problem.Conflict, "Too many")
}

func TestSignInsEnd(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.Session = config.Session{Idle: 20 * time.Minute, Life: time.Hour}
	ctx := w.Context()
	_, secret, token, _ := w.joined("kim@hospital.example", identity.Finance)
	for range 2 {
		w.pass(18 * time.Minute)
		if _, ok := w.who(token); !ok {
			t.Fatal("signed out while at work")
		}
	}
	w.pass(20 * time.Minute)
	if _, ok := w.who(token); ok {
		t.Error("idle, and still signed in")
	}
	s, err := w.SignIn(ctx, atDesk, "kim@hospital.example", phrase)
	must(t, err)
	w.pass(10 * time.Minute)
	_, err = w.ConfirmCode(ctx, s.Token, w.code(secret))
	refused(t, err, problem.Forbidden, "took too long")
	s, err = w.SignIn(ctx, atDesk, "kim@hospital.example", phrase)
	must(t, err)
	s, err = w.ConfirmCode(ctx, s.Token, w.code(secret))
	must(t, err)
	for range 6 {
		w.pass(10 * time.Minute)
		w.who(s.Token)
	}
	if _, ok := w.who(s.Token); ok {
		t.Error("past its life, and still signed in")
	}
}

// A link in a mail replaces the password; an owner can switch it off.
func TestLinksToSignIn(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		account, secret, _, _ := w.joined("kim@hospital.example", identity.Leadership)
		must(t, w.RequestLink(ctx, atDesk, "nobody@hospital.example", ""))
		must(t, w.RequestLink(ctx, atDesk, "Kim@hospital.example", ""))
		token := w.staffLink(account)
		must(t, w.RequestLink(ctx, atDesk, "kim@hospital.example", "")) // the later link ends the earlier
		_, err := w.FollowLink(ctx, atDesk, token)
		refused(t, err, problem.NotFound, "")
		token = w.staffLink(account)
		s, err := w.FollowLink(ctx, atDesk, token)
		must(t, err)
		if s.Stage != identity.NeedsCode {
			t.Errorf("a link replaces the code as well: %+v", s)
		}
		if s, err = w.ConfirmCode(ctx, s.Token, w.code(secret)); err != nil || s.Stage != identity.Complete {
			t.Errorf("%+v, %v", s, err)
		}
		must(t, w.RequestLink(ctx, atDesk, "kim@hospital.example", ""))
		token = w.staffLink(account)
		w.pass(15 * time.Minute)
		_, err = w.FollowLink(ctx, atDesk, token)
		refused(t, err, problem.NotFound, "")
		must(t, w.RequestLink(ctx, atDesk, "kim@hospital.example", ""))
		token = w.staffLink(account)
		refused(t, w.AllowLinks(ctx, coordinator, false), problem.Forbidden, "")
		must(t, w.AllowLinks(ctx, owner, false))
		_, err = w.FollowLink(ctx, atDesk, token)
		refused(t, err, problem.NotFound, "")
		refused(t, w.RequestLink(ctx, atDesk, "kim@hospital.example", ""), problem.Conflict, "switched off")
		must(t, w.AllowLinks(ctx, owner, true))
		w.LinksOff = true
		if allowed, err := w.LinksAllowed(ctx); allowed || err != nil {
			t.Errorf("%v, %v", allowed, err)
		}
		w.LinksOff = false

		// Who signs in by links alone: no password, no app.
		in := w.invite(conduct.NewStaff{Name: "Lo", Email: "lo@hospital.example", Roles: []identity.Role{identity.Finance}})
		s, err = w.FollowLink(ctx, atDesk, tokenOf(in.Link))
		must(t, err)
		if s, err = w.FinishSetup(ctx, s.Token); err != nil {
			t.Fatal(err)
		}
		if by, ok := w.who(s.Token); !ok || by.Role != identity.Finance {
			t.Errorf("%+v", by)
		}
		must(t, w.RequestLink(ctx, atDesk, "lo@hospital.example", ""))
		if s, err = w.FollowLink(ctx, atDesk, w.staffLink(in.Account)); err != nil || s.Stage != identity.Complete {
			t.Errorf("%+v, %v", s, err)
		}
		// A password alone is never enough.
		must(t, w.SetPassword(ctx, s.Token, "", phrase))
		if s, err = w.SignIn(ctx, atDesk, "lo@hospital.example", phrase); err != nil || s.Stage != identity.NeedsSetup {
			t.Errorf("%+v, %v", s, err)
		}
		_, err = w.FinishSetup(ctx, s.Token)
		refused(t, err, problem.Conflict, "no way yet")
		// Nobody's mailbox is filled.
		for range 10 {
			err = w.RequestLink(ctx, atDesk, "lo@hospital.example", "")
		}
		refused(t, err, problem.Conflict, "Too many")
	})
}

func TestStaffChanges(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		in := w.invite(conduct.NewStaff{Name: "O", Email: "o@hospital.example", Roles: []identity.Role{identity.Owner}})
		account, _, token, _ := w.joined("kim@hospital.example", identity.Coordinator)
		refused(t, w.CloseAccount(ctx, owner, in.Account), problem.Conflict, "own the study")
		refused(t, w.SetRoles(ctx, owner, in.Account, []identity.Role{identity.Finance}, ""), problem.Conflict, "own the study")
		must(t, w.SetRoles(ctx, owner, account, []identity.Role{identity.Owner, identity.Statistician}, ""))
		if _, ok := w.who(token); ok {
			t.Error("signed in with a role that was taken away")
		}
		must(t, w.CloseAccount(ctx, owner, in.Account))
		_, err := w.FollowLink(ctx, atDesk, tokenOf(in.Link))
		refused(t, err, problem.NotFound, "")
		if s := mailState(w, in.Account); s != mail.Planned {
			t.Errorf("%s", s)
		}
		must(t, w.ReopenAccount(ctx, owner, in.Account))
		again, err := w.Reinvite(ctx, owner, in.Account)
		must(t, err)
		if again.Link == in.Link {
			t.Error("the same link")
		}
		w.pass(7 * 24 * time.Hour)
		_, err = w.FollowLink(ctx, atDesk, tokenOf(again.Link))
		refused(t, err, problem.NotFound, "")

		// Whoever has lost everything begins anew.
		s, err := w.SignIn(ctx, atDesk, "kim@hospital.example", phrase)
		must(t, err)
		reset, err := w.ResetAccount(ctx, owner, account)
		must(t, err)
		if _, ok := w.who(s.Token); ok {
			t.Error("signed in to an account that was reset")
		}
		_, err = w.SignIn(ctx, atDesk, "kim@hospital.example", phrase)
		refused(t, err, problem.Invalid, "")
		if s, err := w.FollowLink(ctx, atDesk, tokenOf(reset.Link)); err != nil || s.Stage != identity.NeedsSetup {
			t.Errorf("%+v, %v", s, err)
		}

		for name, n := range map[string]conduct.NewStaff{
			"no role":         {Name: "A", Email: "a@hospital.example"},
			"unknown role":    {Name: "A", Email: "a@hospital.example", Roles: []identity.Role{"root"}},
			"the clock":       {Name: "A", Email: "a@hospital.example", Roles: []identity.Role{identity.Clock}},
			"no address":      {Name: "A", Roles: []identity.Role{identity.Owner}},
			"twice":           {Name: "A", Email: "KIM@hospital.example", Roles: []identity.Role{identity.Owner}},
			"coach of nobody": {Name: "A", Email: "a@hospital.example", Roles: []identity.Role{identity.Coach}},
			"coach and chief": {Name: "A", Email: "a@hospital.example", Coach: "K", Roles: []identity.Role{identity.Coach, identity.Leadership}},
		} {
			if _, err := w.InviteStaff(ctx, owner, n); !problem.Is(err, problem.Invalid) && !problem.Is(err, problem.Conflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
		code := w.coaches(1)[0]
		_, err = w.InviteCoach(ctx, coordinator, coach.Code("C-NONE"))
		refused(t, err, problem.NotFound, "")
		invited, err := w.InviteCoach(ctx, coordinator, code)
		must(t, err)
		_, err = w.InviteCoach(ctx, coordinator, code)
		refused(t, err, problem.Conflict, "")
		s, err = w.FollowLink(ctx, atDesk, tokenOf(invited.Link))
		must(t, err)
		s, err = w.FinishSetup(ctx, s.Token)
		must(t, err)
		if by, _ := w.who(s.Token); by != identity.AsCoach(code) {
			t.Errorf("%+v", by)
		}
		for _, by := range []identity.Actor{coordinator, statistician, identity.AsParticipant("7KDW-Q3MX"), identity.AsCoach(code), identity.Anybody, {}} {
			if _, err := w.InviteStaff(ctx, by, conduct.NewStaff{}); !problem.Is(err, problem.Forbidden) {
				t.Errorf("%s: %v", by.Role, err)
			}
			if _, err := w.Staff(ctx, by); !problem.Is(err, problem.Forbidden) {
				t.Errorf("%s: %v", by.Role, err)
			}
		}
		all, err := w.Staff(ctx, owner)
		if err != nil || len(all) != 3 {
			t.Errorf("%d accounts, %v", len(all), err)
		}
	})
}

func mailState(w *world, account string) mail.State {
	_, all := w.mail(participant.Code(account))
	return all[0].State
}

// A personal link can be sent again, by the office or for oneself, and be ended.
func TestPersonalLinks(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := w.roster(3)
		must(t, w.RequestPersonalLink(ctx, atDesk, " P0@hospital.example", "en", ""))
		must(t, w.RequestPersonalLink(ctx, atDesk, "nobody@hospital.example", "en", ""))
		_, all := w.mail(codes[0])
		if len(all) != 1 || all[0].Headers["List-Unsubscribe"] == "" {
			t.Fatalf("%+v", all)
		}
		token := linkInMail.FindStringSubmatch(all[0].Text)[1]
		secret, err := w.Arrive(ctx, token)
		must(t, err)
		must(t, w.EndLinks(ctx, identity.AsParticipant(codes[0]), codes[0]))
		if _, err := w.Arrive(ctx, token); !problem.Is(err, problem.NotFound) {
			t.Error(err)
		}
		if _, open, err := w.Arrived(ctx, secret); open || err != nil {
			t.Errorf("%v, %v", open, err)
		}
		refused(t, w.EndLinks(ctx, identity.AsParticipant(codes[0]), codes[1]), problem.NotFound, "")
		must(t, w.SendLink(ctx, coordinator, codes[0]))
		if _, all := w.mail(codes[0]); len(all) != 2 {
			t.Errorf("%d mails", len(all))
		}
		for _, by := range []identity.Actor{owner, statistician, identity.AsParticipant(codes[0]), identity.Anybody} {
			if err := w.SendLink(ctx, by, codes[0]); !problem.Is(err, problem.Forbidden) {
				t.Errorf("%s: %v", by.Role, err)
			}
		}
		must(t, w.OptOut(ctx, coordinator, codes[1]))
		refused(t, w.SendLink(ctx, coordinator, codes[1]), problem.Conflict, "no mail")
		must(t, w.RequestPersonalLink(ctx, atDesk, "p1@hospital.example", "en", ""))
		if _, all := w.mail(codes[1]); len(all) != 0 {
			t.Errorf("%d mails to one who wants none", len(all))
		}
	})
}
