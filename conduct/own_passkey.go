package conduct

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// mostOwnPasskeys bounds the passkeys of one participant.
const mostOwnPasskeys = 10

// OwnPasskey is a device with which a participant comes in without a link.
type OwnPasskey struct {
	ID    string
	Label string // the browser and the device; empty: not known
	Made  time.Time
	Used  *time.Time // nil: never yet
}

// ownHolder is a participant as package webauthn wants one: by a handle drawn by chance, and by no name.
type ownHolder struct {
	handle []byte
	name   string // the same for everybody
	keys   []webauthn.Credential
}

func (h ownHolder) WebAuthnID() []byte                         { return h.handle }
func (h ownHolder) WebAuthnName() string                       { return h.name }
func (h ownHolder) WebAuthnDisplayName() string                { return h.name }
func (h ownHolder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// ownHolderOf gives a participant with the passkeys that they have; who has none has no handle yet.
func ownHolderOf(ctx context.Context, tx *store.Tx, code participant.Code, language string) (h ownHolder, err error) {
	if h.name = "My page"; language == "es" {
		h.name = "Mi página"
	}
	all, err := tx.ParticipantPasskeys(ctx, code)
	for _, p := range all {
		var key webauthn.Credential
		if err := json.Unmarshal(p.Public, &key); err != nil {
			return h, err
		}
		if h.handle, err = base64.RawURLEncoding.DecodeString(p.Handle); err != nil {
			return h, err
		}
		h.keys = append(h.keys, key)
	}
	return h, err
}

func ownPasskeyKey(code participant.Code) string { return LinkHash("passkey of " + string(code)) }

// OwnPasskeys gives a participant's passkeys, the oldest first.
func (c *Conduct) OwnPasskeys(ctx context.Context, by identity.Actor, code participant.Code) (all []OwnPasskey, err error) {
	if err := by.RequireFor("participant.passkey", code); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		found, err := tx.ParticipantPasskeys(ctx, code)
		if err != nil || len(found) == 0 {
			return err
		}
		if tx.Vault == nil {
			return keyless()
		}
		for _, p := range found {
			label, err := tx.Vault.Open(p.Label, "participant_passkey", "label", p.ID)
			if err != nil {
				return err
			}
			all = append(all, OwnPasskey{p.ID, string(label), p.Made, p.Used})
		}
		return nil
	})
	return all, err
}

// BeginOwnPasskey gives what a browser is to ask an authenticator for, so that it makes a passkey for a participant.
func (c *Conduct) BeginOwnPasskey(ctx context.Context, by identity.Actor, code participant.Code) (options json.RawMessage, err error) {
	if err := by.RequireFor("participant.passkey", code); err != nil {
		return nil, err
	}
	relying, err := c.relying()
	if err != nil {
		return nil, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Participant(ctx, code); err != nil {
			return err
		}
		h, err := ownHolderOf(ctx, tx, code, by.Language)
		if err != nil {
			return err
		}
		if len(h.keys) >= mostOwnPasskeys {
			return problem.New(problem.Conflict, "There are %d passkeys already", len(h.keys)).Instead("Remove one first.")
		}
		if h.handle == nil {
			h.handle = make([]byte, 32)
			if _, err := io.ReadFull(c.random(), h.handle); err != nil {
				return err
			}
		}
		creation, session, err := relying.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
		if err != nil {
			return err
		}
		if options, err = json.Marshal(creation); err != nil {
			return err
		}
		return c.rememberCeremony(ctx, tx, ownPasskeyKey(code), session)
	})
	return options, err
}

// AddOwnPasskey takes a passkey that a participant's device has made. label is what the device is.
func (c *Conduct) AddOwnPasskey(ctx context.Context, by identity.Actor, code participant.Code, label string, response []byte) error {
	if err := by.RequireFor("participant.passkey", code); err != nil {
		return err
	}
	relying, err := c.relying()
	if err != nil {
		return err
	}
	made, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return badPasskey(err)
	}
	var wrong error // told once the ceremony is used up: it is good once, also where it fails
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		wrong = nil
		session, err := redeemCeremony(ctx, tx, ownPasskeyKey(code))
		if err != nil {
			return err
		}
		h, err := ownHolderOf(ctx, tx, code, by.Language)
		if err != nil {
			return err
		}
		if h.handle == nil {
			h.handle = session.UserID
		}
		key, err := relying.CreateCredential(h, session, made)
		if err != nil {
			wrong = badPasskey(err)
			return nil
		}
		id := base64.RawURLEncoding.EncodeToString(key.ID)
		if _, err := tx.ParticipantPasskey(ctx, id); !problem.Is(err, problem.NotFound) {
			wrong = orElse(err, keyKnown())
			return nil
		}
		public, err := keptKey(key)
		if err != nil {
			return err
		}
		if err := tx.AddParticipantPasskey(ctx, store.ParticipantPasskey{ID: id, Code: code, Handle: base64.RawURLEncoding.EncodeToString(h.handle),
			Label: tx.Vault.Seal([]byte(shorten(label)), "participant_passkey", "label", id), Public: public}); err != nil {
			return err
		}
		return record(ctx, tx, by, "participant.passkey", string(code), nil, facts{"passkey": "added"}, "")
	})
	return orElse(err, wrong)
}

