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
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// Postgres is the variable with the URL of a PostgreSQL in which tests may make databases. Without it
// the tests use SQLite.
const Postgres = "TEST_POSTGRES"

// Open opens an empty database until the test ends.
func Open(t testing.TB) *data.DB {
	t.Helper()
	db, err := data.Open(t.Context(), Address(t), 16)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// Address returns the address of an empty database, which is dropped when the test ends.
func Address(t testing.TB) string {
	t.Helper()
	server := os.Getenv(Postgres)
	if server == "" {
		return filepath.Join(t.TempDir(), "subscriptions.db")
	}
	pool, err := sql.Open("pgx", server)
	require.NoError(t, err)
	name := "t" + strings.ToLower(rand.Text())
	_, err = pool.ExecContext(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := pool.ExecContext(context.WithoutCancel(t.Context()), "DROP DATABASE "+name+" WITH (FORCE)")
		require.NoError(t, err)
		require.NoError(t, pool.Close())
	})
	u, err := url.Parse(server)
	require.NoError(t, err)
	u.Path = "/" + name
	return u.String()
}
