package emulator

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
)

const (
	presignedPrefix = controlPrefix + "presigned/"

	documents  = "documents" // GET a report's document
	files      = "files"     // PUT a file's content
	claimPages = "claims"    // GET as the merchant, who then claims the account

	urlTime = 30 * time.Second // that a URL of a document or a file is good for
	maxFile = 10 << 20
)

// grant is what a URL lets its holder do, signed by the emulator.
type grant struct {
	Kind     string      `json:"kind"`
	ID       string      `json:"id"`
	Region   string      `json:"region"`
	Merchant string      `json:"merchant"`
	Env      environment `json:"env"`
	Expires  int64       `json:"expires"` // Unix milliseconds
}

// presign returns a URL on the host to which the request came.
func (s *Server) presign(c *call, kind, id string, lifetime time.Duration) string {
	text := base64.RawURLEncoding.EncodeToString(encode(grant{kind, id, c.Region, c.MerchantID, c.Env, c.now.Add(lifetime).UnixMilli()}))
	return "https://" + c.host + presignedPrefix + kind + "?grant=" + text + "." + s.tokenMAC("presigned "+text)
}

// storeError is an answer of a store of files, which is not the service's JSON.
type storeError struct {
	status  int
	code    string
	message string
}

func (e storeError) Error() string { return e.code + ": " + e.message }

// servePresigned does what a URL's grant allows.
func (s *Server) servePresigned(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.clock().UTC().Format(http.TimeFormat))
	err := s.granted(w, r)
	if failed, ok := errors.AsType[storeError](err); ok {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(failed.status)
		_, _ = fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message></Error>\n", failed.code, failed.message)
	}
}

func (s *Server) granted(w http.ResponseWriter, r *http.Request) error {
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if lower := strings.ToLower(name); lower == "authorization" || strings.HasPrefix(lower, "x-amz-pay-") {
			return storeError{http.StatusBadRequest, "InvalidArgument", "The URL is signed: send no header " + lower + "."}
		}
	}
	text, mac, _ := strings.Cut(r.URL.Query().Get("grant"), ".")
	if !hmac.Equal([]byte(mac), []byte(s.tokenMAC("presigned "+text))) {
		return storeError{http.StatusForbidden, "SignatureDoesNotMatch", "The URL is not one of this emulator."}
	}
	var g grant
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(decoded, &g) != nil || r.URL.Path != presignedPrefix+g.Kind {
		return storeError{http.StatusForbidden, "SignatureDoesNotMatch", "The URL is not one of this emulator."}
	}
	if s.Now().UnixMilli() >= g.Expires {
		return storeError{http.StatusForbidden, "AccessDenied", "Request has expired"}
	}
	of := scope{g.Region, g.Merchant, g.Env}
	switch {
	case g.Kind == documents && r.Method == http.MethodGet:
		return s.giveDocument(w, of, g.ID)
	case g.Kind == files && r.Method == http.MethodPut:
		return s.takeFile(w, r, of, g.ID)
	case g.Kind == claimPages && r.Method == http.MethodGet:
		return s.giveAccount(w, g.ID)
	}
	return storeError{http.StatusMethodNotAllowed, "MethodNotAllowed", "The URL is for another method."}
}

func (s *Server) giveDocument(w http.ResponseWriter, of scope, id string) error {
	s.mu.Lock()
	found := s.world.completed(of, id)
	s.mu.Unlock()
	if found == nil {
		return storeError{http.StatusNotFound, "NoSuchKey", "The document is not there any more."}
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(found.Content)))
	_, _ = w.Write(found.Content) // it does not change once it is there
	return nil
}

func (s *Server) takeFile(w http.ResponseWriter, r *http.Request, of scope, id string) error {
	if r.ContentLength <= 0 {
		return storeError{http.StatusLengthRequired, "MissingContentLength", "Say how long the file is."}
	}
	if r.ContentLength > maxFile {
		return storeError{http.StatusRequestEntityTooLarge, "EntityTooLarge", "The file has more than 10 MiB."}
	}
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return storeError{http.StatusBadRequest, "IncompleteBody", "The file did not come whole."}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.world.files[id]
	if found == nil || found.Scope != of {
		return storeError{http.StatusNotFound, "NoSuchKey", "There is no such file."}
	}
	if want := fileTypes[found.Kind]; r.Header.Get("Content-Type") != want {
		return storeError{http.StatusForbidden, "SignatureDoesNotMatch", "The content type must be " + want + "."}
	}
	found.Content = content
	s.changed()
	w.WriteHeader(http.StatusOK)
	return nil
}
