package instore_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/instore"
	"github.com/amazonpay-go/sdk/internal/callertest"
)

// Requests with every field set.
var (
	metadata = instore.Metadata{
		MerchantNote: "For Susie", CustomInformation: "{}",
		CommunicationContext: &instore.CommunicationContext{MerchantStoreName: "Example <shop>", MerchantOrderID: "order-1042"},
	}
	metadataJSON = `{"merchantNote":"For Susie","customInformation":"{}",` +
		`"communicationContext":{"merchantStoreName":"Example <shop>","merchantOrderId":"order-1042"}}`
	scan = instore.MerchantScanRequest{
		ScanData: "UKhrmatMeKdlfY6b", ScanReferenceID: "scan-1", LedgerCurrency: amazonpay.LedgerCurrencyUSD, MerchantCOE: "US",
		StoreLocation: &instore.StoreLocation{CountryCode: "US"}, Metadata: &metadata, ChargeTotal: usd("2.00"),
	}
	charge = instore.ChargeRequest{
		ChargePermissionID: "S02-7331650-8246451", ChargeReferenceID: "charge-1", ChargeTotal: usd("2.00"), SoftDescriptor: "Descriptor",
		Metadata: &metadata,
	}
	refund = instore.RefundRequest{
		ChargeID: "S02-7331650-8246451-C050000", RefundReferenceID: "refund-1", RefundTotal: usd("2.00"), SoftDescriptor: "Descriptor",
		Metadata: &metadata,
	}
)

func usd(amount amazonpay.Decimal) amazonpay.Price {
	return amazonpay.Price{Amount: amount, CurrencyCode: amazonpay.USD}
}

// operation is a method of the client, and what it must send.
type operation struct {
	name, path string
	request    any
	body       string
	answer     string
	call       func(context.Context, *instore.Client, ...amazonpay.CallOption) (any, error)
	callNil    func(context.Context, *instore.Client) (any, error)
}

var operations = []operation{
	{
		name: "MerchantScan", path: "in-store/merchantScan", request: scan,
		body: `{"scanData":"UKhrmatMeKdlfY6b","scanReferenceId":"scan-1","ledgerCurrency":"USD","merchantCOE":"US",` +
			`"storeLocation":{"countryCode":"US"},"metadata":` + metadataJSON + `,"chargeTotal":{"amount":"2.00","currencyCode":"USD"}}`,
		answer: `{"chargePermissionId":"S02-7331650-8246451"}`,
		call: func(ctx context.Context, c *instore.Client, opts ...amazonpay.CallOption) (any, error) {
			return c.MerchantScan(ctx, &scan, opts...)
		},
		callNil: func(ctx context.Context, c *instore.Client) (any, error) { return c.MerchantScan(ctx, nil) },
	},
	{
		name: "InStoreCharge", path: "in-store/charge", request: charge,
		body: `{"chargePermissionId":"S02-7331650-8246451","chargeReferenceId":"charge-1","chargeTotal":{"amount":"2.00","currencyCode":"USD"},` +
			`"softDescriptor":"Descriptor","metadata":` + metadataJSON + `}`,
		answer: `{"chargeId":"S02-7331650-8246451-C050000","chargeStatus":{"state":"Captured"}}`,
		call: func(ctx context.Context, c *instore.Client, opts ...amazonpay.CallOption) (any, error) {
			return c.Charge(ctx, &charge, opts...)
		},
		callNil: func(ctx context.Context, c *instore.Client) (any, error) { return c.Charge(ctx, nil) },
	},
	{
		name: "InStoreRefund", path: "in-store/refund", request: refund,
		body: `{"chargeId":"S02-7331650-8246451-C050000","refundReferenceId":"refund-1","refundTotal":{"amount":"2.00","currencyCode":"USD"},` +
			`"softDescriptor":"Descriptor","metadata":` + metadataJSON + `}`,
		answer: `{"refundId":"S02-7331650-8246451-R050000","refundStatus":{"state":"RefundInitiated"}}`,
		call: func(ctx context.Context, c *instore.Client, opts ...amazonpay.CallOption) (any, error) {
			return c.Refund(ctx, &refund, opts...)
		},
		callNil: func(ctx context.Context, c *instore.Client) (any, error) { return c.Refund(ctx, nil) },
	},
}

var returns = map[string]string{"MerchantScan": "chargePermissionId", "InStoreCharge": "chargeId", "InStoreRefund": "refundId"}

