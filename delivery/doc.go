// Package delivery sends delivery notifications: give Amazon Pay the tracking numbers of an order,
// and Alexa tells the buyer when a parcel is about to arrive.
//
//	parcels := delivery.New(client) // an *amazonpay.Client
//
//	_, err := parcels.DeliveryTrackers(ctx, &delivery.TrackersRequest{
//		ChargePermissionID: "P01-0000000-0000000",
//		DeliveryDetails: []delivery.Details{
//			{TrackingNumber: "1Z999AA10123456784", CarrierCode: "UPS"},
//		},
//	})
//
// [Client] has the one call. [API] is its interface, for mocks. Requests and answers print and log
// without tracking numbers, and encode to JSON in full. See package amazonpay for errors.
package delivery
