// Package datatest gives tests databases of their own.
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
)

// Postgres is the environment variable with the URL of a PostgreSQL in which tests make schemas. If
// it is empty, they run on SQLite alone.
const Postgres = "TEST_POSTGRES"

// Each runs a test on an empty SQLite and, if there is one, on an empty PostgreSQL, at the same
// time.
func Each(t *testing.T, test func(t *testing.T, address string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, filepath.Join(t.TempDir(), "store.db"))
	})
	if os.Getenv(Postgres) != "" {
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			test(t, schema(t))
		})
	}
}

// Addresses returns the addresses of an empty SQLite and, if there is one, of an empty PostgreSQL.
func Addresses(t *testing.T) []string {
	t.Helper()
	found := []string{filepath.Join(t.TempDir(), "store.db")}
	if os.Getenv(Postgres) != "" {
		found = append(found, schema(t))
	}
	return found
}

// schema makes a schema that ends with the test, and returns the URL of a database that uses it.
func schema(t *testing.T) string {
	t.Helper()
	u, err := url.Parse(os.Getenv(Postgres))
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + strings.ToLower(rand.Text()[:12])
	db, err := sql.Open("pgx", u.String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.ExecContext(context.Background(), "DROP SCHEMA "+name+" CASCADE"); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	query := u.Query()
	query.Set("search_path", name)
	u.RawQuery = query.Encode()
	return u.String()
}