func TestOperations(t *testing.T) {
	t.Parallel()
	for _, o := range operations {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			callertest.RequireFull(t, reflect.ValueOf(o.request), "request")
			caller := &callertest.Recorder{Answer: o.answer}
			opts := []amazonpay.CallOption{amazonpay.WithoutRetry()}
			out, err := o.call(t.Context(), instore.New(caller), opts...)
			require.NoError(t, err)
			assert.Equal(t, amazonpay.Operation{Name: o.name, Method: http.MethodPost, Path: o.path, IdempotencyKey: true, Returns: returns[o.name], Replays: o.name != "MerchantScan"}, caller.Op)
			assert.Equal(t, o.body, caller.Body)
			assert.Equal(t, opts, caller.Opts)

			callertest.RequireFull(t, reflect.ValueOf(out), "answer")
			again, err := json.Marshal(out)
			require.NoError(t, err)
			assert.JSONEq(t, o.answer, string(again))
			meta, ok := reflect.TypeAssert[*amazonpay.Meta](reflect.ValueOf(out).Elem().FieldByName("Meta"))
			require.True(t, ok)
			assert.Same(t, &caller.Meta, meta)

			failure := errors.New("refused")
			out, err = o.call(t.Context(), instore.New(&callertest.Recorder{Err: failure}))
			require.ErrorIs(t, err, failure)
			assert.Nil(t, out)
		})
	}
	assert.Len(t, operations, reflect.TypeFor[instore.API]().NumMethod())
}

func TestOddAnswers(t *testing.T) {
	t.Parallel()
	till := instore.New(&callertest.Recorder{Answer: `{"chargePermissionId":null,"chargeId":null,"chargeStatus":null,"refundId":null,"refundStatus":{"state":null}}`})
	scanned, err := till.MerchantScan(t.Context(), &scan)
	require.NoError(t, err)
	assert.Empty(t, scanned.ChargePermissionID)
	charged, err := till.Charge(t.Context(), &charge)
	require.NoError(t, err)
	assert.Empty(t, charged.ChargeStatus.State)
	refunded, err := till.Refund(t.Context(), &refund)
	require.NoError(t, err)
	assert.Empty(t, refunded.RefundStatus.State)

	charged, err = instore.New(&callertest.Recorder{Answer: `{"chargeStatus":{"state":"Frozen","brandNew":[1]},"brandNew":{}}`}).Charge(t.Context(), &charge)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.State("Frozen"), charged.ChargeStatus.State)
}

// refusing is a Doer that must not be called.
type refusing struct{ t *testing.T }

func (r refusing) Do(*http.Request) (*http.Response, error) {
	assert.Fail(r.t, "something was sent")
	return nil, errors.New("nothing may be sent")
}

func TestBadRequestsAreRefused(t *testing.T) {
	t.Parallel()
	client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.RegionUS, Environment: amazonpay.EnvironmentSandbox}, amazonpay.WithDoer(refusing{t}))
	require.NoError(t, err)
	till := instore.New(client)
	for _, o := range operations {
		out, err := o.callNil(t.Context(), till)
		requireField(t, err, "request")
		assert.Nil(t, out)
	}
	bad := scan
	bad.ChargeTotal.Amount = "2,00"
	_, err = till.MerchantScan(t.Context(), &bad)
	requireField(t, err, "chargeTotal.amount")
	bad = scan
	bad.Metadata = &instore.Metadata{MerchantNote: "\xff"}
	_, err = till.MerchantScan(t.Context(), &bad)
	requireField(t, err, "metadata.merchantNote")
}

func TestRequiredMembers(t *testing.T) {
	t.Parallel()
	required := map[string]string{
		"MerchantScan":  "scanData scanReferenceId ledgerCurrency merchantCOE",
		"InStoreCharge": "chargePermissionId chargeReferenceId chargeTotal",
		"InStoreRefund": "chargeId refundReferenceId refundTotal",
	}
	for _, o := range operations {
		request := reflect.ValueOf(o.request)
		for i := range request.NumField() {
			without := reflect.New(request.Type()).Elem()
			without.Set(request)
			without.Field(i).SetZero()
			_, err := amazonpay.EncodeJSON(without.Interface())
			member, _, _ := strings.Cut(request.Type().Field(i).Tag.Get("json"), ",")
			if slices.Contains(strings.Fields(required[o.name]), member) {
				requireField(t, err, member)
			} else {
				require.NoError(t, err, "%s without %s", o.name, member)
			}
		}
	}
}

