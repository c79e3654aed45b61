package data

import (
	"context"
	"errors"
	"time"
)

// Visits is an scs.CtxStore on the table visits.
type Visits struct{ DB *DB }

// FindCtx returns what is stored for a token.
func (v Visits) FindCtx(ctx context.Context, token string) (b []byte, found bool, err error) {
	err = v.DB.on.QueryRowContext(ctx, `SELECT data FROM visits WHERE token = $1 AND expires > `+v.DB.dialect.clock, token).Scan(&b)
	if errors.Is(err, ErrNone) {
		return nil, false, nil
	}
	return b, err == nil, err
}

// CommitCtx stores what belongs to a token.
func (v Visits) CommitCtx(ctx context.Context, token string, b []byte, expires time.Time) error {
	_, err := v.DB.exec(ctx, `INSERT INTO visits (token, data, expires) VALUES ($1, $2, $3)
		ON CONFLICT (token) DO UPDATE SET data = excluded.data, expires = excluded.expires`, token, b, expires.UnixMilli())
	return err
}

// DeleteCtx deletes a token.
func (v Visits) DeleteCtx(ctx context.Context, token string) error {
	_, err := v.DB.exec(ctx, `DELETE FROM visits WHERE token = $1`, token)
	return err
}

// Sweep deletes what has expired.
func (v Visits) Sweep(ctx context.Context) error {
	_, err := v.DB.exec(ctx, `DELETE FROM visits WHERE expires <= `+v.DB.dialect.clock)
	return err
}

// Find is for an interface of scs that is not called if FindCtx is there.
func (v Visits) Find(token string) (b []byte, found bool, err error) {
	return v.FindCtx(context.Background(), token)
}

// Commit is for an interface of scs that is not called if CommitCtx is there.
func (v Visits) Commit(token string, b []byte, expires time.Time) error {
	return v.CommitCtx(context.Background(), token, b, expires)
}

// Delete is for an interface of scs that is not called if DeleteCtx is there.
func (v Visits) Delete(token string) error { return v.DeleteCtx(context.Background(), token) }
