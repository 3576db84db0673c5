package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// Each statement that PostgreSQL is asked by itself crosses to the server and back. These types stand between database/sql and the
// driver and let several cross together: what nobody waits for goes with the next statement that somebody does wait for (see
// [Tx.later]), the BEGIN of a transaction among it, and questions that do not depend on each other go at once (see [Tx.Together]).
// The server runs them in their order, and none after one that failed.

// postgresConnector opens connections that keep statements back.
type postgresConnector struct{ driver.Connector }

// Connect opens a connection.
func (c postgresConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &postgresConn{Conn: conn.(*stdlib.Conn), connector: c.Connector}, nil
}

type postgresConn struct {
	*stdlib.Conn
	connector driver.Connector
	kept      []*question // go with the next that is waited for
	ended     bool        // the transaction has ended with what was asked in it
}

// question is a statement and, once it has been sent with others, what the server answered.
type question struct {
	query string
	args  []any
	rows  *answer
	err   error
}

// later, as the one argument of a statement, has the arguments of one that is kept; []*question, as that of a statement, has questions
// that are sent at once before it, which may be empty; *question, as that of a query, is one that has been sent.
type later []any

func sole[T any](args []driver.NamedValue) (v T, ok bool) {
	if len(args) == 1 {
		v, ok = args[0].Value.(T)
	}
	return v, ok
}

func asked(query string, args []driver.NamedValue) *question {
	q := &question{query: query, args: make([]any, len(args))}
	for i, arg := range args {
		q.args[i] = arg.Value
	}
	return q
}

// send sends what was kept, and questions, and reads on to the answer of the first of these. Connections that a restarted server has
// dropped say so only now: where that is before a transaction began it begins on a new one.
func (c *postgresConn) send(ctx context.Context, questions ...*question) (pgx.BatchResults, error) {
	kept := c.kept
	c.kept = nil
	for retry := begins(kept); ; retry = false {
		var b pgx.Batch
		for _, some := range [][]*question{kept, questions} {
			for _, q := range some {
				b.Queue(q.query, q.args...)
			}
		}
		answers := c.Conn.Conn().SendBatch(ctx, &b)
		var err error
		for i := 0; i < len(kept) && err == nil; i++ {
			if _, err = answers.Exec(); i > 0 {
				retry = false
			}
		}
		if err == nil {
			return answers, nil
		}
		answers.Close()
		if !retry || !dropped(err) {
			return nil, err
		}
		fresh, err := c.connector.Connect(ctx)
		if err != nil {
			return nil, err
		}
		c.Conn.Close()
		c.Conn = fresh.(*stdlib.Conn)
	}
}

// dropped reports whether a connection was open and is not any more.
func dropped(err error) bool {
	if _, never := errors.AsType[*pgconn.ConnectError](err); never {
		return false
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "57P01" || e.Code == "57P02"
	}
	_, network := errors.AsType[*net.OpError](err)
	return network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err)
}

// run sends a statement and gives what it did.
func (c *postgresConn) run(ctx context.Context, q *question) (pgconn.CommandTag, error) {
	answers, err := c.send(ctx, q)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := answers.Exec()
	if ended := answers.Close(); err == nil {
		err = ended
	}
	return tag, err
}

// flush sends what was kept.
func (c *postgresConn) flush(ctx context.Context) error {
	if len(c.kept) == 0 {
		return nil
	}
	answers, err := c.send(ctx)
	if err != nil {
		return err
	}
	return answers.Close()
}

// ExecContext runs a statement, or keeps it. What was kept is taken back with the rest, not sent first.
func (c *postgresConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if args, ok := sole[later](args); ok {
		c.kept = append(c.kept, &question{query: query, args: args})
		return driver.ResultNoRows, nil
	}
	if questions, ok := sole[[]*question](args); ok {
		c.ask(ctx, questions, query)
		return driver.ResultNoRows, nil
	}
	if strings.HasPrefix(query, "ROLLBACK") {
		c.kept = nil
	}
	if strings.Contains(query, ";") { // several statements, such as a schema file
		if err := c.flush(ctx); err != nil {
			return nil, err
		}
		return c.Conn.ExecContext(ctx, query, args)
	}
	tag, err := c.run(ctx, asked(query, args))
	return driver.RowsAffected(tag.RowsAffected()), err
}

// QueryContext runs a query, whose rows are read as they come, or gives the answer to one that has been sent.
func (c *postgresConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if q, ok := sole[*question](args); ok {
		if q.err != nil {
			return nil, q.err
		}
		return q.rows, nil
	}
	answers, err := c.send(ctx, asked(query, args))
	if err != nil {
		return nil, err
	}
	coming, err := answers.Query()
	if err != nil {
		answers.Close()
		return nil, err
	}
	a := &answer{columns: columns(coming), coming: coming, end: answers.Close}
	if err := a.more(); err != nil && !errors.Is(err, io.EOF) { // a query that fails says so with its first row
		a.Close()
		return nil, err
	}
	return a, nil
}

