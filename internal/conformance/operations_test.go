package conformance_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// described is one of the 43 operations, as the SDK has it.
type described struct {
	name   string // in the description
	method string
	path   string
	body   string // its name in testdata/requests.json; none: the operation has no body
	key    string // required, accepted or none
	call   call
}

const (
	required = "required"
	accepted = "accepted"
	none     = "none"
)

// all are the 43 operations.
var all = []described{
	{"getBuyer", http.MethodGet, "/buyers/{buyerToken}", "", none, get(shop.GetBuyer)},
	{"createCheckoutSession", http.MethodPost, "/checkoutSessions", "CreateCheckoutSession", required, post(shop.CreateCheckoutSession)},
	{"getCheckoutSession", http.MethodGet, "/checkoutSessions/{checkoutSessionId}", "", none, get(shop.GetCheckoutSession)},
	{"updateCheckoutSession", http.MethodPatch, "/checkoutSessions/{checkoutSessionId}", "UpdateCheckoutSession", none, send(shop.UpdateCheckoutSession)},
	{"completeCheckoutSession", http.MethodPost, "/checkoutSessions/{checkoutSessionId}/complete", "CompleteCheckoutSession", accepted, send(shop.CompleteCheckoutSession)},
	{"finalizeCheckoutSession", http.MethodPost, "/checkoutSessions/{checkoutSessionId}/finalize", "FinalizeCheckoutSession", accepted, send(shop.FinalizeCheckoutSession)},
	{"getChargePermission", http.MethodGet, "/chargePermissions/{chargePermissionId}", "", none, get(shop.GetChargePermission)},
	{"updateChargePermission", http.MethodPatch, "/chargePermissions/{chargePermissionId}", "UpdateChargePermission", none, send(shop.UpdateChargePermission)},
	{"closeChargePermission", http.MethodDelete, "/chargePermissions/{chargePermissionId}/close", "CloseChargePermission", none, send(shop.CloseChargePermission)},
	{"createCharge", http.MethodPost, "/charges", "CreateCharge", required, post(shop.CreateCharge)},
	{"getCharge", http.MethodGet, "/charges/{chargeId}", "", none, get(shop.GetCharge)},
	{"updateCharge", http.MethodPatch, "/charges/{chargeId}", "UpdateCharge", accepted, send(shop.UpdateCharge)},
	{"captureCharge", http.MethodPost, "/charges/{chargeId}/capture", "CaptureCharge", required, send(shop.CaptureCharge)},
	{"cancelCharge", http.MethodDelete, "/charges/{chargeId}/cancel", "CancelCharge", none, send(shop.CancelCharge)},
	{"createRefund", http.MethodPost, "/refunds", "CreateRefund", required, post(shop.CreateRefund)},
	{"getRefund", http.MethodGet, "/refunds/{refundId}", "", none, get(shop.GetRefund)},

	{"getReports", http.MethodGet, "/reports", "", none, func(ctx context.Context, s shop, _ []byte) error {
		_, err := s.GetReports(ctx, &webstore.GetReportsRequest{
			ReportTypes:        []webstore.ReportType{webstore.ReportTypeSandboxSettlement, webstore.ReportTypeRefund},
			ProcessingStatuses: []webstore.ReportStatus{webstore.ReportStatusCompleted, webstore.ReportStatusFailed},
			CreatedSince:       amazonpay.Time{Time: time.Now().Add(-time.Hour)}, CreatedUntil: amazonpay.Time{Time: time.Now()}, PageSize: 100,
		})
		return err
	}},
	{"getReportById", http.MethodGet, "/reports/{reportId}", "", none, get(shop.GetReportByID)},
	{"createReport", http.MethodPost, "/reports", "CreateReport", accepted, post(shop.CreateReport)},
	{"getReportDocument", http.MethodGet, "/report-documents/{reportDocumentId}", "", none, get(shop.GetReportDocument)},
	{"getReportSchedules", http.MethodGet, "/report-schedules", "", none, func(ctx context.Context, s shop, _ []byte) error {
		_, err := s.GetReportSchedules(ctx, &webstore.GetReportSchedulesRequest{ReportTypes: []webstore.ReportType{webstore.ReportTypeRefund}})
		return err
	}},
	{"getReportScheduleById", http.MethodGet, "/report-schedules/{reportScheduleId}", "", none, get(shop.GetReportScheduleByID)},
	{"createReportSchedule", http.MethodPost, "/report-schedules", "CreateReportSchedule", accepted, post(shop.CreateReportSchedule)},
	{"cancelReportSchedule", http.MethodDelete, "/report-schedules/{reportScheduleId}", "", none, get(shop.CancelReportSchedule)},
	{"getDisbursements", http.MethodGet, "/disbursements", "", none, func(ctx context.Context, s shop, _ []byte) error {
		_, err := s.GetDisbursements(ctx, &webstore.GetDisbursementsRequest{
			StartTime: amazonpay.Time{Time: time.Now().Add(-time.Hour)}, EndTime: amazonpay.Time{Time: time.Now()}, PageSize: 1,
		})
		return err
	}},

	{"registerAmazonPayAccount", http.MethodPost, "/merchantAccounts", "RegisterAmazonPayAccount", accepted, post(shop.RegisterAmazonPayAccount)},
	{"createMerchantAccount", http.MethodPost, "/merchantAccounts", "CreateMerchantAccount", accepted, post(shop.CreateMerchantAccount)},
	{"updateAmazonPayAccount", http.MethodPatch, "/merchantAccounts/{merchantAccountId}", "UpdateAmazonPayAccount", none, send(shop.UpdateAmazonPayAccount)},
	{"updateMerchantAccount", http.MethodPatch, "/merchantAccounts/{merchantAccountId}", "UpdateMerchantAccount", accepted, send(shop.UpdateMerchantAccount)},
	{"deleteAmazonPayAccount", http.MethodDelete, "/merchantAccounts/{merchantAccountId}", "", none, get(shop.DeleteAmazonPayAccount)},
	{"merchantAccountClaim", http.MethodPost, "/merchantAccounts/{merchantAccountId}/claim", "MerchantAccountClaim", accepted, send(shop.MerchantAccountClaim)},
	{"createStore", http.MethodPost, "/merchantAccounts/{merchantAccountId}/stores", "CreateStore", accepted, send(shop.CreateStore)},
	{"updateStore", http.MethodPatch, "/merchantAccounts/{merchantAccountId}/stores/{storeId}", "UpdateStore", none, func(ctx context.Context, s shop, body []byte) error {
		return send(func(s shop, ctx context.Context, id string, in *webstore.UpdateStoreRequest, opts ...amazonpay.CallOption) (*webstore.Store, error) {
			return s.UpdateStore(ctx, id, "store-1", in, opts...)
		})(ctx, s, body)
	}},

	{"createDispute", http.MethodPost, "/disputes", "CreateDispute", required, post(shop.CreateDispute)},
	{"getDispute", http.MethodGet, "/disputes/{disputeId}", "", none, get(shop.GetDispute)},
	{"updateDispute", http.MethodPatch, "/disputes/{disputeId}", "UpdateDispute", accepted, send(shop.UpdateDispute)},
	{"contestDispute", http.MethodPost, "/disputes/{disputeId}/contest", "ContestDispute", accepted, send(shop.ContestDispute)},
	{"uploadFile", http.MethodPost, "/files", "UploadFile", required, post(shop.UploadFile)},

	{"merchantScan", http.MethodPost, "/in-store/merchantScan", "MerchantScan", accepted, post(shop.merchantScan)},
	{"charge", http.MethodPost, "/in-store/charge", "Charge", accepted, post(shop.charge)},
	{"refund", http.MethodPost, "/in-store/refund", "Refund", accepted, post(shop.refund)},
	{"deliveryTrackers", http.MethodPost, "/deliveryTrackers", "DeliveryTrackers", accepted, post(shop.deliveryTrackers)},
	{"getAuthorizationToken", http.MethodGet, "/authorizationTokens/{mwsAuthToken}", "", none, func(ctx context.Context, s shop, _ []byte) error {
		_, err := s.token.GetAuthorizationToken(ctx, "amzn.mws.1", "A1MERCHANT")
		return err
	}},
}

