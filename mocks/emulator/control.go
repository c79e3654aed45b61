package emulator

import (
	"cmp"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	controlPrefix = "/_emulator/"
	windowPrefix  = controlPrefix
)

// order is the body of a control request: what its action needs.
type order struct {
	ReasonCode  string  `json:"reasonCode"`
	Card        string  `json:"card"`
	Address     Address `json:"address"`
	Advance     string  `json:"advance"` // a duration as time.ParseDuration reads it
	Count       int     `json:"count"`   // of a fault
	Probability float64 `json:"probability"`
	Fault       Fault   `json:"fault"`
	URL         string  `json:"url"` // of an endpoint for notifications
}

// controlRoutes are what other processes and the window can do, below /_emulator/.
func (s *Server) controlRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	read := func(pattern string, what func() any) {
		mux.HandleFunc("GET "+controlPrefix+pattern, func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, http.StatusOK, encode(what()))
		})
	}
	do := func(pattern string, what func(id string, o order) error) {
		mux.HandleFunc("POST "+controlPrefix+pattern, func(w http.ResponseWriter, r *http.Request) {
			o, err := readOrder(w, r)
			if err != nil {
				writeJSON(w, http.StatusBadRequest, badRequest(invalidRequestFormat, "%v.", err).reply().Body)
				return
			}
			if err := what(r.PathValue("id"), o); err != nil {
				refuseOrder(w, err)
				return
			}
			writeJSON(w, http.StatusOK, encode(object{}))
		})
	}
	read("description", func() any { return s.Description() })
	read("requests", func() any { return s.Requests() })
	read("state", func() any { return s.view() })
	read("notifications", func() any { return s.Notifications() })
	b := s.Buyer()
	do("sessions/{id}/signIn", func(id string, _ order) error { return b.SignIn(id) })
	do("sessions/{id}/approve", func(id string, _ order) error { return b.Approve(id) })
	do("sessions/{id}/abandon", func(id string, _ order) error { return b.Abandon(id) })
	do("sessions/{id}/decline", func(id string, _ order) error { return b.Decline(id) })
	do("sessions/{id}/changeAddress", func(id string, o order) error { return b.ChangeAddress(id, o.Address) })
	do("sessions/{id}/changeCard", func(id string, o order) error { return b.ChangeCard(id, o.Card) })
	do("sessions/{id}/cancel", func(id string, _ order) error { return s.CancelSession(id) })
	do("sessions/{id}/expire", func(id string, _ order) error { return s.Expire(id) })
	do("permissions/{id}/changePaymentMethod", func(id string, o order) error { return b.ChangePaymentMethod(id, o.Card) })
	do("permissions/{id}/close", func(id string, o order) error { return s.ClosePermission(id, o.ReasonCode) })
	do("permissions/{id}/suspend", func(id string, o order) error { return s.SuspendPermission(id, o.ReasonCode) })
	do("permissions/{id}/expire", func(id string, _ order) error { return s.Expire(id) })
	do("charges/{id}/resolve", func(id string, _ order) error { return s.ResolvePending(id) })
	do("charges/{id}/decline", func(id string, o order) error { return s.DeclinePending(id, o.ReasonCode) })
	do("charges/{id}/cancel", func(id string, o order) error { return s.CancelCharge(id, o.ReasonCode) })
	do("charges/{id}/expire", func(id string, _ order) error { return s.Expire(id) })
	do("refunds/{id}/resolve", func(id string, _ order) error { return s.ResolvePending(id) })
	do("refunds/{id}/decline", func(id string, o order) error { return s.DeclinePending(id, o.ReasonCode) })
	do("settle", func(string, order) error { s.Settle(); return nil })
	do("reset", func(string, order) error { s.Reset(); return nil })
	do("faults/clear", func(string, order) error { s.ClearFaults(); return nil })
	do("faults", func(_ string, o order) error {
		if o.Probability != 0 {
			return s.FailSome(o.Probability, o.Fault)
		}
		return s.FailNext(cmp.Or(o.Count, 1), o.Fault)
	})
	do("notifications", func(_ string, o order) error { return s.NotifyAt(o.URL) })
	do("notifications/stop", func(_ string, o order) error { s.StopNotifying(o.URL); return nil })
	do("clock", func(_ string, o order) error {
		by, err := time.ParseDuration(o.Advance)
		if err != nil {
			return errors.New("emulator: advance is not a duration such as 36h or 90s")
		}
		return s.Advance(by)
	})
	mux.HandleFunc("POST "+controlPrefix+"charges/{id}/dispute", func(w http.ResponseWriter, r *http.Request) {
		disputeID, err := b.Dispute(r.PathValue("id"))
		if err != nil {
			refuseOrder(w, err)
			return
		}
		writeJSON(w, http.StatusOK, encode(object{"disputeId": disputeID}))
	})
	mux.HandleFunc("GET "+controlPrefix+"events", s.serveEvents)
	mux.HandleFunc("GET "+windowPrefix+"{$}", s.serveWindow)
	for name, kind := range map[string]string{"window.js": "text/javascript; charset=utf-8", "window.css": "text/css; charset=utf-8"} {
		mux.HandleFunc("GET "+windowPrefix+name, func(w http.ResponseWriter, _ *http.Request) { serveFile(w, name, kind) })
	}
	mux.HandleFunc(controlPrefix, func(w http.ResponseWriter, _ *http.Request) {
		refused := refuse(http.StatusNotFound, resourceNotFound, "There is nothing here: see the documentation of the package emulator.")
		writeJSON(w, refused.status, refused.reply().Body)
	})
	return mux
}

