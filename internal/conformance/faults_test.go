package conformance_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/delivery"
	"github.com/amazonpay-go/sdk/instore"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
	"github.com/amazonpay-go/sdk/webstore"
)

// faulty is a client that meets the same fault in each call, checks what the error says, and then
// settles the call as a merchant would.
type faulty struct {
	*amazonpay.Client

	t       *testing.T
	server  *emulator.Server
	network *disturbed
	key     *unreliableKey
	fault   fault
	met     map[string]bool // the operations that have met it
}

// fault is one way to fail, at one step of a call.
type fault struct {
	name    string
	arrange func(c *faulty, end context.CancelFunc) []amazonpay.CallOption
	want    want
	newKey  bool // the key would replay the failure
	reset   bool // the connection is: net/http itself then sends a GET on a kept connection once more, with the same signature
	// truncates the answer's body, if there is one
	truncates bool
	ignored   []string
}

// want is the required result of a call that meets the fault.
type want struct {
	outcome  amazonpay.Outcome // done without an error where survived is set
	survived bool
	attempts int // that were made
	arrived  int // that the emulator saw
	done     bool
	is       func(err error) bool
	lenient  bool // whatever comes, if it is true
}

// settledByReading are the operations whose uncertain outcome package webstore settles by reading.
var settledByReading = []string{"CompleteCheckoutSession", "FinalizeCheckoutSession", "CaptureCharge", "CancelCharge", "CloseChargePermission"}

func (c *faulty) Call(ctx context.Context, op amazonpay.Operation, in, out any, opts ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	called, end := context.WithCancel(ctx)
	defer end()
	before := len(c.server.Requests())
	meta, err := c.Client.Call(called, op, in, out, append(c.fault.arrange(c, end), opts...)...)
	c.server.ClearFaults()
	c.network.next, c.key.failing = nil, 0
	arrived := c.server.Requests()[before:]
	c.check(op, meta, err, arrived)
	c.met[op.Name] = true
	if err == nil {
		return meta, nil
	}
	if amazonpay.OutcomeOf(err) != amazonpay.OutcomeRefused && work(arrived) > 0 && slices.Contains(settledByReading, op.Name) {
		return meta, err
	}
	if meta.IdempotencyKey != "" && !c.fault.newKey {
		opts = append(opts, amazonpay.WithIdempotencyKey(meta.IdempotencyKey))
	}
	again, err := c.Client.Call(ctx, op, in, out, opts...)
	if err != nil && op.Method == http.MethodDelete && work(arrived) > 0 {
		return again, nil // what is gone already cannot be taken away
	}
	require.NoError(c.t, err, "%s: the repetition with the same key", op.Name)
	if op.Method == http.MethodPost && !c.fault.want.lenient {
		assert.Equal(c.t, 1, work(c.server.Requests()[before:]), "%s: done once", op.Name)
	}
	return again, nil
}

// check compares the result of a call with the required one and with what the emulator saw.
func (c *faulty) check(op amazonpay.Operation, meta *amazonpay.Meta, err error, arrived []emulator.Request) {
	expected := c.fault.want
	twice := op.Method == http.MethodDelete && expected.done && expected.arrived > 1 // and may be refused the second time
	outcome := amazonpay.OutcomeOf(err)
	byNetHTTP := op.Method == http.MethodGet && c.fault.reset
	wordless := op.NoContent && c.fault.truncates
	exact := !twice && !expected.lenient && !byNetHTTP && !wordless
	if exact {
		assert.Equal(c.t, expected.outcome, outcome, "%s: %v", op.Name, err)
		assert.Equal(c.t, expected.survived, err == nil, "%s: %v", op.Name, err)
		assert.Len(c.t, meta.Attempts, expected.attempts, "%s: %v", op.Name, err)
		assert.Len(c.t, arrived, expected.arrived, op.Name)
	}
	if exact && expected.is != nil {
		assert.True(c.t, expected.is(err), "%s: %v", op.Name, err)
	}

	// What really happened.
	did := work(arrived) > 0
	if !byNetHTTP {
		assert.Equal(c.t, expected.done || expected.survived || expected.lenient, did, op.Name)
	}
	switch outcome {
	case amazonpay.OutcomeNotSent:
		assert.Empty(c.t, arrived, op.Name)
	case amazonpay.OutcomeRefused:
		assert.False(c.t, did, op.Name)
	case amazonpay.OutcomeDone:
		assert.True(c.t, did, op.Name)
	case amazonpay.OutcomeUnknown:
	}
	if op.Method == http.MethodPost && !expected.lenient {
		assert.LessOrEqual(c.t, work(arrived), 1, "%s: done once", op.Name)
	}

	// Each attempt is the same request, signed for its own date.
	for i, r := range arrived {
		assert.True(c.t, r.Verified && r.Strict, "%s: %s", op.Name, r.Refusal)
		assert.Equal(c.t, meta.IdempotencyKey, r.IdempotencyKey, op.Name)
		assert.Equal(c.t, arrived[0].BodyHash, r.BodyHash, op.Name)
		assert.Equal(c.t, arrived[0].Target, r.Target, op.Name)
		assert.True(c.t, i == 0 || arrived[i-1].SignedDate < r.SignedDate || byNetHTTP && arrived[i-1].SignedDate == r.SignedDate, "%s: the date of attempt %d", op.Name, i+1)
	}
	if err != nil {
		for _, secret := range []string{"https://", "/v2/", "Signature=", "PRIVATE"} {
			assert.NotContains(c.t, err.Error(), secret, op.Name)
		}
	}
}

