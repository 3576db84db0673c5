package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"rekindle/platform/audit"
	"rekindle/problem"
)

// Write runs fn in a transaction that may change the store, and returns once everything fn did is on disk. When fn
// returns an error nothing of it remains. There is one writer at a time, on both databases and across all processes
// that share a PostgreSQL, so what fn reads stays true until it ends: deciding and writing need no further locks.
//
// fn may be run again when the database asks for it, so it changes nothing outside but variables that it sets anew on
// every run. It must not call Write. A failed statement fails the transaction, even if fn goes on without its error.
// Statements are not cut short when ctx ends; ctx bounds the wait for the writer's turn.
//
// Those who wait at the same time share one commit, which is what waits for the disk: the first to finish hands the
// open transaction to the next, behind a savepoint, and the last commits for all. Each is still all or nothing.
func (s *Store) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if s.writer == nil {
		return problem.New(problem.Unavailable, "the study was opened only for reading").Because(ErrReadOnly)
	}
	err := s.write(ctx, fn, false)
	for range 4 {
		if !again(err) {
			break
		}
		err = s.write(ctx, fn, true)
	}
	return s.classify(err)
}

// ErrReadOnly is in every error of Write on a store that was opened only for reading.
var ErrReadOnly = errors.New("opened only for reading")

// errLost is given to those whose work was undone by somebody else's fault in the same commit.
var errLost = errors.New("undone with the commit that it shared")

// again reports whether a transaction is worth another run: the database asked for it, or it fell with another.
func again(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "40001" || e.Code == "40P01"
	}
	return errors.Is(err, errLost)
}

// batch is an open transaction that several functions write in, one after the other.
type batch struct {
	tx      *sql.Tx
	tree    audit.Tree     // the trail with what has been recorded so far
	hashes  [][]any        // of it, not written yet
	loaded  bool           // whether tree has been compared with the database
	began   int64          // the trail's size before
	members []chan<- error // those who have finished and wait for the commit
	since   time.Time
}

// A batch ends, even if more are waiting, when it has this many members or has lasted this long.
const (
	batchMembers = 64
	batchTime    = 20 * time.Millisecond
)

// queue is the line of those who want to write. Whoever holds the turn owns the writer's connection.
type queue struct {
	mu      sync.Mutex
	held    bool
	closed  bool
	waiting []chan *batch
	idle    chan struct{} // closed when the turn is free after closing
}

// take waits for the turn, and gives the batch that the one before has left open, or nil.
func (q *queue) take(ctx context.Context) (*batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return nil, closedStudy()
	}
	if !q.held {
		q.held = true
		q.mu.Unlock()
		return nil, nil
	}
	turn := make(chan *batch, 1)
	q.waiting = append(q.waiting, turn)
	q.mu.Unlock()
	select {
	case b := <-turn:
		return b, nil
	case <-ctx.Done():
	}
	q.mu.Lock()
	i := slices.Index(q.waiting, turn)
	if i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
	q.mu.Unlock()
	if i < 0 { // the turn came at the same moment
		return <-turn, nil
	}
	return nil, ctx.Err()
}

// open gives a problem.Unavailable once the store has been closed.
func (q *queue) open() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return closedStudy()
	}
	return nil
}

func closedStudy() error { return problem.New(problem.Unavailable, "the study is closed") }

// next takes the first of those who wait out of the line, nil if there is none; then, if release is set, the turn is free.
func (q *queue) next(release bool) chan *batch {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		if release {
			q.held = false
			if q.idle != nil {
				close(q.idle)
			}
		}
		return nil
	}
	turn := q.waiting[0]
	q.waiting = slices.Delete(q.waiting, 0, 1)
	return turn
}

// close lets nobody join the line any more and waits until it is empty.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	if !q.held {
		q.mu.Unlock()
		return
	}
	q.idle = make(chan struct{})
	q.mu.Unlock()
	<-q.idle
}

