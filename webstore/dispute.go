package webstore

import (
	"context"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// DisputeType is the type of a dispute.
type DisputeType string

// DisputeTypeChargeback is the only known type.
const DisputeTypeChargeback DisputeType = "Chargeback"

// DisputeFilingReason is why a buyer disputes a charge.
type DisputeFilingReason string

// The filing reasons.
const (
	DisputeFilingReasonProductNotReceived    DisputeFilingReason = "ProductNotReceived"
	DisputeFilingReasonProductUnacceptable   DisputeFilingReason = "ProductUnacceptable"
	DisputeFilingReasonProductNoLongerNeeded DisputeFilingReason = "ProductNoLongerNeeded"
	DisputeFilingReasonCreditNotProcessed    DisputeFilingReason = "CreditNotProcessed"
	DisputeFilingReasonOvercharged           DisputeFilingReason = "Overcharged"
	DisputeFilingReasonDuplicateCharge       DisputeFilingReason = "DuplicateCharge"
	DisputeFilingReasonSubscriptionCancelled DisputeFilingReason = "SubscriptionCancelled"
	DisputeFilingReasonUnrecognized          DisputeFilingReason = "Unrecognized"
	DisputeFilingReasonFraudulent            DisputeFilingReason = "Fraudulent"
	DisputeFilingReasonOther                 DisputeFilingReason = "Other"
)

// DisputeState is the state of a dispute.
type DisputeState string

// The states of a dispute.
const (
	DisputeStateUnderReview    DisputeState = "UnderReview"
	DisputeStateActionRequired DisputeState = "ActionRequired" // the merchant's turn: [Client.ContestDispute]
	DisputeStateResolved       DisputeState = "Resolved"
	DisputeStateClosed         DisputeState = "Closed"
)

// DisputeResolution says who won the dispute.
type DisputeResolution string

// The resolutions.
const (
	DisputeResolutionBuyerWon    DisputeResolution = "BuyerWon"
	DisputeResolutionMerchantWon DisputeResolution = "MerchantWon"
	DisputeResolutionNoFault     DisputeResolution = "NoFault"
)

// DisputeReasonCode is why a dispute is in its state.
type DisputeReasonCode string

// The reason codes of a dispute's state.
const (
	DisputeReasonCodeMerchantResponseRequired            DisputeReasonCode = "MerchantResponseRequired"
	DisputeReasonCodeMerchantAdditionalEvidencesRequired DisputeReasonCode = "MerchantAdditionalEvidencesRequired"
	DisputeReasonCodeBuyerAdditionalEvidencesRequired    DisputeReasonCode = "BuyerAdditionalEvidencesRequired"
	DisputeReasonCodeMerchantAcceptedDispute             DisputeReasonCode = "MerchantAcceptedDispute"
	DisputeReasonCodeMerchantResponseDeadlineExpired     DisputeReasonCode = "MerchantResponseDeadlineExpired"
	DisputeReasonCodeBuyerCancelled                      DisputeReasonCode = "BuyerCancelled"
	DisputeReasonCodeInvestigatorResolved                DisputeReasonCode = "InvestigatorResolved"
	DisputeReasonCodeAutoResolved                        DisputeReasonCode = "AutoResolved"
	DisputeReasonCodeChargebackFiled                     DisputeReasonCode = "ChargebackFiled"
)

// ResolutionAuthority is the party that decides.
type ResolutionAuthority string

// EvidenceType is what a piece of evidence is.
type EvidenceType string

// The types of evidence.
const (
	EvidenceTypeProductDescription EvidenceType = "ProductDescription"
	EvidenceTypeReceipt            EvidenceType = "Receipt"
	EvidenceTypeCancellationPolicy EvidenceType = "CancellationPolicy"
	EvidenceTypeCustomerSignature  EvidenceType = "CustomerSignature"
	EvidenceTypeTrackingNumber     EvidenceType = "TrackingNumber"
	EvidenceTypeCarrierName        EvidenceType = "CarrierName"
	EvidenceTypeDeviceID           EvidenceType = "DeviceId"
	EvidenceTypeDeviceName         EvidenceType = "DeviceName"
	EvidenceTypeDownloadDateTime   EvidenceType = "DownloadDateTime"
	EvidenceTypeOther              EvidenceType = "Other"
)

// DisputeStatusDetails is the state of a dispute and its reason.
type DisputeStatusDetails struct {
	State                DisputeState      `json:"state,omitzero"`
	ReasonCode           DisputeReasonCode `json:"reasonCode,omitzero"`
	ReasonDescription    string            `json:"reasonDescription,omitzero"`
	Resolution           DisputeResolution `json:"resolution,omitzero"`
	LastUpdatedTimestamp amazonpay.Time    `json:"lastUpdatedTimestamp,omitzero"`
}

// Evidence supports the merchant's side: a file, a text, or both. EvidenceType is required.
type Evidence struct {
	EvidenceType EvidenceType `json:"evidenceType,omitzero" pay:"required" log:"evidence_type"`
	// FileID is the ID of the [File] that [Client.UploadEvidence] returns.
	FileID       string `json:"fileId,omitzero" log:"file_id"`
	EvidenceText string `json:"evidenceText,omitzero"`
}

// DisputeProviderMetadata has the payment service provider's own id of a dispute.
type DisputeProviderMetadata struct {
	ProviderDisputeID string `json:"providerDisputeId,omitzero"`
}

// Dispute is a buyer's objection to a charge.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/dispute.html
type Dispute struct {
	amazonpay.Response

	DisputeID          string                       `json:"disputeId,omitzero" log:"dispute_id"`
	ReleaseEnvironment amazonpay.ReleaseEnvironment `json:"releaseEnvironment,omitzero"`
	ChargeID           string                       `json:"chargeId,omitzero" log:"charge_id"`
	DisputeType        DisputeType                  `json:"disputeType,omitzero"`
	DisputeAmount      amazonpay.Price              `json:"disputeAmount,omitzero"`
	FilingReason       DisputeFilingReason          `json:"filingReason,omitzero"`
	StatusDetails      DisputeStatusDetails         `json:"statusDetails,omitzero" log:"state=State,reason_code=ReasonCode"`
	MerchantEvidences  []Evidence                   `json:"merchantEvidences,omitzero"`
	// MerchantResponseDeadline is until when the dispute can be contested: 11 days for a chargeback, 7
	// for an A-to-z claim.
	MerchantResponseDeadline amazonpay.Time           `json:"merchantResponseDeadline,omitzero"`
	ResolutionAuthority      ResolutionAuthority      `json:"resolutionAuthority,omitzero"`
	CreationTimestamp        amazonpay.Time           `json:"creationTimestamp,omitzero"`
	ProviderMetadata         *DisputeProviderMetadata `json:"providerMetadata,omitzero"`
	FilingTimestamp          amazonpay.Time           `json:"filingTimestamp,omitzero"`
	ClosureTimestamp         amazonpay.Time           `json:"closureTimestamp,omitzero"`
}

// DisputeStatusUpdate is the state that a payment service provider gives to a dispute. State is
// required.
type DisputeStatusUpdate struct {
	State             DisputeState      `json:"state,omitzero" pay:"required" log:"state"`
	Resolution        DisputeResolution `json:"resolution,omitzero"`
	ReasonCode        DisputeReasonCode `json:"reasonCode,omitzero" log:"reason_code"`
	ReasonDescription string            `json:"reasonDescription,omitzero"`
}

// CreateDisputeRequest is the request of [Client.CreateDispute]. ChargeID, DisputeAmount,
// FilingReason, FilingTimestamp and StatusDetails are required.
type CreateDisputeRequest struct {
	ChargeID         string                   `json:"chargeId,omitzero" pay:"required" log:"charge_id"`
	ProviderMetadata *DisputeProviderMetadata `json:"providerMetadata,omitzero"`
	DisputeAmount    amazonpay.Price          `json:"disputeAmount,omitzero" pay:"required,transaction"`
	FilingReason     DisputeFilingReason      `json:"filingReason,omitzero" pay:"required"`
	// FilingTimestamp is when the buyer filed the dispute.
	FilingTimestamp          UnixTime            `json:"filingTimestamp,omitzero" pay:"required"`
	StatusDetails            DisputeStatusUpdate `json:"statusDetails,omitzero" pay:"required"`
	MerchantResponseDeadline UnixTime            `json:"merchantResponseDeadline,omitzero"`
}

// UpdateDisputeRequest is the request of [Client.UpdateDispute]. StatusDetails is required.
type UpdateDisputeRequest struct {
	StatusDetails    DisputeStatusUpdate `json:"statusDetails,omitzero" pay:"required" log:"state=State,reason_code=ReasonCode"`
	ClosureTimestamp UnixTime            `json:"closureTimestamp,omitzero"`
}

// ContestDisputeRequest is the request of [Client.ContestDispute]. At least one piece of evidence
// is required.
type ContestDisputeRequest struct {
	MerchantEvidences []Evidence `json:"merchantEvidences,omitzero" pay:"required" log:"merchant_evidences"`
}

// CreateDispute reports a dispute about a charge that a payment service provider processes. Only
// such providers may call it.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/dispute.html
func (c *Client) CreateDispute(ctx context.Context, in *CreateDisputeRequest, opts ...amazonpay.CallOption) (*Dispute, error) {
	return amazonpay.Do[Dispute](ctx, c.caller, amazonpay.Operation{
		Name: "CreateDispute", Method: http.MethodPost, Path: "disputes", Returns: "disputeId", IdempotencyKey: true,
	}, in, opts...)
}

// GetDispute returns a dispute. Its id comes with a notification of object type CHARGEBACK.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/dispute.html
func (c *Client) GetDispute(ctx context.Context, disputeID string, opts ...amazonpay.CallOption) (*Dispute, error) {
	return amazonpay.Do[Dispute](ctx, c.caller, amazonpay.Operation{
		Name: "GetDispute", Method: http.MethodGet, Path: "disputes/{disputeId}", Returns: "disputeId",
		PathValues: map[string]string{"disputeId": disputeID},
	}, nil, opts...)
}

// UpdateDispute sets the state of a dispute that a payment service provider has created. Only such
// providers may call it. It is a PATCH that takes an idempotency key.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/dispute.html
func (c *Client) UpdateDispute(ctx context.Context, disputeID string, in *UpdateDisputeRequest, opts ...amazonpay.CallOption) (*Dispute, error) {
	return amazonpay.Do[Dispute](ctx, c.caller, amazonpay.Operation{
		Name: "UpdateDispute", Method: http.MethodPatch, Path: "disputes/{disputeId}", Returns: "disputeId",
		PathValues: map[string]string{"disputeId": disputeID}, IdempotencyKey: true,
	}, in, opts...)
}

// ContestDispute gives the merchant's evidence in a dispute that is ActionRequired, before its
// MerchantResponseDeadline.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/dispute.html
func (c *Client) ContestDispute(ctx context.Context, disputeID string, in *ContestDisputeRequest, opts ...amazonpay.CallOption) (*Dispute, error) {
	if in != nil && len(in.MerchantEvidences) == 0 {
		return nil, notSent("ContestDispute", &amazonpay.FieldError{Field: "merchantEvidences", Rule: "is required"})
	}
	return amazonpay.Do[Dispute](ctx, c.caller, amazonpay.Operation{
		Name: "ContestDispute", Method: http.MethodPost, Path: "disputes/{disputeId}/contest", Returns: "disputeId",
		PathValues: map[string]string{"disputeId": disputeID}, IdempotencyKey: true,
	}, in, opts...)
}
