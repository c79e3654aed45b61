package data

import (
	"context"
	"errors"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
)

// handling is the time after which a message whose handling never ended may be claimed again,
// because the process may have ended.
const handling = time.Minute

// Notifications is an ipn.Deduper on the table notifications.
type Notifications struct{ DB *DB }

// Begin claims the row of a message in one statement, so that only one of two processes gets it.
func (n Notifications) Begin(ctx context.Context, messageID string, claim ipn.Claim) (ipn.ClaimStatus, error) {
	clock := n.DB.dialect.clock
	rows, err := n.DB.exec(ctx, `INSERT INTO notifications (message_id, claim, begun_at, done) VALUES ($1, $2, `+clock+`, FALSE)
		ON CONFLICT (message_id) DO UPDATE SET claim = excluded.claim, begun_at = excluded.begun_at
		WHERE NOT notifications.done AND notifications.begun_at <= excluded.begun_at - $3`, messageID, string(claim), handling.Milliseconds())
	if err != nil {
		return 0, err
	}
	if rows == 1 {
		return ipn.ClaimStatusBegun, nil
	}
	var done bool
	err = n.DB.on.QueryRowContext(ctx, `SELECT done FROM notifications WHERE message_id = $1`, messageID).Scan(&done)
	switch {
	case errors.Is(err, ErrNone): // another process called Failed between the two statements
		return ipn.ClaimStatusInProgress, nil
	case err != nil:
		return 0, err
	case done:
		return ipn.ClaimStatusDone, nil
	}
	return ipn.ClaimStatusInProgress, nil
}

// Done marks the row as done, whichever claim holds it now.
func (n Notifications) Done(ctx context.Context, messageID string, claim ipn.Claim) error {
	_, err := n.DB.exec(ctx, `INSERT INTO notifications (message_id, claim, begun_at, done) VALUES ($1, $2, `+n.DB.dialect.clock+`, TRUE)
		ON CONFLICT (message_id) DO UPDATE SET done = TRUE`, messageID, string(claim))
	return err
}

// Failed deletes the row, unless another claim holds it by now.
func (n Notifications) Failed(ctx context.Context, messageID string, claim ipn.Claim) error {
	_, err := n.DB.exec(ctx, `DELETE FROM notifications WHERE message_id = $1 AND NOT done AND claim = $2`, messageID, string(claim))
	return err
}
