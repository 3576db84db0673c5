package conduct

import (
	"context"
	"encoding/json"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"rekindle/platform/identity"
	"rekindle/platform/openid"
	"rekindle/platform/store"
	"rekindle/problem"
)

// hospitalLife is how long somebody may take to sign in at the hospital.
const hospitalLife = 10 * time.Minute

// HospitalBack is where the hospital's sign-in leads back to.
const HospitalBack = "/sign-in/hospital/back"

// asked is what is remembered of somebody who went to the hospital's sign-in.
type asked struct {
	Question openid.Question
	To       string // the page that they want
	SignIn   string // hash of the sign-in that connects an account; empty: they want to sign in
}

// Errand is somebody's way to the hospital's sign-in.
type Errand struct {
	Address string // where they go
	State   string // with which they come back: for their browser alone
}

func noHospital() error {
	return problem.New(problem.NotFound, "This study has no sign-in of a hospital").Instead("Sign in another way.")
}

func hospitalKey(state string) string { return LinkHash("hospital " + state) }

// ask draws what ties an answer of the hospital to this browser, and gives where to go. The hospital is asked outside of any transaction.
func (c *Conduct) ask(ctx context.Context, a *asked) (e Errand, err error) {
	q := &a.Question
	q.Back, q.Verifier = c.BaseURL+HospitalBack, oauth2.GenerateVerifier()
	for _, drawn := range []*string{&q.State, &q.Nonce} {
		if *drawn, err = c.token(); err != nil {
			return e, err
		}
	}
	e.State = q.State
	e.Address, err = c.Hospital.Ask(ctx, *q)
	return e, err
}

func rememberErrand(ctx context.Context, tx *store.Tx, a asked) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return tx.Remember(ctx, hospitalKey(a.Question.State), text, tx.Now().Add(hospitalLife))
}

// BeginHospitalSignIn gives the way to the hospital for whoever wants to sign in there. to is kept for them meanwhile.
func (c *Conduct) BeginHospitalSignIn(ctx context.Context, to string) (e Errand, err error) {
	if err := identity.Anybody.Require("account.sign_in"); err != nil {
		return e, err
	}
	if c.Hospital == nil {
		return e, noHospital()
	}
	a := asked{To: to}
	if e, err = c.ask(ctx, &a); err != nil {
		return e, err
	}
	return e, c.Store.Write(ctx, func(tx *store.Tx) error { return rememberErrand(ctx, tx, a) })
}

// BeginHospitalConnection gives the way to the hospital for the owner of a token, who connects their account there with the one here.
// Where there is a password it must be given.
func (c *Conduct) BeginHospitalConnection(ctx context.Context, token, password string) (e Errand, err error) {
	if c.Hospital == nil {
		return e, noHospital()
	}
	err = c.secure(ctx, token, password, func(ctx context.Context, s identity.SignIn, own identity.Account) (func(*store.Tx, *identity.Account) error, error) {
		if own.Subject != "" {
			return nil, connectedAlready()
		}
		// Whoever sat here before may still be signed in there: let it be asked which account is meant.
		a := asked{SignIn: s.Hash, Question: openid.Question{Choose: true}}
		e, err = c.ask(ctx, &a)
		return func(tx *store.Tx, _ *identity.Account) error { return rememberErrand(ctx, tx, a) }, err
	})
	return e, err
}

func connectedAlready() error {
	return problem.New(problem.Conflict, "An account of the hospital is connected already").Instead("Disconnect it first.")
}

// Return is what came of somebody's way to the hospital.
type Return struct {
	Connects bool   // they went to connect an account, and not to sign in
	Signed   Signed // where they signed in
	To       string // the page that they want
}

// ReturnFromHospital completes what BeginHospitalSignIn or BeginHospitalConnection began, with what somebody brought back, once. token is
// the one that their browser has; issuer is who sent them back, where that was told. What came of it is told also where it failed.
//
// At a sign-in the account is found by who they are there. The first time it may be found by their address, where the hospital knows that
// to be theirs, unless they have disconnected it before. Nobody gets an account by it.
func (c *Conduct) ReturnFromHospital(ctx context.Context, from identity.Origin, token, state, code, issuer string) (r Return, err error) {
	if err := identity.Anybody.Require("account.sign_in"); err != nil {
		return r, err
	}
	if c.Hospital == nil {
		return r, noHospital()
	}
	var a asked
	if err := c.Store.Write(ctx, func(tx *store.Tx) error {
		text, err := tx.Redeem(ctx, hospitalKey(state))
		if err != nil {
			return orElse(ignore(err, problem.NotFound), problem.New(problem.Conflict, "Signing in at the hospital took too long, or was done already").Instead("Begin again."))
		}
		return json.Unmarshal(text, &a)
	}); err != nil {
		return r, err
	}
	r.Connects, r.To = a.SignIn != "", a.To
	who, err := c.Hospital.Recognize(ctx, a.Question, code, issuer)
	if err != nil {
		return r, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if tx.Vault == nil {
			return keyless()
		}
		subject := tx.Vault.Digest("hospital", c.Hospital.Issuer+" "+who.Subject)
		if r.Connects {
			return c.connectOwn(ctx, tx, token, a.SignIn, subject, who)
		}
		account, err := c.known(ctx, tx, subject, who)
		if err != nil {
			return err
		}
		r.Signed, err = c.signedIn(ctx, tx, account, "oidc", from)
		return err
	})
	return r, err
}

