package simulation

import (
	"container/heap"
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/cost"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Options of a rehearsal.
type Options struct {
	Seed     uint64
	LockDir  string         // where the locked dataset goes
	Progress func(Progress) // called when the virtual day or the phase changes; nil: nobody looks
	Midway   func() error   // called once at Midway, between two acts, to keep the study as it stands then; nil: nobody does
}

// Progress is how far a rehearsal has come.
type Progress struct {
	Phase string
	At    time.Time // virtual
	Share float64   // of the whole, 0 to 1
}

// Outcome is what a rehearsal left behind.
type Outcome struct {
	Locked  conduct.Locked
	Days    int // virtual
	Acts    int // verbs carried out by people
	Invited int
}

// Staff of a rehearsal.
var (
	owner        = identity.Actor{Name: "owner", Role: identity.Owner}
	coordinator  = identity.Actor{Name: "coordinator", Role: identity.Coordinator}
	statistician = identity.Actor{Name: "statistician", Role: identity.Statistician}
	finance      = identity.Actor{Name: "finance", Role: identity.Finance}
)

// The days before opening on which coaches are registered and the study is opened.
const (
	daysOfCoaches = 21
	daysOfOpening = 7
)

// Begins gives the moment at which a rehearsal of the protocol begins: the time for its clock.
func Begins(p *study.Protocol) time.Time {
	opens, _ := p.EnrolmentWindow()
	return opens.AddDate(0, 0, -daysOfCoaches).UTC()
}

// rehearsal is one run.
type rehearsal struct {
	ctx   context.Context
	c     *conduct.Conduct
	p     *study.Protocol
	clock *Clock
	o     Options
	rng   *rand.Rand // of the course of things: who takes which free hour

	agenda  agenda
	planned int
	acts    int
	due     time.Time // next time at which the program itself has something to do
	looked  time.Time // when that was asked last
	shown   string    // phase and day shown last
	first   time.Time
	last    time.Time // when the last window will have closed
	coaches []coach.Code

	standing map[string]meeting // sessions that are booked, by ID
	changed  bool               // somebody has changed the coach
	wishes   *rand.Rand         // of what people want to reach
	coaching *rand.Rand         // of how they rate it, and of the coaches' supervision
}

// Run rehearses the trial of c from the first coach to the unblinded dataset. The store of c must be empty and its clock must be
// clock, standing at Begins. The rehearsal stops at the first act that the trial refuses where it should not.
func Run(ctx context.Context, c *conduct.Conduct, clock *Clock, o Options) (Outcome, error) {
	r := &rehearsal{ctx: ctx, c: c, p: c.Protocol, clock: clock, o: o, rng: stream(o.Seed, ofCourse, 1), first: clock.Now(),
		standing: map[string]meeting{}, wishes: stream(o.Seed, ofWishes, 1), coaching: stream(o.Seed, ofCoaching, 1)}
	everyone := people(r.p, o.Seed)
	r.last = r.lastWindow()
	r.at(r.first, r.registerCoaches)
	r.at(Midway(r.p).AddDate(0, 0, leaveTold), r.takeLeave)
	for m := cost.MonthOf(r.first, r.p.Location()); m.Ends(r.p.Location()).Before(r.last); m = m.Next() {
		r.at(m.Ends(r.p.Location()).AddDate(0, 0, daysToApprove).Add(10*time.Hour), func() error { return r.approvePay(m) })
	}
	if o.Midway != nil {
		r.at(Midway(r.p), func() error { r.acts--; return o.Midway() }) // nobody's act
	}
	opens, _ := r.p.EnrolmentWindow()
	r.at(opens.AddDate(0, 0, -daysOfOpening).Add(9*time.Hour), func() error { return r.open(everyone) })
	if err := r.play(); err != nil {
		return Outcome{}, err
	}
	locked, err := r.lock()
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Locked: locked, Days: int(clock.Now().Sub(r.first).Hours() / 24), Acts: r.acts, Invited: len(everyone)}, nil
}

// lastWindow is the latest moment at which a visit of the trial can still be answered.
func (r *rehearsal) lastWindow() time.Time {
	_, last := r.p.EnrolmentWindow()
	end := last
	for _, v := range r.p.Visits {
		if _, _, closes := r.p.VisitWindow(v, last); closes.After(end) {
			end = closes
		}
	}
	return end
}

// play does what is planned, in order of time, and lets the program do what falls due in between, until every window is closed.
func (r *rehearsal) play() error {
	for r.agenda.Len() > 0 || r.clock.Now().Before(r.last) {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		next := r.last
		if r.agenda.Len() > 0 && r.agenda[0].at.Before(next) {
			next = r.agenda[0].at
		}
		ticked, err := r.tickBefore(next)
		if err != nil {
			return err
		}
		if ticked {
			continue
		}
		if r.clock.Now().Before(next) {
			r.clock.set(next)
		}
		r.show()
		if r.agenda.Len() == 0 || r.agenda[0].at.After(next) {
			if !next.Before(r.last) {
				return nil
			}
			continue
		}
		e := heap.Pop(&r.agenda).(event)
		if e.at.After(r.last) {
			return nil
		}
		if err := e.do(); err != nil {
			return fmt.Errorf("rehearsal, %s: %w", r.clock.Now().Format("2006-01-02 15:04"), err)
		}
		r.acts++
	}
	return nil
}

