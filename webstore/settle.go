package webstore

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// settleTime is how long the reading may take that settles a call.
const settleTime = 15 * time.Second

// settle reads the object of a call whose outcome is not certain, once, and returns it if it is as the call was to make
// it. Else, and where the outcome is certain, it returns nil: the call's own error stands.
func settle[T any](ctx context.Context, failed error, opts []amazonpay.CallOption, read func(context.Context, ...amazonpay.CallOption) (*T, error), isDone func(*T) bool) *T {
	call, ok := errors.AsType[*amazonpay.CallError](failed)
	if !ok || !call.Uncertain {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	found, err := read(ctx, forReading(opts)...)
	if err != nil || found == nil || !isDone(found) {
		return nil
	}
	return found
}

// forReading are the options that a reading takes too.
func forReading(opts []amazonpay.CallOption) []amazonpay.CallOption {
	return slices.DeleteFunc(slices.Clone(opts), func(o amazonpay.CallOption) bool {
		return slices.Contains([]string{"WithIdempotencyKey", "WithBodyField", "WithSimulationCode"}, o.String())
	})
}
