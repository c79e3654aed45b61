package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// bars shows how far a transfer is: to a person, never in a pipe or beside JSON.
type bars struct {
	out   io.Writer // nil: nobody watches
	label string
	bar   *progressbar.ProgressBar
}

func (s *session) progress() *bars {
	if s.cli.JSON || !interactive(s.err) {
		return &bars{}
	}
	return &bars{out: s.err}
}

// begin names what comes next.
func (b *bars) begin(name string, n, of int) {
	b.end()
	if b.label = harmless(name); of > 1 {
		b.label = fmt.Sprintf("%s (%d of %d)", b.label, n, of)
	}
}

// show is a [github.com/amazonpay-go/sdk/amazonpay.Progress].
func (b *bars) show(done, total int64) {
	if b.out == nil {
		return
	}
	if b.bar == nil {
		b.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(b.out), progressbar.OptionSetDescription(b.label), progressbar.OptionShowBytes(true),
			progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetRenderBlankState(true),
		)
	}
	_ = b.bar.Set64(done)
}

// end takes the bar off the screen.
func (b *bars) end() {
	if b.bar != nil {
		_ = b.bar.Clear()
		b.bar = nil
	}
}

// contextFor ends a wait, with a cause that people understand.
func contextFor(ctx context.Context, atMost time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, atMost, fmt.Errorf("it took longer than %v", atMost))
}

// size is a number of bytes for people.
func size(n int64) string {
	const kilo = 1000
	switch {
	case n < kilo:
		return fmt.Sprintf("%d B", n)
	case n < kilo*kilo:
		return fmt.Sprintf("%d.%d kB", n/kilo, n%kilo/100)
	}
	return fmt.Sprintf("%d.%d MB", n/kilo/kilo, n/kilo%kilo/100)
}
