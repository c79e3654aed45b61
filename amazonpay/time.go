package amazonpay

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/signing"
)

// Time is a point in time as the service writes it. It is sent in UTC as 20060102T150405Z, without
// fractions of a second. The zero value means null or absent.
//
// The service uses several forms. Decoding accepts all of them: the form above, RFC 3339 with or
// without fractions of a second, an offset without a colon (+0000), a time with hyphens
// (T15-04-05Z), a date alone, and a number of seconds or milliseconds since 1970.
type Time struct{ time.Time }

// NewTime returns t as a [Time], for a field of a request:
//
//	StartTime: amazonpay.NewTime(time.Now().AddDate(0, 0, -7))
func NewTime(t time.Time) Time { return Time{t} }

var timeLayouts = []string{
	signing.DateFormat,
	"20060102T150405.999999999Z07:00",
	time.RFC3339Nano,
	"2006-01-02T15:04:05.999999999Z0700",
	"2006-01-02T15-04-05Z",
	"2006-01-02",
}

// MarshalJSON encodes the time as "20060102T150405Z", and the zero value as null. It returns an
// error if the year is not between 1 and 9999.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	text, err := t.MarshalText()
	return []byte(`"` + string(text) + `"`), err
}

// UnmarshalJSON accepts the forms that [Time] lists and null. Anything else is an error and leaves
// the time unchanged. In an answer of the service, such a member is listed in [Meta].Undecoded and
// the rest is decoded.
func (t *Time) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	if text, err := unquote(b); err == nil {
		return t.UnmarshalText([]byte(text))
	}
	var n float64
	if json.Unmarshal(b, &n) != nil || math.Abs(n) >= 1e14 {
		return errUnknownTime
	}
	const firstMilliseconds = 1e11 // as seconds, the year 5138
	if math.Abs(n) < firstMilliseconds {
		n *= 1000
	}
	at := time.UnixMilli(int64(n)).UTC()
	if !writable(at) {
		return errUnknownTime
	}
	t.Time = at
	return nil
}

var errUnknownTime = errors.New("unknown timestamp format")

// writable reports whether the year fits in four digits.
func writable(at time.Time) bool { return 1 <= at.Year() && at.Year() <= 9999 }

// MarshalText returns the time as 20060102T150405Z, and empty text for the zero value. It returns
// an error if the year is not between 1 and 9999.
func (t Time) MarshalText() ([]byte, error) {
	if t.IsZero() {
		return nil, nil
	}
	if !writable(t.UTC()) {
		return nil, errors.New("the year is not between 1 and 9999")
	}
	return []byte(t.UTC().Format(signing.DateFormat)), nil
}

// UnmarshalText accepts the text forms that [Time] lists, and empty text as the zero value.
// Anything else is an error and leaves the time unchanged.
func (t *Time) UnmarshalText(text []byte) error {
	at, err := parseTime(string(text))
	if err == nil {
		t.Time = at
	}
	return err
}

func parseTime(text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range timeLayouts {
		if parsed, err := time.Parse(layout, text); err == nil && writable(parsed.UTC()) {
			return parsed.UTC(), nil
		}
	}
	return time.Time{}, errUnknownTime
}
