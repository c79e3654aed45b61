package conformance_test

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
)

const userAgent = "amazon-pay-api-sdk-nodejs/2.3.4 "

// TestTablesAreComplete fails when the SDK has a method that no table names.
func TestTablesAreComplete(t *testing.T) {
	t.Parallel()
	d := emulator.Start(t).Description()
	var methods []string
	for _, method := range startNode(t, d, newConfig(d)).methods {
		_, name, _ := strings.Cut(method, ".")
		methods = append(methods, name)
	}
	assert.ElementsMatch(t, methods, slices.Concat(operations, later, helpers))
}

// TestEveryCall makes every call, and asks the emulator's log what came.
func TestEveryCall(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []string{"", signing.PSSV2.String()} { // the SDK's default is the first version
		for _, prefixed := range []bool{false, true} {
			t.Run(name(algorithm, prefixed), func(t *testing.T) {
				t.Parallel()
				server := emulator.Start(t)
				c := newConfig(server.Description())
				c.Algorithm = algorithm
				if !prefixed {
					c.PublicKeyID, c.Sandbox = server.Description().Merchants[0].KeyIDs.Plain, true
				}
				tell(t, server, c)
				checkLog(t, server, c)
			})
		}
	}
}

func name(algorithm string, prefixed bool) string {
	key := "plain key id"
	if prefixed {
		key = "SANDBOX key id"
	}
	return cmp.Or(algorithm, "default algorithm") + ", " + key
}

// tell makes the calls of the story.
func tell(t *testing.T, server *emulator.Server, c config) {
	t.Helper()
	d := server.Description()
	n := startNode(t, d, c)
	known := map[string]string{
		"storeId": d.Merchants[0].StoreID, "buyerToken": d.Merchants[0].BuyerToken, "scanData": d.Merchants[0].ScanData,
		"clientId": d.Merchants[1].MerchantID, "mwsAuthToken": d.Merchants[1].MWSAuthToken,
	}
	for _, s := range steps {
		args := os.Expand(s.args, func(name string) string {
			if name == "new" {
				return rand.Text()
			}
			require.Contains(t, known, name, s.method)
			return known[name]
		})
		a := n.call(t, s.client, s.method, args)
		require.Equal(t, 2, a.Status/100, "%s: %d %s", s.method, a.Status, a.Body)
		var members map[string]any
		require.NoError(t, json.Unmarshal(a.Body, &members), s.method)
		for name, value := range members {
			if text, ok := value.(string); ok {
				known[name] = text
			}
		}
		if s.approve {
			require.NoError(t, server.Buyer().Approve(known["checkoutSessionId"]))
		}
	}
}

// checkLog compares the emulator's log with the steps and with the operations that must be there.
func checkLog(t *testing.T, server *emulator.Server, c config) {
	t.Helper()
	missing := slices.Clone(operations)
	requests := server.Requests()
	require.Len(t, requests, len(steps))
	for i, r := range requests {
		s := steps[i]
		assert.Equal(t, cmp.Or(s.operation, s.method), r.Operation)
		assert.True(t, r.Verified, s.method)
		assert.Equal(t, 2, r.Status/100, s.method)
		assert.Equal(t, c.PublicKeyID, r.PublicKeyID, s.method)
		assert.True(t, strings.HasPrefix(r.UserAgent, userAgent), r.UserAgent)
		wantMerchant := server.Description().Merchants[0].MerchantID
		if strings.Contains(s.args, "x-amz-pay-authtoken") {
			wantMerchant = server.Description().Merchants[1].MerchantID
		}
		assert.Equal(t, wantMerchant, r.MerchantID, s.method)
		if r.Verified {
			missing = slices.DeleteFunc(missing, func(operation string) bool { return operation == r.Operation })
		}
	}
	assert.Empty(t, missing, "calls that the emulator has not seen")
}

// TestWrongKey shows that the emulator checks what the SDK signs.
func TestWrongKey(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	d := server.Description()
	c := newConfig(d)
	c.PrivateKey = d.Merchants[1].PrivateKeyPEM
	n := startNode(t, d, c)

	a := n.call(t, "WebStoreClient", "getCheckoutSession", `["00000000-0000-0000-0000-000000000000"]`)
	var refusal struct {
		ReasonCode string `json:"reasonCode"`
	}
	require.NoError(t, json.Unmarshal(a.Body, &refusal))
	assert.Equal(t, http.StatusForbidden, a.Status)
	assert.Equal(t, "InvalidRequestSignature", refusal.ReasonCode)

	require.Len(t, server.Requests(), 1)
	assert.Equal(t, "getCheckoutSession", server.Requests()[0].Operation)
	assert.False(t, server.Requests()[0].Verified)
}

// TestSignedHeaders sends a request that the SDK has only signed.
func TestSignedHeaders(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []signing.Algorithm{signing.PSSV1, signing.PSSV2} {
		t.Run(algorithm.String(), func(t *testing.T) {
			t.Parallel()
			server := emulator.Start(t)
			d := server.Description()
			c := newConfig(d)
			c.Algorithm = algorithm.String()
			const payload = `{"scanData": "UKhrmatMeKdlfY6b", "scanReferenceId": "0b8fb271-2ae2-49a5-b35d4", "merchantCOE": "US", "ledgerCurrency": "USD"}`
			args, err := json.Marshal([]map[string]any{{"method": "POST", "urlFragment": "in-store/merchantScan", "payload": payload}})
			require.NoError(t, err)
			a := startNode(t, d, c).call(t, "AmazonPayClient", "getSignedHeaders", string(args))
			var headers map[string]string
			require.NoError(t, json.Unmarshal(a.Value, &headers))
			assert.True(t, strings.HasPrefix(headers["authorization"], algorithm.String()+" PublicKeyId="+c.PublicKeyID+", "))

			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.BaseURL+"/v2/in-store/merchantScan", strings.NewReader(payload))
			require.NoError(t, err)
			for name, value := range headers {
				r.Header.Set(name, value)
			}
			res, err := server.RoundTripper().RoundTrip(r)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			assert.Equal(t, http.StatusOK, res.StatusCode)
			assert.True(t, server.Requests()[0].Verified)
		})
	}
}

// TestButtonSignature verifies a button signature of the SDK.
func TestButtonSignature(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []signing.Algorithm{signing.PSSV1, signing.PSSV2} {
		t.Run(algorithm.String(), func(t *testing.T) {
			t.Parallel()
			d := emulator.Start(t).Description()
			c := newConfig(d)
			c.Algorithm = algorithm.String()
			const payload = `{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://localhost/test/checkoutReview.html",` +
				`"checkoutResultReturnUrl":"https://localhost/test/checkoutResult.html"},"storeId":"amzn1.application-oa2-client.xxxxx"}`
			a := startNode(t, d, c).call(t, "AmazonPayClient", "generateButtonSignature", "["+payload+"]")
			var signature string
			require.NoError(t, json.Unmarshal(a.Value, &signature))

			key, err := signing.ParsePrivateKey([]byte(c.PrivateKey))
			require.NoError(t, err)
			require.NoError(t, signing.VerifyPayload(algorithm, []byte(payload), signature, &key.PublicKey))
			require.ErrorIs(t, signing.VerifyPayload(algorithm, []byte(payload+" "), signature, &key.PublicKey), signing.ErrSignature)
		})
	}
}
