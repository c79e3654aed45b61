package instore

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// MerchantScanRequest is the request of [Client.MerchantScan]. ScanData, ScanReferenceID,
// LedgerCurrency and MerchantCOE are required.
type MerchantScanRequest struct {
	ScanData string `json:"scanData,omitzero" pay:"required"` // what the till scanned
	// ScanReferenceID is the shop's own id of this scan, by which the service recognizes a repeated
	// one.
	ScanReferenceID string                   `json:"scanReferenceId,omitzero" pay:"required"`
	LedgerCurrency  amazonpay.LedgerCurrency `json:"ledgerCurrency,omitzero" pay:"required"`
	MerchantCOE     string                   `json:"merchantCOE,omitzero" pay:"required,max=2"` //nolint:tagliatelle // the service's spelling: country of establishment, such as US
	StoreLocation   *StoreLocation           `json:"storeLocation,omitzero"`
	Metadata        *Metadata                `json:"metadata,omitzero"`
	ChargeTotal     amazonpay.Price          `json:"chargeTotal,omitzero" pay:"transaction"` // optional
}

// LogValue shows the reference id alone.
func (r MerchantScanRequest) LogValue() slog.Value {
	return slog.GroupValue(slog.String("scan_reference_id", r.ScanReferenceID))
}

// Format prints what LogValue shows, whatever the verb.
func (r MerchantScanRequest) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, r.LogValue().String())
}

// StoreLocation is where the till is.
type StoreLocation struct {
	CountryCode string `json:"countryCode,omitzero" pay:"max=3"`
}

// Metadata describes a payment.
type Metadata struct {
	MerchantNote         string                `json:"merchantNote,omitzero"`
	CustomInformation    string                `json:"customInformation,omitzero"`
	CommunicationContext *CommunicationContext `json:"communicationContext,omitzero"`
}

// LogValue shows the shop's order id alone.
func (m Metadata) LogValue() slog.Value {
	if m.CommunicationContext == nil {
		return slog.GroupValue()
	}
	return slog.GroupValue(slog.String("merchant_order_id", m.CommunicationContext.MerchantOrderID))
}

// Format prints what LogValue shows, whatever the verb.
func (m Metadata) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, m.LogValue().String()) }

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
	ChargePermissionID string `json:"chargePermissionId,omitzero" pay:"required"` // of the scan
	// ChargeReferenceID is the shop's own id of this charge: the one documented protection against a
	// double charge. If an outcome is uncertain, repeat the charge with the same one.
	ChargeReferenceID string          `json:"chargeReferenceId,omitzero" pay:"required"`
	ChargeTotal       amazonpay.Price `json:"chargeTotal,omitzero" pay:"required,transaction"`
	SoftDescriptor    string          `json:"softDescriptor,omitzero" pay:"max=16"` // on the buyer's statement: up to 16 characters
	Metadata          *Metadata       `json:"metadata,omitzero"`
}

// LogValue shows the ids.
func (r ChargeRequest) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("charge_permission_id", r.ChargePermissionID),
		slog.String("charge_reference_id", r.ChargeReferenceID),
	)
}

// Format prints what LogValue shows, whatever the verb.
func (r ChargeRequest) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.LogValue().String()) }

// ChargeResponse is the answer of [Client.Charge].
type ChargeResponse struct {
	amazonpay.Response

	ChargeID     string `json:"chargeId,omitzero"`
	ChargeStatus Status `json:"chargeStatus,omitzero"`
}

// RefundRequest is the request of [Client.Refund]. ChargeID, RefundReferenceID and RefundTotal are
// required.
type RefundRequest struct {
	ChargeID string `json:"chargeId,omitzero" pay:"required"`
	// RefundReferenceID is the shop's own id of this refund: the one documented protection against a
	// double refund. If an outcome is uncertain, repeat the refund with the same one.
	RefundReferenceID string          `json:"refundReferenceId,omitzero" pay:"required"`
	RefundTotal       amazonpay.Price `json:"refundTotal,omitzero" pay:"required,transaction"`
	SoftDescriptor    string          `json:"softDescriptor,omitzero" pay:"max=16"` // on the buyer's statement: up to 16 characters
	Metadata          *Metadata       `json:"metadata,omitzero"`
}

// LogValue shows the ids.
func (r RefundRequest) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("charge_id", r.ChargeID),
		slog.String("refund_reference_id", r.RefundReferenceID),
	)
}

// Format prints what LogValue shows, whatever the verb.
func (r RefundRequest) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.LogValue().String()) }

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
