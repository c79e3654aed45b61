package main

import (
	"context"
	"reflect"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/delivery"
	"github.com/amazonpay-go/sdk/instore"
	"github.com/amazonpay-go/sdk/webstore"
)

// operation is an operation of the API as a command calls it: through the SDK's own method, so that
// everything is checked as for a program.
type operation struct {
	ids     int          // how many it takes
	request reflect.Type // nil if it has no body
	call    func(ctx context.Context, caller webstore.Caller, ids []string, in any, opts ...amazonpay.CallOption) error
}

// posted is an operation with a body alone.
func posted[C, In, Out any](client func(webstore.Caller) C, method func(C, context.Context, *In, ...amazonpay.CallOption) (*Out, error)) operation {
	return operation{
		request: reflect.TypeFor[In](),
		call: func(ctx context.Context, caller webstore.Caller, _ []string, in any, opts ...amazonpay.CallOption) error {
			_, err := method(client(caller), ctx, in.(*In), opts...) //nolint:errcheck // it is of the type request
			return err
		},
	}
}

// named is an operation on an id alone.
func named[C, Out any](client func(webstore.Caller) C, method func(C, context.Context, string, ...amazonpay.CallOption) (*Out, error)) operation {
	return operation{
		ids: 1,
		call: func(ctx context.Context, caller webstore.Caller, ids []string, _ any, opts ...amazonpay.CallOption) error {
			_, err := method(client(caller), ctx, ids[0], opts...)
			return err
		},
	}
}

// changed is an operation on an id, with a body.
func changed[C, In, Out any](client func(webstore.Caller) C, method func(C, context.Context, string, *In, ...amazonpay.CallOption) (*Out, error)) operation {
	return operation{
		ids:     1,
		request: reflect.TypeFor[In](),
		call: func(ctx context.Context, caller webstore.Caller, ids []string, in any, opts ...amazonpay.CallOption) error {
			_, err := method(client(caller), ctx, ids[0], in.(*In), opts...) //nolint:errcheck // it is of the type request
			return err
		},
	}
}

func inStore(caller webstore.Caller) *instore.Client   { return instore.New(caller) }
func trackers(caller webstore.Caller) *delivery.Client { return delivery.New(caller) }
func tokens(caller webstore.Caller) *authtoken.Client  { return authtoken.New(caller) }

// operations are all operations of the API by the names of the SDK's methods, but for the lists
// (see lists.go).
var operations = map[string]operation{
	"CreateCheckoutSession":   posted(webstore.New, (*webstore.Client).CreateCheckoutSession),
	"GetCheckoutSession":      named(webstore.New, (*webstore.Client).GetCheckoutSession),
	"UpdateCheckoutSession":   changed(webstore.New, (*webstore.Client).UpdateCheckoutSession),
	"CompleteCheckoutSession": changed(webstore.New, (*webstore.Client).CompleteCheckoutSession),
	"FinalizeCheckoutSession": changed(webstore.New, (*webstore.Client).FinalizeCheckoutSession),

	"GetChargePermission":    named(webstore.New, (*webstore.Client).GetChargePermission),
	"UpdateChargePermission": changed(webstore.New, (*webstore.Client).UpdateChargePermission),
	"CloseChargePermission":  changed(webstore.New, (*webstore.Client).CloseChargePermission),

	"CreateCharge":  posted(webstore.New, (*webstore.Client).CreateCharge),
	"GetCharge":     named(webstore.New, (*webstore.Client).GetCharge),
	"UpdateCharge":  changed(webstore.New, (*webstore.Client).UpdateCharge),
	"CaptureCharge": changed(webstore.New, (*webstore.Client).CaptureCharge),
	"CancelCharge":  changed(webstore.New, (*webstore.Client).CancelCharge),

	"CreateRefund": posted(webstore.New, (*webstore.Client).CreateRefund),
	"GetRefund":    named(webstore.New, (*webstore.Client).GetRefund),

	"GetReportByID":         named(webstore.New, (*webstore.Client).GetReportByID),
	"CreateReport":          posted(webstore.New, (*webstore.Client).CreateReport),
	"GetReportDocument":     named(webstore.New, (*webstore.Client).GetReportDocument),
	"GetReportScheduleByID": named(webstore.New, (*webstore.Client).GetReportScheduleByID),
	"CreateReportSchedule":  posted(webstore.New, (*webstore.Client).CreateReportSchedule),
	"CancelReportSchedule":  named(webstore.New, (*webstore.Client).CancelReportSchedule),

	"CreateDispute":  posted(webstore.New, (*webstore.Client).CreateDispute),
	"GetDispute":     named(webstore.New, (*webstore.Client).GetDispute),
	"UpdateDispute":  changed(webstore.New, (*webstore.Client).UpdateDispute),
	"ContestDispute": changed(webstore.New, (*webstore.Client).ContestDispute),
	"UploadFile":     posted(webstore.New, (*webstore.Client).UploadFile),

	"GetBuyer": named(webstore.New, (*webstore.Client).GetBuyer),

	"RegisterAmazonPayAccount": posted(webstore.New, (*webstore.Client).RegisterAmazonPayAccount),
	"UpdateAmazonPayAccount":   changed(webstore.New, (*webstore.Client).UpdateAmazonPayAccount),
	"DeleteAmazonPayAccount":   named(webstore.New, (*webstore.Client).DeleteAmazonPayAccount),
	"CreateMerchantAccount":    posted(webstore.New, (*webstore.Client).CreateMerchantAccount),
	"UpdateMerchantAccount":    changed(webstore.New, (*webstore.Client).UpdateMerchantAccount),
	"MerchantAccountClaim":     changed(webstore.New, (*webstore.Client).MerchantAccountClaim),
	"CreateStore":              changed(webstore.New, (*webstore.Client).CreateStore),
	"UpdateStore": {
		ids:     2,
		request: reflect.TypeFor[webstore.UpdateStoreRequest](),
		call: func(ctx context.Context, caller webstore.Caller, ids []string, in any, opts ...amazonpay.CallOption) error {
			_, err := webstore.New(caller).UpdateStore(ctx, ids[0], ids[1], in.(*webstore.UpdateStoreRequest), opts...) //nolint:errcheck // it is of the type request
			return err
		},
	},

	"MerchantScan":     posted(inStore, (*instore.Client).MerchantScan),
	"InStoreCharge":    posted(inStore, (*instore.Client).Charge),
	"InStoreRefund":    posted(inStore, (*instore.Client).Refund),
	"DeliveryTrackers": posted(trackers, (*delivery.Client).DeliveryTrackers),

	"GetAuthorizationToken": {
		ids: 2,
		call: func(ctx context.Context, caller webstore.Caller, ids []string, _ any, opts ...amazonpay.CallOption) error {
			_, err := tokens(caller).GetAuthorizationToken(ctx, ids[0], ids[1], opts...)
			return err
		},
	},
}
