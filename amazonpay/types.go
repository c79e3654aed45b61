package amazonpay

import (
	"errors"
	"strings"
)

// State is the state of a checkout session, charge permission, charge or refund. The service may
// add states. Treat an unknown state as not final.
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

	StateCanceled State = "Canceled" // checkout session, charge
	StateDeclined State = "Declined" // charge, refund
	StatePending  State = "Pending"  // see Uncertain facts in the package documentation
)

// IsFinal reports whether an object in this state never changes its state again. Final are
// Completed and Canceled for a session, Closed for a permission, Captured, Canceled and Declined
// for a charge, and Refunded and Declined for a refund. An unknown state is not final.
func (s State) IsFinal() bool {
	switch s {
	case StateCompleted, StateCanceled, StateClosed, StateCaptured, StateDeclined, StateRefunded:
		return true
	default:
		return false
	}
}

// IsPending reports whether Amazon is still deciding, so that the state will change without another
// call: AuthorizationInitiated, CaptureInitiated, RefundInitiated and Pending.
func (s State) IsPending() bool {
	switch s {
	case StateAuthorizationInitiated, StateCaptureInitiated, StateRefundInitiated, StatePending:
		return true
	default:
		return false
	}
}

// StatusDetails is the state of a checkout session, charge or refund, and the reason for it.
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

//go:generate go run ../internal/redactgen Address CallOptions Price SignedButton StatusDetails
//log:full Price: Amount CurrencyCode
//log:full StatusDetails: State ReasonCode ReasonDescription LastUpdatedTimestamp

// Address is a postal address. StateOrRegion is a two-letter code in the US and Canada, and free
// text elsewhere. CountryCode is an ISO 3166 code. Only the country is shown when an Address is
// printed or logged. It is encoded to JSON in full.
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

// Bool is a boolean of an answer. It is decoded from true and false, and from the texts "true" and
// "false". null and empty text leave it unchanged. Anything else is an error and leaves it
// unchanged. It is encoded as a boolean.
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
