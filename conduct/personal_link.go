package conduct

import (
	"context"
	"fmt"

	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
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
		return c.sendLink(ctx, tx, by, "participant.link", i)
	})
}

// RequestPersonalLink mails a new personal link to whoever is on the roster with an address. It answers the same for every address; one
// that is not there, takes no mail, or belongs to somebody who wants none, gets none.
func (c *Conduct) RequestPersonalLink(ctx context.Context, from identity.Origin, email string) error {
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
		return c.sendLink(ctx, tx, identity.Anybody, "participant.ask_link", i)
	})
}

func (c *Conduct) sendLink(ctx context.Context, tx *store.Tx, by identity.Actor, verb string, i store.Identity) error {
	p, err := reveal(tx, i.Code, i.Sealed)
	if err != nil {
		return err
	}
	link, err := c.newLink(tx, i.Code)
	if err != nil {
		return err
	}
	if err := tx.AddLinks(ctx, []store.Link{link.Link}); err != nil {
		return err
	}
	if err := record(ctx, tx, by, verb, string(i.Code), nil, nil, ""); err != nil {
		return err
	}
	text := fmt.Sprintf("Dear %s,\n\nthis is your personal link to %q:\n\n%s\n\nIt opens your own pages, so please do not pass it on. What you have saved is kept. "+
		"If it was not you who asked for it, you need do nothing.\n\n%s\n", p.Name, c.Protocol.Title, link.url, c.contact())
	_, err = tx.Post(ctx, post.Message{Kind: "personal-link", Person: string(i.Code), Dedupe: "personal-link " + link.Hash, Due: tx.Now(),
		Content: link.letter(p, "Your personal link", text)})
	return err
}

// EndLinks ends all personal links of a participant, closes the browsers that they have opened, and ends the addresses of calendars made
// there, for a link that has come into other hands. SendLink gives a new one.
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
		for _, busy := range []bool{false, true} {
			if _, err := tx.EndFeed(ctx, code, busy); err != nil {
				return err
			}
		}
		return record(ctx, tx, by, "participant.unlink", string(code), nil, nil, "")
	})
}
