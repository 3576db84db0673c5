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

// LinkOf gives whose personal link a token is. It changes nothing, so that programs which read mail may follow links. A token that is
// unknown, cut short, expired or a coach's is problem.NotFound in the same words: nobody learns which.
func (c *Conduct) LinkOf(ctx context.Context, token string) (code participant.Code, err error) {
	if !tokenForm.MatchString(token) {
		return "", c.deadLink()
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		code, err = c.linkOf(ctx, tx, token)
		return err
	})
	return code, err
}

func (c *Conduct) linkOf(ctx context.Context, tx *store.Tx, token string) (participant.Code, error) {
	l, err := tx.Link(ctx, LinkHash(token))
	switch {
	case problem.Is(err, problem.NotFound) || err == nil && !tx.Now().Before(l.Expires):
		return "", c.deadLink()
	case err != nil:
		return "", err
	}
	if _, err := tx.Participant(ctx, l.Code); problem.Is(err, problem.NotFound) {
		return "", c.deadLink()
	} else if err != nil {
		return "", err
	}
	return l.Code, nil
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
		code, err := c.linkOf(ctx, tx, token)
		if err != nil {
			return err
		}
		if err := c.respond(ctx, tx, identity.AsParticipant(code), code); err != nil {
			return err
		}
		return tx.AddBrowser(ctx, LinkHash(secret), code, tx.Now().Add(BrowserLife))
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
