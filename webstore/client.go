package webstore

import (
	"context"
	"io"
	"iter"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/nilcheck"
	"github.com/amazonpay-go/sdk/internal/waiters"
)

//go:generate go tool -modfile=../internal/tools/go.mod mockgen -typed -package mocks -write_package_comment=false -mock_names API=MockWebstore,Caller=MockWebstoreCaller -destination ../mocks/webstore.go . API,Caller

// API is the interface of [Client], for mocks.
type API interface {
	GetBuyer(ctx context.Context, buyerToken string, opts ...amazonpay.CallOption) (*BuyerResponse, error)

	CreateCheckoutSession(ctx context.Context, in *CreateCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error)
	GetCheckoutSession(ctx context.Context, checkoutSessionID string, opts ...amazonpay.CallOption) (*CheckoutSession, error)
	UpdateCheckoutSession(ctx context.Context, checkoutSessionID string, in *UpdateCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error)
	CompleteCheckoutSession(ctx context.Context, checkoutSessionID string, in *CompleteCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error)
	FinalizeCheckoutSession(ctx context.Context, checkoutSessionID string, in *FinalizeCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error)

	GetChargePermission(ctx context.Context, chargePermissionID string, opts ...amazonpay.CallOption) (*ChargePermission, error)
	UpdateChargePermission(ctx context.Context, chargePermissionID string, in *UpdateChargePermissionRequest, opts ...amazonpay.CallOption) (*ChargePermission, error)
	CloseChargePermission(ctx context.Context, chargePermissionID string, in *CloseChargePermissionRequest, opts ...amazonpay.CallOption) (*ChargePermission, error)

	CreateCharge(ctx context.Context, in *CreateChargeRequest, opts ...amazonpay.CallOption) (*Charge, error)
	GetCharge(ctx context.Context, chargeID string, opts ...amazonpay.CallOption) (*Charge, error)
	UpdateCharge(ctx context.Context, chargeID string, in *UpdateChargeRequest, opts ...amazonpay.CallOption) (*Charge, error)
	CaptureCharge(ctx context.Context, chargeID string, in *CaptureChargeRequest, opts ...amazonpay.CallOption) (*Charge, error)
	CancelCharge(ctx context.Context, chargeID string, in *CancelChargeRequest, opts ...amazonpay.CallOption) (*Charge, error)

	CreateRefund(ctx context.Context, in *CreateRefundRequest, opts ...amazonpay.CallOption) (*Refund, error)
	GetRefund(ctx context.Context, refundID string, opts ...amazonpay.CallOption) (*Refund, error)

	GetReports(ctx context.Context, in *GetReportsRequest, opts ...amazonpay.CallOption) (*GetReportsResponse, error)
	Reports(ctx context.Context, in *GetReportsRequest, opts ...amazonpay.CallOption) iter.Seq2[Report, error]
	GetReportByID(ctx context.Context, reportID string, opts ...amazonpay.CallOption) (*Report, error)
	CreateReport(ctx context.Context, in *CreateReportRequest, opts ...amazonpay.CallOption) (*CreateReportResponse, error)
	WaitForReport(ctx context.Context, reportID string, opts ...amazonpay.CallOption) (*Report, error)
	GetReportDocument(ctx context.Context, reportDocumentID string, opts ...amazonpay.CallOption) (*ReportDocument, error)
	DownloadReport(ctx context.Context, reportDocumentID string, w io.Writer, opts ...amazonpay.CallOption) (int64, error)
	GetReportSchedules(ctx context.Context, in *GetReportSchedulesRequest, opts ...amazonpay.CallOption) (*GetReportSchedulesResponse, error)
	GetReportScheduleByID(ctx context.Context, reportScheduleID string, opts ...amazonpay.CallOption) (*ReportSchedule, error)
	CreateReportSchedule(ctx context.Context, in *CreateReportScheduleRequest, opts ...amazonpay.CallOption) (*CreateReportScheduleResponse, error)
	CancelReportSchedule(ctx context.Context, reportScheduleID string, opts ...amazonpay.CallOption) (*CancelReportScheduleResponse, error)
	GetDisbursements(ctx context.Context, in *GetDisbursementsRequest, opts ...amazonpay.CallOption) (*GetDisbursementsResponse, error)
	Disbursements(ctx context.Context, in *GetDisbursementsRequest, opts ...amazonpay.CallOption) iter.Seq2[Disbursement, error]

	CreateDispute(ctx context.Context, in *CreateDisputeRequest, opts ...amazonpay.CallOption) (*Dispute, error)
	GetDispute(ctx context.Context, disputeID string, opts ...amazonpay.CallOption) (*Dispute, error)
	UpdateDispute(ctx context.Context, disputeID string, in *UpdateDisputeRequest, opts ...amazonpay.CallOption) (*Dispute, error)
	ContestDispute(ctx context.Context, disputeID string, in *ContestDisputeRequest, opts ...amazonpay.CallOption) (*Dispute, error)
	UploadFile(ctx context.Context, in *UploadFileRequest, opts ...amazonpay.CallOption) (*File, error)
	UploadEvidence(ctx context.Context, in *UploadEvidenceRequest, opts ...amazonpay.CallOption) (*File, error)

	CheckCredentials(ctx context.Context, opts ...amazonpay.CallOption) error
	CompleteOrFetch(ctx context.Context, checkoutSessionID string, in *CompleteCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error)
	GetCheckoutSessionOfOrder(ctx context.Context, checkoutSessionID, merchantReferenceID string, opts ...amazonpay.CallOption) (*CheckoutSession, error)
	FinalizeOrFetch(ctx context.Context, checkoutSessionID string, in *FinalizeCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error)
	CaptureOrFetch(ctx context.Context, chargeID string, in *CaptureChargeRequest, opts ...amazonpay.CallOption) (*Charge, error)
	CancelOrFetch(ctx context.Context, chargeID string, in *CancelChargeRequest, opts ...amazonpay.CallOption) (*Charge, error)
	CloseOrFetch(ctx context.Context, chargePermissionID string, in *CloseChargePermissionRequest, opts ...amazonpay.CallOption) (*ChargePermission, error)
	WaitForCharge(ctx context.Context, chargeID string, opts ...amazonpay.CallOption) (*Charge, error)
	WaitForRefund(ctx context.Context, refundID string, opts ...amazonpay.CallOption) (*Refund, error)
	WaitForChargePermission(ctx context.Context, chargePermissionID string, opts ...amazonpay.CallOption) (*ChargePermission, error)
	HandleNotification(ctx context.Context, n Notification, handler NotificationHandler, opts ...amazonpay.CallOption) error

	RegisterAmazonPayAccount(ctx context.Context, in *RegisterAmazonPayAccountRequest, opts ...amazonpay.CallOption) (*RegisterAmazonPayAccountResponse, error)
	UpdateAmazonPayAccount(ctx context.Context, merchantAccountID string, in *UpdateAmazonPayAccountRequest, opts ...amazonpay.CallOption) (*UpdateAmazonPayAccountResponse, error)
	DeleteAmazonPayAccount(ctx context.Context, merchantAccountID string, opts ...amazonpay.CallOption) (*DeleteAmazonPayAccountResponse, error)
	CreateMerchantAccount(ctx context.Context, in *CreateMerchantAccountRequest, opts ...amazonpay.CallOption) (*CreateMerchantAccountResponse, error)
	UpdateMerchantAccount(ctx context.Context, merchantAccountID string, in *UpdateMerchantAccountRequest, opts ...amazonpay.CallOption) (*UpdateMerchantAccountResponse, error)
	MerchantAccountClaim(ctx context.Context, merchantAccountID string, in *MerchantAccountClaimRequest, opts ...amazonpay.CallOption) (*MerchantAccountClaimResponse, error)
	CreateStore(ctx context.Context, merchantAccountID string, in *CreateStoreRequest, opts ...amazonpay.CallOption) (*Store, error)
	UpdateStore(ctx context.Context, merchantAccountID, storeID string, in *UpdateStoreRequest, opts ...amazonpay.CallOption) (*Store, error)
}

