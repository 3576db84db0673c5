package identity_test

import (
	"regexp"
	"slices"
	"testing"

	"rekindle/platform/identity"
	"rekindle/problem"
)

// The shape of the table: verbs are noun.verb, roles are known and stand once, nobody signed out acts on a trial, and
// nobody is granted what would undo the separation of names, answers and money.
func TestPermissions(t *testing.T) {
	word := regexp.MustCompile(`^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$`)
	for _, verb := range identity.Verbs() {
		roles := identity.Granted(verb)
		if !word.MatchString(verb) {
			t.Errorf("%q is not noun.verb", verb)
		}
		if len(roles) == 0 {
			t.Errorf("%s is granted to nobody: remove it", verb)
		}
		for i, role := range roles {
			if !slices.Contains(identity.Roles, role) {
				t.Errorf("%s is granted to %q, which is no role", verb, role)
			}
			if slices.Contains(roles[:i], role) {
				t.Errorf("%s is granted to %s twice", verb, role)
			}
		}
		t.Logf("%-28s %v", verb, roles)
	}
	never := map[string][]identity.Role{
		"assessment.answer":  {identity.Coordinator, identity.Coach, identity.Leadership, identity.Finance, identity.Owner, identity.Clock},
		"assessment.correct": {identity.Coordinator, identity.Coach, identity.Leadership, identity.Finance, identity.Owner, identity.Clock},
		"session.hold":       {identity.Participant, identity.Leadership, identity.Finance, identity.Owner},
		"dataset.unblind":    {identity.Participant, identity.Coach, identity.Coordinator, identity.Leadership, identity.Finance, identity.Clock},
		"identity.reveal":    {identity.Statistician, identity.Leadership, identity.Finance, identity.Coach, identity.Clock},
		"report.read":        {identity.Visitor, identity.Participant, identity.Coach, identity.Coordinator, identity.Leadership, identity.Finance},
		"outbox.read":        {identity.Visitor, identity.Participant, identity.Coach, identity.Statistician, identity.Leadership, identity.Finance},
		"audit.read":         {identity.Visitor, identity.Participant, identity.Coach, identity.Coordinator, identity.Leadership, identity.Finance},
		"randomization.read": {identity.Visitor, identity.Participant, identity.Coach, identity.Coordinator, identity.Leadership, identity.Finance},
	}
	for verb, roles := range never {
		for _, role := range roles {
			if slices.Contains(identity.Granted(verb), role) {
				t.Errorf("%s must never be granted to a %s", verb, role)
			}
		}
	}
}

func TestRequire(t *testing.T) {
	cases := []struct {
		name  string
		actor identity.Actor
		verb  string
		ok    bool
	}{
		{"granted", identity.AsParticipant("7KDW-Q3MX"), "participant.consent", true},
		{"another's verb", identity.AsParticipant("7KDW-Q3MX"), "dataset.lock", false},
		{"a verb that does not exist", identity.Actor{Name: "pi", Role: identity.Owner}, "dataset.burn", false},
		{"nobody", identity.Actor{}, "participant.consent", false},
		{"a role without a name", identity.Actor{Role: identity.Owner}, "dataset.lock", false},
		{"a role that does not exist", identity.Actor{Name: "x", Role: "root"}, "dataset.lock", false},
		{"the clock", identity.Program, "message.send", true},
	}
	for _, c := range cases {
		err := c.actor.Require(c.verb)
		if (err == nil) != c.ok || err != nil && !problem.Is(err, problem.Forbidden) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}

func TestRequireFor(t *testing.T) {
	self := identity.AsParticipant("7KDW-Q3MX")
	if err := self.RequireFor("participant.withdraw", "7KDW-Q3MX"); err != nil {
		t.Errorf("oneself: %v", err)
	}
	if err := self.RequireFor("participant.withdraw", "2222-2222"); !problem.Is(err, problem.NotFound) {
		t.Errorf("somebody else: got %v, want not found", err)
	}
	if err := (identity.Actor{Name: "kim", Role: identity.Coordinator}).RequireFor("participant.withdraw", "2222-2222"); err != nil {
		t.Errorf("a coordinator: %v", err)
	}
}
