package probe_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/probe"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
)

// hostileValues stand in every member of a hostile service's answers. None may reach a file.
var hostileValues = []string{
	"S01-1234567-1234567-C123456", "A1B2C3D4E5F6G7", "ABCDEFGHIJKLMN", "SANDBOX-AFABCDEFGHIJKLMNOPQRSTUV", "amzn1.account.AGQWERTZ", "Jane Roe", "1 Main Street",
	"jane.roe@example.com", "https://example.com/?token=abc123", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "<script>alert(1)</script>", "\u001b]0;title\u0007", "+1 800 555 0100", "4111111111111111",
	"\u202eevil", "20261123T163048Z", "Abc" + strings.Repeat("defg", 20), "x\r\ny", strings.Repeat("7", 5000),
}

// hostile answers all requests with a status and with members whose values are hostile.
func hostile(t *testing.T, status func(n int64) int) (probe.Target, []string) {
	t.Helper()
	var count atomic.Int64
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := count.Add(1)
		quoted := func(i int64) []byte {
			text, _ := json.Marshal(hostileValues[(n+i)%int64(len(hostileValues))])
			return text
		}
		var body strings.Builder
		body.WriteString(`{"jane_roe_x":1,"jane.roe@example.com":2`)
		for i, name := range []string{
			"reasonCode", "message", "checkoutSessionId", "chargePermissionId", "chargeId", "disputeId", "reportId", "reportScheduleId", "merchantAccountId",
			"orderType", "resolutionAuthority", "filingTimestamp", "nextToken", "creationTimestamp", "expirationTimestamp", "uniqueReferenceId",
		} {
			fmt.Fprintf(&body, `,%q:%s`, name, quoted(int64(i)))
		}
		fmt.Fprintf(&body, `,"statusDetails":{"state":%s},"constraints":[%s{"constraintId":%s}]`, quoted(3), strings.Repeat(`{"constraintId":"Abcdefg"},`, 1000), quoted(4))
		fmt.Fprintf(&body, `,"limits":{"amountBalance":{"amount":"4111111111111111"},"amountLimit":{"amount":"4111111111111111"}},"reportSchedules":[]`)
		fmt.Fprintf(&body, `,"webCheckoutDetails":{"amazonPayRedirectUrl":%s},"shippingAddress":{"addressLine1":%s}`, quoted(5), quoted(6))
		for i := range 1000 {
			fmt.Fprintf(&body, `,"member%s":%s`, strings.Repeat("x", i%60)+strings.Repeat("y", i/60%60), quoted(int64(i)))
		}
		body.WriteString(`}`)
		assert.Less(t, body.Len(), 1<<20, "or it is not read")
		w.Header().Set("X-Amz-Pay-Request-Id", "jane.roe@example.com")
		w.Header().Set("Location", "https://example.com/?token=abc123")
		w.Header().Set("Date", "Jane Roe")
		w.WriteHeader(status(n))
		_, _ = io.WriteString(w, body.String())
	}))
	t.Cleanup(server.Close)
	like := targetOf(t, emulator.Start(t))
	like.Config.BaseURL = server.URL
	like.Network = server.Client().Transport
	like.Wait = func(ctx context.Context, _ time.Duration) error { return context.Cause(ctx) }
	like.Buyer = func(context.Context, probe.Checkout) (*url.URL, error) {
		return url.Parse("https://shop.example/return?amazonCheckoutSessionId=A1B2C3D4E5F6G7&jane.roe@example.com=A1B2C3D4E5F6G7")
	}
	return like, append(hostileValues, like.StoreID, like.Config.PublicKeyID, like.ScanData, "jane_roe", "A1B2")
}

