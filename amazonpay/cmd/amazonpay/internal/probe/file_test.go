package probe_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/probe"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

var tenFacts = emulator.Facts{
	"amounts.trailingZeros":                     "refused",
	"capture.rest":                              "held",
	"complete.beforeBuyer":                      "400 InvalidRequest",
	"date.maxAge":                               "1h",
	"errors.report.unknown":                     "400 InvalidParameterValue",
	"idempotency.updateCharge":                  "ignored",
	"recurring.expiry.months":                   "12",
	"refund.maxCount":                           "15",
	"simulation.createCharge.PendingAuthorized": "refused",
	"status.createReport":                       "200",
}

// Ten changed facts are found, and nothing else, and an emulator that takes what was found is found
// to be the same.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	before, file := observe(t, targetOf(t, emulator.Start(t, emulator.WithFacts(tenFacts))))
	assert.Equal(t, map[string]string(tenFacts), differing(before))

	text, err := file.Encode()
	require.NoError(t, err)
	var facts emulator.Facts
	require.NoError(t, json.Unmarshal(text, &facts))
	assert.Len(t, facts, len(emulator.KnownFacts()), "each was decided")
	after, _ := observe(t, targetOf(t, emulator.Start(t, emulator.WithFacts(facts))))
	for _, fact := range slices.Sorted(maps.Keys(before)) {
		assert.Equal(t, before[fact].Observed, after[fact].Observed, fact)
	}
}

func differing(found map[string]probe.Result) map[string]string {
	others := make(map[string]string)
	for fact, result := range found {
		if result.Verdict != probe.VerdictSame {
			others[fact] = result.Observed
		}
	}
	return others
}
