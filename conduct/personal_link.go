package conduct

import (
	"context"
	"fmt"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// SendLink mails a participant a new personal link, at once. Whoever wants no more mail, or whose address takes none, gets none: that is a
// conflict, which says so.
func (c *Conduct) SendLink(ctx context.Context, by identity.Actor, code participant.Code) error {
	if err := by.Require("participant.link"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		i, err := tx.Identity(ctx, code)
		if err != nil || i.Kind != aParticipant {
			return orElse(err, problem.New(problem.NotFound, "There is no such participant"))
		}
		if i.Bounced != nil || i.OptedOut != nil {
			return problem.New(problem.Conflict, "%s gets no mail: the address takes none, or the person wants none", code)
		}
		if err := writable(ctx, tx, code); err != nil {
			return err
		}
		return c.sendLink(ctx, tx, by, "participant.link", code, "", "")
	})
}

// RequestPersonalLink mails a new personal link to whoever is on the roster with an address, in the language that they chose, or else in
// that of the page on which it was asked for; to is the page of theirs that it is to lead to, empty: none. It answers the same for every
// address; one that is not there, takes no mail, or belongs to somebody who wants none, gets none.
func (c *Conduct) RequestPersonalLink(ctx context.Context, from identity.Origin, email, language, to string) error {
	if err := identity.Anybody.Require("participant.ask_link"); err != nil {
		return err
	}
	email = identity.CanonicalEmail(email)
	if err := c.attempt(ctx, from, "personal "+email); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Refund(ctx, c.network(tx, from)); err != nil {
			return err
		}
		i, err := tx.IdentityByEmail(ctx, aParticipant, tx.Vault.Digest("email", email))
		if err != nil || i.Bounced != nil || i.OptedOut != nil {
			return ignore(err, problem.NotFound)
		}
		r, err := tx.Participant(ctx, i.Code)
		if err != nil || r.Status == participant.Declined || r.Status == participant.Excluded || !r.Use.Contact() {
			return err
		}
		return c.sendLink(ctx, tx, identity.Anybody, "participant.ask_link", i.Code, language, to)
	})
}

func (c *Conduct) sendLink(ctx context.Context, tx *store.Tx, by identity.Actor, verb string, code participant.Code, language, to string) error {
	if err := record(ctx, tx, by, verb, string(code), nil, nil, ""); err != nil {
		return err
	}
	return c.writeAbout(ctx, tx, code, notice{kind: "personal-link", language: language, to: to,
		english: letter{"Your personal link", fmt.Sprintf("This is your personal link to %q. It opens your own pages, so please do not pass it on. What you have saved is kept. "+
			"If it was not you who asked for it, you need do nothing.", c.Protocol.Title)},
		spanish: letter{"Su enlace personal", fmt.Sprintf("Este es su enlace personal a «%s». Abre sus propias páginas, así que le rogamos que no lo comparta. Lo que ha guardado se conserva. "+
			"Si no lo ha pedido usted, no tiene que hacer nada.", study.In("es", *c.Protocol).Title)}})
}

// EndLinks ends all personal links of a participant, closes the browsers that they have opened, and ends the addresses of calendars and the
// passkeys made there, for a link that has come into other hands. SendLink gives a new one.
func (c *Conduct) EndLinks(ctx context.Context, by identity.Actor, code participant.Code) error {
	if err := by.RequireFor("participant.unlink", code); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Participant(ctx, code); err != nil {
			return err
		}
		if err := tx.EndLinks(ctx, code); err != nil {
			return err
		}
		if _, err := tx.RemoveParticipantPasskeys(ctx, code, ""); err != nil {
			return err
		}
		for _, busy := range []bool{false, true} {
			if _, err := tx.EndFeed(ctx, code, busy); err != nil {
				return err
			}
		}
		return record(ctx, tx, by, "participant.unlink", string(code), nil, nil, "")
	})
}