// known gives the account of somebody whom the hospital has recognized.
func (c *Conduct) known(ctx context.Context, tx *store.Tx, subject string, who openid.Person) (a identity.Account, err error) {
	stranger := problem.New(problem.Forbidden, "The hospital knows you, but no open account of this study is connected with your account there").
		Instead("Sign in another way and connect it on the page of your account; or ask an owner of the study to invite you.")
	a, err = tx.AccountBySubject(ctx, subject)
	first := problem.Is(err, problem.NotFound)
	if first && who.Verified && who.Email != "" {
		a, err = tx.AccountByEmail(ctx, identity.CanonicalEmail(who.Email))
	}
	if err != nil {
		return a, orElse(ignore(err, problem.NotFound), stranger)
	}
	if a.Disabled != nil || first && (a.Subject != "" || a.Hospital.Apart) {
		return a, stranger
	}
	if !first {
		return a, nil
	}
	if a.Joined == nil {
		a.Joined = new(tx.Now())
	}
	return a, c.connect(ctx, tx, &a, a.Roles[0], subject, who, "address")
}

// connectOwn connects whom the hospital has recognized with the account of the owner of a token, who began it in the same sign-in.
func (c *Conduct) connectOwn(ctx context.Context, tx *store.Tx, token, begun, subject string, who openid.Person) error {
	s, a, err := c.stepping(ctx, tx, token, identity.NeedsSetup, identity.Complete)
	if err != nil {
		return err
	}
	if s.Hash != begun {
		return problem.New(problem.Forbidden, "Somebody else has signed in here meanwhile").Instead("Begin again.")
	}
	if a.Subject != "" {
		return connectedAlready()
	}
	return c.connect(ctx, tx, &a, s.Role, subject, who, "own account")
}

// connect saves that an account is one with somebody at the hospital, by whichever way, and tells its owner.
func (c *Conduct) connect(ctx context.Context, tx *store.Tx, a *identity.Account, role identity.Role, subject string, who openid.Person, way string) error {
	if at, err := mail.ParseAddress(who.Email); err != nil || at.Address != who.Email {
		who.Email = "" // some let people write there what they like
	}
	a.Subject, a.Hospital = subject, identity.AtHospital{Email: who.Email, Since: tx.Now()}
	if err := tx.SaveAccount(ctx, *a); tx.Constraint(err) == "account_subject" {
		return problem.New(problem.Conflict, "This account of the hospital is connected with another account of this study").
			Instead("Choose another one at the hospital, or ask an owner of the study.").Because(err)
	} else if err != nil {
		return err
	}
	if err := record(ctx, tx, a.Actor(role), "account.secure", a.Code, nil, facts{"hospital": "connected", "by": way}, ""); err != nil {
		return err
	}
	which := ""
	if who.Email != "" {
		which = " (" + who.Email + ")"
	}
	return c.tellOfHospital(ctx, tx, *a, "Your account at the hospital is connected", fmt.Sprintf("from now on your account at %s%s signs you in to %q, without a password of the study.\n\n"+
		"If it was not you who connected it, disconnect it at once, and tell an owner of the study:", c.Hospital.Host(), which, c.Protocol.Title))
}

// DisconnectHospital ends that the owner of a token can sign in at the hospital; only where there is another way to sign in again. Where
// there is a password it must be given. Everywhere else they are signed out.
func (c *Conduct) DisconnectHospital(ctx context.Context, token, password string) error {
	return c.secure(ctx, token, password, func(_ context.Context, s identity.SignIn, own identity.Account) (func(*store.Tx, *identity.Account) error, error) {
		if own.Subject == "" {
			return nil, problem.New(problem.Conflict, "No account of the hospital is connected")
		}
		return func(tx *store.Tx, a *identity.Account) error {
			links, err := c.linksAllowed(ctx, tx)
			if err != nil {
				return err
			}
			a.Subject, a.Hospital = "", identity.AtHospital{Apart: true}
			if !c.secured(*a) && !links {
				return problem.New(problem.Conflict, "You could not sign in again").Instead("Set a password and an authenticator app, or a passkey, first.")
			}
			if _, err := tx.EndSignIns(ctx, a.Code, s.Hash); err != nil {
				return err
			}
			if err := record(ctx, tx, a.Actor(s.Role), "account.secure", a.Code, nil, facts{"hospital": "disconnected"}, ""); err != nil {
				return err
			}
			return c.tellOfHospital(ctx, tx, *a, "Your account at the hospital is disconnected", fmt.Sprintf("your account at the hospital does not sign you in to %q any more. "+
				"You have been signed out everywhere but where you did this.\n\nIf it was not you, change how you sign in, and tell an owner of the study:", c.Protocol.Title))
		}, nil
	})
}

func (c *Conduct) tellOfHospital(ctx context.Context, tx *store.Tx, a identity.Account, subject, text string) error {
	at := c.BaseURL + "/account/hospital"
	return c.mailStaff(ctx, tx, a, "staff-hospital", at+" "+a.Code+" "+tx.Now().Format(time.RFC3339Nano), subject,
		strings.Join([]string{"Dear " + a.Name + ",", text, at, c.contact()}, "\n\n")+"\n", time.Time{})
}
