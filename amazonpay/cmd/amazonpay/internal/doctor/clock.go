package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

const (
	// behindWarning and behindFailed are how far the clock may be behind. How old a date the service
	// takes is not documented.
	behindWarning = 30 * time.Second
	behindFailed  = 2 * time.Minute
)

// checkClock compares the clock with the Date of an answer. The Date has whole seconds, and the
// answer was on its way for a while, so the difference is known as a range.
func (e *examination) checkClock(ctx context.Context) Finding {
	e.find()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.address.url(), http.NoBody)
	if err != nil {
		return failed("no URL can be made of the host", reason(err), "Check the base URL.")
	}
	before := e.network.Now()
	resp, err := e.network.RoundTripper.RoundTrip(req)
	if err != nil {
		return e.noAnswer(err)
	}
	after := e.network.Now()
	const most = 64 << 10
	_, _ = io.CopyN(io.Discard, resp.Body, most) // so that the connection can be used again
	_ = resp.Body.Close()
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return warning("the answer of "+e.address.host+" has no date", "The clock cannot be compared.", "Compare it with another one.").run("date -u")
	}
	least, largest := before.Sub(date)-time.Second, after.Sub(date) // how far the clock is ahead
	off := (least + largest) / 2
	found := func(off time.Duration, where string) string {
		return fmt.Sprintf("about %s %s the service's", max(off.Round(time.Second), time.Second), where)
	}
	switch {
	case least > 0:
		return failed(found(off, "ahead of"), "The service refuses a request whose date is even slightly in the future. (This SDK corrects one such refusal; other programs on this machine fail.)",
			"Set the clock, and let NTP keep it right.").run(setClock)
	case largest < -behindFailed:
		return failed(found(-off, "behind"), "The service refuses old dates.", "Set the clock, and let NTP keep it right.").run(setClock)
	case largest < -behindWarning:
		return warning(found(-off, "behind"), "The service refuses old dates; its limit is not documented.", "Let NTP keep the clock right.").run(setClock)
	}
	return ok("right to about a second")
}

// noAnswer explains a request that got no answer, though the host could be reached before.
func (e *examination) noAnswer(err error) Finding {
	certificate, _ := errors.AsType[*tls.CertificateVerificationError](err)
	_, isPlain := errors.AsType[tls.RecordHeaderError](err)
	if certificate != nil || isPlain { // a custom network, or another connection than before
		return e.wrongTLS(err)
	}
	if dial, is := errors.AsType[*net.OpError](err); is && dial.Op == "dial" { // a custom network: it was not tried before
		cause, next := whyNotConnected(err, e.address)
		return failed("no connection to "+e.address.String(), cause, next)
	}
	found, look := "no answer from "+e.address.host, "curl -sv -o /dev/null "+e.address.url()
	timeout, _ := errors.AsType[net.Error](err)
	if errors.Is(err, context.DeadlineExceeded) || timeout != nil && timeout.Timeout() {
		return failed(found+" in time", "The connection is open, but nothing answers: a firewall or a proxy in between swallows the request.", "Try again; if it stays, look at what is between this machine and the service.").run(look)
	}
	return failed(found, "The connection broke, or a machine in between closed it.", "Try again; if it stays, look at what is between this machine and the service.").run(look)
}
