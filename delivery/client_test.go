package delivery_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/delivery"
	"github.com/amazonpay-go/sdk/internal/callertest"
)

const everyMember = `{"amazonOrderReferenceId":"P01-1234567-7654321","chargePermissionId":"P01-0000000-0000000",` +
	`"deliveryDetails":[{"trackingNumber":"1Z999AA10123456784","carrierCode":"UPS"}]}`

var trackers = delivery.TrackersRequest{
	AmazonOrderReferenceID: "P01-1234567-7654321", ChargePermissionID: "P01-0000000-0000000",
	DeliveryDetails: []delivery.Details{{TrackingNumber: "1Z999AA10123456784", CarrierCode: "UPS"}},
}

func TestDeliveryTrackers(t *testing.T) {
	t.Parallel()
	callertest.RequireFull(t, reflect.ValueOf(trackers), "request")
	caller := &callertest.Recorder{Answer: everyMember}
	opts := []amazonpay.CallOption{amazonpay.WithoutRetry()}
	out, err := delivery.New(caller).DeliveryTrackers(t.Context(), &trackers, opts...)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.Operation{
		Name: "DeliveryTrackers", Method: http.MethodPost, Path: "deliveryTrackers", IdempotencyKey: true,
	}, caller.Op)
	assert.JSONEq(t, everyMember, caller.Body)
	assert.Equal(t, opts, caller.Opts)
	assert.Same(t, &caller.Meta, out.Meta)

	callertest.RequireFull(t, reflect.ValueOf(out), "answer")
	again, err := json.Marshal(out)
	require.NoError(t, err)
	assert.JSONEq(t, everyMember, string(again))

	failure := errors.New("refused")
	out, err = delivery.New(&callertest.Recorder{Err: failure}).DeliveryTrackers(t.Context(), &trackers)
	require.ErrorIs(t, err, failure)
	assert.Nil(t, out)
}

func TestOddAnswers(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{
		`{"amazonOrderReferenceId":null,"chargePermissionId":null,"deliveryDetails":null}`,
		`{"brandNew":{"deliveryDetails":1}}`,
	} {
		out, err := delivery.New(&callertest.Recorder{Answer: answer}).DeliveryTrackers(t.Context(), &trackers)
		require.NoError(t, err)
		out.Meta = nil
		assert.Equal(t, &delivery.TrackersResponse{}, out)
	}
	out, err := delivery.New(&callertest.Recorder{Answer: `{"deliveryDetails":[null,{"trackingNumber":null,"carrierCode":"PIGEON"}]}`}).
		DeliveryTrackers(t.Context(), &trackers)
	require.NoError(t, err)
	assert.Equal(t, []delivery.Details{{}, {CarrierCode: "PIGEON"}}, out.DeliveryDetails)
}

// refusing is a Doer that must not be called.
type refusing struct{ t *testing.T }

func (r refusing) Do(*http.Request) (*http.Response, error) {
	assert.Fail(r.t, "something was sent")
	return nil, errors.New("nothing may be sent")
}

func TestBadRequestsAreRefused(t *testing.T) {
	t.Parallel()
	client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.RegionUS, Environment: amazonpay.EnvironmentLive}, amazonpay.WithDoer(refusing{t}))
	require.NoError(t, err)
	parcels := trackers.DeliveryDetails
	with := func(parcels ...delivery.Details) *delivery.TrackersRequest {
		return &delivery.TrackersRequest{ChargePermissionID: "P01-1", DeliveryDetails: parcels}
	}
	for _, bad := range []struct {
		in    *delivery.TrackersRequest
		field string
		rule  string
	}{
		{nil, "request", "nil"},
		{&delivery.TrackersRequest{DeliveryDetails: parcels}, "chargePermissionId", "is required if there is no amazonOrderReferenceId"},
		{&delivery.TrackersRequest{ChargePermissionID: " ", AmazonOrderReferenceID: "\t", DeliveryDetails: parcels}, "chargePermissionId", "is required"},
		{&delivery.TrackersRequest{ChargePermissionID: "P01-1"}, "deliveryDetails", "is required"},
		{with([]delivery.Details{}...), "deliveryDetails", "is required"},
		{with(parcels[0], delivery.Details{CarrierCode: "UPS"}), "deliveryDetails[1].trackingNumber", "is required"},
		{with(delivery.Details{TrackingNumber: "1Z"}), "deliveryDetails[0].carrierCode", "is required"},
		{with(delivery.Details{TrackingNumber: "\xff", CarrierCode: "UPS"}), "deliveryDetails[0].trackingNumber", "UTF-8"},
	} {
		_, err := delivery.New(client).DeliveryTrackers(t.Context(), bad.in)
		found, ok := errors.AsType[*amazonpay.FieldError](err)
		require.True(t, ok, "%s: %v", bad.field, err)
		assert.Equal(t, bad.field, found.Field)
		assert.Contains(t, found.Rule, bad.rule)
	}
}

func TestOneIDIsEnough(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*delivery.TrackersRequest){
		func(r *delivery.TrackersRequest) { r.AmazonOrderReferenceID = "" },
		func(r *delivery.TrackersRequest) { r.ChargePermissionID = "" },
	} {
		in := trackers
		change(&in)
		_, err := delivery.New(&callertest.Recorder{Answer: "{}"}).DeliveryTrackers(t.Context(), &in)
		assert.NoError(t, err)
	}
}

func TestTrackingNumbersStayOutOfPrintsAndLogs(t *testing.T) {
	t.Parallel()
	callertest.RequireShown(t, delivery.TrackersRequest{}, "AmazonOrderReferenceID", "ChargePermissionID")
	callertest.RequireShown(t, delivery.TrackersResponse{}, "AmazonOrderReferenceID", "ChargePermissionID")
	callertest.RequireShown(t, delivery.Details{}, "CarrierCode")
	callertest.RequireRedacted[delivery.API](t)
}

// TestMembers compares the types with the members that the reference lists for each object.
func TestMembers(t *testing.T) {
	t.Parallel()
	for object, members := range map[reflect.Type]string{
		reflect.TypeFor[delivery.TrackersRequest]():  "amazonOrderReferenceId chargePermissionId deliveryDetails",
		reflect.TypeFor[delivery.TrackersResponse](): "amazonOrderReferenceId chargePermissionId deliveryDetails",
		reflect.TypeFor[delivery.Details]():          "trackingNumber carrierCode",
	} {
		var got []string
		for _, f := range reflect.VisibleFields(object) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
				got = append(got, name)
			}
		}
		assert.ElementsMatch(t, strings.Fields(members), got, "%v", object)
	}
}

func FuzzTrackersResponse(f *testing.F) {
	f.Add(200, everyMember)
	f.Add(403, `{"reasonCode":"UnauthorizedAccess","message":"no"}`)
	callertest.FuzzAnswers(f, reflect.TypeFor[delivery.API]())
}
