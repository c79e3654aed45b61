// Package data opens the shop's database, SQLite or PostgreSQL, and has its queries, one file a
// table.
package data

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
)

// DB is the shop's database. Safe for concurrent use. Its own queries are for reading, and for
// statements that stand alone; whatever belongs together is done in a Tx.
type DB struct {
	Queries

	pool *sql.DB
}

// Queries are the queries of all tables, in a transaction or outside.
type Queries struct {
	on interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	}
	dialect dialect
}

// dialect is what the two databases say differently.
type dialect struct {
	name  goose.Dialect
	lock  string // locks the rows of a SELECT until the transaction ends
	clock string // the database's time in milliseconds, since the clocks of processes may differ
}

var (
	sqliteDialect   = dialect{goose.DialectSQLite3, "", "CAST(unixepoch('subsec') * 1000 AS INTEGER)"} // a transaction has the whole file
	postgresDialect = dialect{goose.DialectPostgres, " FOR UPDATE", "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"}
)

// Open opens the database of a URL, and brings its tables up to date. A URL that begins with
// postgres:// or postgresql:// is PostgreSQL's; anything else is the name of an SQLite file. wrap,
// if it is not nil, wraps the driver.
func Open(ctx context.Context, address string, wrap func(driver.Connector) driver.Connector) (*DB, error) {
	connector, dialect, err := connect(address)
	if err != nil {
		return nil, err
	}
	if wrap != nil {
		connector = wrap(connector)
	}
	db := &DB{pool: sql.OpenDB(connector)}
	db.Queries = Queries{on: db.pool, dialect: dialect}
	if dialect.name == goose.DialectSQLite3 {
		db.pool.SetMaxOpenConns(1) // one writer, who then never meets another of this process
	} else {
		db.pool.SetMaxOpenConns(32)
		db.pool.SetMaxIdleConns(32)
	}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(err, db.pool.Close())
	}
	return db, nil
}

func connect(address string) (driver.Connector, dialect, error) {
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		config, err := pgx.ParseConfig(address)
		if err != nil {
			return nil, dialect{}, errors.New("data: STORE_DATABASE_URL is not a URL of PostgreSQL: postgres://user@host/database") // the cause may show the password
		}
		return stdlib.GetConnector(*config), postgresDialect, nil
	}
	if strings.Contains(address, "://") || address == "" {
		return nil, dialect{}, errors.New("data: STORE_DATABASE_URL must begin with postgres://, or be the name of a file")
	}
	options := url.Values{
		"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "busy_timeout(10000)"},
		"_txlock": {"immediate"}, // so that a transaction never has to begin again
	}
	return sqliteConnector{"file:" + (&url.URL{Path: address}).EscapedPath() + "?" + options.Encode()}, sqliteDialect, nil
}

// sqliteConnector opens connections to a file.
type sqliteConnector struct{ dsn string }

func (c sqliteConnector) Connect(context.Context) (driver.Conn, error) { return c.Driver().Open(c.dsn) }
func (c sqliteConnector) Driver() driver.Driver                        { return sqliteDriver }

var sqliteDriver = new(sqlite.Driver)

//go:embed migrations
var migrations embed.FS

func (db *DB) migrate(ctx context.Context) error {
	folder, options := "migrations/sqlite", []goose.ProviderOption{}
	if db.dialect.name == goose.DialectPostgres {
		folder = "migrations/postgres"
	}
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(db.dialect.name, db.pool, files, options...)
	if err != nil {
		return fmt.Errorf("data: migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("data: migrations: %w", err)
	}
	return nil
}

// Close closes the database.
func (db *DB) Close() error { return db.pool.Close() }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.pool.PingContext(ctx) }

// Tx runs f in a transaction, which ends with it: committed if f returns nil. f must use the
// queries that it is given, and nothing of db: SQLite has one connection.
func (db *DB) Tx(ctx context.Context, f func(q Queries) error) error {
	tx, err := db.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(Queries{on: tx, dialect: db.dialect}); err != nil {
		_ = tx.Rollback() // the error of f is the one that matters
		return err
	}
	return tx.Commit()
}

// exec runs a statement, and returns how many rows it changed.
func (q Queries) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	result, err := q.on.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// all returns the rows of a query.
func all[T any](ctx context.Context, q Queries, scan func(scanner) (T, error), query string, args ...any) (found []T, err error) {
	rows, err := q.on.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		row, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, row)
	}
	return found, rows.Err()
}

// scanner is a *sql.Row or *sql.Rows.
type scanner interface{ Scan(into ...any) error }

// ErrNone reports a row that does not exist.
var ErrNone = sql.ErrNoRows
