package wire

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// keyRule is how an operation treats an idempotency key.
type keyRule int

const (
	keyIgnored keyRule = iota // GET, DELETE, and most of PATCH
	keyTaken                  // strict requests must have one
	keyNeeded
)

// Route is one operation of the API.
type Route struct {
	Operation string // the client's name for it
	Method    string
	path      string // {id} and {sub} stand for ids
	key       keyRule
	simulates bool // takes simulation codes, some at least
	outcomes  bool // the work can fail by itself, and asks call.demanded once all is checked
	members   Members
	query     []string // the parameters that it takes
	// takes reports that a request is for this operation, and not for the one before it, which
	// has the same method and path.
	takes func(r *http.Request, body []byte) bool
	work  func(*ledger.Ledger, *ledger.Call) (ledger.Code, ledger.Object, *ledger.Refusal)
}

var routes = []Route{
	{Operation: "GetBuyer", Method: http.MethodGet, path: "buyers/{id}", work: (*ledger.Ledger).GetBuyer},

	{Operation: "CreateCheckoutSession", Method: http.MethodPost, path: "checkoutSessions", key: keyNeeded, members: CreateSessionMembers, work: (*ledger.Ledger).CreateSession},
	{Operation: "GetCheckoutSession", Method: http.MethodGet, path: "checkoutSessions/{id}", work: (*ledger.Ledger).GetSession},
	{Operation: "UpdateCheckoutSession", Method: http.MethodPatch, path: "checkoutSessions/{id}", members: updateSessionMembers, work: (*ledger.Ledger).UpdateSession},
	{Operation: "CompleteCheckoutSession", Method: http.MethodPost, path: "checkoutSessions/{id}/complete", key: keyTaken, simulates: true, outcomes: true, members: completeSessionMembers, work: (*ledger.Ledger).CompleteSession},
	{Operation: "FinalizeCheckoutSession", Method: http.MethodPost, path: "checkoutSessions/{id}/finalize", key: keyTaken, simulates: true, outcomes: true, members: finalizeSessionMembers, work: (*ledger.Ledger).FinalizeSession},

	{Operation: "GetChargePermission", Method: http.MethodGet, path: "chargePermissions/{id}", work: (*ledger.Ledger).GetPermission},
	{Operation: "UpdateChargePermission", Method: http.MethodPatch, path: "chargePermissions/{id}", members: updatePermissionMembers, work: (*ledger.Ledger).UpdatePermission},
	{Operation: "CloseChargePermission", Method: http.MethodDelete, path: "chargePermissions/{id}/close", simulates: true, members: closePermissionMembers, work: (*ledger.Ledger).ClosePermission},

	{Operation: "CreateCharge", Method: http.MethodPost, path: "charges", key: keyNeeded, simulates: true, outcomes: true, members: createChargeMembers, work: (*ledger.Ledger).CreateCharge},
	{Operation: "GetCharge", Method: http.MethodGet, path: "charges/{id}", work: (*ledger.Ledger).GetCharge},
	{Operation: "UpdateCharge", Method: http.MethodPatch, path: "charges/{id}", key: keyTaken, members: updateChargeMembers, work: (*ledger.Ledger).UpdateCharge},
	{Operation: "CaptureCharge", Method: http.MethodPost, path: "charges/{id}/capture", key: keyNeeded, simulates: true, outcomes: true, members: captureChargeMembers, work: (*ledger.Ledger).CaptureCharge},
	{Operation: "CancelCharge", Method: http.MethodDelete, path: "charges/{id}/cancel", simulates: true, members: cancelChargeMembers, work: (*ledger.Ledger).CancelCharge},

	{Operation: "CreateRefund", Method: http.MethodPost, path: "refunds", key: keyNeeded, simulates: true, outcomes: true, members: createRefundMembers, work: (*ledger.Ledger).CreateRefund},
	{Operation: "GetRefund", Method: http.MethodGet, path: "refunds/{id}", work: (*ledger.Ledger).GetRefund},

	{Operation: "MerchantScan", Method: http.MethodPost, path: "in-store/merchantScan", key: keyTaken, members: merchantScanMembers, work: (*ledger.Ledger).MerchantScan},
	{Operation: "InStoreCharge", Method: http.MethodPost, path: "in-store/charge", key: keyTaken, outcomes: true, members: tillChargeMembers, work: (*ledger.Ledger).TillCharge},
	{Operation: "InStoreRefund", Method: http.MethodPost, path: "in-store/refund", key: keyTaken, outcomes: true, members: tillRefundMembers, work: (*ledger.Ledger).TillRefund},

	{Operation: "DeliveryTrackers", Method: http.MethodPost, path: "deliveryTrackers", key: keyTaken, members: deliveryTrackerMembers, work: (*ledger.Ledger).DeliveryTrackers},
	{Operation: "GetAuthorizationToken", Method: http.MethodGet, path: "authorizationTokens/{id}", query: []string{"merchantId"}, work: (*ledger.Ledger).AuthorizationToken},

	{Operation: "GetReports", Method: http.MethodGet, path: "reports", query: []string{"reportTypes", "processingStatuses", "createdSince", "createdUntil", "pageSize", "nextToken"}, work: (*ledger.Ledger).GetReports},
	{Operation: "GetReportByID", Method: http.MethodGet, path: "reports/{id}", work: (*ledger.Ledger).GetReport},
	{Operation: "CreateReport", Method: http.MethodPost, path: "reports", key: keyTaken, members: createReportMembers, work: (*ledger.Ledger).CreateReport},
	{Operation: "GetReportDocument", Method: http.MethodGet, path: "report-documents/{id}", work: (*ledger.Ledger).ReportDocument},
	{Operation: "GetReportSchedules", Method: http.MethodGet, path: "report-schedules", query: []string{"reportTypes"}, work: (*ledger.Ledger).GetSchedules},
	{Operation: "GetReportScheduleByID", Method: http.MethodGet, path: "report-schedules/{id}", work: (*ledger.Ledger).GetSchedule},
	{Operation: "CreateReportSchedule", Method: http.MethodPost, path: "report-schedules", key: keyTaken, members: createScheduleMembers, work: (*ledger.Ledger).CreateSchedule},
	{Operation: "CancelReportSchedule", Method: http.MethodDelete, path: "report-schedules/{id}", work: (*ledger.Ledger).CancelSchedule},
	{Operation: "GetDisbursements", Method: http.MethodGet, path: "disbursements", query: []string{"startTime", "endTime", "pageSize", "nextToken"}, work: (*ledger.Ledger).GetDisbursements},

	{Operation: "CreateDispute", Method: http.MethodPost, path: "disputes", key: keyNeeded, members: createDisputeMembers, work: (*ledger.Ledger).CreateDispute},
	{Operation: "GetDispute", Method: http.MethodGet, path: "disputes/{id}", work: (*ledger.Ledger).GetDispute},
	{Operation: "UpdateDispute", Method: http.MethodPatch, path: "disputes/{id}", key: keyTaken, members: updateDisputeMembers, work: (*ledger.Ledger).UpdateDispute},
	{Operation: "ContestDispute", Method: http.MethodPost, path: "disputes/{id}/contest", key: keyTaken, members: contestDisputeMembers, work: (*ledger.Ledger).ContestDispute},
	{Operation: "UploadFile", Method: http.MethodPost, path: "files", key: keyNeeded, members: uploadFileMembers, work: (*ledger.Ledger).UploadFile},

	{Operation: "RegisterAmazonPayAccount", Method: http.MethodPost, path: "merchantAccounts", key: keyTaken, members: registerAccountMembers, work: (*ledger.Ledger).RegisterAccount},
	{Operation: "CreateMerchantAccount", Method: http.MethodPost, path: "merchantAccounts", key: keyTaken, members: createAccountMembers, takes: ofMerchantAccount, work: (*ledger.Ledger).CreateAccount},
	{Operation: "UpdateAmazonPayAccount", Method: http.MethodPatch, path: "merchantAccounts/{id}", members: updateAccountMembers, work: (*ledger.Ledger).UpdateAccount},
	{Operation: "UpdateMerchantAccount", Method: http.MethodPatch, path: "merchantAccounts/{id}", key: keyTaken, members: updateMerchantAccountMembers, takes: forMerchant, work: (*ledger.Ledger).UpdateMerchantAccount},
	{Operation: "DeleteAmazonPayAccount", Method: http.MethodDelete, path: "merchantAccounts/{id}", work: (*ledger.Ledger).DeleteAccount},
	{Operation: "MerchantAccountClaim", Method: http.MethodPost, path: "merchantAccounts/{id}/claim", key: keyTaken, members: claimMembers, work: (*ledger.Ledger).ClaimAccount},
	{Operation: "CreateStore", Method: http.MethodPost, path: "merchantAccounts/{id}/stores", key: keyTaken, members: storeMembers, work: (*ledger.Ledger).CreateStore},
	{Operation: "UpdateStore", Method: http.MethodPatch, path: "merchantAccounts/{id}/stores/{sub}", members: storeMembers, work: (*ledger.Ledger).UpdateStore},
}

