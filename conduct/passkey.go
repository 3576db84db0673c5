package conduct

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
)

// passkeyLife is how long a browser may take to ask its owner's finger, face or PIN.
const passkeyLife = 10 * time.Minute

// relying gives who asks for passkeys: this site, by the name that links begin with. A site without a name of its own has none.
func (c *Conduct) relying() (*webauthn.WebAuthn, error) {
	none := problem.New(problem.Conflict, "This site can have no passkeys: they need https and a name, not a number").Instead("Sign in another way.")
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Hostname() != "localhost" {
		return nil, none
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return nil, none
	}
	w, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: c.Protocol.Title, RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{RequireResidentKey: protocol.ResidentKeyRequired(), ResidentKey: protocol.ResidentKeyRequirementRequired,
			UserVerification: protocol.VerificationRequired}})
	if err != nil {
		return nil, problem.New(problem.Internal, "passkeys cannot be asked for").Because(err)
	}
	return w, nil
}

// PasskeysPossible reports whether this site can have passkeys.
func (c *Conduct) PasskeysPossible() bool {
	_, err := c.relying()
	return err == nil
}

// keyholder is an account as package webauthn wants it. To an authenticator it is known by its code.
type keyholder struct {
	identity.Account
	keys []webauthn.Credential
}

func (k keyholder) WebAuthnID() []byte                         { return []byte(k.Code) }
func (k keyholder) WebAuthnName() string                       { return k.Email }
func (k keyholder) WebAuthnDisplayName() string                { return k.Name }
func (k keyholder) WebAuthnCredentials() []webauthn.Credential { return k.keys }

func holderOf(ctx context.Context, tx *store.Tx, a identity.Account) (k keyholder, err error) {
	k.Account = a
	all, err := tx.Passkeys(ctx, a.Code)
	for _, p := range all {
		var key webauthn.Credential
		if err := json.Unmarshal(p.Public, &key); err != nil {
			return k, err
		}
		k.keys = append(k.keys, key)
	}
	return k, err
}

func passkeyKey(s identity.SignIn) string { return LinkHash("passkey " + s.Hash) }

// BeginPasskey gives what a browser is to ask an authenticator for, so that it makes a passkey for the owner of a token. Where there is a
// password it must be given.
func (c *Conduct) BeginPasskey(ctx context.Context, token, password string) (options json.RawMessage, err error) {
	relying, err := c.relying()
	if err != nil {
		return nil, err
	}
	err = c.secure(ctx, token, password, func(context.Context, identity.SignIn, identity.Account) (func(*store.Tx, *identity.Account) error, error) {
		return func(tx *store.Tx, a *identity.Account) error {
			s, _, err := c.stepping(ctx, tx, token, identity.NeedsSetup, identity.Complete)
			if err != nil {
				return err
			}
			k, err := holderOf(ctx, tx, *a)
			if err != nil {
				return err
			}
			creation, session, err := relying.BeginRegistration(k, webauthn.WithExclusions(webauthn.Credentials(k.keys).CredentialDescriptors()))
			if err != nil {
				return err
			}
			if options, err = json.Marshal(creation); err != nil {
				return err
			}
			return c.rememberCeremony(ctx, tx, passkeyKey(s), session)
		}, nil
	})
	return options, err
}

func (c *Conduct) rememberCeremony(ctx context.Context, tx *store.Tx, key string, session *webauthn.SessionData) error {
	text, err := json.Marshal(session)
	if err != nil {
		return err
	}
	return tx.Remember(ctx, key, text, tx.Now().Add(passkeyLife))
}

// redeemCeremony gives what was remembered of a ceremony, once.
func redeemCeremony(ctx context.Context, tx *store.Tx, key string) (session webauthn.SessionData, err error) {
	text, err := tx.Redeem(ctx, key)
	if err != nil {
		return session, orElse(ignore(err, problem.NotFound), problem.New(problem.Conflict, "It took too long, or was done already").Instead("Begin again."))
	}
	return session, json.Unmarshal(text, &session)
}

// AddPasskey takes a passkey that an authenticator has made. label is what its owner calls it.
func (c *Conduct) AddPasskey(ctx context.Context, token, label string, response []byte) error {
	relying, err := c.relying()
	if err != nil {
		return err
	}
	if label = shorten(label); label == "" {
		label = "Passkey"
	}
	const longest = 60
	if letters := []rune(label); len(letters) > longest {
		label = string(letters[:longest])
	}
	made, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return badPasskey(err)
	}
	var wrong error // told once the ceremony is used up: it is good once, also where it fails
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		s, a, err := c.stepping(ctx, tx, token, identity.NeedsSetup, identity.Complete)
		if err != nil {
			return err
		}
		session, err := redeemCeremony(ctx, tx, passkeyKey(s))
		if err != nil {
			return err
		}
		k, err := holderOf(ctx, tx, a)
		if err != nil {
			return err
		}
		key, err := relying.CreateCredential(k, session, made)
		if err != nil {
			wrong = badPasskey(err)
			return nil
		}
		id := base64.RawURLEncoding.EncodeToString(key.ID)
		if _, err := tx.Passkey(ctx, id); !problem.Is(err, problem.NotFound) {
			wrong = orElse(err, keyKnown())
			return nil
		}
		public, err := keptKey(key)
		if err != nil {
			return err
		}
		if err := tx.AddPasskey(ctx, identity.Passkey{ID: id, Account: a.Code, Label: label, Public: public}); err != nil {
			return err
		}
		return record(ctx, tx, a.Actor(s.Role), "account.secure", a.Code, nil, facts{"passkey": "added"}, "")
	})
	return orElse(err, wrong)
}