// RemoveOwnPasskey removes one of a participant's passkeys, from a browser that came in just now: a screen that was left alone is not enough,
// which is problem.Conflict. secret is the browser's. The personal link opens their page as before.
func (c *Conduct) RemoveOwnPasskey(ctx context.Context, by identity.Actor, code participant.Code, secret, id string) error {
	if err := by.RequireFor("participant.passkey", code); err != nil {
		return err
	}
	if id == "" {
		return problem.New(problem.Invalid, "Say which passkey").On("id")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if fresh, err := cameJustNow(ctx, tx, code, secret); err != nil || !fresh {
			return orElse(err, problem.New(problem.Conflict, "It is more than a quarter of an hour since you came in").Instead("Come in again first, by a personal link or a passkey."))
		}
		n, err := tx.RemoveParticipantPasskeys(ctx, code, id)
		if err != nil || n == 0 {
			return orElse(err, problem.New(problem.NotFound, "You have no such passkey"))
		}
		return record(ctx, tx, by, "participant.passkey", string(code), nil, facts{"passkey": "removed"}, "")
	})
}

// CameJustNow reports whether the browser with a secret came in, by a personal link or a passkey, so lately that it may change how a
// participant comes in.
func (c *Conduct) CameJustNow(ctx context.Context, code participant.Code, secret string) (fresh bool, err error) {
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		fresh, err = cameJustNow(ctx, tx, code, secret)
		return err
	})
	return fresh, err
}

func cameJustNow(ctx context.Context, tx *store.Tx, code participant.Code, secret string) (bool, error) {
	made, err := tx.BrowserMade(ctx, LinkHash(secret), code)
	if problem.Is(err, problem.NotFound) {
		return false, nil
	}
	return err == nil && tx.Now().Sub(made) <= freshness, err
}

// BeginArrival begins coming in by whichever passkey the browser's owner chooses.
func (c *Conduct) BeginArrival(ctx context.Context) (Ceremony, error) {
	if err := identity.Anybody.Require("participant.arrive"); err != nil {
		return Ceremony{}, err
	}
	return c.beginPasskey(ctx, "arrival ")
}

// ArriveByPasskey opens a browser to the participant whose passkey an authenticator has signed with: it gives the secret that the browser is
// to keep. A passkey whose counter does not go forward may have been copied, and is refused.
func (c *Conduct) ArriveByPasskey(ctx context.Context, from identity.Origin, ceremony string, response []byte) (secret string, err error) {
	if err := identity.Anybody.Require("participant.arrive"); err != nil {
		return "", err
	}
	relying, err := c.relying()
	if err != nil {
		return "", err
	}
	tried := "arrival " + identity.Network(from.Address)
	if err := c.attempt(ctx, from, tried); err != nil {
		return "", err
	}
	signed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return "", badPasskey(err)
	}
	if secret, err = c.token(); err != nil {
		return "", err
	}
	var wrong error // told once the ceremony is used up
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		wrong = nil
		session, err := redeemCeremony(ctx, tx, LinkHash("arrival "+ceremony))
		if err != nil {
			return err
		}
		id := base64.RawURLEncoding.EncodeToString(signed.RawID)
		var code participant.Code
		_, key, err := relying.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
			p, err := tx.ParticipantPasskey(ctx, id)
			if err != nil {
				return nil, err
			}
			h, err := ownHolderOf(ctx, tx, p.Code, "")
			if err == nil && slices.Equal(h.handle, handle) {
				code = p.Code
			}
			return h, err
		}, session, signed)
		switch {
		case err != nil || code == "":
			wrong = badPasskey(err)
			return nil
		case key.Authenticator.CloneWarning:
			wrong = problem.New(problem.Forbidden, "This passkey may have been copied: it is refused").Instead("Come in by your personal link, and remove it.")
			return record(ctx, tx, identity.Anybody, "participant.arrive", string(code), nil, facts{"passkey": "refused"}, "")
		}
		public, err := keptKey(key)
		if err != nil {
			return err
		}
		if err := tx.UseParticipantPasskey(ctx, id, public); err != nil {
			return err
		}
		if err := c.takenBy(ctx, tx, from, tried); err != nil {
			return err
		}
		if err := record(ctx, tx, identity.AsParticipant(code), "participant.arrive", string(code), nil, facts{"method": "passkey"}, ""); err != nil {
			return err
		}
		return tx.AddBrowser(ctx, LinkHash(secret), code, tx.Now().Add(BrowserLife))
	})
	if err = orElse(err, wrong); err != nil {
		return "", err
	}
	return secret, nil
}