// work is how often the requests had something done.
func work(requests []emulator.Request) (times int) {
	for _, r := range requests {
		if r.Status >= 200 && r.Status < 400 && !r.Replayed {
			times++
		}
	}
	return times
}

// disturbed is a network whose next attempts something happens to.
type disturbed struct {
	base http.RoundTripper
	next []roundTrip
}

type roundTrip func(r *http.Request, base http.RoundTripper) (*http.Response, error)

func (d *disturbed) RoundTrip(r *http.Request) (*http.Response, error) {
	if len(d.next) == 0 || strings.HasPrefix(r.URL.Path, "/_emulator/") {
		return d.base.RoundTrip(r)
	}
	happens := d.next[0]
	d.next = d.next[1:]
	return happens(r, d.base)
}

// unreliableKey is a key store that cannot be reached from a signature on, counted from 1; 0: it
// always can.
type unreliableKey struct {
	*rsa.PrivateKey

	failing int
	failed  []byte // the digest that was not signed, which the signer asks for once more in other words
}

func (k *unreliableKey) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if k.failing > 0 {
		if k.failing--; k.failing == 0 {
			k.failed = slices.Clone(digest)
		}
	}
	if bytes.Equal(digest, k.failed) {
		return nil, errors.New("the key store cannot be reached")
	}
	return k.PrivateKey.Sign(random, digest, opts)
}

// What happens to an attempt on the network.

func notDialled(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
	dead := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no route to host") }}
	return dead.RoundTrip(r)
}

func untrusted(r *http.Request, base http.RoundTripper) (*http.Response, error) {
	known, ok := base.(*http.Transport)
	if !ok {
		return nil, errors.New("the base is no *http.Transport")
	}
	stranger := known.Clone()
	stranger.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	return stranger.RoundTrip(r)
}

func broken(*http.Request, http.RoundTripper) (*http.Response, error) {
	return nil, io.ErrUnexpectedEOF
}

func answered(status int, body string, header ...string) roundTrip {
	return func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return response(r, status, body, header...), nil
	}
}

func response(r *http.Request, status int, body string, header ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r}
}

// replaced lets the request be answered, and puts another body in place of the answer's.
func replaced(body string) roundTrip {
	return func(r *http.Request, base http.RoundTripper) (*http.Response, error) {
		resp, err := base.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		resp.StatusCode = http.StatusOK // a 303 needs no body
		return resp, nil
	}
}

func onNetwork(attempts ...roundTrip) func(*faulty, context.CancelFunc) []amazonpay.CallOption {
	return func(c *faulty, _ context.CancelFunc) []amazonpay.CallOption {
		c.network.next = slices.Clone(attempts)
		return nil
	}
}

