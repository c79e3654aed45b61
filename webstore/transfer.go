package webstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/ended"
)

const (
	maxURLs       = 3                // per transfer
	transferPause = time.Second      // before another URL, unless the last one had expired
	maxAnswer     = 64 << 10         // read of an answer that does not matter
	chunk         = 64 << 10         // of a document or a file
	maxPause      = 60 * time.Second // between two reads of a report
)

// TransferError reports that a document or a file was not transferred, or only in part. A Writer
// has then received only a part of the document.
type TransferError struct {
	// StatusCode is the HTTP status, 0 if there was no answer.
	StatusCode int
	// Done is how many bytes were transferred. Total is how many there are, -1 if that is unknown.
	Done, Total int64
	// Err is the cause. It is nil if the cause is the status.
	Err error
}

// Error says what went wrong and how far the transfer got, without the URL.
func (e *TransferError) Error() string {
	text := "webstore: the transfer failed"
	if e.Done > 0 && e.Total >= 0 {
		text += fmt.Sprintf(" after %d of %d bytes", e.Done, e.Total)
	} else if e.Done > 0 {
		text += fmt.Sprintf(" after %d bytes", e.Done)
	}
	if e.Err == nil {
		return text + fmt.Sprintf(": HTTP %d", e.StatusCode)
	}
	return text + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *TransferError) Unwrap() error { return e.Err }

// transfer makes one transfer, with up to three URLs. A URL is valid for a short time, so each is
// used at once, and replaced if it is refused. attempt requests a URL and uses it. It reports
// whether another URL may help, which is never the case after a part was transferred.
func transfer(ctx context.Context, attempt func() (again bool, err error)) error {
	for n := 1; ; n++ {
		again, err := attempt()
		failed, ok := errors.AsType[*TransferError](err)
		if ok && failed.Err != nil {
			if cause := ended.Of(ctx); cause != nil { // net/http may return the cause unwrapped
				failed.Err = cause
			}
		}
		if err == nil || !again || n == maxURLs || ctx.Err() != nil {
			return err
		}
		if ok && failed.StatusCode == http.StatusForbidden {
			continue // the URL has expired: a new one will do
		}
		if pause(ctx, jitter(transferPause)) != nil {
			return err
		}
	}
}

// mayPass reports a status of a file store that another URL may avoid.
func mayPass(status int) bool {
	switch status {
	case http.StatusForbidden, http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= 500
}

// passing reports a network error that another URL may avoid.
func passing(err error) bool {
	_, ok := errors.AsType[net.Error](err)
	return ok || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// discard drains and closes an answer, so that its connection can be reused.
func discard(resp *http.Response) {
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer)
	_ = resp.Body.Close()
}

// pause waits, or returns why the context ended.
func pause(ctx context.Context, d time.Duration) error { return pauseOr(ctx, d, nil) }

// pauseOr is pause, but also ends when woken.
func pauseOr(ctx context.Context, d time.Duration, woken <-chan struct{}) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ended.Of(ctx)
	case <-timer.C:
		return nil
	case <-woken:
		return nil
	}
}

// jitter spreads waits over half to all of d, so that many waiters do not come at once.
func jitter(d time.Duration) time.Duration {
	return d/2 + rand.N(d/2+1) //nolint:gosec // No secret.
}

// progress reads through to r and reports how far it got.
type progress struct {
	r           io.Reader
	report      amazonpay.Progress // may be nil
	done, total int64
}

func (p *progress) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.done += int64(n)
	if p.report != nil && n > 0 {
		p.report(p.done, p.total)
	}
	return n, err
}
