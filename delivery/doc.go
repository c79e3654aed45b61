// Package delivery has the delivery notifications of Amazon Pay: give the tracking numbers
// of an order, and Alexa tells the buyer when a parcel is about to arrive.
//
//	parcels := delivery.New(client) // an *amazonpay.Client
//
//	_, err := parcels.DeliveryTrackers(ctx, &delivery.TrackersRequest{
//		ChargePermissionID: "P01-0000000-0000000",
//		DeliveryDetails:    []delivery.Details{{TrackingNumber: "1Z999AA10123456784", CarrierCode: "UPS"}},
//	})
//
// In the package: [Client] and [API], the interface to mock, with its one call.
//
// Requests and answers print and log without tracking numbers, and encode to JSON in
// full. Errors are described in package amazonpay.
package delivery
