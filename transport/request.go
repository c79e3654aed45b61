package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/amazonpay-go/sdk/internal/httpheader"
)

// Request is one call, the same in all its attempts. [Client.Send] changes neither the header nor
// the body, and does not keep them. It prints, logs and encodes without URL, header and body.
type Request struct {
	// Operation names the call in the log, for example GetCharge. It is used for nothing else.
	Operation string `log:"operation"`

	// Method and URL are as in [http.Request]. The URL is absolute; http is for tests only.
	Method string `log:"method"`
	URL    string `json:"-"`

	// Header is everything to send but the date and the signature.
	Header http.Header `json:"-"`

	// Body is sent as it is. An empty one is none.
	Body []byte `json:"-" log:"bytes"`

	// Retry allows further attempts. A POST without an X-Amz-Pay-Idempotency-Key is never repeated
	// all the same, nor is a method other than GET, HEAD, PATCH, DELETE and POST.
	Retry bool
}

// HTTP returns the request as net/http has it: unsigned, with a body that can be read again, and
// with a header and URL of its own. The error never quotes the URL.
func (r Request) HTTP(ctx context.Context) (*http.Request, error) {
	address, err := r.check()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, "", bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	req.URL, req.Host = address, address.Host
	if r.Header != nil {
		req.Header = r.Header.Clone()
	}
	return req, nil
}

// check refuses what net/http would refuse too, but as an error of the network, which would be
// repeated.
func (r Request) check() (*url.URL, error) {
	address, err := url.Parse(r.URL)
	switch {
	case err != nil:
		return nil, errors.New("transport: Request.URL is not a valid URL")
	case address.Host == "":
		return nil, errors.New("transport: Request.URL has no host")
	case address.Scheme != "https" && address.Scheme != "http":
		return nil, fmt.Errorf("transport: Request.URL has the scheme %q: it must be https, or http in tests", address.Scheme)
	case !httpheader.IsToken(r.Method):
		return nil, fmt.Errorf("transport: Request.Method %q is not an HTTP method", r.Method)
	}
	for name, values := range r.Header {
		if !httpheader.IsToken(name) {
			return nil, fmt.Errorf("transport: Request.Header has the name %q, which is not a valid header name", name)
		}
		if slices.ContainsFunc(values, httpheader.HasControl) {
			return nil, fmt.Errorf("transport: Request.Header: the value of %q has a line end or another control character", name)
		}
	}
	return address, nil
}

// repeatable reports whether the service does the work once, however often the request arrives.
func (r Request) repeatable() bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPatch, http.MethodDelete:
		return r.Retry
	case http.MethodPost:
		return r.Retry && r.Header.Get(httpheader.IdempotencyKey) != ""
	}
	return false
}
