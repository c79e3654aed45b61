package emulator

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
)

// keyRule says what an operation does with an idempotency key.
type keyRule int

const (
	keyIgnored keyRule = iota // GET, DELETE, and PATCH but for updateCharge, updateDispute and updateMerchantAccount
	keyTaken                  // strict requests must have one
	keyNeeded
)

// route is one operation.
type route struct {
	operation string // as the Node SDK names it
	method    string
	path      string // {id} and {sub} stand for ids
	key       keyRule
	simulates bool // takes simulation codes, some at least
	outcomes  bool // the work can fail by itself, and asks call.demanded once all is checked
	members   members
	query     []string // the parameters that it takes
	// takes says that a request is this operation's, and not that of the one before it, which
	// has the same method and path.
	takes func(r *http.Request, body []byte) bool
	work  func(*Server, *call) (int, object, *refusal)
}

// in makes an operation of the world one of the server.
func in(work func(*world, *call) (int, object, *refusal)) func(*Server, *call) (int, object, *refusal) {
	return func(s *Server, c *call) (int, object, *refusal) { return work(s.world, c) }
}

var routes = []route{
	{operation: "getBuyer", method: http.MethodGet, path: "buyers/{id}", work: in((*world).getBuyer)},

	{operation: "createCheckoutSession", method: http.MethodPost, path: "checkoutSessions", key: keyNeeded, members: createSessionMembers, work: in((*world).createSession)},
	{operation: "getCheckoutSession", method: http.MethodGet, path: "checkoutSessions/{id}", work: in((*world).getSession)},
	{operation: "updateCheckoutSession", method: http.MethodPatch, path: "checkoutSessions/{id}", members: updateSessionMembers, work: in((*world).updateSession)},
	{operation: "completeCheckoutSession", method: http.MethodPost, path: "checkoutSessions/{id}/complete", key: keyTaken, simulates: true, outcomes: true, members: completeSessionMembers, work: in((*world).completeSession)},
	{operation: "finalizeCheckoutSession", method: http.MethodPost, path: "checkoutSessions/{id}/finalize", key: keyTaken, simulates: true, outcomes: true, members: finalizeSessionMembers, work: in((*world).finalizeSession)},

	{operation: "getChargePermission", method: http.MethodGet, path: "chargePermissions/{id}", work: in((*world).getPermission)},
	{operation: "updateChargePermission", method: http.MethodPatch, path: "chargePermissions/{id}", members: updatePermissionMembers, work: in((*world).updatePermission)},
	{operation: "closeChargePermission", method: http.MethodDelete, path: "chargePermissions/{id}/close", simulates: true, members: closePermissionMembers, work: in((*world).closePermission)},

	{operation: "createCharge", method: http.MethodPost, path: "charges", key: keyNeeded, simulates: true, outcomes: true, members: createChargeMembers, work: in((*world).createCharge)},
	{operation: "getCharge", method: http.MethodGet, path: "charges/{id}", work: in((*world).getCharge)},
	{operation: "updateCharge", method: http.MethodPatch, path: "charges/{id}", key: keyTaken, members: updateChargeMembers, work: in((*world).updateCharge)},
	{operation: "captureCharge", method: http.MethodPost, path: "charges/{id}/capture", key: keyNeeded, simulates: true, outcomes: true, members: captureChargeMembers, work: in((*world).captureCharge)},
	{operation: "cancelCharge", method: http.MethodDelete, path: "charges/{id}/cancel", simulates: true, members: cancelChargeMembers, work: in((*world).cancelCharge)},

	{operation: "createRefund", method: http.MethodPost, path: "refunds", key: keyNeeded, simulates: true, outcomes: true, members: createRefundMembers, work: in((*world).createRefund)},
	{operation: "getRefund", method: http.MethodGet, path: "refunds/{id}", work: in((*world).getRefund)},

	{operation: "merchantScan", method: http.MethodPost, path: "in-store/merchantScan", key: keyTaken, members: merchantScanMembers, work: in((*world).merchantScan)},
	{operation: "charge", method: http.MethodPost, path: "in-store/charge", key: keyTaken, outcomes: true, members: tillChargeMembers, work: in((*world).tillCharge)},
	{operation: "refund", method: http.MethodPost, path: "in-store/refund", key: keyTaken, outcomes: true, members: tillRefundMembers, work: in((*world).tillRefund)},

	{operation: "deliveryTrackers", method: http.MethodPost, path: "deliveryTrackers", key: keyTaken, members: deliveryTrackerMembers, work: in((*world).deliveryTrackers)},
	{operation: "getAuthorizationToken", method: http.MethodGet, path: "authorizationTokens/{id}", query: []string{"merchantId"}, work: (*Server).authorizationToken},

	{operation: "getReports", method: http.MethodGet, path: "reports", query: []string{"reportTypes", "processingStatuses", "createdSince", "createdUntil", "pageSize", "nextToken"}, work: in((*world).getReports)},
	{operation: "getReportById", method: http.MethodGet, path: "reports/{id}", work: in((*world).getReport)},
	{operation: "createReport", method: http.MethodPost, path: "reports", key: keyTaken, members: createReportMembers, work: in((*world).createReport)},
	{operation: "getReportDocument", method: http.MethodGet, path: "report-documents/{id}", work: (*Server).reportDocument},
	{operation: "getReportSchedules", method: http.MethodGet, path: "report-schedules", query: []string{"reportTypes"}, work: in((*world).getSchedules)},
	{operation: "getReportScheduleById", method: http.MethodGet, path: "report-schedules/{id}", work: in((*world).getSchedule)},
	{operation: "createReportSchedule", method: http.MethodPost, path: "report-schedules", key: keyTaken, members: createScheduleMembers, work: in((*world).createSchedule)},
	{operation: "cancelReportSchedule", method: http.MethodDelete, path: "report-schedules/{id}", work: in((*world).cancelSchedule)},
	{operation: "getDisbursements", method: http.MethodGet, path: "disbursements", query: []string{"startTime", "endTime", "pageSize", "nextToken"}, work: in((*world).getDisbursements)},

	{operation: "createDispute", method: http.MethodPost, path: "disputes", key: keyNeeded, members: createDisputeMembers, work: in((*world).createDispute)},
	{operation: "getDispute", method: http.MethodGet, path: "disputes/{id}", work: in((*world).getDispute)},
	{operation: "updateDispute", method: http.MethodPatch, path: "disputes/{id}", key: keyTaken, members: updateDisputeMembers, work: in((*world).updateDispute)},
	{operation: "contestDispute", method: http.MethodPost, path: "disputes/{id}/contest", key: keyTaken, members: contestDisputeMembers, work: in((*world).contestDispute)},
	{operation: "uploadFile", method: http.MethodPost, path: "files", key: keyNeeded, members: uploadFileMembers, work: (*Server).uploadFile},

	{operation: "registerAmazonPayAccount", method: http.MethodPost, path: "merchantAccounts", key: keyTaken, members: registerAccountMembers, work: in((*world).registerAccount)},
	{operation: "createMerchantAccount", method: http.MethodPost, path: "merchantAccounts", key: keyTaken, members: createAccountMembers, takes: ofMerchantAccount, work: in((*world).createAccount)},
	{operation: "updateAmazonPayAccount", method: http.MethodPatch, path: "merchantAccounts/{id}", members: updateAccountMembers, work: in((*world).updateAccount)},
	{operation: "updateMerchantAccount", method: http.MethodPatch, path: "merchantAccounts/{id}", key: keyTaken, members: updateMerchantAccountMembers, takes: forMerchant, work: in((*world).updateMerchantAccount)},
	{operation: "deleteAmazonPayAccount", method: http.MethodDelete, path: "merchantAccounts/{id}", work: in((*world).deleteAccount)},
	{operation: "merchantAccountClaim", method: http.MethodPost, path: "merchantAccounts/{id}/claim", key: keyTaken, members: claimMembers, work: (*Server).claimAccount},
	{operation: "createStore", method: http.MethodPost, path: "merchantAccounts/{id}/stores", key: keyTaken, members: storeMembers, work: in((*world).createStore)},
	{operation: "updateStore", method: http.MethodPatch, path: "merchantAccounts/{id}/stores/{sub}", members: storeMembers, work: in((*world).updateStore)},
}

