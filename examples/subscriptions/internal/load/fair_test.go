//go:build linux

package load_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
)

// agreed is a limit as a service might allow it to a merchant that is large: at 4 charges a second,
// a hundred thousand take seven hours.
func agreed(perSecond int) map[string]provider.Limit {
	return map[string]provider.Limit{"CreateCharge": {Burst: perSecond, PerSecond: float64(perSecond)}}
}

// A merchant has as many subscriptions as -subscriptions says, and may be charged as fast as two
// workers can. A hundred other merchants, with ten subscriptions each, do not wait for it.
func TestFair(t *testing.T) { //nolint:paralleltest // it has the machine for itself, since it is measured
	needs(t)
	const small = 102 // of three regions, and one of them is large
	s := newScene(t, scenery{address: postgres(t), merchants: small, limits: agreed(500)})
	large := s.world.Regions[0].Merchants[0].MerchantID
	for _, r := range s.world.Regions {
		for _, m := range r.Merchants {
			n := 10
			if m.MerchantID == large {
				n = *subscriptions
			}
			_, err := r.Subscribe(t.Context(), s.db.Queries, m.MerchantID, world.Plan{Amount: 999, NextDue: s.due}, n)
			require.NoError(t, err)
		}
	}
	require.NoError(t, s.pool.QueryRowContext(t.Context(), `SELECT count(*) FROM subscriptions`).Scan(&s.subscriptions))
	all := s.subscriptions
	f := newFleet(t, s, build(t))
	f.start(t, "planner")
	for range 2 {
		f.start(t, "worker")
	}
	began := time.Now()
	c := newChaos(s, f)
	c.wait(t, func(p progress) bool { return p.bills == all && p.done() })
	took := time.Since(began)
	for _, m := range f.members {
		m.retire(t)
	}
	_, wrong := readBooks(t, s.pool, s.world).audit(s.due.Period())
	require.Empty(t, wrong, few(wrong))

	// When the first bill was paid, and the last one of the small merchants and of the large one.
	var first, lastSmall, lastLarge, before int64
	require.NoError(t, s.pool.QueryRowContext(t.Context(), `SELECT min(changed_at), max(changed_at) FILTER (WHERE merchant_id <> $1), max(changed_at) FILTER (WHERE merchant_id = $1)
		FROM bills WHERE state = $2`, large, string(data.BillPaid)).Scan(&first, &lastSmall, &lastLarge))
	require.NoError(t, s.pool.QueryRowContext(t.Context(), `SELECT count(*) FROM bills WHERE merchant_id = $1 AND changed_at < $2`, large, lastSmall).Scan(&before))
	after := func(micros int64) time.Duration {
		return (time.Duration(micros-first) * time.Microsecond).Round(10 * time.Millisecond)
	}
	t.Log(table("| fairness | |",
		fmt.Sprintf("| bills of the large merchant | %d |", *subscriptions),
		fmt.Sprintf("| bills of the others | %d |", all-*subscriptions),
		fmt.Sprintf("| seconds from the first bill to the last | %.0f |", took.Seconds()),
		fmt.Sprintf("| the others were done after | %s |", after(lastSmall)),
		fmt.Sprintf("| the large one was done after | %s |", after(lastLarge)),
		fmt.Sprintf("| bills of the large one that were paid before the last of the others | %d, %.1f %% |", before, 100*float64(before)/float64(*subscriptions))))
	assert.Less(t, before, int64(*subscriptions/2), "the small merchants waited for the large one")
}