// keptKey is what is stored of a passkey, as JSON: all but which make of authenticator it is, which matters to nobody here.
func keptKey(key *webauthn.Credential) ([]byte, error) {
	key.Attestation = webauthn.CredentialAttestation{}
	return json.Marshal(key)
}

// takenBy forgives what was tried in vain before a passkey was taken.
func (c *Conduct) takenBy(ctx context.Context, tx *store.Tx, from identity.Origin, tried string) error {
	if err := tx.Forgive(ctx, c.throttled(tx, tried)); err != nil {
		return err
	}
	return tx.Refund(ctx, c.network(tx, from))
}

func keyKnown() error {
	return problem.New(problem.Conflict, "This passkey is registered already")
}

func badPasskey(err error) error {
	p := problem.New(problem.Invalid, "The passkey could not be checked").Instead("Try again, or sign in another way.").Because(err)
	if said, ok := errors.AsType[*protocol.Error](err); ok { // what it says by itself is for the log
		p = p.Because(errors.New(strings.Join([]string{said.Type, said.Details, said.DevInfo}, ": ")))
	}
	return p
}

// RemovePasskey removes one of the passkeys of the owner of a token; the last one only where there is another way to sign in again. Where there
// is a password it must be given.
func (c *Conduct) RemovePasskey(ctx context.Context, token, password, id string) error {
	if id == "" {
		return problem.New(problem.Invalid, "Say which passkey").On("id")
	}
	return c.secure(ctx, token, password, func(_ context.Context, s identity.SignIn, _ identity.Account) (func(*store.Tx, *identity.Account) error, error) {
		return func(tx *store.Tx, a *identity.Account) error {
			links, err := c.linksAllowed(ctx, tx)
			if err != nil {
				return err
			}
			n, err := tx.RemovePasskeys(ctx, a.Code, id)
			if err != nil || n == 0 {
				return orElse(err, problem.New(problem.NotFound, "You have no such passkey"))
			}
			if a.Passkeys -= int(n); !c.secured(*a) && !links {
				return problem.New(problem.Conflict, "You could not sign in again").Instead("Set a password and an authenticator app, or another passkey, first.")
			}
			return record(ctx, tx, a.Actor(s.Role), "account.secure", a.Code, nil, facts{"passkey": "removed"}, "")
		}, nil
	})
}

// Ceremony is a sign-in by passkey that has begun.
type Ceremony struct {
	Token   string          // to come back with
	Options json.RawMessage // what the browser is to ask for
}

// BeginPasskeySignIn begins a sign-in by whichever passkey the browser's owner chooses.
func (c *Conduct) BeginPasskeySignIn(ctx context.Context) (Ceremony, error) {
	if err := identity.Anybody.Require("account.sign_in"); err != nil {
		return Ceremony{}, err
	}
	return c.beginPasskey(ctx, "passkey sign-in ")
}

// beginPasskey begins coming in by a passkey, as staff or as a participant: which of them, its name says.
func (c *Conduct) beginPasskey(ctx context.Context, name string) (begun Ceremony, err error) {
	relying, err := c.relying()
	if err != nil {
		return begun, err
	}
	assertion, session, err := relying.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return begun, err
	}
	if begun.Options, err = json.Marshal(assertion); err != nil {
		return begun, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if begun.Token, err = c.token(); err != nil {
			return err
		}
		return c.rememberCeremony(ctx, tx, LinkHash(name+begun.Token), session)
	})
	return begun, err
}

// PasskeySignIn takes what an authenticator has signed and completes a sign-in: whoever holds a passkey has also shown finger, face or
// PIN. A passkey whose counter does not go forward may have been copied, and is refused.
func (c *Conduct) PasskeySignIn(ctx context.Context, from identity.Origin, ceremony string, response []byte) (s Signed, err error) {
	if err := identity.Anybody.Require("account.sign_in"); err != nil {
		return s, err
	}
	relying, err := c.relying()
	if err != nil {
		return s, err
	}
	tried := "passkey " + identity.Network(from.Address)
	if err := c.attempt(ctx, from, tried); err != nil {
		return s, err
	}
	signed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return s, badPasskey(err)
	}
	var wrong error // told once the ceremony is used up
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		s, wrong = Signed{}, nil
		session, err := redeemCeremony(ctx, tx, LinkHash("passkey sign-in "+ceremony))
		if err != nil {
			return err
		}
		var a identity.Account
		_, key, err := relying.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
			if a, err = tx.Account(ctx, string(handle)); err != nil {
				return nil, err
			}
			return holderOf(ctx, tx, a)
		}, session, signed)
		switch {
		case err != nil || a.Disabled != nil:
			wrong = badPasskey(err)
			return c.recordFailure(ctx, tx, a.Code, "passkey")
		case key.Authenticator.CloneWarning:
			wrong = problem.New(problem.Forbidden, "This passkey may have been copied: it is refused").Instead("Sign in another way, remove it in your account, and tell an owner of the study.")
			return record(ctx, tx, identity.Anybody, "account.sign_in", a.Code, nil, facts{"method": "passkey", "failed": true, "copied": true}, "")
		}
		public, err := keptKey(key)
		if err != nil {
			return err
		}
		if err := tx.UsePasskey(ctx, base64.RawURLEncoding.EncodeToString(key.ID), public); err != nil {
			return err
		}
		if err := c.takenBy(ctx, tx, from, tried); err != nil {
			return err
		}
		s, err = c.signedIn(ctx, tx, a, "passkey", from)
		return err
	})
	return s, orElse(err, wrong)
}
