package conduct

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"time"

	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// linkLife is how long a personal link opens: a year, since the mail with it may be read late and a new mail brings a new link.
const linkLife = 365 * 24 * time.Hour

// LinkHash is the form in which a personal link's token is kept: SHA-256, hexadecimal. A token has 128 random bits, so that nothing
// slower is needed.
func LinkHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// personal is a new personal link, which nobody but its mail knows.
type personal struct {
	store.Link
	url string
}

// newLink draws a personal link.
func (c *Conduct) newLink(tx *store.Tx, code participant.Code) (personal, error) {
	token, err := c.token()
	return personal{store.Link{Hash: LinkHash(token), Code: code, Expires: tx.Now().Add(linkLife)}, c.BaseURL + "/p/" + token}, err
}

// correspondent gives somebody who may be written to, with a new personal link; ok is false for whoever gets no mail.
func (c *Conduct) correspondent(ctx context.Context, tx *store.Tx, code participant.Code) (p Person, link personal, ok bool, err error) {
	i, err := tx.Identity(ctx, code)
	if err != nil || i.Bounced != nil || i.OptedOut != nil {
		return p, link, false, ignore(err, problem.NotFound)
	}
	if p, err = reveal(tx, code, i.Sealed); err != nil {
		return p, link, false, err
	}
	if link, err = c.newLink(tx, code); err != nil {
		return p, link, false, err
	}
	return p, link, true, tx.AddLinks(ctx, []store.Link{link.Link})
}

// letter is a mail to a person. Its headers say how to be written to no more: by the link, where somebody confirms it, or by one click
// in a mail program, which posts to the same address (RFC 8058).
func (l personal) letter(p Person, subject, text string) post.Content {
	return post.Content{To: mailbox(p), Subject: subject, Text: text, Headers: map[string]string{
		"List-Unsubscribe": "<" + l.url + "/stop>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}}
}

// mailbox is a person's address as a mail has it.
func mailbox(p Person) string { return (&mail.Address{Name: p.Name, Address: p.Email}).String() }