// Destination is the target of a request line.
type Destination struct {
	*Route
	path  string             // escaped, as sent
	query string             // as sent
	env   ledger.Environment // of the path; "" if it begins with /v2/
	id    string             // decoded
	sub   string             // the second one
}

// Choose picks the operation from the whole request if two share a method and a path.
func (d *Destination) Choose(r *http.Request, body []byte) {
	for i := range routes {
		if other := &routes[i]; other.takes != nil && other.Method == d.Method && other.path == d.Route.path && other.takes(r, body) {
			d.Route = other
		}
	}
}

// Find routes a request by its line alone, before anything cleans it.
func Find(r *http.Request) (Destination, *ledger.Refusal) {
	unknown := ledger.Refuse(http.StatusNotFound, ledger.ResourceNotFound, "Unknown path.")
	uri := cmp.Or(r.RequestURI, r.URL.RequestURI()) // a request that came over no wire has only a URL
	if _, rest, absolute := strings.Cut(uri, "://"); absolute && !strings.HasPrefix(uri, "/") {
		_, rest, _ = strings.Cut(rest, "/")
		uri = "/" + rest
	}
	var d Destination
	d.path, d.query, _ = strings.Cut(uri, "?")
	rest, ok := strings.CutPrefix(d.path, "/")
	for _, env := range []ledger.Environment{ledger.Live, ledger.Sandbox} {
		if below, has := strings.CutPrefix(rest, string(env)+"/"); has {
			d.env, rest = env, below
			break
		}
	}
	version, rest, _ := strings.Cut(rest, "/")
	switch {
	case !ok:
		return d, unknown
	case version == "v1" || version == "v3":
		return d, ledger.BadRequest(ledger.InvalidAPIVersion, "This is version 2 of the API.")
	case version != "v2":
		return d, unknown
	}
	segments := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	known := false
	for i := range routes {
		ids, fits := routes[i].match(segments)
		if !fits {
			continue
		}
		known = true
		if routes[i].Method == r.Method {
			d.Route, d.id, d.sub = &routes[i], ids[0], ids[1]
			return d, nil
		}
	}
	if known {
		return d, ledger.Refuse(http.StatusMethodNotAllowed, ledger.UnsupportedOperation, "The method %s is not allowed for this path.", r.Method)
	}
	return d, unknown
}