// serveControl lets those through who have the control token.
func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {
	if token := r.URL.Query().Get("token"); r.Method == http.MethodGet && r.URL.Path == windowPrefix && s.isToken(token) {
		http.SetCookie(w, &http.Cookie{
			Name: cookieName(r), Value: token, Path: controlPrefix, HttpOnly: true, Secure: true, SameSite: http.SameSiteStrictMode,
		})
		http.Redirect(w, r, windowPrefix, http.StatusSeeOther) // so that the token stands in no address bar
		return
	}
	bearer, isBearer := strings.CutPrefix(r.Header.Get(headerAuthorization), "Bearer ")
	cookie, err := r.Cookie(cookieName(r))
	fromWindow := err == nil && s.isToken(cookie.Value) && http.NewCrossOriginProtection().Check(r) == nil
	if byBearer := isBearer && s.isToken(bearer); !fromWindow && !byBearer {
		refused := refuse(http.StatusUnauthorized, controlUnauthorized, "Send the control token as Authorization: Bearer, or open the window's URL, which has it.")
		writeJSON(w, refused.status, refused.reply().Body)
		return
	}
	s.control.ServeHTTP(w, r)
}

func (s *Server) isToken(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.controlToken)) == 1
}

// cookieName has the port, since cookies have none: several emulators share a host.
func cookieName(r *http.Request) string {
	_, port, _ := net.SplitHostPort(r.Host)
	return "amazonpay-emulator-" + port
}

func readOrder(w http.ResponseWriter, r *http.Request) (order, error) {
	var o order
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&o); err != nil && !errors.Is(err, io.EOF) { // no body is as good as an empty one
		return o, errors.New("emulator: the body cannot be read: " + err.Error())
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return o, errors.New("emulator: the body has something behind the JSON object")
	}
	return o, nil
}

func refuseOrder(w http.ResponseWriter, err error) {
	status, reason := http.StatusConflict, invalidRequest
	if errors.Is(err, errNotFound) {
		status, reason = http.StatusNotFound, resourceNotFound
	}
	refused := refuse(status, reason, "%v.", err)
	writeJSON(w, refused.status, refused.reply().Body)
}

// Reset forgets all objects, idempotency keys, faults, requests and notifications. The keys, the tokens, the clock and
// the URLs of [Server.NotifyAt] stay as they are.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	endpoints := s.world.endpoints
	s.world = newWorld()
	s.world.endpoints = endpoints
	clear(s.stored)
	clear(s.ignore)
	clear(s.buckets)
	s.faults, s.faultCount, s.log, s.buttons = nil, 0, nil, nil
	s.changed()
}

// operations are the names of all operations.
func operations() []string {
	var names []string
	for _, rt := range routes {
		names = append(names, rt.operation)
	}
	slices.Sort(names)
	return names
}
