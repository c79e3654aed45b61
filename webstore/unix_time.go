package webstore

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// UnixTime is a point in time that is sent as a number of seconds since 1970, as the requests about
// disputes have it. Whether the service means seconds is not certain: the samples for PHP and Java send
// seconds, the one for Node sends milliseconds. It is read from all forms of [amazonpay.Time].
type UnixTime struct{ time.Time }

// firstMilliseconds is the number from which on readers, amazonpay.Time among them, take one for milliseconds.
const firstMilliseconds = 1e11

// MarshalJSON returns the number of seconds, null for the zero value.
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

// UnmarshalJSON reads what [amazonpay.Time] reads.
func (t *UnixTime) UnmarshalJSON(b []byte) error {
	read := amazonpay.Time{Time: t.Time}
	err := read.UnmarshalJSON(b)
	t.Time = read.Time
	return err
}
