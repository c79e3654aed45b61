package amazonpay

// ReasonCode says why: why a request was refused ([APIError]), or why an object is in
// its state ([StatusDetails]). The service may add codes; treat one that you do not
// know as final.
type ReasonCode string

// Codes of refused requests, by HTTP status.
// https://developer.amazon.com/docs/amazon-pay-api-v2/error-handling.html
const (
	// 400: the request is wrong; repeating it does not help.
	ReasonInvalidHeaderValue                ReasonCode = "InvalidHeaderValue"
	ReasonMissingHeader                     ReasonCode = "MissingHeader"
	ReasonMissingHeaderValue                ReasonCode = "MissingHeaderValue"
	ReasonInvalidRequest                    ReasonCode = "InvalidRequest"
	ReasonInvalidRequestFormat              ReasonCode = "InvalidRequestFormat"
	ReasonInvalidParameterValue             ReasonCode = "InvalidParameterValue"
	ReasonMissingParameterValue             ReasonCode = "MissingParameterValue"
	ReasonUnrecognizedField                 ReasonCode = "UnrecognizedField"
	ReasonInvalidParameterCombination       ReasonCode = "InvalidParameterCombination"
	ReasonInvalidSandboxSimulationSpecified ReasonCode = "InvalidSandboxSimulationSpecified"
	ReasonDuplicateIdempotencyKey           ReasonCode = "DuplicateIdempotencyKey"
	ReasonCurrencyMismatch                  ReasonCode = "CurrencyMismatch"
	ReasonInvalidAPIVersion                 ReasonCode = "InvalidAPIVersion"
	ReasonTransactionAmountExceeded         ReasonCode = "TransactionAmountExceeded" // also of a status
	ReasonPeriodicAmountExceeded            ReasonCode = "PeriodicAmountExceeded"

	// 401 and 403: the account, the key or the delegation is not entitled.
	ReasonUnauthorizedAccess        ReasonCode = "UnauthorizedAccess"
	ReasonInvalidAuthentication     ReasonCode = "InvalidAuthentication"
	ReasonInvalidAccountStatus      ReasonCode = "InvalidAccountStatus"
	ReasonInvalidRequestSignature   ReasonCode = "InvalidRequestSignature"
	ReasonInvalidAuthorizationToken ReasonCode = "InvalidAuthorizationToken"

	// 404, 405, 408, 409.
	ReasonResourceNotFound     ReasonCode = "ResourceNotFound"
	ReasonUnsupportedOperation ReasonCode = "UnsupportedOperation"
	ReasonRequestNotSupported  ReasonCode = "RequestNotSupported"
	ReasonRequestTimeout       ReasonCode = "RequestTimeout"
	ReasonAmountMismatch       ReasonCode = "AmountMismatch"

	// 422: the object's state does not allow it, or the payment was declined.
	ReasonInvalidCheckoutSessionStatus  ReasonCode = "InvalidCheckoutSessionStatus"
	ReasonCheckoutSessionCanceled       ReasonCode = "CheckoutSessionCanceled"
	ReasonInvalidChargePermissionStatus ReasonCode = "InvalidChargePermissionStatus"
	ReasonChargePermissionNotModifiable ReasonCode = "ChargePermissionNotModifiable"
	ReasonInvalidChargeStatus           ReasonCode = "InvalidChargeStatus"
	ReasonTransactionCountExceeded      ReasonCode = "TransactionCountExceeded"
	ReasonSoftDeclined                  ReasonCode = "SoftDeclined"            // also of a status
	ReasonHardDeclined                  ReasonCode = "HardDeclined"            // also of a status
	ReasonAmazonRejected                ReasonCode = "AmazonRejected"          // also of a status
	ReasonPaymentMethodNotAllowed       ReasonCode = "PaymentMethodNotAllowed" // also of a status
	ReasonMFANotCompleted               ReasonCode = "MFANotCompleted"
	ReasonTransactionTimedOut           ReasonCode = "TransactionTimedOut" // also of a status

	// 426, 429, 500, 503.
	ReasonTLSVersionNotSupported ReasonCode = "TLSVersionNotSupported"
	ReasonTooManyRequests        ReasonCode = "TooManyRequests"
	ReasonInternalServerError    ReasonCode = "InternalServerError"
	// ReasonProcessingFailure comes with status 500, but it is an answer: the payment
	// failed, and the same idempotency key gives the same answer. Also of a status.
	ReasonProcessingFailure  ReasonCode = "ProcessingFailure"
	ReasonServiceUnavailable ReasonCode = "ServiceUnavailable"
)

// Codes of an object's state only.
const (
	ReasonAmazonCanceled           ReasonCode = "AmazonCanceled"
	ReasonAmazonClosed             ReasonCode = "AmazonClosed"
	ReasonAmountNotSet             ReasonCode = "AmountNotSet"
	ReasonBillingAddressDeleted    ReasonCode = "BillingAddressDeleted"
	ReasonBuyerCanceled            ReasonCode = "BuyerCanceled"
	ReasonBuyerClosed              ReasonCode = "BuyerClosed"
	ReasonChargeInProgress         ReasonCode = "ChargeInProgress"
	ReasonChargePermissionCanceled ReasonCode = "ChargePermissionCanceled"
	ReasonDeclined                 ReasonCode = "Declined"
	ReasonExpired                  ReasonCode = "Expired"
	ReasonExpiredUnused            ReasonCode = "ExpiredUnused"
	ReasonMerchantCanceled         ReasonCode = "MerchantCanceled"
	ReasonMerchantClosed           ReasonCode = "MerchantClosed"
	ReasonMFAFailed                ReasonCode = "MFAFailed"
	ReasonPaymentMethodDeleted     ReasonCode = "PaymentMethodDeleted"
	ReasonPaymentMethodExpired     ReasonCode = "PaymentMethodExpired"
	ReasonPaymentMethodInvalid     ReasonCode = "PaymentMethodInvalid"
	ReasonPaymentMethodNotSet      ReasonCode = "PaymentMethodNotSet"
)
