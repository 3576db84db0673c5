package conduct

import (
	"context"
	"maps"
	"slices"
	"strings"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
)

// CorrectCoach changes who a coach is: name, address for mail, and the columns by which the protocol keeps people apart, of which a blank
// one is taken away; all else that p has is left as it stands. Mail goes to the new address from now on. Whoever has an account keeps
// signing in by the address of the account, which is theirs to keep; an invitation that nobody has followed goes to the new address, and
// opens nothing at the old one. Coachees stay; see ApartFrom.
func (c *Conduct) CorrectCoach(ctx context.Context, by identity.Actor, code coach.Code, p Person) error {
	if err := by.Require("coach.correct"); err != nil {
		return err
	}
	p, err := p.check("coach")
	if err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		i, err := tx.Identity(ctx, code)
		if err != nil || i.Kind != aCoach {
			return orElse(ignore(err, problem.NotFound), problem.New(problem.NotFound, "There is no such coach"))
		}
		before, err := reveal(tx, code, i.Sealed)
		if err != nil {
			return err
		}
		now := before
		now.Name, now.Email, now.Columns = p.Name, p.Email, map[string]string{}
		maps.Copy(now.Columns, before.Columns)
		for _, column := range c.Protocol.Coaching.Conflicts {
			if now.Columns[column] = strings.TrimSpace(p.Columns[column]); now.Columns[column] == "" {
				delete(now.Columns, column)
			}
		}
		changed, err := seal(tx, code, aCoach, now)
		if err != nil {
			return err
		}
		switch other, err := tx.IdentityByEmail(ctx, aCoach, changed.EmailHash); {
		case err == nil && other.Code != code:
			return problem.New(problem.Conflict, "There is a coach with this address already").On("email").Instead("Look at %s.", other.Code)
		case err != nil && !problem.Is(err, problem.NotFound):
			return err
		}
		var fields []string
		for name, same := range map[string]bool{"name": before.Name == now.Name, "email": before.Email == now.Email, "columns": maps.Equal(before.Columns, now.Columns)} {
			if !same {
				fields = append(fields, name)
			}
		}
		if len(fields) == 0 {
			return nil
		}
		slices.Sort(fields)
		if before.Email != now.Email {
			i.Bounced = nil
		}
		i.EmailHash, i.Sealed = changed.EmailHash, changed.Sealed
		if err := tx.SaveIdentity(ctx, i); err != nil {
			return err
		}
		if err := record(ctx, tx, by, "coach.correct", string(code), nil, facts{"changed": fields}, ""); err != nil {
			return err
		}
		if before.Email != now.Email {
			return c.inviteElsewhere(ctx, tx, by, code, now)
		}
		return nil
	})
}

// ApartFrom gives the coachees of a coach whom the protocol keeps apart from them as things stand now: what was known when they chose may
// have been corrected since. They stay; somebody must speak with them.
func (c *Conduct) ApartFrom(ctx context.Context, by identity.Actor, code coach.Code) (apart []participant.Code, err error) {
	if err := by.Require("coach.read"); err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		apart = nil
		pairs, err := tx.Coachees(ctx, code)
		if err != nil {
			return err
		}
		for _, pair := range pairs {
			is, err := c.apart(ctx, tx, pair.Participant, code)
			if err != nil {
				return err
			}
			if is {
				apart = append(apart, pair.Participant)
			}
		}
		return nil
	})
	return apart, err
}

// inviteElsewhere sends the invitation of a coach that nobody has followed to another address. An account that is signed in to, or is more
// than a coach's, stays as it is.
func (c *Conduct) inviteElsewhere(ctx context.Context, tx *store.Tx, by identity.Actor, code coach.Code, p Person) error {
	a, err := tx.AccountOfCoach(ctx, string(code))
	if err != nil || a.Joined != nil || a.Disabled != nil || len(a.Roles) != 1 {
		return ignore(err, problem.NotFound)
	}
	switch _, err := tx.AccountByEmail(ctx, p.Email); {
	case err == nil:
		return problem.New(problem.Conflict, "Somebody signs in with this address already").On("email").Instead("An owner can give that account the role.")
	case !problem.Is(err, problem.NotFound):
		return err
	}
	a.Name, a.Email = p.Name, p.Email
	if err := tx.EndTickets(ctx, a.Code, ""); err != nil {
		return err
	}
	if err := tx.SaveAccount(ctx, a); err != nil {
		return err
	}
	_, err = c.sendInvitation(ctx, tx, by, a)
	return err
}
