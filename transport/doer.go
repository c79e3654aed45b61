package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/amazonpay-go/sdk/internal/redact"
)

//go:generate go tool -modfile=../internal/tools/go.mod mockgen -typed -package mocks -write_package_comment=false -destination ../mocks/transport.go . Doer

// Doer answers one request. Tests put one in the place of the whole chain: see [FromDoer].
type Doer interface {
	Do(req *http.Request) (*http.Response, error)
}

// FromDoer returns a Client that hands each call to d once and unsigned, and reads its answer up to
// maxAnswerBytes. Its results have no attempts: what d does is not seen. The policy is not asked to
// admit, and its verdict has no effect; it judges the answer, or an [Attempt] with the error alone.
// After a [*SigningError] nothing was sent, so there is nothing to judge, unless another Client of
// this package returned it after its first attempt.
func FromDoer(d Doer, maxAnswerBytes int64) *Client {
	c := &Client{cfg: Config{MaxAnswerBytes: maxAnswerBytes}, doer: d}
	c.steps = c.do
	return c
}

func (c *Client) do(ctx context.Context, x *exchange) error {
	answer, err := c.ask(ctx, x.request)
	if unsigned, ok := errors.AsType[*SigningError](err); ok && !unsigned.sent {
		return err
	}
	made := Attempt{Err: err}
	if err == nil {
		x.result.Answer, made.StatusCode = answer, answer.Status
	}
	x.policy.Judge(ctx, made, x.result.Answer, false)
	return err
}

func (c *Client) ask(ctx context.Context, r Request) (*Answer, error) {
	req, err := r.HTTP(ctx)
	if err != nil {
		return nil, err
	}
	resp, err := c.doer.Do(req) //nolint:bodyclose // read closes it
	switch _, interrupted := errors.AsType[*InterruptedError](err); {
	case interrupted: // its cause is the caller's own
		return nil, err
	case err != nil:
		return nil, redact.Error(err, req)
	case resp == nil || resp.Body == nil:
		return nil, errors.New("the Doer returned neither an answer nor an error")
	}
	answer, err := read(resp, r.Method, c.cfg.MaxAnswerBytes)
	if _, tooLarge := errors.AsType[*TooLargeError](err); err != nil && !tooLarge {
		err = &NetworkError{Err: fmt.Errorf("the response body is truncated: %w", redact.Error(err, req))}
	}
	return answer, err
}