// destination is what a request line asks for.
type destination struct {
	*route
	path  string      // escaped, as sent
	query string      // as sent
	env   environment // of the path; "" where it begins with /v2/
	id    string      // decoded
	sub   string      // the second one
}

// choose takes the operation that the whole request is, where two share a method and a path.
func (d *destination) choose(r *http.Request, body []byte) {
	for i := range routes {
		if other := &routes[i]; other.takes != nil && other.method == d.method && other.path == d.route.path && other.takes(r, body) {
			d.route = other
		}
	}
}

// find routes a request by its line alone, before anything cleans it.
func find(r *http.Request) (destination, *refusal) {
	unknown := refuse(http.StatusNotFound, resourceNotFound, "There is no such path.")
	uri := cmp.Or(r.RequestURI, r.URL.RequestURI()) // a request that came over no wire has only a URL
	if _, rest, absolute := strings.Cut(uri, "://"); absolute && !strings.HasPrefix(uri, "/") {
		_, rest, _ = strings.Cut(rest, "/")
		uri = "/" + rest
	}
	var d destination
	d.path, d.query, _ = strings.Cut(uri, "?")
	rest, ok := strings.CutPrefix(d.path, "/")
	for _, env := range []environment{live, sandbox} {
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
		return d, badRequest(invalidAPIVersion, "This service is of version 2.")
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
		if routes[i].method == r.Method {
			d.route, d.id, d.sub = &routes[i], ids[0], ids[1]
			return d, nil
		}
	}
	if known {
		return d, refuse(http.StatusMethodNotAllowed, unsupportedOperation, "This path does not take the method %s.", r.Method)
	}
	return d, unknown
}

func (rt *route) match(segments []string) (ids [2]string, fits bool) {
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
