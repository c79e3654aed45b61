package amazonpay

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/amazonpay-go/sdk/internal/httpheader"
	"github.com/amazonpay-go/sdk/internal/redact"
)

// Fetcher sends a request to a URL that the service has signed: a report's document, or the place
// for an evidence file. [*Client] implements it.
type Fetcher interface {
	Fetch(req *http.Request) (*http.Response, error)
}

// Fetch sends req over the client's network as it is: once, unsigned, without an Amazon Pay header.
// The URL must be https. A redirect is an error. The caller reads and closes the response body,
// which is streamed. Only the request's context limits the time. Errors do not quote the URL, which
// is as good as a password.
func (c *Client) Fetch(req *http.Request) (*http.Response, error) {
	if !c.made() || req == nil || req.URL == nil {
		return nil, errors.New("amazonpay: Fetch: the request is nil, or the Client was not made by New")
	}
	if c.core.base == nil {
		return nil, errors.New("amazonpay: Fetch: WithDoer replaced the client's network: add WithRoundTripper, or mock the Fetcher")
	}
	if req.URL.Scheme != "https" || req.URL.Host == "" || req.URL.User != nil {
		return nil, &FieldError{"URL", "must be https, with a host and without user information"}
	}
	for name := range req.Header {
		if lower := strings.ToLower(name); lower == "authorization" || httpheader.IsAmazonPay(name) {
			return nil, &FieldError{"header " + lower, "must not be sent to a pre-signed URL: remove it"}
		}
	}
	resp, err := c.core.roundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("amazonpay: Fetch: %w", err)
	}
	if resp.StatusCode >= 300 && resp.StatusCode <= 399 {
		_ = resp.Body.Close()
		return nil, fmt.Errorf("amazonpay: Fetch: the answer is a redirect (HTTP %d), which is not followed", resp.StatusCode)
	}
	return resp, nil
}

// roundTrip sends a request without signing and retries. Its error quotes nothing private.
func (c *core) roundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.base.RoundTrip(req)
	if err != nil {
		return nil, redact.Error(err, req)
	}
	if resp == nil || resp.Body == nil {
		return nil, errors.New("the RoundTripper returned neither an answer nor an error")
	}
	return resp, nil
}