// The limits of texts, in characters, and of amounts.
func TestLimits(t *testing.T) {
	t.Parallel()
	for field, in := range map[string]any{
		"merchantCOE":               instore.MerchantScanRequest{ScanData: "x", ScanReferenceID: "x", LedgerCurrency: "USD", MerchantCOE: "USA"},
		"storeLocation.countryCode": instore.MerchantScanRequest{ScanData: "x", ScanReferenceID: "x", LedgerCurrency: "USD", MerchantCOE: "US", StoreLocation: &instore.StoreLocation{CountryCode: "USAA"}},
		"softDescriptor":            instore.ChargeRequest{ChargePermissionID: "x", ChargeReferenceID: "x", ChargeTotal: scan.ChargeTotal, SoftDescriptor: strings.Repeat("店", 17)},
		"chargeTotal":               instore.ChargeRequest{ChargePermissionID: "x", ChargeReferenceID: "x", ChargeTotal: amazonpay.USD.Price("150000.01")},
		"refundTotal":               instore.RefundRequest{ChargeID: "x", RefundReferenceID: "x", RefundTotal: amazonpay.JPY.Price("0")},
	} {
		_, err := amazonpay.EncodeJSON(in)
		requireField(t, err, field)
	}
	_, err := amazonpay.EncodeJSON(instore.ChargeRequest{ChargePermissionID: "x", ChargeReferenceID: "x", ChargeTotal: scan.ChargeTotal, SoftDescriptor: strings.Repeat("店", 16)})
	require.NoError(t, err)
}

// A charge whose state has an unexpected type was made, but its state is unknown, not missing.
func TestStateOfAnotherType(t *testing.T) {
	t.Parallel()
	wire := &callertest.Wire{Status: 200, Text: `{"chargeId":"S01-1-C1","chargeStatus":"Captured"}`}
	client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.RegionUS, Environment: amazonpay.EnvironmentSandbox}, amazonpay.WithDoer(wire))
	require.NoError(t, err)
	request := instore.ChargeRequest{ChargePermissionID: "x", ChargeReferenceID: "x", ChargeTotal: scan.ChargeTotal}
	charge, err := instore.New(client).Charge(t.Context(), &request)
	assert.Nil(t, charge)
	require.ErrorContains(t, err, "chargeStatus.state")
	assert.Equal(t, amazonpay.OutcomeDone, amazonpay.OutcomeOf(err))
	assert.Equal(t, amazonpay.StepRead, amazonpay.Advise(err).Step)
	wire.Text = `{"refundId":"S01-1-R1","refundStatus":{"state":5}}`
	_, err = instore.New(client).Refund(t.Context(), &instore.RefundRequest{ChargeID: "x", RefundReferenceID: "x", RefundTotal: scan.ChargeTotal})
	require.ErrorContains(t, err, "refundStatus.state")
}

func requireField(t *testing.T, err error, field string) {
	t.Helper()
	found, ok := errors.AsType[*amazonpay.FieldError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, field, found.Field)
}

func TestFreeTextStaysOutOfPrintsAndLogs(t *testing.T) {
	t.Parallel()
	callertest.RequireShown(t, instore.MerchantScanRequest{}, "ScanReferenceID")
	callertest.RequireShown(t, instore.Metadata{}, "CommunicationContext.MerchantOrderID")
	callertest.RequireShown(t, instore.ChargeRequest{}, "ChargePermissionID", "ChargeReferenceID")
	callertest.RequireShown(t, instore.RefundRequest{}, "ChargeID", "RefundReferenceID")
	callertest.RequireRedacted[instore.API](t)
	assert.NotContains(t, instore.Metadata{MerchantNote: "For Susie"}.LogValue().String(), "Susie")
}

// TestMembers compares the types with the members that the reference lists for each object.
func TestMembers(t *testing.T) {
	t.Parallel()
	for _, o := range []struct {
		object  any
		members string
	}{
		{instore.MerchantScanRequest{}, "scanData scanReferenceId ledgerCurrency merchantCOE storeLocation metadata chargeTotal"},
		{instore.StoreLocation{}, "countryCode"},
		{instore.MerchantScanResponse{}, "chargePermissionId"},
		{instore.Metadata{}, "merchantNote customInformation communicationContext"},
		{instore.CommunicationContext{}, "merchantStoreName merchantOrderId"},
		{instore.ChargeRequest{}, "chargePermissionId chargeReferenceId chargeTotal softDescriptor metadata"},
		{instore.ChargeResponse{}, "chargeId chargeStatus"},
		{instore.RefundRequest{}, "chargeId refundReferenceId refundTotal softDescriptor metadata"},
		{instore.RefundResponse{}, "refundId refundStatus"},
		{instore.Status{}, "state"},
	} {
		var got []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(o.object)) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
				got = append(got, name)
			}
		}
		assert.ElementsMatch(t, strings.Fields(o.members), got, "%T", o.object)
	}
}

func FuzzAnswers(f *testing.F) {
	for _, o := range operations {
		f.Add(200, o.answer)
	}
	f.Add(400, `{"reasonCode":"InvalidParameterValue","message":"scanData"}`)
	callertest.FuzzAnswers(f, reflect.TypeFor[instore.API]())
}
