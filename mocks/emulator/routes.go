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
	keyIgnored keyRule = iota // GET, DELETE and PATCH but for updateCharge
	keyTaken                  // strict requests must have one
	keyNeeded
)

// route is one operation.
type route struct {
	operation string // as the Node SDK names it
	method    string
	path      string // {id} stands for the one id
	key       keyRule
	simulates bool // takes simulation codes, some at least
	outcomes  bool // the work can fail by itself, and asks call.demanded once all is checked
	members   members
	work      func(*Server, *call) (int, object, *refusal)
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
	{operation: "captureCharge", method: http.MethodPost, path: "charges/{id}/capture", key: keyNeeded, outcomes: true, members: captureChargeMembers, work: in((*world).captureCharge)},
	{operation: "cancelCharge", method: http.MethodDelete, path: "charges/{id}/cancel", members: cancelChargeMembers, work: in((*world).cancelCharge)},

	{operation: "createRefund", method: http.MethodPost, path: "refunds", key: keyNeeded, outcomes: true, members: createRefundMembers, work: in((*world).createRefund)},
	{operation: "getRefund", method: http.MethodGet, path: "refunds/{id}", work: in((*world).getRefund)},

	{operation: "merchantScan", method: http.MethodPost, path: "in-store/merchantScan", key: keyTaken, members: merchantScanMembers, work: in((*world).merchantScan)},
	{operation: "charge", method: http.MethodPost, path: "in-store/charge", key: keyTaken, outcomes: true, members: tillChargeMembers, work: in((*world).tillCharge)},
	{operation: "refund", method: http.MethodPost, path: "in-store/refund", key: keyTaken, outcomes: true, members: tillRefundMembers, work: in((*world).tillRefund)},

	{operation: "deliveryTrackers", method: http.MethodPost, path: "deliveryTrackers", key: keyTaken, members: deliveryTrackerMembers, work: in((*world).deliveryTrackers)},
	{operation: "getAuthorizationToken", method: http.MethodGet, path: "authorizationTokens/{id}", work: (*Server).authorizationToken},
}

// destination is what a request line asks for.
type destination struct {
	*route
	path  string      // escaped, as sent
	query string      // as sent
	env   environment // of the path; "" where it begins with /v2/
	id    string      // decoded
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
	rest, isV2 := strings.CutPrefix(rest, "v2/")
	if !ok || !isV2 {
		return d, unknown
	}
	segments := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	known := false
	for i := range routes {
		id, fits := routes[i].match(segments)
		if !fits {
			continue
		}
		known = true
		if routes[i].method == r.Method {
			d.route, d.id = &routes[i], id
			return d, nil
		}
	}
	if known {
		return d, refuse(http.StatusMethodNotAllowed, unsupportedOperation, "This path does not take the method %s.", r.Method)
	}
	return d, unknown
}

func (rt *route) match(segments []string) (id string, fits bool) {
	i := 0
	for want := range strings.SplitSeq(rt.path, "/") {
		switch {
		case i == len(segments):
			return "", false
		case want == "{id}":
			decoded, err := url.PathUnescape(segments[i])
			if err != nil || decoded == "" {
				return "", false
			}
			id = decoded
		case want != segments[i]:
			return "", false
		}
		i++
	}
	return id, i == len(segments)
}
