package data

import (
	"context"
	"database/sql"
	"strings"
)

// Explained returns queries that do what q does, and first append the database's plan of each
// statement to plans.
func (q Queries) Explained(plans *[]string) Queries {
	e := explained{q, plans}
	return Queries{on: e, dialect: q.dialect}
}

type explained struct {
	Queries

	plans *[]string
}

func (e explained) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	e.explain(ctx, query, args)
	return e.on.ExecContext(ctx, query, args...)
}

func (e explained) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	e.explain(ctx, query, args)
	return e.on.QueryContext(ctx, query, args...)
}

func (e explained) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	e.explain(ctx, query, args)
	return e.on.QueryRowContext(ctx, query, args...)
}

func (e explained) explain(ctx context.Context, query string, args []any) {
	how, column := `EXPLAIN `, func(row scanner) (line string, err error) { return line, row.Scan(&line) }
	if e.dialect.name == sqliteDialect.name {
		how, column = `EXPLAIN QUERY PLAN `, func(row scanner) (line string, err error) {
			return line, row.Scan(new(int), new(int), new(int), &line)
		}
	}
	lines, err := all(ctx, e.Queries, column, how+query, args...)
	if err != nil {
		lines = append(lines, err.Error())
	}
	*e.plans = append(*e.plans, strings.Join(lines, "\n"))
}