// Whatever a service answers, a file has none of it but names that look like reason codes.
func TestFileOfAHostileService(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]func(n int64) int{
		"200": func(int64) int { return http.StatusOK },
		"201": func(int64) int { return http.StatusCreated },
		"400": func(int64) int { return http.StatusBadRequest },
		"404": func(int64) int { return http.StatusNotFound },
		"303": func(int64) int { return http.StatusSeeOther },
		"999": func(int64) int { return 999 },
		"mix": func(n int64) int { return []int{200, 404, 201, 422, 200, 400, 202}[n%7] },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target, secrets := hostile(t, status)
			_, file := observe(t, target)
			text, err := file.Encode()
			require.NoError(t, err)
			assert.Less(t, len(text), 200_000)
			for _, secret := range secrets {
				assert.False(t, bytes.Contains(text, []byte(secret)), secret)
			}
			assert.Empty(t, regexp.MustCompile(`[^\x20-\x7e\n×…]`).FindAllString(string(text), 3))
			assert.Empty(t, regexp.MustCompile(`\\u|[A-Za-z]{60}|4111`).FindAllString(string(text), 3))
			for _, r := range file.Results {
				assert.Less(t, len(r.Observed)+len(r.Why), 1200, r.Fact)
				assert.NotRegexp(t, `\d{5}`, r.Observed+r.Why, r.Fact)
			}
			for _, left := range file.Left {
				assert.Regexp(t, `^[A-Za-z0-9._-]{0,128}$`, left.ID, "the terminal shows it")
			}
		})
	}
}

// untouched are the facts that the browser shows, and that the emulator's faults come too late for.
var untouched = []string{"session.returnParameter.signIn", "idempotency.missing.createCheckoutSession"}

// Pages of gateways, redirects and a hotspot's page with status 200 decide nothing.
func TestAnswersThatAreNotTheServices(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 201, 302, 400, 403, 404, 407, 422, 502} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			server := emulator.Start(t)
			target := targetOf(t, server)
			var begun atomic.Bool
			through := target.Network
			target.Network = network(func(r *http.Request) (*http.Response, error) {
				if !begun.Swap(true) { // the service's clock
					return through.RoundTrip(r)
				}
				return &http.Response{
					StatusCode: status, Header: http.Header{"Location": {"https://login.example/"}}, Request: r,
					Body: io.NopCloser(strings.NewReader("<html>Sign in to the network</html>")),
				}, nil
			})
			found, file := observe(t, target)
			delete(found, untouched[0])
			for fact, r := range found {
				assert.Equal(t, probe.VerdictUnclear, r.Verdict, "%s: %s", fact, r.Observed)
			}
			assert.Less(t, len(file.Facts), 2)
		})
	}
}

// A refusal that is about the account, the moment or the request as such is no finding, whichever
// probe gets it, and however often.
func TestRefusalsThatSayNothing(t *testing.T) {
	t.Parallel()
	for _, f := range []emulator.Fault{
		{Status: 429, ReasonCode: "TooManyRequests"},
		{Status: 403, ReasonCode: "InvalidRequestSignature"},
		{Status: 403, ReasonCode: "SomethingNew"},
		{Status: 401, ReasonCode: "UnauthorizedAccess"},
		{Status: 400, ReasonCode: "InvalidHeaderValue"},
		{Status: 500, ReasonCode: "InternalServerError"},
		{Status: 405, ReasonCode: "UnsupportedOperation"},
		{Status: 400, ReasonCode: "InvalidAuthorizationToken"},
		{Kind: emulator.FaultKindHTML, Status: 403},
	} {
		t.Run(strconv.Itoa(f.Status)+f.ReasonCode, func(t *testing.T) {
			t.Parallel()
			shares := []float64{1}
			if f.Status == http.StatusTooManyRequests || f.Status >= 500 || f.Kind == emulator.FaultKindHTML {
				shares = append(shares, 0.3) // now and then
			}
			for _, share := range shares {
				server := emulator.Start(t)
				require.NoError(t, server.FailSome(share, f))
				target := targetOf(t, server)
				found, _ := observe(t, target)
				for fact, r := range found {
					assert.NotEqual(t, probe.VerdictDiffers, r.Verdict, "%s: %s", fact, r.Observed)
					if share == 1 && !slices.Contains(untouched, fact) {
						assert.NotEqual(t, probe.VerdictSame, r.Verdict, "%s: %s", fact, r.Observed)
					}
				}
			}
		})
	}
}

// A store id or a return URL that the service refuses says nothing of the members beside it.
func TestRefusedStore(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *probe.Target){
		"store":  func(t *probe.Target) { t.StoreID = "amzn1.application-oa2-client.00000000000000000000000000000000" },
		"return": func(t *probe.Target) { t.ReturnURL = "ftp://shop.example/" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := targetOf(t, emulator.Start(t))
			change(&target)
			target.Buyer = nil
			target.Only = []string{
				"amounts.trailingZeros", "members.estimateOrderTotal", "members.signInCancelUrl", "lengths.checkoutCancelUrl", "frequency.variable.zero",
				"frequency.variable.nonZero", "session.orderType", "session.constraints.recurring", "complete.beforeBuyer",
				"idempotency.missing.completeCheckoutSession",
			}
			found, _ := observe(t, target)
			for fact, r := range found {
				assert.Equal(t, probe.VerdictUnclear, r.Verdict, "%s: %s", fact, r.Observed)
			}
		})
	}
}