// tickBefore lets the program act on the first full hour after it has something due, if that is before the next act of a person.
// When it is due is asked again once an hour of virtual time at the most, so mail may come two hours late.
func (r *rehearsal) tickBefore(next time.Time) (bool, error) {
	if r.acts == 0 {
		return false, nil // the study is not open yet
	}
	if r.looked.IsZero() || next.Sub(r.looked) >= time.Hour || next.Equal(r.last) {
		due, ok, err := r.c.NextDue(r.ctx)
		if problem.Is(err, problem.NotFound) {
			return false, nil // not open yet
		}
		if err != nil {
			return false, err
		}
		r.due, r.looked = due, r.clock.Now() // an act may come before; what it plans is seen when this is asked again
		if !ok {
			r.due = time.Time{}
		} else if hour := r.due.Truncate(time.Hour); hour.Before(r.due) {
			r.due = hour.Add(time.Hour)
		}
	}
	if r.due.IsZero() || r.due.After(next) {
		return false, nil
	}
	if r.clock.Now().Before(r.due) {
		r.clock.set(r.due)
	}
	r.show()
	if _, err := r.c.Tick(r.ctx); err != nil {
		return false, fmt.Errorf("rehearsal, tick of %s: %w", r.clock.Now().Format("2006-01-02 15:04"), err)
	}
	r.looked = time.Time{}
	return true, nil
}

// show tells how far it has come, once a virtual day.
func (r *rehearsal) show() {
	if r.o.Progress == nil {
		return
	}
	now := r.clock.Now()
	opens, closes := r.p.EnrolmentWindow()
	phase := "Follow-up"
	switch {
	case now.Before(opens):
		phase = "Preparation"
	case now.Before(closes):
		phase = "Enrolment and coaching"
	}
	if shown := phase + now.Format("2006-01-02"); shown != r.shown {
		r.shown = shown
		r.o.Progress(Progress{Phase: phase, At: now, Share: min(float64(now.Sub(r.first))/float64(r.last.Sub(r.first)), 1)})
	}
}

// open opens the study, files the roster and plans the announcements.
func (r *rehearsal) open(everyone []*person) error {
	if err := r.c.OpenStudy(r.ctx, owner); err != nil {
		return err
	}
	roster := make([]conduct.Person, len(everyone))
	for i, who := range everyone {
		roster[i] = conduct.Person{Name: who.name, Email: who.email, Zone: who.zone, Address: fmt.Sprintf("%d Example Street\nBoston, MA 02115", 10+i)}
	}
	codes, err := r.c.AddRoster(r.ctx, coordinator, roster)
	if err != nil {
		return err
	}
	if _, err := r.c.Invite(r.ctx, coordinator, nil); err != nil {
		return err
	}
	opens, closes := r.p.EnrolmentWindow()
	r.at(opens.AddDate(0, 0, 1).Add(10*time.Hour), r.joinCoaches)
	if r.p.Coaching.SupervisionEvery > 0 {
		r.at(opens.AddDate(0, 0, 2).Add(12*time.Hour), func() error { return r.supervise(0) })
	}
	for i, who := range everyone {
		if !who.interested {
			continue
		}
		came := opens.Add(9*time.Hour).AddDate(0, 0, r.announcedOn(who.wave)).Add(time.Duration(who.delay * 24 * float64(time.Hour)))
		if came.Before(closes.Add(-time.Hour)) {
			r.at(daytime(who.rng, came, r.p.Location()), func() error { return r.arrive(who, codes[i]) })
		}
	}
	return nil
}

func (r *rehearsal) announcedOn(wave int) int {
	if days := r.p.Enrolment.Announcements; len(days) > 0 {
		return days[min(wave, len(days)-1)]
	}
	return 0
}

// daytime moves a moment into the waking hours of its day, from 6 to 23.
func daytime(rng *rand.Rand, t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	if h := local.Hour(); h >= 6 && h < 23 {
		return t
	}
	y, m, d := local.Date()
	return time.Date(y, m, d, 7+rng.IntN(14), rng.IntN(60), 0, 0, zone)
}

// lock waits for the last window, then locks, reveals the seed, and unmasks the arms.
func (r *rehearsal) lock() (conduct.Locked, error) {
	r.clock.set(r.last.Add(24 * time.Hour))
	if r.o.Progress != nil {
		r.o.Progress(Progress{Phase: "Lock", At: r.clock.Now(), Share: 1})
	}
	if _, err := r.c.Tick(r.ctx); err != nil {
		return conduct.Locked{}, err
	}
	locked, err := r.c.Lock(r.ctx, statistician, r.o.LockDir)
	if err != nil {
		return locked, err
	}
	if _, err := r.c.CloseRandomization(r.ctx, owner); err != nil {
		return locked, err
	}
	return locked, r.c.Unblind(r.ctx, statistician, "The dataset is locked.")
}

// as is a participant acting.
func as(code participant.Code) identity.Actor { return identity.AsParticipant(code) }
