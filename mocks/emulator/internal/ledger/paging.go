package ledger

import (
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	defaultPage = 10
	largestPage = 100
)

// pageQuery is a request for one page of a list. A next token contains its filters.
type pageQuery struct {
	filters url.Values
	size    int
	from    int // how many were on the pages before
}

// readPage reads pageSize and nextToken.
func readPage(c *Call) (pageQuery, *Refusal) {
	q := pageQuery{filters: c.Query, size: defaultPage}
	if token, there := c.Query["nextToken"]; there && (token[0] != "" || c.Strict) {
		if len(c.Query) > 1 {
			return q, BadRequest(InvalidParameterCombo, "The parameter nextToken cannot be combined with other parameters.")
		}
		text, err := base64.RawURLEncoding.DecodeString(token[0])
		decoded, parseErr := url.ParseQuery(string(text))
		from, numberErr := strconv.Atoi(decoded.Get("from"))
		if err != nil || parseErr != nil || numberErr != nil || from <= 0 {
			return q, BadRequest(InvalidParameterValue, "The parameter nextToken was not issued by this service.")
		}
		decoded.Del("from")
		q.filters, q.from = decoded, from
	}
	if size := q.filters.Get("pageSize"); size != "" || q.filters.Has("pageSize") && c.Strict {
		n, err := strconv.Atoi(size)
		if err != nil || n < 1 || n > largestPage {
			return q, BadRequest(InvalidParameterValue, "The parameter pageSize is not between 1 and %d.", largestPage)
		}
		q.size = n
	}
	return q, nil
}

// filterTime reads a bound of a period; if it is absent, the given time is used.
func (q pageQuery) filterTime(c *Call, name string, missing time.Time) (time.Time, *Refusal) {
	text := q.filters.Get(name)
	if text == "" {
		return missing, nil
	}
	at, ok := ParseStamp(text, c.Strict)
	if !ok {
		return at, BadRequest(InvalidParameterValue, "The parameter %s is not a timestamp such as 20060102T150405Z.", name)
	}
	return at, nil
}

// checkPeriod refuses a period that ends before it begins, if both bounds are given.
func (q pageQuery) checkPeriod(from string, start time.Time, until string, end time.Time) *Refusal {
	if q.filters.Get(from) != "" && q.filters.Get(until) != "" && end.Before(start) {
		return BadRequest(InvalidParameterValue, "The parameter %s is before %s.", until, from)
	}
	return nil
}

// filterList reads a list of values, joined by commas or, as the Java SDK sends them, each with
// the name. No values: all.
func filterList(filters url.Values, name string, known []string, strict bool) ([]string, *Refusal) {
	var values []string
	given := filters[name]
	if strict && len(given) > 1 {
		return nil, BadRequest(InvalidParameterValue, "The parameter %s was sent more than once.", name)
	}
	for _, joined := range given {
		for value := range strings.SplitSeq(joined, ",") {
			if value == "" && !strict {
				continue
			}
			if !slices.Contains(known, value) {
				return nil, BadRequest(InvalidParameterValue, "The parameter %s has a value other than %s.", name, strings.Join(known, ", "))
			}
			values = append(values, value)
		}
	}
	return values, nil
}

// page returns the items of the requested page, and the next page's token or null.
func page[T any](q pageQuery, items []T, answer func(T) Object) (list []any, nextToken any) {
	list = []any{}
	from := min(q.from, len(items))
	to := min(from+q.size, len(items))
	for _, item := range items[from:to] {
		list = append(list, answer(item))
	}
	if to == len(items) {
		return list, nil
	}
	next := url.Values{"from": {strconv.Itoa(to)}}
	maps.Copy(next, q.filters)
	return list, base64.RawURLEncoding.EncodeToString([]byte(next.Encode()))
}