func atService(n int, f emulator.Fault) func(*faulty, context.CancelFunc) []amazonpay.CallOption {
	return func(c *faulty, _ context.CancelFunc) []amazonpay.CallOption {
		require.NoError(c.t, c.server.FailNext(n, f))
		return nil
	}
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func isStatus(status int) func(error) bool {
	return func(err error) bool {
		api, ok := errors.AsType[*amazonpay.APIError](err)
		return ok && api.StatusCode == status
	}
}

// brokenSource gives no token.
type brokenSource struct{}

func (*brokenSource) Token(context.Context) (string, error) { return "", errors.New("no token today") }

// all four attempts of a call.
const attempts = 4

// eachFault returns each fault that a call can meet, step by step. The required results follow from
// design and documentation, not from the code.
func eachFault() []fault {
	notSent := want{outcome: amazonpay.OutcomeNotSent}
	faults := []fault{
		{name: "none", arrange: onNetwork(), want: want{outcome: amazonpay.OutcomeDone, survived: true, attempts: 1, arrived: 1}},

		// Before anything is sent.
		{name: "a bad option", want: notSent, arrange: func(*faulty, context.CancelFunc) []amazonpay.CallOption {
			return []amazonpay.CallOption{amazonpay.WithHeader("Bad Name", "x")}
		}},
		{name: "no token", want: want{outcome: amazonpay.OutcomeNotSent, is: isA[*amazonpay.TokenError]}, arrange: func(*faulty, context.CancelFunc) []amazonpay.CallOption {
			return []amazonpay.CallOption{amazonpay.WithTokenSource(new(brokenSource))}
		}},
		{
			name: "an ended context", want: want{outcome: amazonpay.OutcomeNotSent, is: func(err error) bool { return errors.Is(err, context.Canceled) }},
			arrange: func(_ *faulty, end context.CancelFunc) []amazonpay.CallOption { end(); return nil },
		},
		{
			name: "no signature", want: want{outcome: amazonpay.OutcomeNotSent, is: isA[*transport.SigningError]},
			arrange: func(c *faulty, _ context.CancelFunc) []amazonpay.CallOption { c.key.failing = 1; return nil },
		},
		{
			name: "no signature for the second attempt", want: want{outcome: amazonpay.OutcomeUnknown, attempts: 1, arrived: 1, is: isA[*transport.SigningError]},
			arrange: func(c *faulty, _ context.CancelFunc) []amazonpay.CallOption {
				c.key.failing = 2
				require.NoError(c.t, c.server.FailNext(1, emulator.Fault{Status: 503}))
				return nil
			},
		},

		// The connection.
		{name: "not dialled once", arrange: onNetwork(notDialled), want: want{outcome: amazonpay.OutcomeDone, survived: true, attempts: 2, arrived: 1}},
		{name: "never dialled", arrange: onNetwork(notDialled, notDialled, notDialled, notDialled), want: want{outcome: amazonpay.OutcomeNotSent, attempts: attempts, is: isA[*transport.NetworkError]}},
		{name: "an untrusted certificate", arrange: onNetwork(untrusted), want: want{outcome: amazonpay.OutcomeNotSent, attempts: 1, is: isA[*transport.NetworkError]}},
		{name: "broken, then never dialled", arrange: onNetwork(broken, notDialled, notDialled, notDialled), want: want{outcome: amazonpay.OutcomeUnknown, attempts: attempts}},

		// The context, during an attempt and during the wait for the next one.
		{
			name: "cancelled during the attempt", want: want{outcome: amazonpay.OutcomeUnknown, attempts: 1, is: isA[*transport.InterruptedError]},
			arrange: func(c *faulty, end context.CancelFunc) []amazonpay.CallOption {
				c.network.next = []roundTrip{func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
					end()
					<-r.Context().Done()
					return nil, r.Context().Err()
				}}
				return nil
			},
		},
		{
			name: "cancelled while waiting", want: want{outcome: amazonpay.OutcomeUnknown, attempts: 1, is: isA[*transport.InterruptedError]},
			arrange: func(c *faulty, end context.CancelFunc) []amazonpay.CallOption {
				c.network.next = []roundTrip{func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
					time.AfterFunc(time.Millisecond, end)
					return response(r, 503, "{}", "Retry-After", "20"), nil
				}}
				return nil
			},
		},

		// The answer.
		{name: "a page in place of the answer", arrange: onNetwork(replaced("<html>")), want: want{outcome: amazonpay.OutcomeUnknown, attempts: 1, arrived: 1, done: true, is: isA[*amazonpay.DecodeError]}},
		{name: "a list in place of the answer", arrange: onNetwork(replaced("[]")), want: want{outcome: amazonpay.OutcomeUnknown, attempts: 1, arrived: 1, done: true, is: isA[*amazonpay.DecodeError]}},
		{name: "an answer that is too large", arrange: onNetwork(replaced(strings.Repeat(" ", 10<<20+1))), want: want{outcome: amazonpay.OutcomeUnknown, attempts: 1, arrived: 1, done: true, is: isA[*transport.TooLargeError]}},
		{name: "a redirect", arrange: onNetwork(answered(307, "", "Location", "https://elsewhere.example/")), want: want{outcome: amazonpay.OutcomeUnknown, attempts: 1, is: isStatus(307)}},
		{name: "a refused date", arrange: onNetwork(func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
			date, err := time.Parse(signing.DateFormat, r.Header.Get("X-Amz-Pay-Date"))
			if err != nil {
				return nil, err
			}
			return response(r, 400, `{"reasonCode":"InvalidHeaderValue","message":"x-amz-pay-date"}`, "Date", date.Add(2*time.Second).Format(http.TimeFormat)), nil
		}), want: want{outcome: amazonpay.OutcomeDone, survived: true, attempts: 2, arrived: 1}},
		{name: "a wait that is too long", arrange: atService(1, emulator.Fault{Status: 503, RetryAfter: "3600"}), want: want{outcome: amazonpay.OutcomeUnknown, attempts: 1, arrived: 1, is: isStatus(503)}},
		{
			name: "ProcessingFailure", arrange: atService(1, emulator.Fault{Status: 500, ReasonCode: "ProcessingFailure"}), newKey: true,
			want: want{outcome: amazonpay.OutcomeRefused, attempts: 1, arrived: 1, is: isStatus(500)},
		},
	}
	for _, refusal := range []emulator.Fault{
		{Status: 400},
		{Status: 401},
		{Status: 403, ReasonCode: "InvalidAccountStatus"},
		{Status: 404},
		{Status: 405},
		{Status: 409},
		{Status: 422, ReasonCode: "InvalidRequest"},
		{Status: 426},
		{Kind: emulator.FaultKindHTML, Status: 404},
	} {
		outcome := amazonpay.OutcomeRefused
		if refusal.Kind == emulator.FaultKindHTML {
			outcome = amazonpay.OutcomeUnknown // a gateway's page, after who knows what
		}
		faults = append(faults, fault{
			name: fmt.Sprint(refusal.Kind, " ", refusal.Status), arrange: atService(1, refusal),
			want: want{outcome: outcome, attempts: 1, arrived: 1, is: isStatus(refusal.Status)},
		})
	}
	for _, passing := range []emulator.Fault{
		{Status: 408},
		{Status: 425},
		{Status: 429},
		{Status: 500},
		{Status: 502},
		{Status: 503},
		{Status: 504},
		{Kind: emulator.FaultKindHTML},
		{Kind: emulator.FaultKindReset},
	} {
		lasting := want{outcome: amazonpay.OutcomeUnknown, attempts: attempts, arrived: attempts, is: isStatus(passing.Status)}
		switch {
		case passing.Status == 429:
			lasting.outcome = amazonpay.OutcomeRefused
		case passing.Kind == emulator.FaultKindReset:
			lasting.is = isA[*transport.NetworkError]
		case passing.Kind == emulator.FaultKindHTML:
			lasting.is = isStatus(502)
		}
		faults = append(
			faults,
			fault{reset: passing.Kind == emulator.FaultKindReset, name: fmt.Sprint(passing.Kind, " ", passing.Status, " once"), arrange: atService(1, passing), want: want{outcome: amazonpay.OutcomeDone, survived: true, attempts: 2, arrived: 2}},
			fault{reset: passing.Kind == emulator.FaultKindReset, name: fmt.Sprint(passing.Kind, " ", passing.Status, " always"), arrange: atService(attempts, passing), want: lasting},
		)
	}
	for _, after := range []emulator.Fault{{Kind: emulator.FaultKindLoseAnswer}, {Kind: emulator.FaultKindTruncate}, {Kind: emulator.FaultKindDelay, Delay: 2 * shortAttempt}} {
		resets := after.Kind == emulator.FaultKindLoseAnswer
		truncates := after.Kind == emulator.FaultKindTruncate
		faults = append(faults, fault{
			reset: resets, truncates: truncates, name: after.Kind.String() + " once", arrange: atService(1, after),
			// On a busy machine the next attempt may be late too.
			want: want{outcome: amazonpay.OutcomeDone, survived: true, attempts: 2, arrived: 2, done: true, lenient: after.Kind == emulator.FaultKindDelay},
		})
		if after.Kind != emulator.FaultKindDelay {
			faults = append(faults, fault{
				reset: resets, truncates: truncates, name: after.Kind.String() + " always", arrange: atService(attempts, after),
				want: want{outcome: amazonpay.OutcomeUnknown, attempts: attempts, arrived: attempts, done: true, is: isA[*transport.NetworkError]},
			})
		}
	}
	return faults
}

