package amazonpay

// ReasonCode is the reason why the service refused a request ([APIError]), or why an object is in
// its state ([StatusDetails]). The service may add codes. Treat an unknown code as final.
type ReasonCode string

// Reason codes of refused requests, by HTTP status. Some are also the reason for a state.
// https://developer.amazon.com/docs/amazon-pay-api-v2/error-handling.html
const (
	// 400: the request is wrong; repeating it does not help.
	ReasonCodeInvalidHeaderValue                ReasonCode = "InvalidHeaderValue"
	ReasonCodeMissingHeader                     ReasonCode = "MissingHeader"
	ReasonCodeMissingHeaderValue                ReasonCode = "MissingHeaderValue"
	ReasonCodeInvalidRequest                    ReasonCode = "InvalidRequest"
	ReasonCodeInvalidRequestFormat              ReasonCode = "InvalidRequestFormat"
	ReasonCodeInvalidParameterValue             ReasonCode = "InvalidParameterValue"
	ReasonCodeMissingParameterValue             ReasonCode = "MissingParameterValue"
	ReasonCodeUnrecognizedField                 ReasonCode = "UnrecognizedField"
	ReasonCodeInvalidParameterCombination       ReasonCode = "InvalidParameterCombination"
	ReasonCodeInvalidSandboxSimulationSpecified ReasonCode = "InvalidSandboxSimulationSpecified"
	ReasonCodeDuplicateIdempotencyKey           ReasonCode = "DuplicateIdempotencyKey"
	ReasonCodeCurrencyMismatch                  ReasonCode = "CurrencyMismatch"
	ReasonCodeInvalidAPIVersion                 ReasonCode = "InvalidAPIVersion"
	ReasonCodeTransactionAmountExceeded         ReasonCode = "TransactionAmountExceeded" // also of a state
	ReasonCodePeriodicAmountExceeded            ReasonCode = "PeriodicAmountExceeded"

	// 401 and 403: the account, the key or the delegation does not permit it.
	ReasonCodeUnauthorizedAccess        ReasonCode = "UnauthorizedAccess"
	ReasonCodeInvalidAuthentication     ReasonCode = "InvalidAuthentication"
	ReasonCodeInvalidAccountStatus      ReasonCode = "InvalidAccountStatus"
	ReasonCodeInvalidRequestSignature   ReasonCode = "InvalidRequestSignature"
	ReasonCodeInvalidAuthorizationToken ReasonCode = "InvalidAuthorizationToken"

	// 404, 405, 408, 409.
	ReasonCodeResourceNotFound     ReasonCode = "ResourceNotFound"
	ReasonCodeUnsupportedOperation ReasonCode = "UnsupportedOperation"
	ReasonCodeRequestNotSupported  ReasonCode = "RequestNotSupported"
	ReasonCodeRequestTimeout       ReasonCode = "RequestTimeout"
	ReasonCodeAmountMismatch       ReasonCode = "AmountMismatch"

	// 422: the object's state does not allow it, or the payment was declined.
	ReasonCodeInvalidCheckoutSessionStatus  ReasonCode = "InvalidCheckoutSessionStatus"
	ReasonCodeCheckoutSessionCanceled       ReasonCode = "CheckoutSessionCanceled"
	ReasonCodeInvalidChargePermissionStatus ReasonCode = "InvalidChargePermissionStatus"
	ReasonCodeChargePermissionNotModifiable ReasonCode = "ChargePermissionNotModifiable"
	ReasonCodeInvalidChargeStatus           ReasonCode = "InvalidChargeStatus"
	ReasonCodeTransactionCountExceeded      ReasonCode = "TransactionCountExceeded"
	ReasonCodeSoftDeclined                  ReasonCode = "SoftDeclined"            // also of a state
	ReasonCodeHardDeclined                  ReasonCode = "HardDeclined"            // also of a state
	ReasonCodeAmazonRejected                ReasonCode = "AmazonRejected"          // also of a state
	ReasonCodePaymentMethodNotAllowed       ReasonCode = "PaymentMethodNotAllowed" // also of a state
	ReasonCodeMFANotCompleted               ReasonCode = "MFANotCompleted"
	ReasonCodeTransactionTimedOut           ReasonCode = "TransactionTimedOut" // also of a state

	// 426, 429, 500, 503.
	ReasonCodeTLSVersionNotSupported ReasonCode = "TLSVersionNotSupported"
	ReasonCodeTooManyRequests        ReasonCode = "TooManyRequests"
	ReasonCodeInternalServerError    ReasonCode = "InternalServerError"
	// ReasonCodeProcessingFailure has status 500 but is final: the payment failed, and the same
	// idempotency key returns the same answer. Also of a state.
	ReasonCodeProcessingFailure  ReasonCode = "ProcessingFailure"
	ReasonCodeServiceUnavailable ReasonCode = "ServiceUnavailable"
)

// Reason codes that only objects have.
const (
	ReasonCodeAmazonCanceled           ReasonCode = "AmazonCanceled"
	ReasonCodeAmazonClosed             ReasonCode = "AmazonClosed"
	ReasonCodeAmountNotSet             ReasonCode = "AmountNotSet"
	ReasonCodeBillingAddressDeleted    ReasonCode = "BillingAddressDeleted"
	ReasonCodeBuyerCanceled            ReasonCode = "BuyerCanceled"
	ReasonCodeBuyerClosed              ReasonCode = "BuyerClosed"
	ReasonCodeChargeInProgress         ReasonCode = "ChargeInProgress"
	ReasonCodeChargePermissionCanceled ReasonCode = "ChargePermissionCanceled"
	ReasonCodeDeclined                 ReasonCode = "Declined"
	ReasonCodeExpired                  ReasonCode = "Expired"
	ReasonCodeExpiredUnused            ReasonCode = "ExpiredUnused"
	ReasonCodeMerchantCanceled         ReasonCode = "MerchantCanceled"
	ReasonCodeMerchantClosed           ReasonCode = "MerchantClosed"
	ReasonCodeMFAFailed                ReasonCode = "MFAFailed"
	ReasonCodePaymentMethodDeleted     ReasonCode = "PaymentMethodDeleted"
	ReasonCodePaymentMethodExpired     ReasonCode = "PaymentMethodExpired"
	ReasonCodePaymentMethodInvalid     ReasonCode = "PaymentMethodInvalid"
	ReasonCodePaymentMethodNotSet      ReasonCode = "PaymentMethodNotSet"
)
