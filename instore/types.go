package instore

import (
	"github.com/amazonpay-go/sdk/amazonpay"
)

// MerchantScanRequest is the request of [Client.MerchantScan]. ScanData, ScanReferenceID,
// LedgerCurrency and MerchantCOE are required.
type MerchantScanRequest struct {
	ScanData string `json:"scanData,omitzero" pay:"required"` // what the till scanned
	// ScanReferenceID is the shop's own id of this scan, by which the service recognizes a repeated
	// one.
	ScanReferenceID string                   `json:"scanReferenceId,omitzero" pay:"required" log:"scan_reference_id"`
	LedgerCurrency  amazonpay.LedgerCurrency `json:"ledgerCurrency,omitzero" pay:"required"`
	MerchantCOE     string                   `json:"merchantCOE,omitzero" pay:"required,max=2"` //nolint:tagliatelle // the service's spelling: country of establishment, such as US
	StoreLocation   *StoreLocation           `json:"storeLocation,omitzero"`
	Metadata        *Metadata                `json:"metadata,omitzero"`
	ChargeTotal     amazonpay.Price          `json:"chargeTotal,omitzero" pay:"transaction"` // optional
}

// StoreLocation is where the till is.
type StoreLocation struct {
	CountryCode string `json:"countryCode,omitzero" pay:"max=3"`
}

// Metadata describes a payment.
type Metadata struct {
	MerchantNote         string                `json:"merchantNote,omitzero"`
	CustomInformation    string                `json:"customInformation,omitzero"`
	CommunicationContext *CommunicationContext `json:"communicationContext,omitzero" log:"merchant_order_id=MerchantOrderID"`
}

// CommunicationContext is what Amazon Pay tells the buyer about a payment.
type CommunicationContext struct {
	MerchantStoreName string `json:"merchantStoreName,omitzero"`
	MerchantOrderID   string `json:"merchantOrderId,omitzero"`
}

// MerchantScanResponse is the answer of [Client.MerchantScan].
type MerchantScanResponse struct {
	amazonpay.Response

	ChargePermissionID string `json:"chargePermissionId,omitzero"`
}

// ChargeRequest is the request of [Client.Charge]. ChargePermissionID, ChargeReferenceID and
// ChargeTotal are required.
type ChargeRequest struct {
	ChargePermissionID string `json:"chargePermissionId,omitzero" pay:"required" log:"charge_permission_id"` // of the scan
	// ChargeReferenceID is the shop's own id of this charge: the one documented protection against a
	// double charge. If an outcome is uncertain, repeat the charge with the same one.
	ChargeReferenceID string          `json:"chargeReferenceId,omitzero" pay:"required" log:"charge_reference_id"`
	ChargeTotal       amazonpay.Price `json:"chargeTotal,omitzero" pay:"required,transaction"`
	SoftDescriptor    string          `json:"softDescriptor,omitzero" pay:"max=16"` // on the buyer's statement: up to 16 characters
	Metadata          *Metadata       `json:"metadata,omitzero"`
}

// ChargeResponse is the answer of [Client.Charge].
type ChargeResponse struct {
	amazonpay.Response

	ChargeID     string `json:"chargeId,omitzero"`
	ChargeStatus Status `json:"chargeStatus,omitzero"`
}

// RefundRequest is the request of [Client.Refund]. ChargeID, RefundReferenceID and RefundTotal are
// required.
type RefundRequest struct {
	ChargeID string `json:"chargeId,omitzero" pay:"required" log:"charge_id"`
	// RefundReferenceID is the shop's own id of this refund: the one documented protection against a
	// double refund. If an outcome is uncertain, repeat the refund with the same one.
	RefundReferenceID string          `json:"refundReferenceId,omitzero" pay:"required" log:"refund_reference_id"`
	RefundTotal       amazonpay.Price `json:"refundTotal,omitzero" pay:"required,transaction"`
	SoftDescriptor    string          `json:"softDescriptor,omitzero" pay:"max=16"` // on the buyer's statement: up to 16 characters
	Metadata          *Metadata       `json:"metadata,omitzero"`
}

// RefundResponse is the answer of [Client.Refund].
type RefundResponse struct {
	amazonpay.Response

	RefundID     string `json:"refundId,omitzero"`
	RefundStatus Status `json:"refundStatus,omitzero"`
}

// Status is the state of a charge or a refund.
type Status struct {
	State amazonpay.State `json:"state,omitzero"`
}
