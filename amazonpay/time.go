package amazonpay

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/signing"
)

// Time is a point in time as the service spells it. It is sent in UTC as
// 20060102T150405Z, to the second. The service itself is not consistent, so it is
// read from that form, from RFC 3339 with or without fractions of a second, from an
// offset without a colon (+0000), from a time part with hyphens (T15-04-05Z), and
// from a number of seconds or milliseconds since 1970. The zero value stands for null and
// absent.
type Time struct{ time.Time }

var timeLayouts = []string{
	signing.DateFormat,
	"20060102T150405.999999999Z07:00",
	time.RFC3339Nano,
	"2006-01-02T15:04:05.999999999Z0700",
	"2006-01-02T15-04-05Z",
	"2006-01-02",
}

// MarshalJSON returns the time in the basic form, null for the zero value.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	text, err := t.MarshalText()
	return []byte(`"` + string(text) + `"`), err
}

// UnmarshalJSON accepts the forms that [Time] lists. Anything else leaves the time as it is
// and is an error, which in an answer hides nothing else: it is named in [Meta].Undecoded.
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

var errUnknownTime = errors.New("a timestamp has none of the known forms")

// writable reports a year that fits in the four digits of the basic form.
func writable(at time.Time) bool { return 1 <= at.Year() && at.Year() <= 9999 }

// MarshalText returns the time in the basic form, nothing for the zero value.
func (t Time) MarshalText() ([]byte, error) {
	if t.IsZero() {
		return nil, nil
	}
	if !writable(t.UTC()) {
		return nil, errors.New("a timestamp's year is not between 1 and 9999")
	}
	return []byte(t.UTC().Format(signing.DateFormat)), nil
}

// UnmarshalText accepts the textual forms that [Time] lists.
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
