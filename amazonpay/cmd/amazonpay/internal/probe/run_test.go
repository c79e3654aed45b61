package probe_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/probe"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// Every probe comes to its end at an emulator, and finds what is claimed.
func TestAllAsClaimed(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"na", "eu", "jp"} {
		t.Run(region, func(t *testing.T) {
			t.Parallel()
			server := emulator.Start(t, emulator.WithRegion(region))
			found, file := observe(t, targetOf(t, server))
			assert.Len(t, found, len(probe.Probes()))
			for fact, result := range found {
				assert.Equal(t, probe.VerdictSame, result.Verdict, "%s: %+v", fact, result)
				if fact != "session.returnParameter.signIn" { // the browser shows it
					assert.NotEmpty(t, result.Requests, fact)
				}
			}
			for _, left := range file.Left {
				t.Log(left)
			}
			require.NotEmpty(t, file.Facts)
		})
	}
}