// shortAttempt is the time that an attempt may take where an answer is late.
const shortAttempt = 250 * time.Millisecond

// made is what money is in an emulator, without ids.
func made(server *emulator.Server) (all []string) {
	for _, ch := range server.Charges() {
		all = append(all, fmt.Sprint("charge ", ch.State, ch.Amount, ch.Captured, ch.Refunded))
	}
	for _, r := range server.Refunds() {
		all = append(all, fmt.Sprint("refund ", r.State, r.Amount))
	}
	slices.Sort(all)
	return all
}

// tellWith tells the story of all 43 operations, in which each call meets the fault.
func tellWith(t *testing.T, f fault) (money []string, met map[string]bool) {
	t.Helper()
	// One clock, which each reading of the client moves on; the emulator's is a little ahead.
	start := time.Now()
	var seconds atomic.Int64
	server := emulator.Start(t, emulator.WithClock(func() time.Time { return start.Add(time.Duration(seconds.Load()+3) * time.Second) }))
	d := server.Description()
	key, err := signing.ParsePrivateKey([]byte(d.Merchants[0].PrivateKeyPEM))
	require.NoError(t, err)
	c := &faulty{t: t, server: server, network: &disturbed{base: server.RoundTripper()}, key: &unreliableKey{PrivateKey: key}, fault: f, met: make(map[string]bool)}
	opts := []amazonpay.Option{
		amazonpay.WithRoundTripper(c.network), amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: time.Microsecond, MaxWait: time.Millisecond}), amazonpay.WithRetryBudget(-1),
		amazonpay.WithClock(func() time.Time { return start.Add(time.Duration(seconds.Add(1)) * time.Second) }),
	}
	if strings.HasPrefix(f.name, "delay") {
		opts = append(opts, amazonpay.WithAttemptTimeout(shortAttempt))
	}
	client, err := amazonpay.New(amazonpay.Config{
		PublicKeyID: d.Merchants[0].KeyIDs.Sandbox, PrivateKey: c.key, Region: amazonpay.RegionUS, BaseURL: d.BaseURL,
	}, opts...)
	require.NoError(t, err)
	for _, operation := range f.ignored {
		require.NoError(t, server.IgnoreIdempotencyKey(operation))
	}
	tellAll(t, server, func(opts ...amazonpay.CallOption) shop {
		derived := *c
		derived.Client = client.With(opts...)
		return shop{webstore.New(&derived), instore.New(&derived), delivery.New(&derived), authtoken.New(&derived)}
	})
	return made(server), c.met
}

