package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"syscall"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// The exit codes. README.md has the same table.
const (
	exitFailed  = 1 // the command could not do its work, or found a difference
	exitUsage   = 2 // a flag, file, key, id or region is wrong; nothing was changed
	exitRefused = 3 // the service refused
	exitUnknown = 4 // the work may or may not have been done
)

// failure is an error with its exit code and the next step.
type failure struct {
	code int
	err  error
	next string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// wrong is the failure for an input of the command line.
func wrong(next, format string, args ...any) error {
	return &failure{code: exitUsage, err: fmt.Errorf(format, args...), next: next}
}

// failed is the failure for anything else that a person can mend.
func failed(next, format string, args ...any) error {
	return &failure{code: exitFailed, err: fmt.Errorf(format, args...), next: next}
}

// told is the failure of which the command has printed everything.
func told(code int) error { return &failure{code: code} }

// reported is what is printed about an error, with --json as JSON.
type reported struct {
	Error          string `json:"error"`
	Next           string `json:"next,omitzero"`
	ExitCode       int    `json:"exitCode"`
	Operation      string `json:"operation,omitzero"`
	Status         int    `json:"status,omitzero"`
	ReasonCode     string `json:"reasonCode,omitzero"`
	RequestID      string `json:"requestId,omitzero"`
	IdempotencyKey string `json:"idempotencyKey,omitzero"`
	Outcome        string `json:"outcome,omitzero"`
	Step           string `json:"step,omitzero"`
}

// report prints an error and returns the exit code.
func (s *session) report(err error) int {
	if err == nil && s.unread != nil {
		err = s.unprinted()
	}
	if err == nil {
		return 0
	}
	if f, ok := errors.AsType[*failure](err); ok && f.err == nil {
		return f.code
	}
	r := s.judge(err)
	if s.cli.JSON {
		text, _ := json.Marshal(r) //nolint:errchkjson // it has texts and numbers only
		_, _ = fmt.Fprintln(s.err, string(text))
		return r.ExitCode
	}
	p := s.paint(s.err)
	_, _ = fmt.Fprintln(s.err, p.bad("error:"), s.wrap(s.err, len("error: "), r.Error))
	if r.Next != "" {
		_, _ = fmt.Fprintln(s.err, p.strong("next: "), s.wrap(s.err, len("next:  "), r.Next))
	}
	return r.ExitCode
}

// unprinted is the error of a command that did its work, but whose result did not reach its reader.
// A reader that has read enough, such as head, is no error, unless the command changed something.
func (s *session) unprinted() error {
	switch {
	case s.changes:
		next := "The service has done it: do not repeat the command with another key."
		if s.key != "" {
			next += " To see the result, add --idempotency-key " + s.key + " --unsettled."
		}
		return &failure{exitUnknown, fmt.Errorf("the result could not be printed: %w", s.unread), next}
	case errors.Is(s.unread, syscall.EPIPE):
		return nil
	}
	return failed("", "the result could not be printed: %w", s.unread)
}

// flagNames are the flags for the options that the SDK's errors name.
var flagNames = strings.NewReplacer("WithIdempotencyKey", "--idempotency-key", "WithUnsettled", "--unsettled", "WithAuthToken", "--auth-token-file",
	"WithSimulationCode", "--simulation-code", "Config.PrivateKeyFile", "the private key file", "Config.PublicKeyID", "the public key id", "Config.Region", "the region",
	"Config.Environment", "the environment")

// secretText matches a key or a token that was given for something else, such as the name of its
// file. Errors quote what was given.
var secretText = regexp.MustCompile(`(?s)-----BEGIN .*|(?:amzn\.mws\.|Atz[ar]\|)[^\s"]+`)

// judge finds out what an error means.
func (s *session) judge(err error) reported {
	said := secretText.ReplaceAllString(err.Error(), "(a secret, which is not printed)")
	r := reported{Error: harmless(flagNames.Replace(strings.TrimPrefix(said, "amazonpay: "))), ExitCode: exitFailed}
	f, _ := errors.AsType[*failure](err)
	if f != nil {
		r.ExitCode, r.Next = f.code, f.next
	}
	call, ok := errors.AsType[*amazonpay.CallError](err)
	if !ok {
		if f == nil && errors.Is(err, context.Canceled) {
			r.Next = "It was interrupted before anything was sent."
		}
		return r
	}
	r.Operation, r.Outcome = call.Operation, call.Outcome.String()
	if meta := call.Meta; meta != nil {
		r.Status, r.RequestID, r.IdempotencyKey = meta.StatusCode, meta.RequestID, meta.IdempotencyKey
	}
	if api, ok := errors.AsType[*amazonpay.APIError](err); ok {
		r.ReasonCode = string(api.ReasonCode)
	}
	advice := amazonpay.Advise(err)
	r.Step = advice.Step.String()
	if r.Next == "" {
		r.Next = advice.Next
	}
	_, isField := errors.AsType[*amazonpay.FieldError](err)
	switch {
	case isField && s.sent: // of a later call, whose id the service named
		r.ExitCode, r.Next = exitFailed, ""
	case isField:
		r.ExitCode, r.Next = exitUsage, "Correct it: this command sent nothing."
	case call.Outcome == amazonpay.OutcomeRefused:
		r.ExitCode = exitRefused
		if !s.changes {
			r.Next = amazonpay.AdviseReason(amazonpay.ReasonCode(r.ReasonCode)).Next
		}
	case !s.changes && call.Outcome != amazonpay.OutcomeNotSent:
		r.ExitCode, r.Outcome, r.Step = exitFailed, "", ""
		r.Next = "Nothing was to be changed: run the command again."
	case call.Outcome == amazonpay.OutcomeNotSent:
		r.ExitCode, r.Next = exitFailed, "Nothing was sent: run amazonpay doctor, or the command again."
	case call.Outcome == amazonpay.OutcomeUnknown:
		r.ExitCode = exitUnknown
		if advice.Step == amazonpay.StepRepeat && r.IdempotencyKey != "" {
			r.Next += " That is: the same command with --idempotency-key " + r.IdempotencyKey + " --unsettled."
		}
	}
	return r
}
