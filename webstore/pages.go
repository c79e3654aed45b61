package webstore

import (
	"errors"
	"iter"
	"net/url"
	"strconv"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// page is one page of a list, and what it takes to ask for the next.
type page[T any] struct {
	list  string // the member that holds the items
	items []T
	next  string
	meta  *amazonpay.Meta
}

var (
	errRepeatedToken = errors.New("its next token was there before, so that the pages have no end")
	errNoToken       = errors.New("its next token is of another JSON type, so that the pages end too early")
	errNoItem        = errors.New("an item of its list, or a member of one, is of another JSON type")
)

// walk goes through the items of all pages. get asks for the page of a token, or for the first one
// where it is empty. An error is the last that is yielded, with a zero item; a member that is lost
// is one, before any item of its page, since it would be missed in a sum and an item has no Meta to
// ask. The walk can be made again, and begins anew.
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

// notSent is the error of a call whose parameters are wrong.
func notSent(operation string, err error) error {
	return &amazonpay.CallError{Operation: operation, Meta: &amazonpay.Meta{}, Err: err, Outcome: amazonpay.OutcomeNotSent}
}

// setList joins the values of a filter by commas, as the documentation does.
func setList[T ~string](query url.Values, name string, values []T) error {
	if values == nil {
		return nil
	}
	if len(values) == 0 {
		return &amazonpay.FieldError{Field: name, Rule: "is an empty list: leave it nil for all"}
	}
	texts := make([]string, len(values))
	for i, value := range values {
		if texts[i] = string(value); strings.TrimSpace(texts[i]) == "" || strings.Contains(texts[i], ",") {
			return &amazonpay.FieldError{Field: name, Rule: "has a value that is blank or has a comma"}
		}
	}
	query.Set(name, strings.Join(texts, ","))
	return nil
}

// setPeriod sets the bounds of a period, of which either may be missing.
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

// setPage sets the size of a page, or the token of the next one, with which nothing else
// may be asked for.
func setPage(query url.Values, size int, token string) error {
	if size < 0 || size > 100 {
		return &amazonpay.FieldError{Field: "pageSize", Rule: "is not between 1 and 100 (or 0, the service's own)"}
	}
	if size > 0 {
		query.Set("pageSize", strconv.Itoa(size))
	}
	if token == "" {
		return nil
	}
	if len(query) > 0 {
		return &amazonpay.FieldError{Field: "nextToken", Rule: "travels alone: it stands for the parameters of the first page"}
	}
	query.Set("nextToken", token)
	return nil
}