// Each fault, in each step of each of the 43 operations: what the error says about the work is
// true, each attempt is signed for its own date under one key, and repeating the call under the
// error's key does the work exactly once.
func TestEachFaultInEachOperation(t *testing.T) {
	t.Parallel()
	untouched, _ := tellWith(t, eachFault()[0])
	require.NotEmpty(t, untouched)
	var cells atomic.Int64
	t.Cleanup(func() { t.Logf("%d cells: %d faults in 43 operations", cells.Load(), len(eachFault())) })
	for _, f := range eachFault() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			money, met := tellWith(t, f)
			assert.Equal(t, untouched, money)
			assert.Len(t, met, 43, "each operation has met it")
			cells.Add(int64(len(met)))
		})
	}
}

// The same, if the service ignores the keys of the operations for which that is not documented.
func TestLostAnswersWithoutKeys(t *testing.T) {
	t.Parallel()
	untouched, _ := tellWith(t, eachFault()[0])
	for _, kind := range []emulator.FaultKind{emulator.FaultKindLoseAnswer, emulator.FaultKindTruncate} {
		money, _ := tellWith(t, fault{
			reset: kind == emulator.FaultKindLoseAnswer, name: kind.String(), arrange: atService(1, emulator.Fault{Kind: kind}), want: want{lenient: true},
			ignored: []string{"CompleteCheckoutSession", "FinalizeCheckoutSession", "MerchantScan", "InStoreCharge", "InStoreRefund", "DeliveryTrackers"},
		})
		assert.Equal(t, untouched, money)
	}
}
