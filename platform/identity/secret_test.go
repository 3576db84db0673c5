package identity_test

import (
	"crypto/rand"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"rekindle/platform/identity"
	"rekindle/problem"
)

func TestPassword(t *testing.T) {
	hash, err := identity.HashPassword(rand.Reader, "three lamps over grey water")
	if err != nil {
		t.Fatal(err)
	}
	again, err := identity.HashPassword(rand.Reader, "three lamps over grey water")
	if err != nil || hash == again || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%q, %q, %v", hash, again, err)
	}
	if !identity.IsPassword(hash, "three lamps over grey water") {
		t.Error("the right one is refused")
	}
	for _, wrong := range []string{"", "three lamps over grey wate", "Three lamps over grey water", strings.Repeat("x", 300)} {
		if identity.IsPassword(hash, wrong) {
			t.Errorf("%q is taken", wrong)
		}
	}
	for _, damaged := range []string{"", "x", "$argon2id$v=19$m=0,t=0,p=0$AA$AA", "$argon2id$v=19$m=4294967295,t=1,p=1$AA$AA", hash[:len(hash)-4], "$argon2i" + hash[9:], hash + "$"} {
		if identity.IsPassword(damaged, "three lamps over grey water") || identity.IsPassword(damaged, "") {
			t.Errorf("%q is somebody's", damaged)
		}
	}
}

// The reference implementation's test vector (phc-winner-argon2, test.c): argon2id, t=2, m=2^16, p=1, "password", "somesalt".
func TestArgon2Reference(t *testing.T) {
	want := "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"
	got := argon2.IDKey([]byte("password"), []byte("somesalt"), 2, 65536, 1, 32)
	var b strings.Builder
	for _, x := range got {
		const digits = "0123456789abcdef"
		b.WriteByte(digits[x>>4])
		b.WriteByte(digits[x&15])
	}
	if b.String() != want {
		t.Errorf("%s", b.String())
	}
}

func TestCheckPassword(t *testing.T) {
	for password, ok := range map[string]bool{
		"three lamps over grey water": true, "Xk9#mP2$vL7q": true, "пять зелёных ламп": true, "correct horse battery staple": false,
		"short": false, "elevenchars": false, "aaaaaaaaaaaa": false, "abababababab": false, "123456789012": false, "qwertyuiop123": false, "Password123!": false, "1password1234": false,
		"abcdefghijkl": false, "jane.doe@hospital.org": false, "janedoejanedoe": false, "jane likes grey water": true, "lkjhgfdsapoi": false, strings.Repeat("long ", 60): false, "bad\xffbytes here": false,
	} {
		err := identity.CheckPassword(password, "Jane Doe", "jane.doe@hospital.org", "Coaching Study")
		if (err == nil) != ok || err != nil && !problem.Is(err, problem.Invalid) {
			t.Errorf("%q: %v", password, err)
		}
		if err != nil && len(password) > 10 && strings.Contains(err.Error(), password) {
			t.Errorf("the message has the password: %v", err)
		}
	}
}

// RFC 6238, appendix B: the secret "12345678901234567890" at 59 s and at 1111111109 s; six of its eight digits.
func TestCheckCode(t *testing.T) {
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804"} {
		step, ok := identity.CheckCode(secret, code, time.Unix(at, 0), 0)
		if !ok || step != at/30 {
			t.Errorf("at %d: step %d, %v", at, step, ok)
		}
		for late, want := range map[int64]bool{-30: true, 30: true, 60: false, -90: false} {
			if _, ok := identity.CheckCode(secret, " "+code[:3]+" "+code[3:], time.Unix(at+late, 0), 0); ok != want {
				t.Errorf("at %d, %d s later: %v", at, late, ok)
			}
		}
		if _, ok := identity.CheckCode(secret, code, time.Unix(at, 0), step); ok {
			t.Error("a code is good twice")
		}
	}
	for _, wrong := range []string{"", "28708", "2870822", "abcdef"} {
		if _, ok := identity.CheckCode(secret, wrong, time.Unix(59, 0), 0); ok {
			t.Errorf("%q is taken", wrong)
		}
	}
	if _, ok := identity.CheckCode("", "287082", time.Unix(59, 0), 0); ok {
		t.Error("without a secret")
	}
	u, err := url.Parse(identity.SecretURL(secret, "Coaching & Study", "a+b@h.org"))
	if err != nil || u.Query().Get("issuer") != "Coaching & Study" || u.Path != "/Coaching & Study:a+b@h.org" {
		t.Errorf("%v, %v", u, err)
	}
}

