package conduct

import (
	"context"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/participant"
)

// Bounce notes that a person's address takes no mail: none is sent there any more, until Readdress gives another.
func (c *Conduct) Bounce(ctx context.Context, by identity.Actor, code participant.Code) error {
	if err := by.Require("participant.bounce"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		i, err := tx.Identity(ctx, code)
		if err != nil || i.Bounced != nil {
			return err
		}
		return c.bounced(ctx, tx, by, i, nil)
	})
}

func (c *Conduct) bounced(ctx context.Context, tx *store.Tx, by identity.Actor, i store.Identity, what facts) error {
	i.Bounced = new(tx.Now())
	if err := tx.SaveIdentity(ctx, i); err != nil {
		return err
	}
	return record(ctx, tx, by, "participant.bounce", string(i.Code), nil, what, "")
}

// Readdress gives a person another e-mail address; mail goes there from now on, also where the old one took none. A wish for no more
// mail stands: it is the person's, not the address's. An address that somebody else has is a conflict.
func (c *Conduct) Readdress(ctx context.Context, by identity.Actor, code participant.Code, email string) error {
	if err := by.Require("participant.readdress"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		i, err := tx.Identity(ctx, code)
		if err != nil {
			return err
		}
		p, err := reveal(tx, code, i.Sealed)
		if err != nil {
			return err
		}
		before := i.EmailHash
		p.Email = email
		if p, err = p.check(string(code)); err != nil {
			return err
		}
		changed, err := seal(tx, code, i.Kind, p)
		if err != nil || changed.EmailHash == before && i.Bounced == nil {
			return err
		}
		switch other, err := tx.IdentityByEmail(ctx, i.Kind, changed.EmailHash); {
		case err == nil && other.Code != code:
			return problem.New(problem.Conflict, "Somebody else has this address").On("email").Instead("Look at %s.", other.Code)
		case err != nil && !problem.Is(err, problem.NotFound):
			return err
		}
		i.EmailHash, i.Sealed, i.Bounced = changed.EmailHash, changed.Sealed, nil
		if err := tx.SaveIdentity(ctx, i); err != nil {
			return err
		}
		return record(ctx, tx, by, "participant.readdress", string(code), facts{"email": before}, facts{"email": changed.EmailHash}, "")
	})
}

// OptOut takes a person's wish for no more mail, which holds for ever: whatever is planned for them stays unsent. It ends nothing else;
// who wants to leave the trial withdraws. A second time changes nothing.
func (c *Conduct) OptOut(ctx context.Context, by identity.Actor, code participant.Code) error {
	if err := by.RequireFor("participant.opt_out", code); err != nil {
		return err
	}
	return c.noMail(ctx, by, "participant.opt_out", code)
}

// Complain notes that a person has called our mail unwanted to their mail provider. It is an OptOut that they did not tell us.
func (c *Conduct) Complain(ctx context.Context, by identity.Actor, code participant.Code) error {
	if err := by.Require("participant.complain"); err != nil {
		return err
	}
	return c.noMail(ctx, by, "participant.complain", code)
}

func (c *Conduct) noMail(ctx context.Context, by identity.Actor, verb string, code participant.Code) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		i, err := tx.Identity(ctx, code)
		if err != nil || i.OptedOut != nil {
			return err
		}
		return c.optOut(ctx, tx, by, verb, i)
	})
}

func (c *Conduct) optOut(ctx context.Context, tx *store.Tx, by identity.Actor, verb string, i store.Identity) error {
	i.OptedOut = new(tx.Now())
	if err := tx.SaveIdentity(ctx, i); err != nil {
		return err
	}
	return record(ctx, tx, by, verb, string(i.Code), nil, nil, "")
}
