package ipn_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
)

// brokenDeduper fails where it is told to, and with a context that has ended.
type brokenDeduper struct {
	ipn.Deduper

	begin, done, failed error
}

func (d *brokenDeduper) Begin(ctx context.Context, id string, claim ipn.Claim) (ipn.ClaimStatus, error) {
	if d.begin != nil {
		return 0, d.begin
	}
	return d.Deduper.Begin(ctx, id, claim)
}

func (d *brokenDeduper) Done(ctx context.Context, id string, claim ipn.Claim) error {
	if err := errors.Join(d.done, ctx.Err()); err != nil {
		return err
	}
	return d.Deduper.Done(ctx, id, claim)
}

func (d *brokenDeduper) Failed(ctx context.Context, id string, claim ipn.Claim) error {
	if err := errors.Join(d.failed, ctx.Err()); err != nil {
		return err
	}
	return d.Deduper.Failed(ctx, id, claim)
}

func TestDeduperThatFails(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	away := errors.New("the database is away")
	for name, row := range map[string]struct {
		deduper *brokenDeduper
		handler error
		calls   int
	}{
		"begin":  {&brokenDeduper{begin: away}, nil, 0},
		"done":   {&brokenDeduper{done: away}, nil, 1},
		"failed": {&brokenDeduper{failed: away}, errors.New("no"), 1},
	} {
		row.deduper.Deduper = ipn.NewMemoryDeduper(0)
		var log bytes.Buffer
		calls := 0
		h := newVerifier(t, s, ipn.WithDeduper(row.deduper), ipn.WithLogger(slog.New(slog.NewTextHandler(&log, nil)))).
			Handler(func(context.Context, *ipn.Notification) error { calls++; return row.handler })
		assert.Equal(t, http.StatusInternalServerError, post(t, h, "Notification", s.Notify(charge, noon).JSON()), name)
		assert.Equal(t, row.calls, calls, name)
		assert.Contains(t, log.String(), "the database is away", name)
	}
}

func TestMemoryDeduperIsBounded(t *testing.T) {
	t.Parallel()
	d := ipn.NewMemoryDeduper(3)
	begin := func(id string) ipn.ClaimStatus {
		progress, err := d.Begin(t.Context(), id, "first")
		require.NoError(t, err)
		return progress
	}
	require.Equal(t, ipn.ClaimStatusBegun, begin("held"))
	for _, id := range []string{"1", "2", "3", "4"} {
		require.Equal(t, ipn.ClaimStatusBegun, begin(id))
		require.NoError(t, d.Done(t.Context(), id, "first"))
	}
	assert.Equal(t, ipn.ClaimStatusDone, begin("4"))
	assert.Equal(t, ipn.ClaimStatusDone, begin("2"))
	assert.Equal(t, ipn.ClaimStatusBegun, begin("1"), "forgotten, the oldest")
	assert.Equal(t, ipn.ClaimStatusInProgress, begin("held"), "never forgotten")
	require.NoError(t, d.Failed(t.Context(), "held", "first"))
	assert.Equal(t, ipn.ClaimStatusBegun, begin("held"))
}

// A claim that is over undoes nothing of the next one: a late Failed does not give the message
// away, and a late Done counts.
func TestMemoryDeduperLateEnds(t *testing.T) {
	t.Parallel()
	d := ipn.NewMemoryDeduper(0)
	begin := func(claim ipn.Claim, want ipn.ClaimStatus) {
		t.Helper()
		progress, err := d.Begin(t.Context(), "m", claim)
		require.NoError(t, err)
		require.Equal(t, want, progress)
	}
	require.NoError(t, d.Failed(t.Context(), "m", "")) // nobody has begun it
	begin("first", ipn.ClaimStatusBegun)
	require.NoError(t, d.Failed(t.Context(), "m", "first"))
	begin("second", ipn.ClaimStatusBegun)
	require.NoError(t, d.Failed(t.Context(), "m", "first")) // late
	begin("third", ipn.ClaimStatusInProgress)
	require.NoError(t, d.Failed(t.Context(), "m", "third")) // it was never begun under this claim
	begin("third", ipn.ClaimStatusInProgress)
	require.NoError(t, d.Done(t.Context(), "m", "first"))
	begin("third", ipn.ClaimStatusDone)
	require.NoError(t, d.Failed(t.Context(), "m", "second"))
	begin("third", ipn.ClaimStatusDone)
}

// recordingDeduper notes the claims.
type recordingDeduper struct {
	ipn.Deduper

	begun, ended []ipn.Claim
}

func (d *recordingDeduper) Begin(ctx context.Context, id string, claim ipn.Claim) (ipn.ClaimStatus, error) {
	d.begun = append(d.begun, claim)
	return d.Deduper.Begin(ctx, id, claim)
}

func (d *recordingDeduper) Done(ctx context.Context, id string, claim ipn.Claim) error {
	d.ended = append(d.ended, claim)
	return d.Deduper.Done(ctx, id, claim)
}

func (d *recordingDeduper) Failed(ctx context.Context, id string, claim ipn.Claim) error {
	d.ended = append(d.ended, claim)
	return d.Deduper.Failed(ctx, id, claim)
}

// Each delivery has a claim of its own, which ends what it began.
func TestClaims(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	d := &recordingDeduper{Deduper: ipn.NewMemoryDeduper(0)}
	fails := errors.New("no")
	h := newVerifier(t, s, ipn.WithDeduper(d)).Handler(func(context.Context, *ipn.Notification) error { return fails })
	m := s.Notify(charge, noon)
	require.Equal(t, http.StatusInternalServerError, post(t, h, m.Type, m.JSON()))
	fails = nil
	require.Equal(t, http.StatusOK, post(t, h, m.Type, m.JSON()))
	require.Len(t, d.begun, 2)
	assert.Equal(t, d.begun, d.ended)
	assert.NotEqual(t, d.begun[0], d.begun[1])
	for _, claim := range d.begun {
		assert.Regexp(t, "^[!-~]{16,64}$", string(claim))
	}
}
