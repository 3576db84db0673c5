package simulation

import (
	"container/heap"
	"sync/atomic"
	"time"
)

// Clock is the virtual time of a rehearsal. Hand Now to the store; the rehearsal moves it. It is safe for concurrent reading.
type Clock struct{ now atomic.Int64 }

// NewClock stands at a moment.
func NewClock(at time.Time) *Clock {
	var c Clock
	c.set(at)
	return &c
}

// Now is the virtual time, UTC.
func (c *Clock) Now() time.Time { return time.UnixMicro(c.now.Load()).UTC() }

func (c *Clock) set(at time.Time) { c.now.Store(at.UnixMicro()) }

// event is something that somebody does at a moment.
type event struct {
	at    time.Time
	order int // events of one moment keep the order in which they were planned
	do    func() error
}

// agenda is a heap of events by time.
type agenda []event

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at.Before(a[j].at) || a[i].at.Equal(a[j].at) && a[i].order < a[j].order
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(event)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// at plans an act; one in the past is done as soon as it can be.
func (r *rehearsal) at(when time.Time, do func() error) {
	if when.Before(r.clock.Now()) {
		when = r.clock.Now()
	}
	r.planned++
	heap.Push(&r.agenda, event{when, r.planned, do})
}

// in plans an act some days from now.
func (r *rehearsal) in(days float64, do func() error) {
	r.at(r.clock.Now().Add(time.Duration(days*24*float64(time.Hour))), do)
}
