package conduct

import (
	"context"
	"fmt"
	"time"

	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
)

// TestMailKind is the kind of the mail that TestMail sends.
const TestMailKind = "test-mail"

// TestMail mails whoever asks for it, at the address of their own account: that it arrives shows that invitations will.
func (c *Conduct) TestMail(ctx context.Context, by identity.Actor) error {
	if err := by.Require("mail.test"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(ctx, by.Name)
		if problem.Is(err, problem.NotFound) {
			return problem.New(problem.Conflict, "Nobody has signed in whose address is known").Instead("A rehearsal sends no mail.")
		}
		if err != nil {
			return err
		}
		if err := record(ctx, tx, by, "mail.test", a.Code, nil, nil, ""); err != nil {
			return err
		}
		_, err = tx.Post(ctx, post.Message{Kind: TestMailKind, Person: a.Code, Dedupe: fmt.Sprintf("%s %s %s", TestMailKind, a.Code, tx.Now().Format(time.RFC3339Nano)), Due: tx.Now(), Expires: tx.Now().Add(time.Hour),
			Content: post.Content{To: mailbox(Person{Name: a.Name, Email: a.Email}), Subject: "A test of the study's mail",
				Text: fmt.Sprintf("Dear %s,\n\nthis is the test mail of %q. That you read it shows that mail leaves, and that invitations will.\n\n%s\n", a.Name, c.Protocol.Title, c.contact())}})
		return err
	})
}