func TestRecovery(t *testing.T) {
	codes, hashes, err := identity.NewRecovery(rand.Reader)
	if err != nil || len(slices.Compact(slices.Sorted(slices.Values(codes)))) != 10 {
		t.Fatal(codes, err)
	}
	left, ok := identity.UseRecovery(hashes, " "+strings.ToUpper(strings.ReplaceAll(codes[4], "-", "")))
	if !ok || len(left) != 9 || len(hashes) != 10 {
		t.Errorf("%v, %d left", ok, len(left))
	}
	if _, ok := identity.UseRecovery(left, codes[4]); ok {
		t.Error("good twice")
	}
	if _, ok := identity.UseRecovery(nil, ""); ok {
		t.Error("the empty code is good")
	}
}

func TestDelay(t *testing.T) {
	for failures, want := range map[int]time.Duration{0: 0, 5: 0, 6: 15 * time.Second, 7: 30 * time.Second, 8: time.Minute, 11: 8 * time.Minute, 12: 15 * time.Minute, 1 << 40: 15 * time.Minute} {
		if got := identity.Delay(failures, 5); got != want {
			t.Errorf("after %d: %v, want %v", failures, got, want)
		}
	}
	for address, want := range map[string]string{"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64"} {
		if got := identity.Network(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestCheckRoles(t *testing.T) {
	got, err := identity.CheckRoles([]identity.Role{identity.Finance, identity.Owner, identity.Finance}, "")
	if err != nil || !slices.Equal(got, []identity.Role{identity.Owner, identity.Finance}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range [][]identity.Role{nil, {identity.Participant}, {identity.Visitor}, {identity.Clock}, {"root"}, {identity.Coach}} {
		if _, err := identity.CheckRoles(bad, ""); !problem.Is(err, problem.Invalid) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	if _, err := identity.CheckRoles([]identity.Role{identity.Coach, identity.Statistician}, "K"); err == nil {
		t.Error("a coach sees scores")
	}
}

// Who may do what about accounts, links and addresses, in full: a change of the table is a change here.
func TestAccountPermissions(t *testing.T) {
	for verb, roles := range map[string][]identity.Role{
		"account.sign_in":       {identity.Visitor},
		"account.secure":        {identity.Coach, identity.Coordinator, identity.Statistician, identity.Leadership, identity.Finance, identity.Owner},
		"account.invite":        {identity.Owner},
		"account.change":        {identity.Owner},
		"account.read":          {identity.Owner},
		"coach.invite":          {identity.Coordinator, identity.Owner},
		"participant.link":      {identity.Coordinator},
		"participant.ask_link":  {identity.Visitor},
		"participant.unlink":    {identity.Participant, identity.Coordinator},
		"participant.bounce":    {identity.Coordinator, identity.Clock},
		"participant.complain":  {identity.Coordinator, identity.Clock},
		"participant.opt_out":   {identity.Participant, identity.Coordinator},
		"participant.readdress": {identity.Coordinator, identity.Owner},
		"message.deliver":       {identity.Clock},
		"message.resend":        {identity.Coordinator, identity.Owner},
	} {
		for _, role := range identity.Roles {
			by := identity.Actor{Name: "x", Role: role}
			if got, want := by.May(verb), slices.Contains(roles, role); got != want {
				t.Errorf("%s may %s: %v", role, verb, got)
			}
		}
	}
}
