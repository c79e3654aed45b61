package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

type callCommand struct {
	Method string `arg:"" help:"GET, POST, PATCH or DELETE."`
	Path   string `arg:"" help:"Path after /v2, with its query: /charges/S01-…, or /reports?pageSize=10."`
	bodyFlags
	callFlags
	keyFlags
}

// secretPaths begin a path whose next segment is a token.
var secretPaths = map[string]string{"buyers": "buyers get", "authorizationTokens": "auth-tokens get"}

var literalSegment = regexp.MustCompile(`^[A-Za-z-]+$`)

// Run calls a path of the API. The members of the request are not checked.
func (c *callCommand) Run(s *session) error {
	op, err := c.operation()
	if err != nil {
		return err
	}
	var in any
	if c.Input != "" || len(c.Field) > 0 || op.Method == http.MethodPost || op.Method == http.MethodPatch {
		text, err := c.json(s, nil)
		if err != nil {
			return err
		}
		in = json.RawMessage(text)
	}
	caller, opts, err := s.caller(c.callFlags, c.options())
	if err != nil {
		return err
	}
	var out any
	if _, err := caller.Call(s.ctx, op, in, &out, opts...); err != nil {
		return caller.ignoreDryRun(err)
	}
	return s.printJSON(caller.meta.Raw)
}

// operation returns the operation of the method and the path.
func (c *callCommand) operation() (amazonpay.Operation, error) {
	op := amazonpay.Operation{
		Name: "call", Method: strings.ToUpper(c.Method), PathValues: map[string]string{}, NoContent: true, SeeOther: true,
		IdempotencyKey: c.IdempotencyKey != "",
	}
	if !slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete}, op.Method) {
		return op, wrong("Use GET, POST, PATCH or DELETE.", "the method is %q", c.Method)
	}
	path, query, _ := strings.Cut(c.Path, "?")
	var err error
	if op.Query, err = url.ParseQuery(query); err != nil {
		return op, wrong("Escape it as in a URL.", "the query of %q: %w", c.Path, err)
	}
	path = strings.TrimPrefix(strings.Trim(path, "/"), amazonpay.APIVersion+"/")
	for i, segment := range strings.Split(path, "/") {
		if instead := secretPaths[segment]; i == 0 && instead != "" {
			return op, wrong("Use amazonpay "+instead+", which takes the token from a file.", "the path of %s has a secret, which must not be an argument", segment)
		}
		if literalSegment.MatchString(segment) {
			op.Path += "/" + segment
			continue
		}
		value, err := url.PathUnescape(segment)
		if err != nil {
			return op, wrong("Escape it as in a URL.", "the path %q: %w", c.Path, err)
		}
		name := "segment" + strconv.Itoa(i+1)
		op.PathValues[name] = value
		op.Path += "/{" + name + "}"
	}
	op.Path = strings.TrimPrefix(op.Path, "/")
	return op, nil
}
