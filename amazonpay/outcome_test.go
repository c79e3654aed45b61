package amazonpay_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/transport"
)

// noConnection is a network whose dial fails.
func noConnection(r *http.Request) (*http.Response, error) {
	unreachable := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no route to host")
	}}
	return unreachable.RoundTrip(r)
}

// notResolved is a network whose host has no address.
func notResolved(r *http.Request) (*http.Response, error) {
	unresolved := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "server misbehaving", Name: r.Host, IsTemporary: true}}
	}}
	return unresolved.RoundTrip(r)
}

// https://github.com/woocommerce/woocommerce-gateway-amazon-pay/issues/341: a name that was not
// resolved once ended a checkout. It is tried again, and where it stays so, the error says that
// nothing was sent.
func TestNameThatIsNotResolved(t *testing.T) {
	t.Parallel()
	meta, err := newClient(t, newNetwork(notResolved, answer(http.StatusCreated, `{}`))).Call(t.Context(), chargeOp, goodCharge(), nil)
	require.NoError(t, err)
	require.Len(t, meta.Attempts, 2)
	assert.True(t, meta.Attempts[0].Unsent)

	meta, err = newClient(t, newNetwork(notResolved)).Call(t.Context(), chargeOp, goodCharge(), nil)
	dns, ok := errors.AsType[*net.DNSError](err)
	require.True(t, ok, "%v", err)
	assert.True(t, dns.IsTemporary)
	assert.Len(t, meta.Attempts, 4)
	assert.Equal(t, amazonpay.OutcomeNotSent, amazonpay.OutcomeOf(err))
	assert.False(t, mayBeDone(callError(t, err)))
}

// lost is a network that takes the request, and brings no answer.
func lost(r *http.Request) (*http.Response, error) { return fail(io.ErrUnexpectedEOF)(r) }

