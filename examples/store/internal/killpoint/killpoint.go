// Package killpoint kills its process with SIGKILL, for the test that starts it again. It wraps the
// database's driver and the network, so that nothing of the shop knows of it: each write, each
// commit and each request is two points, one before it and one after it.
package killpoint

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Arm is a file. While it exists, points are counted, and the process ends at the point with the
// number of At. Log is a file to which the points are written.
const (
	Arm = "KILLPOINT_ARM"
	At  = "KILLPOINT_AT"
	Log = "KILLPOINT_LOG"
)

var (
	mu    sync.Mutex
	count int
)

// point is a point at which the process may end.
func point(name string) {
	if _, err := os.Stat(os.Getenv(Arm)); err != nil { //nolint:gosec // the test that starts the process names the file
		return
	}
	mu.Lock() // for good, if the process ends here
	count++
	at, _ := strconv.Atoi(os.Getenv(At))
	if file, err := os.OpenFile(os.Getenv(Log), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err == nil { //nolint:gosec // as above
		_, _ = fmt.Fprintf(file, "%d %s\n", count, name)
		_ = file.Close()
	}
	if count == at {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // until the signal arrives
	}
	mu.Unlock()
}

// Network wraps a network.
func Network(next http.RoundTripper) http.RoundTripper { return network{next} }

type network struct{ next http.RoundTripper }

// RoundTrip sends a request.
func (n network) RoundTrip(r *http.Request) (*http.Response, error) {
	name := r.Method + " " + kind(r.URL.Path)
	point("before " + name)
	resp, err := n.next.RoundTrip(r)
	point("after " + name)
	return resp, err
}

// kind returns a path without its ids.
func kind(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if strings.ContainsAny(part, "0123456789") && part != "v2" {
			parts[i] = "…"
		}
	}
	return strings.Join(parts, "/")
}

// Driver wraps the driver of a database.
func Driver(next driver.Connector) driver.Connector { return connector{next} }

type connector struct{ driver.Connector }

// Connect opens a connection.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	next, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := next.(fullConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("killpoint: a connection of %T lacks a method", next), next.Close())
	}
	return &conn{full}, nil
}

// fullConn are the methods of a connection that both drivers have.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
}

type conn struct{ fullConn }

// CheckNamedValue lets the driver below decide, if it does.
func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.fullConn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// BeginTx begins a transaction.
func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	next, err := c.fullConn.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	return tx{next}, nil
}

// ExecContext runs a statement, which may write.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	name := statement(query)
	point("before " + name)
	result, err := c.fullConn.ExecContext(ctx, query, args)
	point("after " + name)
	return result, err
}

type tx struct{ driver.Tx }

// Commit ends a transaction.
func (t tx) Commit() error {
	point("before commit")
	err := t.Tx.Commit()
	point("after commit")
	return err
}

// statement returns the verb and the table of a statement.
func statement(query string) string {
	words := strings.Fields(query)
	if len(words) > 2 && (words[0] == "INSERT" || words[0] == "DELETE") {
		return words[0] + " " + words[2]
	}
	return strings.Join(words[:min(2, len(words))], " ")
}
