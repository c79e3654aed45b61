// Package once has the loop of the Example of amazonpay.Advise, for chaos to run. A test holds the
// Example and this file to the same text.
package once

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Do calls once, for other packages.
func Do(ctx context.Context, w *Work, save func() error, wait time.Duration, call func(opts ...amazonpay.CallOption) (id string, err error)) error {
	return once(ctx, w, save, wait, call)
}

// Work is what a shop stores with an order about something that must happen once, such as its
// charge.
type Work struct {
	Name      string // unique for ever: "order-1042/charge"
	Attempt   int    // the idempotency key is made of both
	Unsettled bool   // a call under that key may have done the work
	Done      bool
	ID        string // of what was made
	Failed    string // why nothing was, nor will be
}

// once has a call do the work once, however often once itself is called and wherever the process
// ends in it.
func once(ctx context.Context, w *Work, save func() error, wait time.Duration, call func(opts ...amazonpay.CallOption) (id string, err error)) error {
	for !w.Done && w.Failed == "" {
		earlier := w.Unsettled
		w.Unsettled = true // the process may end during the call
		if err := save(); err != nil {
			return err
		}
		id, err := call(
			amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey(w.Name, strconv.Itoa(w.Attempt))),
			amazonpay.WithUnsettled(earlier))
		next := amazonpay.Advise(err)
		w.Unsettled = next.Unsettled
		switch next.Step {
		case amazonpay.StepDone:
			w.Done, w.ID = true, id
		case amazonpay.StepGiveUp:
			w.Failed = err.Error()
		case amazonpay.StepNewKey:
			if w.Attempt++; w.Attempt >= 3 {
				w.Failed = err.Error()
			}
		case amazonpay.StepRepeat, amazonpay.StepRead: // under the same key
		}
		if err := save(); err != nil {
			return err
		}
		if next.Step == amazonpay.StepRead {
			return err // next.Next says what to read
		}
		if w.Done || w.Failed != "" {
			break
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
	if w.Failed != "" {
		return errors.New(w.Failed)
	}
	return nil
}