// Each row of OutcomeOf's documentation.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	const (
		declined = `{"reasonCode":"HardDeclined"}`
		failure  = `{"reasonCode":"ProcessingFailure"}`
	)
	status := func(code int) reply { return answer(code, `{}`) }
	ended, end := context.WithCancel(t.Context())
	end()
	for name, row := range map[string]struct {
		answers []reply
		call    func(c *amazonpay.Client) error
		want    amazonpay.Outcome
	}{
		"no error":                       {[]reply{status(201)}, nil, amazonpay.OutcomeDone},
		"no error after a lost answer":   {[]reply{lost, status(201)}, nil, amazonpay.OutcomeDone},
		"a bad option":                   {nil, func(c *amazonpay.Client) error { return called(c, t.Context(), amazonpay.WithIdempotencyKey("é")) }, amazonpay.OutcomeNotSent},
		"no token":                       {nil, func(c *amazonpay.Client) error { return called(c, t.Context(), amazonpay.WithTokenSource(noToken{})) }, amazonpay.OutcomeNotSent},
		"no context":                     {nil, func(c *amazonpay.Client) error { return called(c, nil) }, amazonpay.OutcomeNotSent},
		"a context that has ended":       {nil, func(c *amazonpay.Client) error { return called(c, ended) }, amazonpay.OutcomeNotSent},
		"no connection":                  {[]reply{noConnection}, nil, amazonpay.OutcomeNotSent},
		"refused":                        {[]reply{answer(422, declined)}, nil, amazonpay.OutcomeRefused},
		"400":                            {[]reply{status(400)}, nil, amazonpay.OutcomeRefused},
		"404":                            {[]reply{status(404)}, nil, amazonpay.OutcomeRefused},
		"ProcessingFailure":              {[]reply{answer(500, failure)}, nil, amazonpay.OutcomeRefused},
		"throttled to the end":           {[]reply{status(429)}, nil, amazonpay.OutcomeRefused},
		"throttled, then no connection":  {[]reply{status(429), noConnection}, nil, amazonpay.OutcomeRefused},
		"no connection, then refused":    {[]reply{noConnection, noConnection, answer(422, declined)}, nil, amazonpay.OutcomeRefused},
		"no connection, then failed":     {[]reply{noConnection, answer(500, failure)}, nil, amazonpay.OutcomeRefused},
		"a page with status 201":         {[]reply{answer(201, page)}, nil, amazonpay.OutcomeUnknown},
		"a success not understood":       {[]reply{answer(201, `{"id":"1","price":"14.00"}`)}, nil, amazonpay.OutcomeDone},
		"lost, then not understood":      {[]reply{lost, answer(201, `{"id":"1","price":"14.00"}`)}, nil, amazonpay.OutcomeDone},
		"a success that is too large":    {[]reply{answer(200, strings.Repeat(" ", 10<<20+1))}, nil, amazonpay.OutcomeUnknown},
		"a failure that is too large":    {[]reply{answer(500, strings.Repeat(" ", 10<<20+1))}, nil, amazonpay.OutcomeUnknown},
		"lost":                           {[]reply{lost}, nil, amazonpay.OutcomeUnknown},
		"408":                            {[]reply{status(408)}, nil, amazonpay.OutcomeUnknown},
		"425":                            {[]reply{status(425)}, nil, amazonpay.OutcomeUnknown},
		"500":                            {[]reply{status(500)}, nil, amazonpay.OutcomeUnknown},
		"501":                            {[]reply{status(501)}, nil, amazonpay.OutcomeUnknown},
		"503":                            {[]reply{status(503)}, nil, amazonpay.OutcomeUnknown},
		"302":                            {[]reply{status(302)}, nil, amazonpay.OutcomeUnknown},
		"lost, then no connection":       {[]reply{lost, noConnection}, nil, amazonpay.OutcomeUnknown},
		"lost, then refused":             {[]reply{lost, answer(422, declined)}, nil, amazonpay.OutcomeUnknown},
		"503, then refused":              {[]reply{status(503), answer(422, declined)}, nil, amazonpay.OutcomeUnknown},
		"500, then ProcessingFailure":    {[]reply{status(500), answer(500, failure)}, nil, amazonpay.OutcomeUnknown},
		"lost, then throttled":           {[]reply{lost, status(429)}, nil, amazonpay.OutcomeUnknown},
		"ProcessingFailure as a gateway": {[]reply{answer(503, failure)}, nil, amazonpay.OutcomeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNetwork(row.answers...)
			call := row.call
			if call == nil {
				call = func(c *amazonpay.Client) error { return called(c, t.Context()) }
			}
			err := call(newClient(t, n))
			assert.Equal(t, row.want, amazonpay.OutcomeOf(err), "%v", err)
			if err != nil {
				assert.Equal(t, row.want, amazonpay.OutcomeOf(fmt.Errorf("order 7: %w", err)), "wrapped; %v", err)
			}
			assert.Equal(t, len(row.answers) > 0, len(n.requests()) > 0)
			if call, ok := errors.AsType[*amazonpay.CallError](err); ok {
				assert.Equal(t, row.want == amazonpay.OutcomeUnknown || row.want == amazonpay.OutcomeDone, mayBeDone(call))
				assert.Equal(t, row.want == amazonpay.OutcomeUnknown, strings.Contains(err.Error(), "unknown"), err.Error())
			}
		})
	}
	assert.Equal(t, amazonpay.OutcomeDone, amazonpay.OutcomeOf(nil))
	assert.Equal(t, amazonpay.OutcomeUnknown, amazonpay.OutcomeOf(io.EOF), "not of a call")
	for outcome, word := range map[amazonpay.Outcome]string{
		amazonpay.OutcomeUnknown: "unknown", amazonpay.OutcomeNotSent: "not sent", amazonpay.OutcomeRefused: "refused", amazonpay.OutcomeDone: "done", 9: "unknown",
	} {
		assert.Equal(t, word, outcome.String())
	}
}

