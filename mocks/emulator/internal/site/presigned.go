package site

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

const (
	presignedPrefix = controlPrefix + "presigned/"

	maxFile = 10 << 20
)

// grant is the permission in a signed URL.
type grant struct {
	Kind     string             `json:"kind"`
	ID       string             `json:"id"`
	Region   string             `json:"region"`
	Merchant string             `json:"merchant"`
	Env      ledger.Environment `json:"env"`
	Expires  int64              `json:"expires"` // Unix milliseconds
}

// Presign returns a URL on the host to which the request came.
func (p *Site) Presign(host string, of ledger.Scope, kind, id string, expires time.Time) string {
	text := base64.RawURLEncoding.EncodeToString(ledger.Encode(grant{kind, id, of.Region, of.MerchantID, of.Env, expires.UnixMilli()}))
	return "https://" + host + presignedPrefix + kind + "?grant=" + text + "." + p.Gate.TokenMAC("presigned "+text)
}

// storeError is an error answer of the file store, which is not the service's JSON.
type storeError struct {
	status  int
	code    string
	message string
}

func (e storeError) Error() string { return e.code + ": " + e.message }

// servePresigned serves a signed URL.
func (p *Site) servePresigned(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", p.Gate.Clock().UTC().Format(http.TimeFormat))
	err := p.granted(w, r)
	if failed, ok := errors.AsType[storeError](err); ok {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(failed.status)
		_, _ = fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message></Error>\n", failed.code, failed.message)
	}
}

func (p *Site) granted(w http.ResponseWriter, r *http.Request) error {
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if lower := strings.ToLower(name); lower == "authorization" || strings.HasPrefix(lower, "x-amz-pay-") {
			return storeError{http.StatusBadRequest, "InvalidArgument", "The URL is signed: send no header " + lower + "."}
		}
	}
	text, mac, _ := strings.Cut(r.URL.Query().Get("grant"), ".")
	if !hmac.Equal([]byte(mac), []byte(p.Gate.TokenMAC("presigned "+text))) {
		return storeError{http.StatusForbidden, "SignatureDoesNotMatch", "This emulator did not sign the URL."}
	}
	var g grant
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(decoded, &g) != nil || r.URL.Path != presignedPrefix+g.Kind {
		return storeError{http.StatusForbidden, "SignatureDoesNotMatch", "This emulator did not sign the URL."}
	}
	if p.Gate.Now().UnixMilli() >= g.Expires {
		return storeError{http.StatusForbidden, "AccessDenied", "Request has expired"}
	}
	of := ledger.Scope{Region: g.Region, MerchantID: g.Merchant, Env: g.Env}
	switch {
	case g.Kind == ledger.GrantDocument && r.Method == http.MethodGet:
		return p.giveDocument(w, of, g.ID)
	case g.Kind == ledger.GrantFile && r.Method == http.MethodPut:
		return p.takeFile(w, r, of, g.ID)
	case g.Kind == ledger.GrantClaim && r.Method == http.MethodGet:
		return p.giveAccount(w, g.ID)
	}
	return storeError{http.StatusMethodNotAllowed, "MethodNotAllowed", "The URL is for another method."}
}

func (p *Site) giveDocument(w http.ResponseWriter, of ledger.Scope, id string) error {
	var found *ledger.Report
	p.Look(func(w *ledger.Ledger, _ time.Time) { found = w.Completed(of, id) })
	if found == nil {
		return storeError{http.StatusNotFound, "NoSuchKey", "The document no longer exists."}
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(found.Content)))
	_, _ = w.Write(found.Content) // it does not change once it is there
	return nil
}

func (p *Site) takeFile(w http.ResponseWriter, r *http.Request, of ledger.Scope, id string) error {
	if r.ContentLength <= 0 {
		return storeError{http.StatusLengthRequired, "MissingContentLength", "The header Content-Length is required."}
	}
	if r.ContentLength > maxFile {
		return storeError{http.StatusRequestEntityTooLarge, "EntityTooLarge", "The file has more than 10 MiB."}
	}
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return storeError{http.StatusBadRequest, "IncompleteBody", "The body is incomplete."}
	}
	p.Change(func(l *ledger.Ledger, _ time.Time) {
		found := l.Files[id]
		if found == nil || found.Scope != of {
			err = storeError{http.StatusNotFound, "NoSuchKey", "File not found."}
			return
		}
		if want := ledger.FileTypes[found.Kind]; r.Header.Get("Content-Type") != want {
			err = storeError{http.StatusForbidden, "SignatureDoesNotMatch", "The content type must be " + want + "."}
			return
		}
		found.Content = content
	})
	if err == nil {
		w.WriteHeader(http.StatusOK)
	}
	return err
}

func (p *Site) giveAccount(w http.ResponseWriter, id string) error {
	claimed := false
	p.Change(func(l *ledger.Ledger, _ time.Time) {
		if found := l.Accounts[id]; found != nil {
			found.Claimed, claimed = true, true
		}
	})
	if !claimed {
		return storeError{http.StatusNotFound, "NoSuchKey", "The account no longer exists."}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("The account is yours.\n"))
	return nil
}
