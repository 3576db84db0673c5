package store

import (
	"context"
	"database/sql/driver"
	"strings"
)

// A prepared SQLite statement costs more to make than to run. These types stand between database/sql and the driver and
// keep, for each connection, the statements it has made; PostgreSQL's driver does the same by itself.

type sqliteConnector struct{ driver.Connector }

// Connect opens a connection that keeps its statements.
func (c sqliteConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &sqliteConn{conn.(sqliteDriverConn), map[string]sqliteStatement{}}, nil
}

// sqliteDriverConn is what the driver's connection can do and database/sql makes use of.
type sqliteDriverConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type sqliteStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type sqliteConn struct {
	sqliteDriverConn
	idle map[string]sqliteStatement // by their text; one that runs is not among them
}

// idleStatements bounds what a connection keeps: there are more texts than places where they are written, because some
// have as many parameters as rows.
const idleStatements = 300

func (c *sqliteConn) take(ctx context.Context, query string) (sqliteStatement, error) {
	if s, ok := c.idle[query]; ok {
		delete(c.idle, query)
		return s, nil
	}
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.(sqliteStatement), nil
}

func (c *sqliteConn) give(query string, s sqliteStatement) {
	if old, ok := c.idle[query]; ok {
		old.Close()
	} else if len(c.idle) >= idleStatements {
		for text, any := range c.idle {
			any.Close()
			delete(c.idle, text)
			break
		}
	}
	c.idle[query] = s
}

// ExecContext runs a statement.
func (c *sqliteConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	query = strings.TrimSpace(query) // the driver takes text after a statement for a second one
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	defer c.give(query, s)
	return s.ExecContext(ctx, args)
}

// QueryContext runs a query.
func (c *sqliteConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	query = strings.TrimSpace(query)
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		c.give(query, s)
		return nil, err
	}
	return &sqliteRows{rows, func() { c.give(query, s) }}, nil
}

// Close closes the statements, then the connection.
func (c *sqliteConn) Close() error {
	for _, s := range c.idle {
		s.Close()
	}
	return c.sqliteDriverConn.Close()
}

// sqliteRows gives its statement back when it is closed.
type sqliteRows struct {
	driver.Rows
	give func()
}

// Close ends the reading; database/sql calls it once.
func (r *sqliteRows) Close() error {
	err := r.Rows.Close()
	r.give()
	return err
}
