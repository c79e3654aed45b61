package redact

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/amazonpay-go/sdk/internal/httpheader"
)

const (
	segmentRun = 16 // consecutive characters that give a part of a request away
	shortest   = 8  // shorter query values may be any word
)

// Error removes the layers of err whose text quotes the request's address, which holds ids and
// tokens, its auth token or its signature: net/url's error, and what round trippers put around it.
// If no layer is clean, the result names the type of the innermost layer and nothing else. A nil
// err stays nil.
//
// Of the address it knows the path, the query, each path segment of 16 or more bytes and each query
// value of 8 or more. It finds them in any letter case and percent encoding, and also if only 16
// consecutive characters are left. Half of a shorter token is enough, if the half has 8 characters.
func Error(err error, r *http.Request) error {
	secrets := ofRequest(r)
	for err != nil {
		_, isURL := errors.AsType[*url.Error](err)
		if !isURL && !secrets.In(err.Error()) {
			return err
		}
		inner := errors.Unwrap(err)
		if inner == nil {
			return fmt.Errorf("%T (message redacted: it quotes the request)", err)
		}
		err = inner
	}
	return nil
}

// ofRequest returns what no error may show of a request.
func ofRequest(r *http.Request) *Secrets {
	all := new(Secrets)
	if r == nil || r.URL == nil {
		return all
	}
	add := func(atLeast, run int, text string) {
		if len(text) >= atLeast {
			all.Part(text, run)
		}
	}
	add(2, len(r.URL.Path), r.URL.Path)
	add(2, len(r.URL.RawQuery), r.URL.RawQuery)
	for segment := range strings.SplitSeq(r.URL.Path, "/") {
		add(segmentRun, segmentRun, segment)
	}
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		_, value, _ := strings.Cut(pair, "=")
		add(shortest, segmentRun, value)
	}
	for name, values := range r.Header {
		for _, value := range values {
			switch http.CanonicalHeaderKey(name) {
			case httpheader.AuthToken:
				all.Token(value)
			case "Authorization":
				add(shortest, len(value), value)
				_, signature, _ := strings.Cut(value, "Signature=") // the rest names the key and the headers
				add(shortest, segmentRun, signature)
			}
		}
	}
	return all
}
