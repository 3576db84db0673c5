package conduct

import (
	"context"
	"encoding/json"
	"time"

	"golang.org/x/oauth2"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
)

// hospitalLife is how long somebody may take to sign in at the hospital.
const hospitalLife = 10 * time.Minute

// HospitalBack is where the hospital's sign-in leads back to.
const HospitalBack = "/sign-in/hospital/back"

// asked is what is remembered of somebody who went to the hospital's sign-in.
type asked struct {
	Nonce, Verifier, To string
}

func noHospital() error {
	return problem.New(problem.NotFound, "This study has no sign-in of a hospital").Instead("Sign in another way.")
}

func hospitalKey(state string) string { return LinkHash("hospital " + state) }

// BeginHospitalSignIn gives the address at the hospital to which somebody goes to sign in, and the state with which they come back: it is
// for their browser alone. to is kept for them meanwhile.
func (c *Conduct) BeginHospitalSignIn(ctx context.Context, to string) (address, state string, err error) {
	if err := identity.Anybody.Require("account.sign_in"); err != nil {
		return "", "", err
	}
	if c.Hospital == nil {
		return "", "", noHospital()
	}
	a := asked{Verifier: oauth2.GenerateVerifier(), To: to}
	for _, drawn := range []*string{&state, &a.Nonce} {
		if *drawn, err = c.token(); err != nil {
			return "", "", err
		}
	}
	if address, err = c.Hospital.Ask(ctx, c.BaseURL+HospitalBack, state, a.Nonce, a.Verifier); err != nil {
		return "", "", err
	}
	text, err := json.Marshal(a)
	if err != nil {
		return "", "", err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.Remember(ctx, hospitalKey(state), text, tx.Now().Add(hospitalLife))
	})
	return address, state, err
}

// HospitalSignIn completes a sign-in with what somebody brought back from the hospital, once. An account is found by who they are there;
// the first time by their address, where the hospital knows it to be theirs. Nobody gets an account by it. to is what was kept.
func (c *Conduct) HospitalSignIn(ctx context.Context, from identity.Origin, state, code string) (s Signed, to string, err error) {
	if err := identity.Anybody.Require("account.sign_in"); err != nil {
		return s, "", err
	}
	if c.Hospital == nil {
		return s, "", noHospital()
	}
	var a asked
	if err := c.Store.Write(ctx, func(tx *store.Tx) error {
		text, err := tx.Redeem(ctx, hospitalKey(state))
		if err != nil {
			return orElse(ignore(err, problem.NotFound), problem.New(problem.Conflict, "Signing in at the hospital took too long, or was done already").Instead("Begin again."))
		}
		return json.Unmarshal(text, &a)
	}); err != nil {
		return s, "", err
	}
	who, err := c.Hospital.Recognize(ctx, c.BaseURL+HospitalBack, code, a.Nonce, a.Verifier)
	if err != nil {
		return s, "", err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if tx.Vault == nil {
			return keyless()
		}
		subject := tx.Vault.Digest("hospital", c.Hospital.Issuer+" "+who.Subject)
		account, err := tx.AccountBySubject(ctx, subject)
		first := problem.Is(err, problem.NotFound)
		if first && who.Email != "" {
			account, err = tx.AccountByEmail(ctx, identity.CanonicalEmail(who.Email))
		}
		if err != nil && !problem.Is(err, problem.NotFound) {
			return err
		}
		if err != nil || account.Disabled != nil || first && account.Subject != "" {
			return problem.New(problem.Forbidden, "The hospital knows you, but this study has no open account for you").
				Instead("Ask an owner of the study to invite you at the address that the hospital has of you.")
		}
		if first {
			account.Subject = subject
			if account.Joined == nil {
				account.Joined = new(tx.Now())
			}
			if err := tx.SaveAccount(ctx, account); err != nil {
				return err
			}
			if err := record(ctx, tx, account.Actor(account.Roles[0]), "account.secure", account.Code, nil, facts{"hospital": "known"}, ""); err != nil {
				return err
			}
		}
		s, err = c.signedIn(ctx, tx, account, "oidc", from)
		return err
	})
	return s, a.To, err
}
