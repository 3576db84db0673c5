package store

import (
	"context"
	"errors"
	"iter"

	"rekindle/problem"
)

// Together runs functions that only read, and need nothing of each other, to the same end as one after the other. On PostgreSQL each
// runs until it asks the database something; what all of them ask is sent at once, and each goes on with its answer until it asks
// again. So they cross to the server as often as the one with the most questions, not as often as there are questions. No two run at
// the same moment: what they set needs no lock. The error is that of the first of them that has one.
func (tx *Tx) Together(ctx context.Context, reads ...func() error) error {
	if tx.Dialect != Postgres {
		for _, read := range reads {
			if err := read(); err != nil {
				return err
			}
		}
		return nil
	}
	outside := tx.ask
	defer func() { tx.ask = outside }()
	errs := make([]error, len(reads))
	going := make([]func() ([]*question, bool), len(reads))
	for i, read := range reads {
		next, stop := iter.Pull(func(wait func([]*question) bool) {
			var ask func([]*question)
			ask = func(all []*question) {
				wait(all)
				tx.ask = ask
			}
			tx.ask = ask
			errs[i] = read()
		})
		defer stop()
		going[i] = next
	}
	for {
		var all []*question
		for _, next := range going {
			asked, _ := next() // nothing, once the function has ended
			all = append(all, asked...)
		}
		if len(all) == 0 {
			break
		}
		if tx.ask = outside; outside != nil {
			outside(all)
		} else if err := tx.send(ctx, all); err != nil {
			for _, q := range all {
				q.err = err
			}
		}
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// send has questions answered. In a glance the transaction ends with them.
func (tx *Tx) send(ctx context.Context, all []*question) error {
	end := ""
	if tx.glance {
		if tx.glanced {
			return problem.New(problem.Internal, "a glance asks once")
		}
		end, tx.glanced = "ROLLBACK", true
	}
	_, err := tx.Tx.ExecContext(tx.within(ctx), end, all)
	return err
}

// errUnasked is the answer to a question that was not sent, because another function has panicked.
var errUnasked = errors.New("store: the question was not asked")

// together has a question asked with others, where several ask together, and gives the arguments with which its answer is fetched.
func (tx *Tx) together(query string, args []any) []any {
	if tx.ask == nil {
		return args
	}
	q := &question{query: query, args: args, err: errUnasked}
	tx.ask([]*question{q})
	return []any{q}
}
