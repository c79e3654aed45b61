package probe_test

import (
	"net/http"
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

// What an account may not do says nothing of the facts.
func TestUnentitledAccount(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	for _, operation := range []string{"CreateDispute", "UpdateCharge", "RegisterAmazonPayAccount", "CreateMerchantAccount", "MerchantScan", "CreateReport", "FinalizeCheckoutSession"} {
		require.NoError(t, server.FailSome(1, emulator.Fault{Operation: operation, Status: http.StatusUnauthorized, ReasonCode: "UnauthorizedAccess"}))
	}
	found, _ := observe(t, targetOf(t, server))
	count := make(map[probe.Verdict]int)
	for _, result := range found {
		count[result.Verdict]++
	}
	assert.Zero(t, count[probe.VerdictDiffers])
	assert.Greater(t, count[probe.VerdictUnclear], 20)
	assert.Greater(t, count[probe.VerdictSame], 40)
}

// An answer that nobody knew is recorded, but is no setting.
func TestUnknownAnswer(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	target := targetOf(t, server)
	target.Only = []string{"complete.beforeBuyer"}
	require.NoError(t, server.FailSome(1, emulator.Fault{Operation: "CompleteCheckoutSession", Status: http.StatusGone, ReasonCode: "SomethingNew"}))
	found, file := observe(t, target)
	assert.Equal(t, probe.VerdictDiffers, found["complete.beforeBuyer"].Verdict)
	assert.Equal(t, "410 SomethingNew", found["complete.beforeBuyer"].Observed)
	assert.Empty(t, file.Facts)
}
