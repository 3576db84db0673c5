package conduct

import (
	"context"
	"fmt"
	"time"

	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
)

// tellChosen writes to a coach whom somebody has chosen, once for each time that the two come together. Who it was stands on the desk alone,
// not in mail that others may read over a shoulder.
func (c *Conduct) tellChosen(ctx context.Context, tx *store.Tx, with coach.Code, code participant.Code) error {
	p, err := person(ctx, tx, with)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("Dear %s,\n\nsomebody has just chosen you as their coach. Who it is, and when you meet as soon as a session is booked, is on your desk:\n%s\n\n"+
		"You need to do nothing now. If you cannot coach anybody more at present, write to %s.\n", p.Name, c.BaseURL+"/desk", c.contact())
	_, err = tx.Post(ctx, post.Message{Kind: "coach-chosen", Person: string(with), Dedupe: fmt.Sprintf("coach-chosen %s %s %s", with, code, tx.Now().Format(time.RFC3339Nano)), Due: tx.Now(),
		Content: post.Content{To: mailbox(p), Subject: "There is news on your desk", Text: text}})
	return err
}
