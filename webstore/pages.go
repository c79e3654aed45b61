package webstore

import (
	"errors"
	"iter"
	"net/url"
	"strconv"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// page is one page of a list, and the token of the next one.
type page[T any] struct {
	list  string // the member with the items
	items []T
	next  string
	meta  *amazonpay.Meta
}

var (
	errRepeatedToken = errors.New("the next token repeats an earlier one, so the pages would never end")
	errNoToken       = errors.New("the next token has an unexpected JSON type, so later pages are missing")
	errNoItem        = errors.New("an item of the list, or a member of one, has an unexpected JSON type")
)

// walk goes through the items of all pages. get requests the page of a token, or the first page if
// the token is empty. The walk ends at the first error, which comes with a zero item. A member that
// was not understood is an error, returned before any item of its page: a sum would miss it, and an
// item has no Meta to ask. The walk can be repeated, and then starts again.
func walk[T any](operation string, get func(token string) (page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		seen := make(map[string]bool)
		for token := ""; ; {
			p, err := get(token)
			if err != nil {
				yield(none, err)
				return
			}
			fail := func(err error) {
				yield(none, &amazonpay.CallError{Operation: operation, Meta: p.meta, Err: &amazonpay.DecodeError{Err: err}, Outcome: amazonpay.OutcomeDone})
			}
			if !understood(p.meta, p.list) {
				fail(errNoItem)
				return
			}
			for _, item := range p.items {
				if !yield(item, nil) {
					return
				}
			}
			if !understood(p.meta, "nextToken") {
				fail(errNoToken)
				return
			}
			if p.next == "" {
				return
			}
			if seen[p.next] {
				fail(errRepeatedToken)
				return
			}
			seen[p.next] = true
			token = p.next
		}
	}
}

// notSent returns the error of a call with invalid parameters.
func notSent(operation string, err error) error {
	return &amazonpay.CallError{Operation: operation, Meta: &amazonpay.Meta{}, Err: err, Outcome: amazonpay.OutcomeNotSent}
}

// setList joins the values of a filter with commas, as the documentation does.
func setList[T ~string](query url.Values, name string, values []T) error {
	if values == nil {
		return nil
	}
	if len(values) == 0 {
		return &amazonpay.FieldError{Field: name, Rule: "is an empty list: use nil for all"}
	}
	texts := make([]string, len(values))
	for i, value := range values {
		if texts[i] = string(value); strings.TrimSpace(texts[i]) == "" || strings.Contains(texts[i], ",") {
			return &amazonpay.FieldError{Field: name, Rule: "has a value that is blank or contains a comma"}
		}
	}
	query.Set(name, strings.Join(texts, ","))
	return nil
}

// setPeriod sets the bounds of a period. Either may be missing.
func setPeriod(query url.Values, sinceName string, since amazonpay.Time, untilName string, until amazonpay.Time) error {
	for name, at := range map[string]amazonpay.Time{sinceName: since, untilName: until} {
		text, err := at.MarshalText()
		if err != nil {
			return &amazonpay.FieldError{Field: name, Rule: err.Error()}
		}
		if len(text) > 0 {
			query.Set(name, string(text))
		}
	}
	if !since.IsZero() && !until.IsZero() && since.After(until.Time) {
		return &amazonpay.FieldError{Field: sinceName, Rule: "is after " + untilName}
	}
	return nil
}

// setPage sets the size of a page, or the token of the next page, which must be alone.
func setPage(query url.Values, size int, token string) error {
	if size < 0 || size > 100 {
		return &amazonpay.FieldError{Field: "pageSize", Rule: "is not between 1 and 100: use 0 for the default"}
	}
	if size > 0 {
		query.Set("pageSize", strconv.Itoa(size))
	}
	if token == "" {
		return nil
	}
	if len(query) > 0 {
		return &amazonpay.FieldError{Field: "nextToken", Rule: "must be the only parameter: it includes those of the first page"}
	}
	query.Set("nextToken", token)
	return nil
}
