package site

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

// serveControl serves requests that have the control token.
func (p *Site) serveControl(w http.ResponseWriter, r *http.Request) {
	if token := r.URL.Query().Get("token"); r.Method == http.MethodGet && r.URL.Path == WindowPrefix && p.isToken(token) {
		http.SetCookie(w, &http.Cookie{ //nolint:gosec // plain HTTP is served on loopback alone, where no browser keeps Secure cookies
			Name: cookieName(r), Value: token, Path: controlPrefix, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
		})
		http.Redirect(w, r, WindowPrefix, http.StatusSeeOther) // keeps the token out of the address bar
		return
	}
	bearer, isBearer := strings.CutPrefix(r.Header.Get(wire.HeaderAuthorization), "Bearer ")
	cookie, err := r.Cookie(cookieName(r))
	fromWindow := err == nil && p.isToken(cookie.Value) && http.NewCrossOriginProtection().Check(r) == nil
	if byBearer := isBearer && p.isToken(bearer); !fromWindow && !byBearer {
		refused := ledger.Refuse(http.StatusUnauthorized, ledger.ControlUnauthorized, "Send the control token as Authorization: Bearer, or open the window's URL, which has it.")
		wire.WriteJSON(w, int(refused.Status), wire.ReplyTo(refused).Body)
		return
	}
	p.control.ServeHTTP(w, r)
}

func (p *Site) isToken(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(p.ControlToken)) == 1
}

// cookieName has the port, since cookies have none: several emulators share a host.
func cookieName(r *http.Request) string {
	_, port, _ := net.SplitHostPort(r.Host)
	return "amazonpay-emulator-" + port
}

func refuseOrder(w http.ResponseWriter, err error) {
	status, reason := ledger.CodeConflict, ledger.InvalidRequest
	if errors.Is(err, ledger.ErrNotFound) {
		status, reason = ledger.CodeNotFound, ledger.ResourceNotFound
	}
	refused := ledger.Refuse(status, reason, "%v.", err)
	wire.WriteJSON(w, int(refused.Status), wire.ReplyTo(refused).Body)
}

// The paths of the control endpoints and of the window.
const (
	controlPrefix = "/_emulator/"
	WindowPrefix  = controlPrefix
)

// Read adds a GET of something, below controlPrefix.
func (p *Site) Read(pattern string, what func() any) {
	p.control.HandleFunc("GET "+controlPrefix+pattern, func(w http.ResponseWriter, _ *http.Request) {
		wire.WriteJSON(w, http.StatusOK, ledger.Encode(what()))
	})
}

// Do adds a POST that does something to the object with the id of the path. What decodes the body
// refuses unknown members.
func (p *Site) Do(pattern string, what func(id string, decode func(into any) error) (answer any, err error)) {
	p.control.HandleFunc("POST "+controlPrefix+pattern, func(w http.ResponseWriter, r *http.Request) {
		var unreadable error
		answer, err := what(r.PathValue("id"), func(into any) error {
			unreadable = readOrder(w, r, into)
			return unreadable
		})
		switch {
		case unreadable != nil:
			wire.WriteJSON(w, http.StatusBadRequest, wire.ReplyTo(ledger.BadRequest(ledger.InvalidRequestFormat, "%v.", unreadable)).Body)
		case err != nil:
			refuseOrder(w, err)
		default:
			wire.WriteJSON(w, http.StatusOK, ledger.Encode(answer))
		}
	})
}

func readOrder(w http.ResponseWriter, r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, wire.MaxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil && !errors.Is(err, io.EOF) { // EOF: no body
		return errors.New("emulator: the body cannot be read: " + err.Error())
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("emulator: trailing data after the JSON object")
	}
	return nil
}
