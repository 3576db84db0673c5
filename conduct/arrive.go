package conduct

import (
	"context"
	"regexp"
	"time"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// BrowserLife is how long a browser stays open to whoever came through a personal link. The link opens it again.
const BrowserLife = 12 * time.Hour

var tokenForm = regexp.MustCompile(`^[a-z2-7]{26}$`)

// LinkOf gives whose personal link a token is, with the language in which they read, empty where none is known. It changes nothing, so
// that programs which read mail may follow links. A token that is unknown, cut short, expired or a coach's is problem.NotFound in the same
// words: nobody learns which.
func (c *Conduct) LinkOf(ctx context.Context, token string) (of identity.Actor, err error) {
	if !tokenForm.MatchString(token) {
		return of, c.deadLink()
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		r, err := c.linkOf(ctx, tx, token)
		of = identity.AsParticipant(r.Code)
		of.Language = r.Language
		return err
	})
	return of, err
}

func (c *Conduct) linkOf(ctx context.Context, tx *store.Tx, token string) (r participant.Record, err error) {
	l, err := tx.Link(ctx, LinkHash(token))
	if err == nil && !tx.Now().Before(l.Expires) {
		return r, c.deadLink()
	}
	if err == nil {
		r, err = tx.Participant(ctx, l.Code)
	}
	if problem.Is(err, problem.NotFound) { // a coach's link is among them
		return r, c.deadLink()
	}
	return r, err
}

func (c *Conduct) deadLink() error {
	return problem.New(problem.NotFound, "This link does not open anything").
		Instead("Open the link of the latest e-mail, in full; or write to %s and ask for a new one.", c.Protocol.Contact.Email)
}

// Arrive opens a browser to the participant of a personal link: it gives the secret that the browser is to keep, and notes the first
// time that somebody came. A link may be used as often as needed, on every device; what is refused is as for LinkOf.
func (c *Conduct) Arrive(ctx context.Context, token string) (secret string, err error) {
	if !tokenForm.MatchString(token) {
		return "", c.deadLink()
	}
	if secret, err = c.token(); err != nil {
		return "", err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := c.linkOf(ctx, tx, token)
		if err != nil {
			return err
		}
		if err := c.respond(ctx, tx, identity.AsParticipant(r.Code), r.Code); err != nil {
			return err
		}
		return tx.AddBrowser(ctx, LinkHash(secret), r.Code, tx.Now().Add(BrowserLife))
	})
	return secret, err
}

// Arrived gives the participant to whom a browser is open, by its secret; false where it is to none.
func (c *Conduct) Arrived(ctx context.Context, secret string) (by identity.Actor, open bool, err error) {
	if !tokenForm.MatchString(secret) {
		return by, false, nil
	}
	err = c.Store.Glance(ctx, func(tx *store.Tx) error {
		code, language, err := tx.BrowserOf(ctx, LinkHash(secret))
		if problem.Is(err, problem.NotFound) {
			return nil
		}
		if err == nil {
			by, open = identity.AsParticipant(code), true
			by.Language = language
		}
		return err
	})
	return by, open, err
}

// Leave closes a browser again.
func (c *Conduct) Leave(ctx context.Context, secret string) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error { return tx.RemoveBrowser(ctx, LinkHash(secret)) })
}