func (rt *Route) match(segments []string) (ids [2]string, fits bool) {
	i := 0
	for want := range strings.SplitSeq(rt.path, "/") {
		switch {
		case i == len(segments):
			return ids, false
		case want == "{id}", want == "{sub}":
			decoded, err := url.PathUnescape(segments[i])
			if err != nil || decoded == "" {
				return ids, false
			}
			if want == "{id}" {
				ids[0] = decoded
			} else {
				ids[1] = decoded
			}
		case want != segments[i]:
			return ids, false
		}
		i++
	}
	return ids, i == len(segments)
}

// Operations are the names of all operations.
func Operations() []string {
	var names []string
	for _, rt := range routes {
		names = append(names, rt.Operation)
	}
	slices.Sort(names)
	return names
}

// CheckOperation returns an error for a name that is not an operation's. It lists the nearest
// names.
func CheckOperation(name string) error {
	names := Operations()
	if slices.Contains(names, name) {
		return nil
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(distance(a, name), distance(b, name)) })
	return fmt.Errorf("emulator: unknown operation %q: the nearest are %s", name, strings.Join(names[:3], ", "))
}

// distance is how many letters must be added, removed or replaced to turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := before
			if a[i] != b[j] {
				replaced++
			}
			before = row[j+1]
			row[j+1] = min(replaced, row[j]+1, before+1)
		}
	}
	return row[len(b)]
}
