package instore

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// MerchantScanRequest is the request of [Client.MerchantScan]. It prints and logs its
// reference id only.
type MerchantScanRequest struct {
	ScanData        string                   `json:"scanData,omitzero"`        // what the till scanned
	ScanReferenceID string                   `json:"scanReferenceId,omitzero"` // the shop's own id of this scan
	LedgerCurrency  amazonpay.LedgerCurrency `json:"ledgerCurrency,omitzero"`
	MerchantCOE     string                   `json:"merchantCOE,omitzero"` //nolint:tagliatelle // the service's spelling: country of establishment, such as US
	StoreLocation   *StoreLocation           `json:"storeLocation,omitzero"`
	Metadata        *Metadata                `json:"metadata,omitzero"`
	ChargeTotal     amazonpay.Price          `json:"chargeTotal,omitzero"` // in samples of the official SDKs; not in the .NET SDK
}

// LogValue shows the reference id alone.
func (r MerchantScanRequest) LogValue() slog.Value {
	return slog.GroupValue(slog.String("scan_reference_id", r.ScanReferenceID))
}

// Format prints what LogValue shows, whatever the verb.
func (r MerchantScanRequest) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, r.LogValue().String())
}

// StoreLocation is where the till stands.
type StoreLocation struct {
	CountryCode string `json:"countryCode,omitzero"`
}

// Metadata is what the shop says of a payment. It prints and logs the shop's order id only.
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

// CommunicationContext is what Amazon Pay tells the buyer of a payment.
type CommunicationContext struct {
	MerchantStoreName string `json:"merchantStoreName,omitzero"`
	MerchantOrderID   string `json:"merchantOrderId,omitzero"`
}

// MerchantScanResponse is the answer of [Client.MerchantScan].
type MerchantScanResponse struct {
	amazonpay.Answer

	ChargePermissionID string `json:"chargePermissionId,omitzero"`
}

// ChargeRequest is the request of [Client.Charge]. It prints and logs its ids only.
type ChargeRequest struct {
	ChargePermissionID string          `json:"chargePermissionId,omitzero"` // of the scan
	ChargeReferenceID  string          `json:"chargeReferenceId,omitzero"`  // the shop's own id of this charge
	ChargeTotal        amazonpay.Price `json:"chargeTotal,omitzero"`
	SoftDescriptor     string          `json:"softDescriptor,omitzero"` // on the buyer's statement
	Metadata           *Metadata       `json:"metadata,omitzero"`
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
	amazonpay.Answer

	ChargeID     string `json:"chargeId,omitzero"`
	ChargeStatus Status `json:"chargeStatus,omitzero"`
}

// RefundRequest is the request of [Client.Refund]. It prints and logs its ids only.
type RefundRequest struct {
	ChargeID          string          `json:"chargeId,omitzero"`
	RefundReferenceID string          `json:"refundReferenceId,omitzero"` // the shop's own id of this refund
	RefundTotal       amazonpay.Price `json:"refundTotal,omitzero"`
	SoftDescriptor    string          `json:"softDescriptor,omitzero"` // on the buyer's statement
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
	amazonpay.Answer

	RefundID     string `json:"refundId,omitzero"`
	RefundStatus Status `json:"refundStatus,omitzero"`
}

// Status is the state of a charge or a refund.
type Status struct {
	State amazonpay.State `json:"state,omitzero"`
}