// A buyer who cancels, and a checkout that expired, decide nothing.
func TestSessionsThatEnded(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	target := targetOf(t, server)
	through := target.Buyer
	target.Buyer = func(ctx context.Context, c probe.Checkout) (*url.URL, error) {
		back, err := through(ctx, c)
		if err == nil {
			err = server.Advance(25 * time.Hour)
		}
		return back, err
	}
	target.Only = []string{"complete.canceled", "session.shippingAddressList", "session.returnQuery", "addressDetails.percentEncoded", "ids.onFile"}
	found, _ := observe(t, target)
	for fact, r := range found {
		assert.Equal(t, probe.VerdictUnclear, r.Verdict, "%s: %s", fact, r.Observed)
	}
}

// Every request goes to the sandbox: its path says so, or its key id does.
func TestAllGoesToTheSandbox(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	for _, c := range []amazonpay.Config{
		{PublicKeyID: server.Description().Merchants[0].KeyIDs.Plain, Environment: "SANDBOX"},
		{PublicKeyID: strings.ToLower(server.Description().Merchants[0].KeyIDs.Sandbox)},
	} {
		target := targetOf(t, server)
		full := emulatortest.Config(server)
		full.PublicKeyID, full.Environment = c.PublicKeyID, c.Environment
		target.Config = full
		target.Network = network(func(r *http.Request) (*http.Response, error) {
			assert.Equal(t, server.Description().BaseURL, "https://"+r.URL.Host)
			named := strings.HasPrefix(r.URL.Path, "/sandbox/v2/")
			assert.True(t, named || strings.Contains(strings.ToUpper(r.Header.Get("Authorization")), "PUBLICKEYID=SANDBOX"), r.URL.Path)
			assert.Nil(t, r.GetBody, "net/http could send it again")
			return server.RoundTripper().RoundTrip(r)
		})
		_, err := probe.Run(t.Context(), target, nil)
		require.NoError(t, err)
	}
}

// An account that is blocked after some of a probe's requests leaves the fact open.
func TestBlockedInTheMiddle(t *testing.T) {
	t.Parallel()
	every := factsEvery(t)
	for _, refusal := range []string{"400 InvalidHeaderValue", "401 UnauthorizedAccess", "403 InvalidRequestSignature", "403 InvalidAccountStatus"} {
		for _, fact := range []string{
			"date.ahead", "date.maxAge", "headers.simulationCode.unsigned", "headers.simulationCode.signed", "path.environment",
			"idempotency.missing.completeCheckoutSession", "idempotency.createReport", "lengths.checkoutCancelUrl", "amounts.trailingZeros",
			"simulation.createRefund.RefundDeclined", "idempotency.completeCheckoutSession", "complete.canceled", "addressDetails.percentEncoded", "capture.second",
			"lengths.cancellationReason", "idempotency.updateCharge", "dispute.timestamps", "idempotency.contestDispute", "accounts.state",
		} {
			if rand.IntN(every) > 0 {
				continue
			}
			t.Run(fact+" "+refusal, func(t *testing.T) {
				t.Parallel()
				for after := int64(1); after < 9; after++ {
					target := targetOf(t, emulator.Start(t))
					target.Only = []string{fact}
					var count atomic.Int64
					var undoing atomic.Bool
					target.Undoing = func(int) { undoing.Store(true) }
					through := target.Network
					target.Network = network(func(r *http.Request) (*http.Response, error) {
						if count.Add(1) <= after || undoing.Load() {
							return through.RoundTrip(r)
						}
						return answered(r, refusal), nil
					})
					found, _ := observe(t, target)
					assert.NotEqual(t, probe.VerdictDiffers, found[fact].Verdict, "after %d: %s", after, found[fact].Observed)
					if found[fact].Verdict == probe.VerdictSame {
						last := found[fact].Requests[len(found[fact].Requests)-1]
						assert.NotContains(t, refusal, strconv.Itoa(last.Status)+" "+last.ReasonCode, "after %d", after)
					}
				}
			})
		}
	}
}
