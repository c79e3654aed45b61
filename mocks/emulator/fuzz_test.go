package emulator_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// Whatever arrives without a right signature gets an answer, and never a good one.
func FuzzUnsigned(f *testing.F) {
	s, err := emulator.New(emulator.WithClock(newClock(noon).Now))
	require.NoError(f, err)
	key := s.Description().Merchants[0].KeyIDs.Sandbox
	signed := "Accept: application/json\r\nContent-Type: application/json\r\nX-Amz-Pay-Date: 20261123T120000Z\r\n" +
		"X-Amz-Pay-Host: localhost\r\nX-Amz-Pay-Region: na\r\nAuthorization: AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=" + key +
		", SignedHeaders=accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-region, Signature=AAAA\r\n"
	for _, line := range []string{
		"GET /v2/charges/x HTTP/1.1", "POST /sandbox/v2/charges HTTP/1.1", "DELETE /live/v2/charges/%2F/cancel HTTP/1.1",
		"PATCH //v2/../v2/checkoutSessions/?a=%zz&&=1 HTTP/1.1", "OPTIONS * HTTP/1.1", "CONNECT pay-api.amazon.com:443 HTTP/1.1",
		"GET http://localhost/v2/buyers/%00 HTTP/1.1", "POST /_emulator/sessions/x/approve HTTP/1.1", "GET /_emulator/ HTTP/1.0",
	} {
		f.Add(line+"\r\nHost: localhost\r\n"+signed+"\r\n", "{}")
		f.Add(line+"\r\nHost: localhost\r\nUser-Agent: amazon-pay-sdk-go/1\r\nAuthorization: Bearer \r\n"+signed+"\r\n", "")
	}
	f.Fuzz(func(t *testing.T, head, body string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head)))
		if err != nil {
			return
		}
		r.Body = http.NoBody
		if body != "" {
			r.Body = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)).Body
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		require.GreaterOrEqual(t, w.Code, 400)
		require.Contains(t, w.Body.String(), "reasonCode")
	})
}

// Whatever a right signature covers gets an answer, and no failure of the emulator.
func FuzzBodies(f *testing.F) {
	s := emulator.Start(f)
	c := newClient(f, s, 0)
	id := c.newSession("Authorize", "50")
	targets := []string{"PATCH /checkoutSessions/" + id, "POST /checkoutSessions", "POST /charges", "POST /in-store/merchantScan", "POST /deliveryTrackers"}
	for i, body := range []string{
		`{"paymentDetails":{"chargeAmount":{"amount":1e400}}}`,
		`{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://h"},"storeId":"` + c.store() + `","scopes":[null,{}]}`,
		`{"chargeAmount":{"amount":"50.00","currencyCode":"USD"}}`,
		`{"deliverySpecifications":{"addressRestrictions":{"type":"Allowed","restrictions":{"US":null}}}}`,
		`{"multiAddressesCheckoutMetadata":[{"price":{"amount":null}}]}`,
		`[[[[`, `{"a":{"a":{"a":`, "\xff", `null`, `{}`,
	} {
		f.Add(uint8(i), body)
	}
	f.Fuzz(func(t *testing.T, target uint8, body string) {
		c := *c
		c.tb = t
		method, path, _ := strings.Cut(targets[int(target)%len(targets)], " ")
		r, raw := c.request(method, path, body)
		c.sign(r, raw).RequestURI = r.URL.RequestURI()
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		require.Less(t, w.Code, 500)
		require.NotEqual(t, 403, w.Code)
	})
}

// Whatever a browser sends to the pages gets a page, and what a stranger sends never starts or ends
// a checkout.
func FuzzPages(f *testing.F) {
	s, err := emulator.New(emulator.WithClock(newClock(noon).Now))
	require.NoError(f, err)
	started := emulator.Start(f, emulator.WithClock(newClock(noon).Now))
	id := newClientAt(f, started, 0, newClock(noon)).newSession("Authorize", "50")
	m := s.Description().Merchants[0]
	f.Add("POST", "start", "productType=PayAndShip&region=na&publicKeyId="+m.KeyIDs.Sandbox+"&merchantId="+m.MerchantID+"&payloadJSON=%7B%7D&signature=AAAA")
	f.Add("POST", "check", "algorithm=x&publicKeyId=%00")
	f.Add("POST", "signin", "grant=a.b&do=cancel")
	f.Add("GET", "review?amazonCheckoutSessionId="+id+"&changeAction=<script>", "")
	f.Add("POST", "../checkout/processing?%zz", "do=approve&amazonCheckoutSessionId="+id)
	f.Add("PUT", "style.css", "x")
	f.Fuzz(func(t *testing.T, method, path, form string) {
		for _, server := range []*emulator.Server{s, started} {
			r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(method + " /checkout/" + path + " HTTP/1.1\r\nHost: localhost\r\n" +
				"Content-Type: application/x-www-form-urlencoded\r\n\r\n")))
			if err != nil {
				return
			}
			r.Body = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form)).Body
			w := httptest.NewRecorder()
			server.ServeHTTP(w, r)
			require.Less(t, w.Code, 500)
			require.NotContains(t, w.Body.String(), "<script>")
			if strings.Contains(path, "start") || strings.Contains(path, "grant") {
				require.NotEqual(t, http.StatusSeeOther, w.Code, "nobody here has the key")
			}
		}
	})
}