// ask sends questions at once and keeps the answer of each with it. With them goes what ends the transaction, if it is to end.
func (c *postgresConn) ask(ctx context.Context, questions []*question, end string) {
	sent := questions
	if end != "" {
		sent = append(slices.Clip(questions), &question{query: end})
		c.ended = true
	}
	answers, err := c.send(ctx, sent...)
	if err != nil {
		for _, q := range questions {
			q.err = err
		}
		return
	}
	defer answers.Close()
	for _, q := range questions {
		coming, err := answers.Query()
		if q.err = err; err != nil {
			continue
		}
		q.rows = &answer{columns: columns(coming), coming: coming}
		for q.err == nil {
			q.err = q.rows.more()
		}
		if errors.Is(q.err, io.EOF) {
			q.err = nil
		}
		q.rows.coming = nil
	}
}

// answer is the rows of a query: those that have been read, then those that are still coming.
type answer struct {
	columns []string
	read    [][]driver.Value
	coming  pgx.Rows     // nil: there are no more
	end     func() error // nil: nothing is to be closed
}

func columns(rows pgx.Rows) []string {
	fields := rows.FieldDescriptions()
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// more reads a row; io.EOF is the end.
func (a *answer) more() error {
	if !a.coming.Next() {
		if err := a.coming.Err(); err != nil {
			return err
		}
		return io.EOF
	}
	types, raw := a.coming.Conn().TypeMap(), a.coming.RawValues()
	row := make([]driver.Value, len(raw))
	for i, f := range a.coming.FieldDescriptions() {
		if raw[i] == nil {
			continue
		}
		known, ok := types.TypeForOID(f.DataTypeOID)
		if !ok {
			row[i] = string(raw[i])
			continue
		}
		var err error
		if row[i], err = known.Codec.DecodeDatabaseSQLValue(types, f.DataTypeOID, f.Format, raw[i]); err != nil {
			return err
		}
	}
	a.read = append(a.read, row)
	return nil
}

// Columns gives the names of the columns.
func (a *answer) Columns() []string { return a.columns }

// Next gives a row.
func (a *answer) Next(dest []driver.Value) error {
	if len(a.read) == 0 && a.coming != nil {
		if err := a.more(); err != nil {
			return err
		}
	}
	if len(a.read) == 0 {
		return io.EOF
	}
	copy(dest, a.read[0])
	a.read = a.read[1:]
	return nil
}

// Close ends the reading.
func (a *answer) Close() error {
	if a.end == nil {
		return nil
	}
	a.coming.Close()
	return a.end()
}

// BeginTx begins a transaction with the first statement that is waited for.
func (c *postgresConn) BeginTx(_ context.Context, o driver.TxOptions) (driver.Tx, error) {
	begin := "BEGIN"
	switch sql.IsolationLevel(o.Isolation) {
	case sql.LevelDefault:
	case sql.LevelRepeatableRead:
		begin += " ISOLATION LEVEL REPEATABLE READ"
	default:
		return nil, fmt.Errorf("store: no transaction is %s", sql.IsolationLevel(o.Isolation))
	}
	if o.ReadOnly {
		begin += " READ ONLY"
	}
	c.kept, c.ended = []*question{{query: begin}}, false
	return postgresTx{c}, nil
}

// begins reports whether a transaction is still to begin.
func begins(kept []*question) bool { return len(kept) > 0 && strings.HasPrefix(kept[0].query, "BEGIN") }

type postgresTx struct{ conn *postgresConn }

// Commit sends what was kept, and commits. Nothing is committed after a statement that failed.
func (tx postgresTx) Commit() error {
	ctx := context.Background()
	if begins(tx.conn.kept) { // by itself, as it may be sent twice, which nothing that commits may be
		if err := tx.conn.flush(ctx); err != nil {
			return err
		}
	}
	tag, err := tx.conn.run(ctx, &question{query: "COMMIT"})
	if err != nil {
		_ = tx.Rollback() // says no more
	} else if tag.String() == "ROLLBACK" {
		err = pgx.ErrTxCommitRollback
	}
	return err
}

// Rollback takes the transaction back; one that has not begun, or has ended, is nothing to the server.
func (tx postgresTx) Rollback() error {
	over := tx.conn.ended || begins(tx.conn.kept)
	tx.conn.kept = nil
	if over {
		return nil
	}
	_, err := tx.conn.Conn.Conn().Exec(context.Background(), "ROLLBACK")
	return err
}
