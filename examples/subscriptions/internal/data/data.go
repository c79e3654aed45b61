// Package data opens the database of the billing, SQLite or PostgreSQL, and has its queries, one
// file a table. Amounts are in the smallest unit of their currency. Times are the database's own,
// so that a process with a wrong clock changes nothing. Dates are those of the business's
// [Calendar].
package data

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// DB is the database. It is safe for concurrent use. Its own queries stand alone; what belongs
// together is done in a [DB.Tx].
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
	name     goose.Dialect
	lock     string // locks the rows of a SELECT until the transaction ends
	clock    string // the database's time in microseconds
	greatest string // the function
	least    string
}

var (
	sqliteDialect   = dialect{goose.DialectSQLite3, "", "CAST(unixepoch('subsec') * 1000000 AS INTEGER)", "max", "min"} // a transaction has the whole file
	postgresDialect = dialect{goose.DialectPostgres, " FOR UPDATE", "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)", "greatest", "least"}
)

// Open opens the database of a URL, and brings its tables and River's up to date. A URL that begins
// with postgres:// or postgresql:// is PostgreSQL's; anything else is the name of an SQLite file.
// connections is how many PostgreSQL may have open for this process; SQLite has one.
func Open(ctx context.Context, address string, connections int) (*DB, error) {
	pool, dialect, err := connect(address)
	if err != nil {
		return nil, err
	}
	db := &DB{Queries: Queries{on: pool, dialect: dialect}, pool: pool}
	if err := db.migrateAlone(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("data: migrations: %w", err), pool.Close())
	}
	if db.IsSQLite() {
		connections = 1 // one writer, who then never meets another of this process
	}
	pool.SetMaxOpenConns(connections) // not before: the lock of the migrations has a connection of its own
	pool.SetMaxIdleConns(connections)
	return db, nil
}

// IsPostgres reports whether a URL is PostgreSQL's: a database that several processes share.
func IsPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

func connect(address string) (*sql.DB, dialect, error) {
	if IsPostgres(address) {
		config, err := pgx.ParseConfig(address)
		if err != nil {
			return nil, dialect{}, errors.New("data: SUBSCRIPTIONS_DATABASE_URL is not a URL of PostgreSQL: postgres://user@host/database") // the cause may show the password
		}
		return stdlib.OpenDB(*config), postgresDialect, nil
	}
	if strings.Contains(address, "://") || address == "" {
		return nil, dialect{}, errors.New("data: SUBSCRIPTIONS_DATABASE_URL must begin with postgres://, or be the name of a file")
	}
	options := url.Values{
		// NORMAL: a machine that loses power may lose the last transactions, but no order among them.
		// Then the jobs run again, with keys made from the same attempts, and the service repeats its
		// answers.
		"_pragma": {"journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)", "busy_timeout(10000)"},
		"_txlock": {"immediate"}, // so that a transaction never has to begin again
	}
	pool, err := sql.Open("sqlite", "file:"+(&url.URL{Path: address}).EscapedPath()+"?"+options.Encode())
	return pool, sqliteDialect, err
}

//go:embed migrations
var migrations embed.FS

// migrationsLock is the key of PostgreSQL's advisory lock: no other program of the database may use
// it.
const migrationsLock = 0x616d7a6e62696c6c

// migrateAlone migrates while no other process does. An SQLite file belongs to one process.
func (db *DB) migrateAlone(ctx context.Context) error {
	if db.IsSQLite() {
		return db.migrate(ctx)
	}
	lock, err := db.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Rollback() }() // gives the lock back, however this ends
	if _, err := lock.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(migrationsLock)); err != nil {
		return err
	}
	return db.migrate(ctx)
}

func (db *DB) migrate(ctx context.Context) error {
	folder := "migrations/sqlite"
	if db.dialect.name == goose.DialectPostgres {
		folder = "migrations/postgres"
	}
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return err
	}
	ours, err := goose.NewProvider(db.dialect.name, db.pool, files)
	if err != nil {
		return err
	}
	if _, err := ours.Up(ctx); err != nil {
		return err
	}
	rivers, err := rivermigrate.New(db.Driver(), nil)
	if err != nil {
		return err
	}
	if _, err = rivers.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil || db.IsSQLite() {
		return err
	}
	if _, err = db.exec(ctx, `DROP INDEX IF EXISTS `+strings.Join(UnusedIndexes, `, `)); err != nil {
		return err
	}
	// Whoever fetches jobs steps over those that are done until they are vacuumed, or until nothing
	// that began before reads any more: autovacuum is to be quick here. An operator may know better.
	_, err = db.exec(ctx, `DO $$ BEGIN
		IF (SELECT reloptions IS NULL FROM pg_class WHERE oid = 'river_job'::regclass) THEN
			ALTER TABLE river_job SET (autovacuum_vacuum_cost_delay = 0, autovacuum_vacuum_scale_factor = 0.05);
		END IF; END $$`)
	return err
}

// UnusedIndexes are River's indexes by which nothing here searches. PostgreSQL would write them
// each time a job changes, which costs as much as all the other work with jobs.
var UnusedIndexes = []string{"river_job_args_index", "river_job_metadata_index"}

// Driver returns River's driver of this database.
func (db *DB) Driver() riverdriver.Driver[*sql.Tx] {
	if db.dialect.name == goose.DialectSQLite3 {
		return riversqlite.New(db.pool)
	}
	return riverdatabasesql.New(db.pool)
}

// IsSQLite reports whether it is a file that this process has for itself.
func (db *DB) IsSQLite() bool { return db.dialect.name == goose.DialectSQLite3 }

// AnalyzeGrown has PostgreSQL look at the tables that a night fills, if one has more than doubled
// since it last looked. By itself it looks once a minute, which is too late at the beginning: plans
// that were made for empty tables take minutes if there are ten thousand jobs. Looking without need
// would keep autovacuum from its work.
func (db *DB) AnalyzeGrown(ctx context.Context) error {
	if db.IsSQLite() {
		return nil
	}
	name := func(row scanner) (name string, err error) { return name, row.Scan(&name) }
	grown, err := all(ctx, db.Queries, name, `SELECT relname FROM pg_class
		WHERE oid IN ('river_job'::regclass, 'bills'::regclass, 'subscriptions'::regclass)
			AND pg_relation_size(oid) > 2 * greatest(relpages, 4) * CAST(current_setting('block_size') AS BIGINT)`)
	for _, table := range grown {
		_, analyzeErr := db.exec(ctx, `ANALYZE `+table)
		err = errors.Join(err, analyzeErr)
	}
	return err
}

// Close closes the database.
func (db *DB) Close() error { return db.pool.Close() }

// Tx runs f in a transaction, which ends with it: committed if f returns nil. f must use the
// queries and the transaction that it is given (for jobs of River), and nothing of db: SQLite has
// one connection.
func (db *DB) Tx(ctx context.Context, f func(q Queries, tx *sql.Tx) error) error {
	tx, err := db.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(Queries{on: tx, dialect: db.dialect}, tx); err != nil {
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

// scanner is a *sql.Row or *sql.Rows.
type scanner interface{ Scan(into ...any) error }

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

// ErrNone reports a row that does not exist.
var ErrNone = sql.ErrNoRows
