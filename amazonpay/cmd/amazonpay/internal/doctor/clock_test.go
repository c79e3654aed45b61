package doctor_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
)

func TestBrokenClocks(t *testing.T) {
	t.Parallel()
	off := func(d time.Duration) func(*lab) {
		return func(l *lab) { l.network.Now = func() time.Time { return time.Now().Add(d) } }
	}
	const check = doctor.CheckClock
	tryAll(t, []broken{
		{name: "five minutes ahead", change: off(5 * time.Minute), check: check, cause: "about 5m0s ahead|slightly in the future", next: "timedatectl set-ntp true"},
		{name: "three seconds ahead", change: off(3 * time.Second), check: check, cause: "s ahead of|slightly in the future", next: "NTP"},
		{name: "ten minutes behind", change: off(-10 * time.Minute), check: check, cause: "behind|refuses old dates", next: "timedatectl set-ntp true"},
		{name: "a minute behind", change: off(-time.Minute), check: check, status: doctor.StatusWarning, cause: "about 1m0s behind|limit is not documented", next: "NTP"},
		{
			name: "no date", check: check, status: doctor.StatusWarning, cause: "has no date", next: "date -u",
			change: func(l *lab) {
				l.network = doctor.Network{RoundTripper: dateless{l.server.RoundTripper()}}
			},
		},
	})
}

// dateless takes the date out of answers.
type dateless struct{ http.RoundTripper }

func (d dateless) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := d.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Header.Del("Date")
	}
	return resp, err
}
