package conduct

import (
	"context"

	"rekindle/platform/identity"
	"rekindle/platform/portrait"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
)

// SetPhoto takes a coach's own photo out of an uploaded file, of which nothing but a square of its pixels is kept.
func (c *Conduct) SetPhoto(ctx context.Context, by identity.Actor, file []byte, crop portrait.Crop) error {
	if err := by.Require("coach.photo"); err != nil {
		return err
	}
	var p store.Photo
	var err error
	if p.Large, p.Small, err = portrait.Read(file, crop); err != nil { // before the transaction: it takes a while
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Coach(ctx, by.Coach); err != nil {
			return err
		}
		if err := tx.SavePhoto(ctx, by.Coach, p); err != nil {
			return err
		}
		return record(ctx, tx, by, "coach.photo", string(by.Coach), nil, facts{"photo": "set"}, "")
	})
}

// RemovePhoto forgets a coach's own photo.
func (c *Conduct) RemovePhoto(ctx context.Context, by identity.Actor) error {
	if err := by.Require("coach.photo"); err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if there, err := tx.Pictured(ctx, by.Coach); err != nil || !there {
			return err
		}
		if err := tx.RemovePhoto(ctx, by.Coach); err != nil {
			return err
		}
		return record(ctx, tx, by, "coach.photo", string(by.Coach), nil, facts{"photo": "removed"}, "")
	})
}

// Photo gives a coach's photo and its media type, to those who may see the coach: participants who have or may choose them, coordinators, and
// the coach. Where there is no photo it is a drawing. For everybody else there is no such coach.
func (c *Conduct) Photo(ctx context.Context, by identity.Actor, code coach.Code, large bool) (file []byte, media string, err error) {
	if err := by.Require("photo.read"); err != nil {
		return nil, "", err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		k, err := tx.Coach(ctx, code)
		if err != nil {
			return strangers()
		}
		if err := c.seen(ctx, tx, by, k); err != nil {
			return err
		}
		p, err := tx.Photo(ctx, code)
		switch {
		case problem.Is(err, problem.NotFound):
			file, media = portrait.Drawn(string(code)), "image/svg+xml"
			return nil
		case large:
			file = p.Large
		default:
			file = p.Small
		}
		media = "image/jpeg"
		return err
	})
	return file, media, err
}

// seen refuses those who may not see a coach, as if there were none.
func (c *Conduct) seen(ctx context.Context, tx *store.Tx, by identity.Actor, k coach.Coach) error {
	switch by.Role {
	case identity.Coordinator, identity.Owner:
		return nil
	case identity.Coach:
		if by.Coach == k.Code {
			return nil
		}
		return strangers()
	}
	r, err := tx.Participant(ctx, by.Participant)
	if err != nil {
		return err
	}
	if err := coached(by, r); err != nil {
		return err
	}
	switch pair, err := tx.Pairing(ctx, r.Code); {
	case err == nil && pair.Coach == k.Code:
		return nil
	case err != nil && !problem.Is(err, problem.NotFound):
		return err
	}
	apart, err := c.apart(ctx, tx, r.Code, k.Code)
	if err != nil {
		return err
	}
	if apart || k.LeftAt != nil || !coach.Certified(c.Protocol.Coaching.Certification, k.Certification, tx.Now()).Valid() {
		return strangers()
	}
	return nil
}

// apart reports whether the protocol's rules keep a participant and a coach from each other.
func (c *Conduct) apart(ctx context.Context, tx *store.Tx, code participant.Code, k coach.Code) (bool, error) {
	self, err := person(ctx, tx, code)
	if err != nil {
		return false, err
	}
	p, err := person(ctx, tx, k)
	if err != nil {
		return false, err
	}
	_, apart := coach.Conflict(c.Protocol.Coaching.Conflicts, p.row(), self.row())
	return apart, nil
}
