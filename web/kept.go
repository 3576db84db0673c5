package web

import (
	"sync"
	"time"
)

// kept is something that takes long to find out, kept until somebody asks for it anew.
type kept[T any] struct {
	mu    sync.Mutex
	found *finding[T]
}

// finding is what was found out, and when.
type finding[T any] struct {
	Value T
	Err   error
	At    time.Time
}

// get gives what was found out before, or finds it out; what could not be found out is tried again the next time. Whoever
// comes meanwhile waits.
func (k *kept[T]) get(find func() (T, error)) finding[T] {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.found == nil || k.found.Err != nil {
		v, err := find()
		k.found = &finding[T]{v, err, time.Now()}
	}
	return *k.found
}

// forget makes the next get find out anew.
func (k *kept[T]) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.found = nil
}
