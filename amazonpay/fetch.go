package amazonpay

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/amazonpay-go/sdk/transport"
)

// Fetcher sends a request to a URL that the service has signed beforehand: a report's
// document, the place for an evidence file. [*Client] is one.
type Fetcher interface {
	Fetch(req *http.Request) (*http.Response, error)
}

// Fetch sends req over the client's own network, as it is: unsigned, without an Amazon Pay
// header, once. The URL must be https, and an answer that redirects is an error. The
// caller reads and closes the answer's body, which is streamed; time limits are those of
// the request's context. Errors do not show the URL, which is as good as a password.
func (c *Client) Fetch(req *http.Request) (*http.Response, error) {
	if !c.made() || req == nil || req.URL == nil {
		return nil, errors.New("amazonpay: Fetch: the request is nil, or the Client was not made by New")
	}
	if c.core.base == nil {
		return nil, errors.New("amazonpay: Fetch: WithDoer took the client's network away: give one with WithRoundTripper, or mock the Fetcher")
	}
	if req.URL.Scheme != "https" || req.URL.Host == "" || req.URL.User != nil {
		return nil, &FieldError{"URL", "must be https, with a host and without user information"}
	}
	for name := range req.Header {
		if lower := strings.ToLower(name); lower == "authorization" || strings.HasPrefix(lower, "x-amz-pay-") {
			return nil, &FieldError{"header " + lower, "must not go to a URL that is not the service's"}
		}
	}
	resp, err := c.core.roundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("amazonpay: Fetch: %w", err)
	}
	if resp.StatusCode >= 300 && resp.StatusCode <= 399 {
		_ = resp.Body.Close()
		return nil, fmt.Errorf("amazonpay: Fetch: the answer redirects (HTTP %d), which is not followed", resp.StatusCode)
	}
	return resp, nil
}

// roundTrip sends a request past signing and retries. Its error shows nothing that is private in the request.
func (c *core) roundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.base.RoundTrip(req)
	if err != nil {
		return nil, transport.Scrub(err, req)
	}
	if resp == nil || resp.Body == nil {
		return nil, errors.New("the RoundTripper returned neither an answer nor an error")
	}
	return resp, nil
}
