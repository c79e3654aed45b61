package webstore_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// hanging is a Caller whose changes end without a certain outcome, and whose readings have no answer until the context ends.
type hanging struct{ readings int }

var errLost = errors.New("the answer was lost")

func (h *hanging) Call(ctx context.Context, op amazonpay.Operation, _, _ any, _ ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	if op.Method != "" && op.Method != "GET" {
		return &amazonpay.Meta{}, &amazonpay.CallError{Operation: op.Name, Meta: &amazonpay.Meta{}, Err: errLost, Outcome: amazonpay.OutcomeUnknown}
	}
	h.readings++
	<-ctx.Done()
	return &amazonpay.Meta{}, context.Cause(ctx)
}

// A call without a deadline of its own does not wait for ever for the reading that would settle it.
func TestReadingThatHangsEnds(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(context.Context, *webstore.Client) error{
		"CancelCharge": func(ctx context.Context, shop *webstore.Client) error {
			_, err := shop.CancelCharge(ctx, "S01-0000000-0000000-C000000", &webstore.CancelChargeRequest{CancellationReason: "Sold out"})
			return err
		},
		"CompleteCheckoutSession": func(ctx context.Context, shop *webstore.Client) error {
			_, err := shop.CompleteCheckoutSession(ctx, "session", &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty})
			return err
		},
		"CloseChargePermission": func(ctx context.Context, shop *webstore.Client) error {
			_, err := shop.CloseChargePermission(ctx, "S01-0000000-0000000", &webstore.CloseChargePermissionRequest{ClosureReason: "Sold out"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				caller := &hanging{}
				start := time.Now()
				err := change(context.Background(), webstore.New(caller))
				require.ErrorIs(t, err, errLost, "the call's own error")
				assert.Equal(t, 15*time.Second, time.Since(start))
				assert.Equal(t, 1, caller.readings)

				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				start = time.Now()
				require.ErrorIs(t, change(ctx, webstore.New(caller)), errLost)
				assert.Equal(t, time.Second, time.Since(start), "the caller's own deadline counts if it is nearer")
			})
		})
	}
}
