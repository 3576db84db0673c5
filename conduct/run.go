package conduct

import (
	"context"
	"sync"
	"time"

	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
)

// Beat is one round of a duty of the running program.
type Beat struct {
	Duty      string // "clock", "mail", "received", "mailbox", "calendars", "sweep" or "vault"
	Took      time.Duration
	Ticked    Ticked
	Delivered Delivered
	Received  map[Taken]int
	Err       error
}

// How often each duty looks whether there is something to do, which is one short reading; and how long one rests that fails again
// and again.
const (
	clockRound    = 2 * time.Second // whoever has just enrolled waits for the mail that tells the arm
	mailRound     = time.Second     // and whoever has asked for a link, for the link
	receivedRound = 5 * time.Second
	sweepRound    = time.Hour
	calendarRound = 10 * time.Second
	vaultRound    = 20 * time.Second
	longestRest   = 5 * time.Minute
)

// Run does what is due until ctx ends: the clock's acts, the mail of the outbox (to may be nil: then it waits there), and the removal of
// what nobody needs any more. Each round is told to heard, which may be called from several goroutines. A duty that fails rests, twice
// as long each time, and goes on: nothing that is due is lost. What has begun when ctx ends is finished before Run returns.
//
// The clock may jump, and several programs may run on one database: what is due is looked up there in every round, and claimed there.
func (c *Conduct) Run(ctx context.Context, to *post.Server, heard func(Beat)) {
	var duties sync.WaitGroup
	duty := func(name string, every time.Duration, round func(b *Beat) error) {
		duties.Go(func() {
			rest := time.Duration(0)
			for {
				b, began := Beat{Duty: name}, time.Now()
				b.Err = round(&b)
				b.Took = time.Since(began)
				if ctx.Err() != nil {
					return
				}
				heard(b)
				if b.Err == nil {
					rest = 0
				} else {
					rest = min(max(2*rest, every), longestRest)
				}
				select {
				case <-ctx.Done():
					return
				case <-time.After(max(every, rest)):
				}
			}
		})
	}
	duty("clock", clockRound, func(b *Beat) error {
		due, err := c.somethingDue(ctx)
		if err == nil && due {
			b.Ticked, err = c.Tick(ctx)
		}
		return err
	})
	if to != nil {
		duty("mail", mailRound, func(b *Beat) (err error) {
			b.Delivered, err = c.Deliver(ctx, to)
			return err
		})
		defer to.Close()
	}
	if c.Incoming != nil {
		duty("received", receivedRound, func(b *Beat) (err error) {
			b.Received, err = c.ReceiveAll(ctx, identity.Program, c.Incoming)
			return err
		})
	}
	if c.Mailbox != nil {
		duty("mailbox", c.Mailbox.Every, func(b *Beat) (err error) {
			b.Received, err = c.ReceiveFrom(ctx, identity.Program, c.Mailbox)
			return err
		})
	}
	duty("calendars", calendarRound, func(*Beat) error {
		_, err := c.ReadBusyCalendars(ctx, identity.Program)
		return err
	})
	duty("sweep", sweepRound, func(*Beat) error {
		return c.Store.Write(ctx, func(tx *store.Tx) error { return tx.Sweep(ctx) })
	})
	duty("vault", vaultRound, func(*Beat) error { return c.keepSealed(ctx) })
	duties.Wait()
}

// somethingDue reports whether Tick has something to do.
func (c *Conduct) somethingDue(ctx context.Context) (bool, error) {
	next, ok, err := c.NextDue(ctx)
	if err != nil || !ok {
		return false, err
	}
	var now time.Time
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		now = tx.Now()
		return nil
	})
	return !next.After(now), err
}
