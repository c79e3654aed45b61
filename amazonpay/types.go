package amazonpay

import (
	"errors"
	"strings"
)

// State is the state of a checkout session, charge permission, charge or refund. The
// service may add states; treat one that you do not know as not final.
type State string

// The states. https://developer.amazon.com/docs/amazon-pay-checkout/asynchronous-processing.html
const (
	StateOpen      State = "Open"      // checkout session
	StateCompleted State = "Completed" // checkout session

	StateChargeable    State = "Chargeable"    // charge permission
	StateNonChargeable State = "NonChargeable" // charge permission
	StateClosed        State = "Closed"        // charge permission

	StateAuthorizationInitiated State = "AuthorizationInitiated" // charge
	StateAuthorized             State = "Authorized"             // charge
	StateCaptureInitiated       State = "CaptureInitiated"       // charge
	StateCaptured               State = "Captured"               // charge

	StateRefundInitiated State = "RefundInitiated" // refund
	StateRefunded        State = "Refunded"        // refund

	StateCanceled State = "Canceled" // checkout session and charge
	StateDeclined State = "Declined" // charge and refund
	StatePending  State = "Pending"  // listed by the .NET SDK, for which objects is not known
)

// IsFinal reports whether an object in the state stays in it: a session that is Completed or Canceled, a permission that is
// Closed, a charge that is Captured, Canceled or Declined, a refund that is Refunded or Declined. A state that is not
// known is not final.
func (s State) IsFinal() bool {
	switch s {
	case StateCompleted, StateCanceled, StateClosed, StateCaptured, StateDeclined, StateRefunded:
		return true
	default:
		return false
	}
}

// IsPending reports whether Amazon is still deciding, so that the object will change by itself: AuthorizationInitiated,
// CaptureInitiated, RefundInitiated and Pending.
func (s State) IsPending() bool {
	switch s {
	case StateAuthorizationInitiated, StateCaptureInitiated, StateRefundInitiated, StatePending:
		return true
	default:
		return false
	}
}

// StatusDetails is the state of a checkout session, charge or refund and how it came
// about.
type StatusDetails struct {
	State                State      `json:"state,omitzero"`
	ReasonCode           ReasonCode `json:"reasonCode,omitzero"`
	ReasonDescription    string     `json:"reasonDescription,omitzero"`
	LastUpdatedTimestamp Time       `json:"lastUpdatedTimestamp,omitzero"`
}

// ReleaseEnvironment is the environment of an object, as answers spell it.
type ReleaseEnvironment string

// The release environments.
const (
	ReleaseEnvironmentSandbox ReleaseEnvironment = "Sandbox"
	ReleaseEnvironmentLive    ReleaseEnvironment = "Live"
)

//go:generate go run ../internal/redactgen Address CallOptions Price StatusDetails
//log:full Price: Amount CurrencyCode
//log:full StatusDetails: State ReasonCode ReasonDescription LastUpdatedTimestamp

// Address is a postal address. StateOrRegion is the two-letter code in the US and
// Canada and free text elsewhere; CountryCode is ISO 3166, two letters in all that
// is known. It prints and logs its country only, but encodes to JSON in full.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/buyer.html#type-address
type Address struct {
	Name          string `json:"name,omitzero" pay:"max=50"`
	AddressLine1  string `json:"addressLine1,omitzero" pay:"max=180"`
	AddressLine2  string `json:"addressLine2,omitzero" pay:"max=60"`
	AddressLine3  string `json:"addressLine3,omitzero" pay:"max=60"`
	City          string `json:"city,omitzero" pay:"max=50"`
	County        string `json:"county,omitzero" pay:"max=50"`
	District      string `json:"district,omitzero" pay:"max=50"`
	StateOrRegion string `json:"stateOrRegion,omitzero" pay:"max=50"`
	PostalCode    string `json:"postalCode,omitzero" pay:"max=20"`
	CountryCode   string `json:"countryCode,omitzero" pay:"max=3" log:"country_code"`
	PhoneNumber   string `json:"phoneNumber,omitzero" pay:"max=20"`
}

// Bool is a boolean of an answer. It is decoded from true and false, and from the texts
// "true" and "false", which the samples of the official SDKs have in places. Null and an empty
// text leave it as it is; anything else does too, and is an error. It encodes as a boolean.
type Bool bool

// UnmarshalJSON accepts the forms that [Bool] lists.
func (b *Bool) UnmarshalJSON(text []byte) error {
	switch strings.ToLower(strings.Trim(string(text), `"`)) {
	case "true":
		*b = true
	case "false":
		*b = false
	case "null", "":
	default:
		return errors.New("a boolean is neither true nor false")
	}
	return nil
}