// answering is a network that knows one answer.
type answering struct{ status int }

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	body := `{"authorizationToken":"t","checkoutSessionId":"s","chargePermissionId":"p","chargeId":"c","refundId":"r","buyerId":"b","reportId":"1",` +
		`"url":"https://x.example/","reportScheduleId":"2","disputeId":"d"}`
	return &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status, Header: http.Header{"Content-Type": {"application/json"}, "X-Amz-Pay-Request-Id": {"request-1"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}, nil
}

func requests(t *testing.T) map[string]json.RawMessage {
	t.Helper()
	text, err := os.ReadFile("testdata/requests.json")
	require.NoError(t, err)
	var bodies map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(text, &bodies))
	return bodies
}

// TestOperations compares the SDK's 43 operations with the description: method, path, body and
// idempotency rule; each is called through its typed method with every member set, and what goes
// out must be valid.
func TestOperations(t *testing.T) {
	t.Parallel()
	c := theContract(t)
	d := emulator.Start(t).Description()
	bodies := requests(t)
	missing := map[string]string{} // operation → its method, path and rule in the description
	pairs := 0
	for path, item := range c.model.Paths.PathItems.FromOldest() {
		for method, operation := range item.GetOperations().FromOldest() {
			pairs++
			var rules map[string]map[string]string
			node, ok := operation.Extensions.Get("x-operations")
			require.True(t, ok, "%s %s", method, path)
			require.NoError(t, node.Decode(&rules))
			for name, rule := range rules {
				missing[name] = strings.ToUpper(method) + " " + path + " " + rule["x-idempotency"]
			}
		}
	}
	assert.Equal(t, 41, pairs)
	assert.Len(t, missing, 43)
	assert.Len(t, all, 43)
	for _, o := range all {
		assert.Equal(t, o.method+" "+o.path+" "+o.key, missing[o.name], o.name)
		network := &checked{t: t, contract: c, base: anyAnswer{}}
		s := newShop(t, d, d.Merchants[0].KeyIDs.Sandbox, network)
		body := bodies[o.body]
		require.Equal(t, o.body != "", body != nil, o.name)
		if err := o.call(t.Context(), s, body); !assert.NoError(t, err, o.name) {
			continue
		}
		require.NotNil(t, network.seen, o.name)
		path, _ := c.find(network.seen)
		assert.Equal(t, o.path, path, o.name)
		assert.Equal(t, o.method, network.seen.Method, o.name)
		assert.Equal(t, o.key != none, network.seen.Header.Get("X-Amz-Pay-Idempotency-Key") != "", o.name)
		if body == nil {
			assert.Empty(t, network.body, o.name)
		} else {
			assert.JSONEq(t, string(body), string(network.body), o.name)
		}
	}
}

// anyAnswer answers each request with a success that all operations understand.
type anyAnswer struct{}

func (anyAnswer) RoundTrip(r *http.Request) (*http.Response, error) {
	c, err := readContract()
	if err != nil {
		return nil, err
	}
	_, operation := c.find(r)
	status := http.StatusOK
	if operation != nil {
		if _, ok := operation.Responses.Codes.Get("200"); !ok {
			status = http.StatusCreated
		}
	}
	return answering{status}.RoundTrip(r)
}
