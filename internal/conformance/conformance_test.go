package conformance_test

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

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
	assert.ElementsMatch(t, methods, slices.Concat(operations, helpers))
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
				for _, told := range stories {
					tell(t, server, c.in(told, server.Description()), told)
				}
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

// tell makes the calls of a story.
func tell(t *testing.T, server *emulator.Server, c config, told story) {
	t.Helper()
	d := server.Description()
	n := startNode(t, d, c)
	known := map[string]string{
		"storeId": d.Merchants[0].StoreID, "buyerToken": d.Merchants[0].BuyerToken, "scanData": d.Merchants[0].ScanData,
		"clientId": d.Merchants[1].MerchantID, "mwsAuthToken": d.Merchants[1].MWSAuthToken,
		"now": strconv.FormatInt(time.Now().UnixMilli(), 10), "deadline": strconv.FormatInt(time.Now().AddDate(0, 0, 14).UnixMilli(), 10),
	}
	for _, s := range told.steps {
		args := os.Expand(s.args, func(name string) string {
			if name == "new" {
				return rand.Text()
			}
			require.Contains(t, known, name, s.method)
			return known[name]
		})
		a := n.call(t, s.client, s.method, args)
		if s.status != 0 {
			require.Equal(t, s.status, a.Status, "%s: %s", s.method, a.Body)
		} else {
			require.Equal(t, 2, a.Status/100, "%s: %d %s", s.method, a.Status, a.Body)
		}
		var body any
		require.NoError(t, json.Unmarshal(a.Body, &body), s.method)
		learn(known, body)
		if s.approve {
			require.NoError(t, server.Buyer().Approve(known["checkoutSessionId"]))
		}
		if s.settle {
			server.Settle()
		}
		if s.upload {
			upload(t, server, known["url"])
		}
	}
}

// learn keeps the texts of an answer, and of the first element of a list in it.
func learn(known map[string]string, body any) {
	members, _ := body.(map[string]any)
	for name, value := range members {
		switch value := value.(type) {
		case string:
			known[name] = value
		case []any:
			if len(value) > 0 {
				learn(known, value[0])
			}
		}
	}
}

// upload sends a picture to where the service wants it, which is no part of the SDK.
func upload(t *testing.T, server *emulator.Server, url string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, strings.NewReader("\xff\xd8\xff"))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "image/jpeg")
	res, err := server.RoundTripper().RoundTrip(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusOK, res.StatusCode)
}

// ourName is the name that this SDK and the emulator have for a method of the Node SDK.
func ourName(method string) string {
	switch method {
	case "charge", "refund":
		return "InStore" + strings.ToUpper(method[:1]) + method[1:]
	}
	name := strings.ToUpper(method[:1]) + method[1:]
	if before, isByID := strings.CutSuffix(name, "ById"); isByID {
		return before + "ByID"
	}
	return name
}

// checkLog compares the emulator's log with the steps and with the operations that must be there.
func checkLog(t *testing.T, server *emulator.Server, c config) {
	t.Helper()
	missing := slices.Clone(operations)
	requests := server.Requests()
	d := server.Description()
	for _, told := range stories {
		require.GreaterOrEqual(t, len(requests), len(told.steps))
		for i, s := range told.steps {
			r := requests[i]
			assert.Equal(t, ourName(cmp.Or(s.operation, s.method)), r.Operation)
			assert.True(t, r.Verified, s.method)
			assert.Equal(t, cmp.Or(s.status/100, 2), r.Status/100, s.method)
			assert.Equal(t, c.in(told, d).PublicKeyID, r.PublicKeyID, s.method)
			assert.True(t, strings.HasPrefix(r.UserAgent, userAgent), r.UserAgent)
			wantMerchant := d.Merchants[0].MerchantID
			if strings.Contains(s.args, "x-amz-pay-authtoken") {
				wantMerchant = d.Merchants[1].MerchantID
			}
			assert.Equal(t, wantMerchant, r.MerchantID, s.method)
			if r.Verified {
				missing = slices.DeleteFunc(missing, func(operation string) bool { return ourName(operation) == r.Operation })
			}
		}
		requests = requests[len(told.steps):]
	}
	assert.Empty(t, requests)
	assert.Len(t, operations, 40)
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
	assert.Equal(t, "GetCheckoutSession", server.Requests()[0].Operation)
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
