// Package data opens the shop's database, SQLite or PostgreSQL, and has its queries, one file a
// table.
package data

import "database/sql"

// DB is the shop's database. Safe for concurrent use.
type DB struct {
	sql *sql.DB
}
