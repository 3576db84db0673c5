package identity

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"time"

	"rekindle/problem"
	"rekindle/trial/coach"
)

// Account is a member of staff, or a coach, who can sign in. Its code is what the audit trail knows them by; name and address are
// sealed in the store.
type Account struct {
	Code   string     // "staff-7kdwq3mx"
	Person            // sealed
	Roles  []Role     // at least one
	Coach  coach.Code // for the role of a coach; empty otherwise

	Password string   // its hash; empty: none
	Secret   string   // of the authenticator app; empty: none. Sealed
	Step     int64    // of the last code that was used
	Recovery []string // hashes of the codes that are left
	Subject  string   // digest of who they are to the hospital's sign-in; empty: not connected
	Passkeys int      // how many

	Invited  time.Time
	Joined   *time.Time
	Disabled *time.Time
}

// Person is who an account belongs to.
type Person struct {
	Name     string     `json:"name"`
	Email    string     `json:"email"`
	Hospital AtHospital `json:"hospital,omitzero"`
}

// AtHospital is what an account's owner sees of their account at the hospital. Who they are there is the account's Subject.
type AtHospital struct {
	Email string    `json:"email,omitempty"` // that the hospital has of them; empty: it did not tell
	Since time.Time `json:"since,omitzero"`  // connected; zero: not, or from before this was kept
	Apart bool      `json:"apart,omitempty"` // disconnected by their own wish: their address there does not connect them again
}

// Serves reports whether somebody may sign in and has a role.
func (a Account) Serves(role Role) bool { return a.Disabled == nil && slices.Contains(a.Roles, role) }

// Secured reports whether the account can be signed in to without mail: with a password and codes, a passkey, or, where the study has
// it, the hospital's sign-in.
func (a Account) Secured(hospital bool) bool {
	return a.Password != "" && a.Secret != "" || a.Passkeys > 0 || a.Subject != "" && hospital
}

// Actor is the account's owner in one of the roles.
func (a Account) Actor(role Role) Actor {
	if role == Coach {
		return AsCoach(a.Coach)
	}
	return Actor{Name: a.Code, Role: role}
}

// StaffRoles are the roles that an account can have.
var StaffRoles = []Role{Owner, Coordinator, Statistician, Leadership, Finance, Coach}

// CheckRoles gives roles in the order of StaffRoles, each once. A coach's account needs the coach.
func CheckRoles(roles []Role, who coach.Code) ([]Role, error) {
	refuse := func(remedy, format string, args ...any) error {
		return problem.New(problem.Invalid, format, args...).On("roles").Instead("%s", remedy)
	}
	var names []string
	for _, r := range StaffRoles {
		names = append(names, string(r))
	}
	var sorted []Role
	for _, r := range StaffRoles {
		if slices.Contains(roles, r) {
			sorted = append(sorted, r)
		}
	}
	for _, r := range roles {
		if !slices.Contains(StaffRoles, r) {
			return nil, refuse("Choose among "+strings.Join(names, ", "), "%.40q is no role", string(r))
		}
	}
	switch coaches := slices.Contains(sorted, Coach); {
	case len(sorted) == 0:
		return nil, refuse("Choose among "+strings.Join(names, ", "), "An account needs a role")
	case coaches && who == "":
		return nil, refuse("Register the coach first, then invite them", "A coach's account belongs to a coach")
	case coaches && len(sorted) > 1 && slices.ContainsFunc(sorted, func(r Role) bool { return r == Statistician || r == Leadership }):
		return nil, refuse("Give the roles to two people", "Whoever coaches must see no scores, and nobody's coach ranks above them")
	}
	return sorted, nil
}

// Stage is how far a sign-in has come.
type Stage string

// The stages.
const (
	NeedsCode  Stage = "code"  // a code of the authenticator app, or a recovery code, is still asked
	NeedsSetup Stage = "setup" // came by an invitation and must choose how to sign in from now on
	Complete   Stage = "full"
)

// SignIn is somebody's being signed in, on one device. Its token is with the browser alone; the store has the hash.
type SignIn struct {
	ID         string // to list and end it by
	Hash       string // of the token
	Account    string // code of the account
	Role       Role
	Roles      []Role     // that the account has now
	Coach      coach.Code // of the account
	Stage      Stage
	Method     string // "password", "link", "passkey", "oidc", "invitation"
	Origin     Origin
	Made, Seen time.Time
	Expires    time.Time // whatever is done
	Ended      *time.Time
}

// Origin is where somebody comes from. In the store it is sealed.
type Origin struct {
	Address netip.Addr `json:"address,omitzero"`
	Agent   string     `json:"agent,omitempty"` // what the browser calls itself
}

// Actor is who acts in a complete sign-in; a visitor otherwise.
func (s SignIn) Actor() Actor {
	if s.Stage != Complete {
		return Anybody
	}
	return Account{Code: s.Account, Coach: s.Coach}.Actor(s.Role)
}

// Anybody is whoever has not signed in.
var Anybody = Actor{Name: "visitor", Role: Visitor}

// Purpose is what a link in a mail to staff is for.
type Purpose string

// The purposes.
const (
	ToJoin   Purpose = "join"    // accept an invitation
	ToSignIn Purpose = "sign_in" // instead of a password
)

// Ticket is a link that is good once. Its token is in the mail alone; the store has the hash.
type Ticket struct {
	Hash    string
	Account string
	Purpose Purpose
	Expires time.Time
	Used    *time.Time
	To      string // the page that was asked for; empty: none
}

// Passkey is a key that an authenticator holds and an account has registered.
type Passkey struct {
	ID      string // as the authenticator names it, base64
	Account string
	Label   string          // as its owner calls it
	Public  json.RawMessage // its public key and counter
	Made    time.Time
	Used    *time.Time
}

// CanonicalEmail gives the one spelling of an address by which an account is found.
func CanonicalEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }
