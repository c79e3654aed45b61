package data_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
)

// Until the turn of a merchant comes nobody may claim its token, unless the database's clock was
// set back, or the merchant has another token for the provider.
func TestPostponeToken(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	require.NoError(t, db.AddMerchant(t.Context(), merchant("A")))
	postpone := func() {
		claim, err := db.ClaimToken(t.Context(), "A", "one", time.Hour)
		require.NoError(t, err)
		require.True(t, claim.Claimed)
		other, err := db.ClaimToken(t.Context(), "A", "two", time.Hour)
		require.NoError(t, err)
		require.False(t, other.Claimed)
		require.Zero(t, other.Turn) // it may end at any moment
		require.NoError(t, db.PostponeToken(t.Context(), "A", "one", time.Hour))
		other, err = db.ClaimToken(t.Context(), "A", "two", time.Hour)
		require.NoError(t, err)
		require.False(t, other.Claimed)
		require.InDelta(t, 3600, other.Turn.Seconds(), 60)
	}
	postpone()
	change(t, db, `UPDATE merchants SET token_claim_until = token_claim_until + 86400000000, token_claimed_at = token_claimed_at + 86400000000`)
	postpone()
	require.NoError(t, db.AddMerchant(t.Context(), merchant("A")))
	postpone()
}
