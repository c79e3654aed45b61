package probe_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/probe"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// The sandbox allows few requests at a time: a busy service is asked again.
func TestThrottled(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t, emulator.WithThrottling())
	found, _ := observe(t, targetOf(t, server))
	for fact, result := range found {
		assert.Equal(t, probe.VerdictSame, result.Verdict, "%s: %+v", fact, result)
	}
}

// A clock that is wrong changes nothing: the service's own is asked first.
func TestWrongClock(t *testing.T) {
	t.Parallel()
	for _, off := range []time.Duration{time.Hour, 5 * time.Second, -5 * time.Second, -time.Hour} {
		t.Run(off.String(), func(t *testing.T) {
			t.Parallel()
			target := targetOf(t, emulator.Start(t))
			target.Now = func() time.Time { return time.Now().Add(off) }
			found, _ := observe(t, target)
			for fact, result := range found {
				assert.Equal(t, probe.VerdictSame, result.Verdict, "%s: %+v", fact, result)
			}
		})
	}
}
