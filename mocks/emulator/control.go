package emulator

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
)

const controlPrefix = "/_emulator/"

// serveControl answers what is not the API: what the buyer does, and what other
// processes need to know.
func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {
	token, isBearer := strings.CutPrefix(r.Header.Get(headerAuthorization), "Bearer ")
	if !isBearer || subtle.ConstantTimeCompare([]byte(token), []byte(s.controlToken)) != 1 {
		refused := refuse(http.StatusUnauthorized, controlUnauthorized, "Send the control token as Authorization: Bearer.")
		writeJSON(w, refused.status, refused.reply().body)
		return
	}
	path, _ := strings.CutPrefix(r.URL.Path, controlPrefix)
	session, isSession := strings.CutPrefix(path, "sessions/")
	id, action, _ := strings.Cut(session, "/")
	charge, isCharge := strings.CutPrefix(path, "charges/")
	charge, isDispute := strings.CutSuffix(charge, "/dispute")
	var refused *refusal
	switch {
	case r.Method == http.MethodGet && path == "description":
		writeJSON(w, http.StatusOK, encode(s.Description()))
		return
	case r.Method == http.MethodGet && path == "requests":
		writeJSON(w, http.StatusOK, encode(s.Requests()))
		return
	case r.Method == http.MethodPost && isSession && action == "approve":
		refused = controlled(s.Buyer().Approve(id))
	case r.Method == http.MethodPost && isSession && action == "signIn":
		refused = controlled(s.Buyer().SignIn(id))
	case r.Method == http.MethodPost && isSession && action == "cancel":
		refused = controlled(s.Buyer().Cancel(id))
	case r.Method == http.MethodPost && isSession && action == "decline":
		refused = controlled(s.Buyer().Decline(id))
	case r.Method == http.MethodPost && isCharge && isDispute:
		var disputeID string
		var err error
		if disputeID, err = s.Buyer().Dispute(charge); err == nil {
			writeJSON(w, http.StatusOK, encode(object{"disputeId": disputeID}))
			return
		}
		refused = controlled(err)
	case r.Method == http.MethodPost && path == "settle":
		s.Settle()
	default:
		refused = refuse(http.StatusNotFound, resourceNotFound, "There is GET description, GET requests, and POST sessions/{id}/ with approve, signIn, cancel or decline, charges/{id}/dispute, and settle.")
	}
	if refused != nil {
		writeJSON(w, refused.status, refused.reply().body)
		return
	}
	writeJSON(w, http.StatusOK, encode(object{}))
}

func controlled(err error) *refusal {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errNoSession), errors.Is(err, errNoCharge):
		return refuse(http.StatusNotFound, resourceNotFound, "%v.", err)
	}
	return refuse(http.StatusConflict, invalidRequest, "%v.", err)
}
