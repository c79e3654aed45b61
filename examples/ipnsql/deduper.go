package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
)

// lease is the time after which a message whose handling never ended may be claimed again, because
// the process may have ended. It must be longer than handling a message takes.
const lease = 5 * time.Minute

// sqliteClock is SQL for the time of the database in seconds, because the clocks of processes may
// differ. For PostgreSQL use CAST(EXTRACT(EPOCH FROM now()) AS BIGINT).
const sqliteClock = "unixepoch()"

// deduper is an [ipn.Deduper] on an SQL database.
type deduper struct {
	db                        *sql.DB
	begin, read, done, failed string
}

// newDeduper creates the table unless it exists. clock is an SQL expression for the time of the
// database in seconds.
func newDeduper(ctx context.Context, db *sql.DB, clock string) (*deduper, error) {
	_, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS notifications (
		message_id TEXT PRIMARY KEY,
		claim      TEXT NOT NULL, -- of the latest Begin
		begun_at   BIGINT NOT NULL, -- in seconds
		done       BOOLEAN NOT NULL
	)`)
	if err != nil {
		return nil, fmt.Errorf("create table notifications: %w", err)
	}
	return &deduper{
		db: db,
		begin: `INSERT INTO notifications (message_id, claim, begun_at, done) VALUES ($1, $2, ` + clock + `, FALSE)
			ON CONFLICT (message_id) DO UPDATE SET claim = excluded.claim, begun_at = excluded.begun_at
			WHERE NOT notifications.done AND notifications.begun_at <= excluded.begun_at - $3`,
		read: `SELECT done FROM notifications WHERE message_id = $1`,
		done: `INSERT INTO notifications (message_id, claim, begun_at, done) VALUES ($1, $2, ` + clock + `, TRUE)
			ON CONFLICT (message_id) DO UPDATE SET done = TRUE`,
		failed: `DELETE FROM notifications WHERE message_id = $1 AND NOT done AND claim = $2`,
	}, nil
}

// Begin claims the row of a message in one statement, so that only one of two processes gets it.
func (d *deduper) Begin(ctx context.Context, messageID string, claim ipn.Claim) (ipn.ClaimStatus, error) {
	taken, err := d.db.ExecContext(ctx, d.begin, messageID, string(claim), int64(lease.Seconds()))
	if err != nil {
		return 0, err
	}
	if rows, err := taken.RowsAffected(); err != nil || rows == 1 {
		return ipn.ClaimStatusBegun, err
	}
	var done bool
	switch err := d.db.QueryRowContext(ctx, d.read, messageID).Scan(&done); {
	case errors.Is(err, sql.ErrNoRows): // another process called Failed between the two statements
		return ipn.ClaimStatusInProgress, nil
	case err != nil:
		return 0, err
	case done:
		return ipn.ClaimStatusDone, nil
	}
	return ipn.ClaimStatusInProgress, nil
}

// Done marks the row as done, whichever claim holds it now. Rows older than the verifier's maximum
// age may be deleted.
func (d *deduper) Done(ctx context.Context, messageID string, claim ipn.Claim) error {
	_, err := d.db.ExecContext(ctx, d.done, messageID, string(claim))
	return err
}

// Failed deletes the row, unless another claim holds it by now.
func (d *deduper) Failed(ctx context.Context, messageID string, claim ipn.Claim) error {
	_, err := d.db.ExecContext(ctx, d.failed, messageID, string(claim))
	return err
}