func called(c *amazonpay.Client, ctx context.Context, opts ...amazonpay.CallOption) error { //nolint:revive // the client is what is called
	_, err := c.Call(ctx, chargeOp, goodCharge(), new(everything), opts...)
	return err
}

type noToken struct{}

func (noToken) Token(context.Context) (string, error) { return "", io.EOF }

// A Doer of the user's own is never said to have sent nothing: what it did is not seen.
func TestOutcomesOfADoer(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		answer reply
		want   amazonpay.Outcome
	}{
		"no connection":     {noConnection, amazonpay.OutcomeUnknown},
		"a failed dial":     {fail(&net.OpError{Op: "dial", Err: errors.New("refused")}), amazonpay.OutcomeUnknown},
		"interrupted":       {fail(&transport.InterruptedError{Cause: context.Canceled}), amazonpay.OutcomeUnknown},
		"refused":           {answer(422, `{"reasonCode":"HardDeclined"}`), amazonpay.OutcomeRefused},
		"ProcessingFailure": {answer(500, `{"reasonCode":"ProcessingFailure"}`), amazonpay.OutcomeRefused},
		"503":               {answer(503, `{}`), amazonpay.OutcomeUnknown},
		"a page":            {answer(201, page), amazonpay.OutcomeUnknown},
		"not understood":    {answer(201, `{"id":"1","price":"14.00"}`), amazonpay.OutcomeDone},
		"not signed":        {fail(&transport.SigningError{Err: io.EOF}), amazonpay.OutcomeNotSent},
	} {
		client, err := amazonpay.New(testConfig(), amazonpay.WithDoer(newNetwork(row.answer)))
		require.NoError(t, err)
		assert.Equal(t, row.want, amazonpay.OutcomeOf(called(client, t.Context())), name)
	}
}

// A round tripper that leads to no net/http Transport is not said to have sent nothing either.
func TestOutcomeOfAForeignRoundTripper(t *testing.T) {
	t.Parallel()
	err := called(newClient(t, newNetwork(fail(&net.OpError{Op: "dial", Err: errors.New("refused")}))), t.Context())
	assert.Equal(t, amazonpay.OutcomeUnknown, amazonpay.OutcomeOf(err))
}

// Over real connections: a port where nobody listens, a certificate that is refused, a handshake
// that never ends and a server that takes the request and hangs up.
func TestOutcomesOverTheNetwork(t *testing.T) {
	t.Parallel()
	hangsUp := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	hangsUp.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	hangsUp.StartTLS()
	defer hangsUp.Close()
	closed := httptest.NewTLSServer(nil)
	closed.Close()
	var config net.ListenConfig
	silent, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = silent.Close() }()
	trusting := func() *http.Transport {
		base, ok := hangsUp.Client().Transport.(*http.Transport)
		require.True(t, ok)
		base = base.Clone()
		base.TLSHandshakeTimeout = 50 * time.Millisecond
		return base
	}
	for name, row := range map[string]struct {
		url  string
		base *http.Transport
		want amazonpay.Outcome
	}{
		"nobody listens":         {closed.URL, trusting(), amazonpay.OutcomeNotSent},
		"a refused certificate":  {hangsUp.URL, transport.NewBase(), amazonpay.OutcomeNotSent},
		"a handshake of no end":  {"https://" + silent.Addr().String(), trusting(), amazonpay.OutcomeNotSent},
		"a server that hangs up": {hangsUp.URL, trusting(), amazonpay.OutcomeUnknown},
	} {
		cfg := testConfig()
		cfg.BaseURL = row.url
		client, err := amazonpay.New(cfg, amazonpay.WithRoundTripper(row.base), quickly)
		require.NoError(t, err)
		err = called(client, t.Context())
		assert.Equal(t, row.want, amazonpay.OutcomeOf(err), "%s: %v", name, err)
		row.base.CloseIdleConnections()
	}
}
