package instore

//go:generate go run ../internal/redactgen

// These structs print and log in full: they hold ids, states, and what a shop says about itself.
// Their fields are listed: a new field hides itself and the rest of its struct until it is listed
// too.
//
//log:full ChargeResponse: Response ChargeID ChargeStatus
//log:full CommunicationContext: MerchantStoreName MerchantOrderID
//log:full MerchantScanResponse: Response ChargePermissionID
//log:full RefundResponse: Response RefundID RefundStatus
//log:full Status: State
//log:full StoreLocation: CountryCode