// pass gives the turn on with nothing open.
func (s *Store) pass() {
	if turn := s.queue.next(true); turn != nil {
		turn <- nil
	}
}

func (s *Store) write(ctx context.Context, fn func(tx *Tx) error, alone bool) (err error) {
	b, err := s.queue.take(ctx)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	if b != nil && alone {
		s.commit(ctx, b)
		b = nil
	}
	if b == nil {
		if b, err = s.begin(ctx); err != nil {
			s.pass()
			return err
		}
	}
	tx := s.tx(b.tx)
	tx.batch, tx.tree = b, b.tree
	finished := false
	defer func() {
		if !finished { // fn panicked, or ended its goroutine
			s.undo(ctx, b)
		}
	}()
	err = fn(tx)
	if err == nil {
		err = tx.failed
	}
	finished = true
	if err != nil {
		s.undo(ctx, b)
		return err
	}
	var turn chan *batch
	if !alone && len(b.members)+1 < batchMembers && time.Since(b.since) < batchTime {
		turn = s.queue.next(false)
	}
	// What is shared gets a savepoint first. It fails if fn has left the transaction in ruins, or if what fn has done fails only
	// now, which is then fn's failure and not that of the others.
	if turn != nil || len(b.members) > 0 {
		if err = b.mark(ctx, tx); err != nil {
			s.undoFor(ctx, b, turn)
			return err
		}
	}
	b.tree, b.hashes = tx.tree, append(b.hashes, tx.hashes...)
	if turn != nil {
		done := make(chan error, 1)
		b.members = append(b.members, done)
		turn <- b
		return <-done
	}
	err = s.commit(ctx, b)
	s.pass()
	return err
}

// begin opens a batch. On PostgreSQL it waits for other processes here.
func (s *Store) begin(ctx context.Context) (*batch, error) {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	if s.Dialect == Postgres {
		if _, err := tx.ExecContext(ctx, "SELECT id FROM writer FOR UPDATE"); err != nil {
			tx.Rollback()
			return nil, err
		}
	}
	return &batch{tx: tx, tree: s.tree, since: time.Now()}, nil
}

func (b *batch) mark(ctx context.Context, tx *Tx) error {
	if len(b.members) > 0 {
		if err := tx.later(ctx, "RELEASE SAVEPOINT member"); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "SAVEPOINT member")
	return err
}

// undo takes back what the present member did, and gives the turn on.
func (s *Store) undo(ctx context.Context, b *batch) { s.undoFor(ctx, b, s.queue.next(false)) }

// undoFor is undo for a next writer that has been called already, or nil.
func (s *Store) undoFor(ctx context.Context, b *batch, turn chan *batch) {
	if len(b.members) == 0 {
		b.tx.Rollback()
		b = nil
	} else if _, err := b.tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT member"); err != nil {
		b.end(errLost) // a full disk, for one, ends the whole transaction
		b = nil
	}
	switch {
	case turn != nil:
		turn <- b
	case b != nil:
		s.commit(ctx, b)
		s.pass()
	default:
		s.pass()
	}
}

// end rolls the batch back and tells all members why.
func (b *batch) end(err error) {
	b.tx.Rollback()
	for _, done := range b.members {
		done <- err
	}
}

// commit puts the batch on disk and tells all members. If it fails those who shared it are told to run again, each
// alone, unless the database cannot say whether it was done.
func (s *Store) commit(ctx context.Context, b *batch) error {
	err := s.seal(ctx, b)
	if err == nil {
		err = b.tx.Commit()
	}
	if err != nil {
		_, inSQLite := errors.AsType[*sqlite.Error](err)
		_, inPostgres := errors.AsType[*pgconn.PgError](err)
		if len(b.members) > 0 && (inSQLite || inPostgres || errors.Is(err, pgx.ErrTxCommitRollback)) {
			err = errLost
		}
		b.end(err)
		return err
	}
	s.tree = b.tree
	for _, done := range b.members {
		done <- nil
	}
	return nil
}