var _ API = (*Client)(nil)

// Caller is what a [Client] calls through: an [*amazonpay.Client], or a struct that embeds one and
// decorates its methods. Call makes the calls, Fetch downloads reports and uploads evidence.
type Caller interface {
	amazonpay.Caller
	amazonpay.Fetcher
}

// Client makes the calls of an online shop. It is safe for concurrent use.
type Client struct {
	caller  Caller
	waiters *waiters.List
}

// New returns a client that calls through caller. It makes no call. Clients of the same
// [*amazonpay.Client], also of one made by its With, share their waiters: a notification that one
// of them handles wakes [Client.WaitForCharge] and its siblings on all. A struct that embeds an
// *amazonpay.Client shares them too, unless it has a With of its own.
func New(caller Caller) *Client {
	if nilcheck.IsNil(caller) { // its methods may panic; each call reports a nil Caller
		caller = nil
	}
	return &Client{caller: caller, waiters: waitersOf(caller)}
}

// waitersOf returns the waiters that caller shares with others, or a list of its own.
func waitersOf(caller Caller) *waiters.List {
	if c, ok := caller.(interface {
		With(defaults ...amazonpay.CallOption) *amazonpay.Client
	}); ok {
		if shared := waiters.OfClient(c.With()); shared != nil {
			return shared
		}
	}
	return new(waiters.List)
}
