package conduct

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// revealLife is how long a wish to know who somebody is stands: for another owner to decide, and then to be seen.
const revealLife = 72 * time.Hour

// AskReveal files an owner's wish to know who a code is. It shows nothing yet: another owner must grant it. The reason is sealed, and is
// for the other owner; the trail, which the participant reads, says that it was asked.
func (c *Conduct) AskReveal(ctx context.Context, by identity.Actor, code participant.Code, reason string) error {
	if err := by.Require("identity.ask"); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if reason == "" || len(reason) > longestField || !utf8.ValidString(reason) {
		return problem.New(problem.Invalid, "There is no reason, or it is longer than %d bytes", longestField).On("reason").Instead("Say why this person must be known: the other owner decides by it.")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if tx.Vault == nil {
			return keyless()
		}
		if _, err := tx.Participant(ctx, code); err != nil {
			return err
		}
		if err := tx.AddReveal(ctx, store.Reveal{Code: code, AskedBy: by.Name, Asked: tx.Now(), Expires: tx.Now().Add(revealLife),
			Reason: tx.Vault.Seal([]byte(reason), "reveal", "reason", string(code))}); err != nil {
			return err
		}
		if err := record(ctx, tx, by, "identity.ask", string(code), nil, nil, ""); err != nil {
			return err
		}
		return c.tellOwners(ctx, tx, func(a identity.Account) bool { return a.Code != by.Name }, tx.Now().Add(revealLife), "Another owner asks who a code is",
			"another owner of %q asks to know who a study code is, and says why. It takes you to grant or to refuse it, until %s:")
	})
}

// tellOwners mails some of the owners of how it stands with a wish to know who somebody is: neither of whom, nor why. The text takes the
// title of the study and the moment from which on the mail is of no use.
func (c *Conduct) tellOwners(ctx context.Context, tx *store.Tx, whom func(identity.Account) bool, until time.Time, subject, text string) error {
	accounts, err := tx.Accounts(ctx)
	if err != nil {
		return err
	}
	at := c.BaseURL + "/reveal"
	text = fmt.Sprintf(text, c.Protocol.Title, until.In(c.Protocol.Location()).Format("Monday, January 2, 15:04 MST"))
	for _, a := range accounts {
		if !a.Serves(identity.Owner) || !whom(a) {
			continue
		}
		if err := c.mailStaff(ctx, tx, a, "staff-reveal", at+" "+a.Code+" "+tx.Now().Format(time.RFC3339Nano), subject,
			strings.Join([]string{"Dear " + a.Name + ",", text, at, c.contact()}, "\n\n")+"\n", until); err != nil {
			return err
		}
	}
	return nil
}

// DecideReveal grants another owner's wish, or refuses it. Nobody decides on their own.
func (c *Conduct) DecideReveal(ctx context.Context, by identity.Actor, id int64, grant bool) error {
	if err := by.Require("identity.grant"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.Reveal(ctx, id)
		if err != nil {
			return err
		}
		switch {
		case r.AskedBy == by.Name:
			return problem.New(problem.Conflict, "You have asked for this yourself").Instead("Another owner must decide.")
		case r.Decided != nil:
			return problem.New(problem.Conflict, "This was decided on %s", r.Decided.Format("January 2, 2006"))
		case !tx.Now().Before(r.Expires):
			return problem.New(problem.Conflict, "This was asked more than 72 hours ago").Instead("It must be asked anew.")
		}
		if err := tx.DecideReveal(ctx, id, by.Name, grant, tx.Now().Add(revealLife)); err != nil {
			return err
		}
		if err := record(ctx, tx, by, "identity.grant", string(r.Code), nil, facts{"granted": grant}, ""); err != nil {
			return err
		}
		text := "what you asked to know of a study code of %q was refused. Until %s the page has it as well:"
		if grant {
			text = "what you asked to know of a study code of %q was granted. It is shown to you once, until %s:"
		}
		return c.tellOwners(ctx, tx, func(a identity.Account) bool { return a.Code == r.AskedBy }, tx.Now().Add(revealLife), "Who a code is: it was decided", text)
	})
}

// Reveal shows the one who asked who a code is: once, after another owner has granted it.
func (c *Conduct) Reveal(ctx context.Context, by identity.Actor, id int64) (p Person, code participant.Code, err error) {
	if err := by.Require("identity.reveal"); err != nil {
		return p, "", err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.Reveal(ctx, id)
		if err != nil {
			return err
		}
		switch {
		case r.AskedBy != by.Name:
			return problem.New(problem.NotFound, "There is no such page")
		case !r.Granted:
			return problem.New(problem.Conflict, "No other owner has granted this")
		case r.Seen != nil:
			return problem.New(problem.Conflict, "This was shown on %s, and is shown once", r.Seen.Format("January 2, 2006")).Instead("Ask anew, with the reason.")
		case !tx.Now().Before(r.Expires):
			return problem.New(problem.Conflict, "This was granted more than 72 hours ago").Instead("Ask anew, with the reason.")
		}
		code = r.Code
		if p, err = person(ctx, tx, code); err != nil {
			return err
		}
		if err := tx.SeeReveal(ctx, id); err != nil {
			return err
		}
		return record(ctx, tx, by, "identity.reveal", string(code), nil, nil, "")
	})
	if err != nil {
		return Person{}, "", err
	}
	return p, code, nil
}

// Asked is a wish with its reason.
type Asked struct {
	store.Reveal
	Why string
}

// Reveals gives owners the latest wishes, with their reasons.
func (c *Conduct) Reveals(ctx context.Context, by identity.Actor) (all []Asked, err error) {
	if err := by.Require("identity.grant"); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		if tx.Vault == nil {
			return keyless()
		}
		found, err := tx.Reveals(ctx, 100)
		for _, r := range found {
			why, err := tx.Vault.Open(r.Reason, "reveal", "reason", string(r.Code))
			if err != nil {
				return err
			}
			all = append(all, Asked{r, string(why)})
		}
		return err
	})
	return all, err
}
