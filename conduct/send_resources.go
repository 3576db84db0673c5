package conduct

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// SendResources sends the wellness resources of a participant's arm once more, at once.
func (c *Conduct) SendResources(ctx context.Context, by identity.Actor, code participant.Code) error {
	if err := by.Require("resource.send"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.Participant(ctx, code)
		if err != nil {
			return err
		}
		arm, ok, err := c.armOf(ctx, tx, r)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(c.Protocol.Messages, func(m study.Message) bool {
			return m.Purpose == study.ResourcesSent && (len(m.Arms) == 0 || slices.Contains(m.Arms, arm.ID))
		})
		if !ok || len(arm.Resources) == 0 || i < 0 {
			return problem.New(problem.Conflict, "The protocol sends no resources to %s", code)
		}
		if !r.Use.Contact() {
			return problem.New(problem.Conflict, "%s wants no more mail", code)
		}
		if err := writable(ctx, tx, code); err != nil {
			return err
		}
		p, err := person(ctx, tx, code)
		if err != nil {
			return err
		}
		link, err := c.newLink(tx, code)
		if err != nil {
			return err
		}
		if err := tx.AddLinks(ctx, []store.Link{link.Link}); err != nil {
			return err
		}
		for _, id := range arm.Resources {
			if _, err := tx.SentResource(ctx, code, id); err != nil {
				return err
			}
		}
		if err := record(ctx, tx, by, "resource.send", string(code), nil, nil, ""); err != nil {
			return err
		}
		protocol := study.In(r.Language, *c.Protocol)
		m := protocol.Messages[i]
		subject, body := m.Fill(map[string]string{"name": p.Name, "title": protocol.Title, "contact": contact(protocol), "resources": resources(protocol, arm), "link": link.url})
		_, err = tx.Post(ctx, post.Message{Kind: m.ID, Person: string(code), Dedupe: fmt.Sprintf("%s %s again %s", code, m.ID, tx.Now().Format(time.RFC3339Nano)), Due: tx.Now(),
			Content: link.letter(p, subject, body)})
		return err
	})
}
