// Package datatest opens empty databases for tests.
package datatest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// Postgres is the variable with the URL of a PostgreSQL in which tests may make databases. Without
// it the tests use SQLite.
const Postgres = "TEST_POSTGRES"

// Open opens an empty database until the test ends.
func Open(tb testing.TB) *data.DB {
	tb.Helper()
	db, err := data.Open(tb.Context(), Address(tb), 16)
	must(tb, err)
	tb.Cleanup(func() { must(tb, db.Close()) })
	return db
}

// Address returns the address of an empty database, which is dropped when the test ends.
func Address(tb testing.TB) string {
	tb.Helper()
	server := os.Getenv(Postgres)
	if server == "" {
		return filepath.Join(tb.TempDir(), "subscriptions.db")
	}
	pool, err := sql.Open("pgx", server)
	must(tb, err)
	name := "t" + strings.ToLower(rand.Text())
	_, err = pool.ExecContext(tb.Context(), "CREATE DATABASE "+name)
	must(tb, err)
	tb.Cleanup(func() {
		_, err := pool.ExecContext(context.WithoutCancel(tb.Context()), "DROP DATABASE "+name+" WITH (FORCE)")
		must(tb, err)
		must(tb, pool.Close())
	})
	u, err := url.Parse(server)
	must(tb, err)
	u.Path = "/" + name
	return u.String()
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
