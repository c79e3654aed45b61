package ledger

import (
	"encoding/json"
	"time"
)

// stampLayouts are the forms of a timestamp that the documentation has in requests.
var stampLayouts = []string{basicTime, time.RFC3339, "2006-01-02T15-04-05Z"}

// ParseStamp reads a timestamp; of strict requests in the basic form alone.
func ParseStamp(text string, strict bool) (time.Time, bool) {
	for i, layout := range stampLayouts {
		if i > 0 && strict {
			break
		}
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// ParseEpoch reads a number of seconds, or of others than strict requests of milliseconds. The
// samples of the official SDKs have both.
func ParseEpoch(value any, strict bool) (time.Time, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return time.Time{}, false
	}
	const firstMilliseconds = 1e11
	n, err := number.Int64()
	switch {
	case err != nil || n <= 0:
		return time.Time{}, false
	case n < firstMilliseconds:
		return time.Unix(n, 0).UTC(), true
	}
	return time.UnixMilli(n).UTC(), !strict && n < firstMilliseconds*1000
}

// Milliseconds returns the time that a number means if it is one of milliseconds, and whether it is
// so great that it cannot be one of seconds.
func Milliseconds(value any) (at time.Time, great bool) {
	number, _ := value.(json.Number)
	n, _ := number.Int64()
	return time.UnixMilli(n).UTC(), n >= 1e11
}

// basicTime is the form of the timestamps that the service writes.
const basicTime = "20060102T150405Z"
