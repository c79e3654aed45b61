package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/delivery"
	"github.com/amazonpay-go/sdk/instore"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// contract is the OpenAPI description.
type contract struct {
	model     *v3.Document
	validator validator.Validator
}

var readContract = sync.OnceValues(func() (contract, error) {
	text, err := os.ReadFile("../spec/openapi.yaml")
	if err != nil {
		return contract{}, err
	}
	document, err := libopenapi.NewDocument(text)
	if err != nil {
		return contract{}, err
	}
	model, err := document.BuildV3Model()
	if err != nil {
		return contract{}, err
	}
	return contract{&model.Model, validator.NewValidatorFromV3Model(&model.Model)}, nil
})

func theContract(t *testing.T) contract {
	t.Helper()
	c, err := readContract()
	require.NoError(t, err)
	return c
}

// checked is a network that holds each request, and each answer, against the contract.
type checked struct {
	t        *testing.T
	contract contract
	mu       sync.Mutex // the validator is not for several goroutines
	base     http.RoundTripper
	presence *presence     // of an emulator's answers; nil for others
	seen     *http.Request // the last one
	body     []byte
}

func (c *checked) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if strings.HasPrefix(r.URL.Path, "/_emulator/") { // a transfer
		return c.base.RoundTrip(r)
	}
	c.seen, c.body = r, nil
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		c.body = body
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	for _, problem := range c.requestProblems(r, c.body) {
		assert.Fail(c.t, "the request breaks the contract", "%s %s %s: %s", r.Method, r.URL.Path, c.body, problem)
	}
	res, err := c.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	_ = res.Body.Close()
	for _, problem := range c.answerProblems(r, res, body) {
		assert.Fail(c.t, "the answer breaks the contract", "%s %s: %d %s: %s", r.Method, r.URL.Path, res.StatusCode, body, problem)
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// copyOf returns the request with its body anew, on a path as the description has it.
func copyOf(r *http.Request, body []byte) *http.Request {
	again := r.Clone(r.Context())
	again.Body = http.NoBody
	if len(body) > 0 {
		again.Body = io.NopCloser(bytes.NewReader(body))
	}
	again.ContentLength = int64(len(body))
	return again
}

func (c *checked) requestProblems(r *http.Request, body []byte) (all []string) {
	_, problems := c.contract.validator.ValidateHttpRequestSync(copyOf(r, body))
	for _, p := range problems {
		all = append(all, p.Message+": "+p.Reason)
		for _, s := range p.SchemaValidationErrors {
			all = append(all, s.FieldPath+": "+s.Reason)
		}
	}
	return all
}

func (c *checked) answerProblems(r *http.Request, res *http.Response, body []byte) (all []string) {
	answer := *res
	answer.Body = io.NopCloser(bytes.NewReader(body))
	if len(body) == 0 { // the library wants JSON wherever a schema stands, or none: see noBody
		return c.noBody(r, res)
	}
	_, problems := c.contract.validator.ValidateHttpResponse(copyOf(r, c.body), &answer)
	for _, p := range problems {
		all = append(all, p.Message+": "+p.Reason)
		for _, s := range p.SchemaValidationErrors {
			all = append(all, s.FieldPath+": "+s.Reason)
		}
	}
	if c.presence != nil {
		all = append(all, c.presence.answered(c.contract, r, res.Status[:3], body)...)
	}
	return all
}

// noBody allows an answer without a body where the description has none for its status.
func (c *checked) noBody(r *http.Request, res *http.Response) []string {
	_, operation := c.contract.find(r)
	if operation == nil {
		return []string{"the description has no such operation"}
	}
	described, ok := operation.Responses.Codes.Get(res.Status[:3])
	switch {
	case !ok:
		return []string{"the description has no status " + res.Status}
	case described.Content != nil && described.Content.Len() > 0:
		return []string{"the answer has no body, the description has one for " + res.Status}
	}
	return nil
}

// find returns the path of the description that a request has, and its operation.
func (c contract) find(r *http.Request) (string, *v3.Operation) {
	segments := strings.Split(strings.TrimPrefix(r.URL.Path, "/v2/"), "/")
	for path, item := range c.model.Paths.PathItems.FromOldest() {
		names := strings.Split(strings.TrimPrefix(path, "/"), "/")
		fits := len(names) == len(segments)
		for i := 0; fits && i < len(names); i++ {
			fits = strings.HasPrefix(names[i], "{") || names[i] == segments[i]
		}
		if operation, ok := item.GetOperations().Get(strings.ToLower(r.Method)); fits && ok {
			return path, operation
		}
	}
	return "", nil
}

// shop is all sub-clients over one client.
type shop struct {
	*webstore.Client
	till  *instore.Client
	track *delivery.Client
	token *authtoken.Client
}

func newShop(t *testing.T, d emulator.Description, keyID string, base http.RoundTripper, opts ...amazonpay.CallOption) shop {
	t.Helper()
	client, err := amazonpay.New(amazonpay.Config{
		PublicKeyID: keyID, PrivateKeyPEM: amazonpay.NewSecret(d.Merchants[0].PrivateKeyPEM), Region: amazonpay.RegionUS, BaseURL: d.BaseURL,
	}, amazonpay.WithRoundTripper(base))
	require.NoError(t, err)
	client = client.With(opts...)
	return shop{webstore.New(client), instore.New(client), delivery.New(client), authtoken.New(client)}
}

// call makes one call of a typed method, with the request that body decodes to.
type call func(ctx context.Context, s shop, body []byte) error

func post[R, A any](method func(shop, context.Context, *R, ...amazonpay.CallOption) (A, error)) call {
	return func(ctx context.Context, s shop, body []byte) error {
		in := new(R)
		if err := json.Unmarshal(body, in); err != nil {
			return err
		}
		_, err := method(s, ctx, in)
		return err
	}
}

func send[R, A any](method func(shop, context.Context, string, *R, ...amazonpay.CallOption) (A, error)) call {
	return func(ctx context.Context, s shop, body []byte) error {
		in := new(R)
		if err := json.Unmarshal(body, in); err != nil {
			return err
		}
		_, err := method(s, ctx, "id-1", in)
		return err
	}
}

func get[A any](method func(shop, context.Context, string, ...amazonpay.CallOption) (A, error)) call {
	return func(ctx context.Context, s shop, _ []byte) error {
		_, err := method(s, ctx, "id-1")
		return err
	}
}

func (s shop) merchantScan(ctx context.Context, in *instore.MerchantScanRequest, opts ...amazonpay.CallOption) (*instore.MerchantScanResponse, error) {
	return s.till.MerchantScan(ctx, in, opts...)
}

func (s shop) charge(ctx context.Context, in *instore.ChargeRequest, opts ...amazonpay.CallOption) (*instore.ChargeResponse, error) {
	return s.till.Charge(ctx, in, opts...)
}

func (s shop) refund(ctx context.Context, in *instore.RefundRequest, opts ...amazonpay.CallOption) (*instore.RefundResponse, error) {
	return s.till.Refund(ctx, in, opts...)
}

func (s shop) deliveryTrackers(ctx context.Context, in *delivery.TrackersRequest, opts ...amazonpay.CallOption) (*delivery.TrackersResponse, error) {
	return s.track.DeliveryTrackers(ctx, in, opts...)
}
