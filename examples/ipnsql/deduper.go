package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
)

// lease is after which time a message that was begun, by a process that has ended since, may be begun again. It must be
// longer than handling one takes.
const lease = 5 * time.Minute

// deduper is an [ipn.Deduper] on a database.
type deduper struct {
	db   *sql.DB
	now  func() time.Time
	mine sync.Map // when this process has begun a message, by its id
}

func newDeduper(ctx context.Context, db *sql.DB, now func() time.Time) (*deduper, error) {
	_, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS notifications (
		message_id TEXT PRIMARY KEY,
		begun_at   BIGINT NOT NULL, -- Unix nanoseconds: also by whom it was begun
		done       BOOLEAN NOT NULL
	)`)
	if err != nil {
		return nil, fmt.Errorf("notifications: %w", err)
	}
	return &deduper{db: db, now: now}, nil
}

// Begin takes the row of a message, in one statement, so that of two processes one gets it.
func (d *deduper) Begin(ctx context.Context, messageID string) (ipn.Progress, error) {
	now := d.now().UnixNano()
	taken, err := d.db.ExecContext(ctx, `INSERT INTO notifications (message_id, begun_at, done) VALUES ($1, $2, FALSE)
		ON CONFLICT (message_id) DO UPDATE SET begun_at = excluded.begun_at
		WHERE NOT notifications.done AND notifications.begun_at <= $3`, messageID, now, now-int64(lease))
	if err != nil {
		return 0, err
	}
	if rows, err := taken.RowsAffected(); err != nil || rows == 1 {
		d.mine.Store(messageID, now)
		return ipn.Begun, err
	}
	var done bool
	switch err := d.db.QueryRowContext(ctx, `SELECT done FROM notifications WHERE message_id = $1`, messageID).Scan(&done); {
	case errors.Is(err, sql.ErrNoRows): // it has failed between the two statements
		return ipn.InProgress, nil
	case err != nil:
		return 0, err
	case done:
		return ipn.Finished, nil
	}
	return ipn.InProgress, nil
}

// Done keeps the row: the message is a duplicate from now on, whoever has begun it since. Rows older than the verifier's
// maximal age may be deleted.
func (d *deduper) Done(ctx context.Context, messageID string) error {
	d.mine.Delete(messageID)
	_, err := d.db.ExecContext(ctx, `INSERT INTO notifications (message_id, begun_at, done) VALUES ($1, $2, TRUE)
		ON CONFLICT (message_id) DO UPDATE SET done = TRUE`, messageID, d.now().UnixNano())
	return err
}

// Failed gives the row back, unless it is another process's by now.
func (d *deduper) Failed(ctx context.Context, messageID string) error {
	begun, _ := d.mine.LoadAndDelete(messageID)
	_, err := d.db.ExecContext(ctx, `DELETE FROM notifications WHERE message_id = $1 AND NOT done AND begun_at = $2`, messageID, begun)
	return err
}
