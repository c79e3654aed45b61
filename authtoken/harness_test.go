package authtoken_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

const (
	mwsToken   = "amzn.mws.4ea38b7b-f563-7709-4bae-87aea1234567"
	merchantID = "A1MERCHANT"
)

// caller is a Caller that answers with a function. n counts the calls from 1.
type caller struct {
	answer func(ctx context.Context, n int) (token string, err error)
	date   func() time.Time // of each answer; nil for none

	mu   sync.Mutex
	n    int
	op   amazonpay.Operation
	in   any
	opts []amazonpay.CallOption
}

func (c *caller) Call(ctx context.Context, op amazonpay.Operation, in, out any, opts ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	c.mu.Lock()
	c.n++
	n := c.n
	c.op, c.in, c.opts = op, in, opts
	c.mu.Unlock()
	token, err := c.answer(ctx, n)
	if err != nil {
		return &amazonpay.Meta{}, err
	}
	text, err := json.Marshal(map[string]any{"authorizationToken": token, "brandNew": []int{1}})
	if err != nil {
		return &amazonpay.Meta{}, err
	}
	meta := &amazonpay.Meta{RequestID: "request-1", Header: http.Header{}}
	if c.date != nil {
		meta.Header.Set("Date", c.date().UTC().Format(http.TimeFormat))
	}
	return meta, json.Unmarshal(text, out)
}

func (c *caller) calls() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// always answers with one token.
func always(token string) func(context.Context, int) (string, error) {
	return func(context.Context, int) (string, error) { return token, nil }
}

// doer is a Doer that answers each request with a function.
type doer func(*http.Request) (status int, body string)

func (d doer) Do(r *http.Request) (*http.Response, error) {
	status, body := d(r)
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func newClient(t *testing.T, d doer) *amazonpay.Client {
	t.Helper()
	client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.RegionUS, Environment: amazonpay.EnvironmentLive}, amazonpay.WithDoer(d))
	require.NoError(t, err)
	return client
}
