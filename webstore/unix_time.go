package webstore

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// UnixTime is a point in time that is sent as a number of seconds since 1970, as the requests about
// disputes require. It is read from all forms of [amazonpay.Time].
type UnixTime struct{ time.Time }

// firstMilliseconds is the smallest number that readers, such as amazonpay.Time, take for
// milliseconds.
const firstMilliseconds = 1e11

// MarshalJSON returns the number of seconds, or null for the zero value. A time before 1970 or
// after 5138 is an error.
func (t UnixTime) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	switch {
	case t.Unix() < 0:
		return nil, errors.New("a time before 1970 cannot be sent")
	case t.Unix() >= firstMilliseconds:
		return nil, errors.New("a time after the year 5138 cannot be sent: its seconds would be read as milliseconds")
	}
	return json.Marshal(t.Unix())
}

// UnmarshalJSON reads the forms of [amazonpay.Time].
func (t *UnixTime) UnmarshalJSON(b []byte) error {
	read := amazonpay.Time{Time: t.Time}
	err := read.UnmarshalJSON(b)
	t.Time = read.Time
	return err
}
