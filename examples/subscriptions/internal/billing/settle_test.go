package billing

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// Bills on which nothing works get their job, once, whatever their number; what is not late, needs
// a person or is at its end gets none.
func TestSettle(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Calendar = data.Calendar{}
	late, soon := time.Now().Add(-overdue-time.Minute), time.Now()
	jobs := map[data.BillState]string{
		data.BillPlanned: ChargeArgs{}.Kind(), data.BillPending: FollowArgs{}.Kind(), data.BillRetry: DunArgs{}.Kind(), data.BillRepair: DunArgs{}.Kind(),
		data.BillPaid: "", data.BillUnpaid: "", data.BillCheck: "",
	}
	lost := make(map[string]string) // the kind by the permission
	bills := b.plan(t, settlePage+30)
	for i, state := range []data.BillState{
		data.BillPlanned, data.BillPending, data.BillRetry, data.BillRepair, data.BillPaid, data.BillUnpaid, data.BillCheck,
	} {
		for j, next := range []time.Time{late, soon} {
			bill := b.read(t, bills[2*i+j])
			bill.State, bill.NextAt, bill.Attempt = state, next, 2
			require.NoError(t, b.DB.SaveBill(t.Context(), bill))
			if kind := jobs[state]; kind != "" && next.Equal(late) {
				lost[bill.PermissionID] = kind
			}
		}
	}
	for _, bill := range bills[14:] { // more than a page
		bill := b.read(t, bill)
		bill.NextAt = late
		require.NoError(t, b.DB.SaveBill(t.Context(), bill))
		lost[bill.PermissionID] = ChargeArgs{}.Kind()
	}
	require.Greater(t, len(lost), settlePage)
	alive := b.read(t, bills[20])
	_, err := b.River.Insert(t.Context(), ChargeArgs{refOf(alive)}, at(time.Now().Add(time.Hour)))
	require.NoError(t, err)

	settle := func() {
		require.NoError(t, (&settleWorker{e: b.Engine}).Work(t.Context(), &river.Job[SettleArgs]{}))
	}
	settle()
	count := func(kind string) (n int) {
		for _, k := range lost {
			if k == kind {
				n++
			}
		}
		return n
	}
	for _, kind := range []string{ChargeArgs{}.Kind(), FollowArgs{}.Kind(), DunArgs{}.Kind()} {
		assert.Len(t, b.jobs(t, kind), count(kind), kind)
	}
	for i := range 14 {
		read := b.read(t, bills[i])
		assert.Equal(t, 1, read.Version, "a call may be under way: its result must be stored")
		assert.Equal(t, lost[read.PermissionID] != "", read.NextAt.After(soon), "it is not found again at once")
	}
	settle()
	assert.Len(t, b.jobs(t, ChargeArgs{}.Kind()), count(ChargeArgs{}.Kind()))
	assert.Equal(t, dunOf(b.read(t, bills[4])), argsOf[DunArgs](t, b, bills[4]))
}

// argsOf returns the arguments of the job of a bill.
func argsOf[T river.JobArgs](t *testing.T, b *bench, bill *data.Bill) (args T) {
	t.Helper()
	for _, job := range b.jobs(t, args.Kind()) {
		if jobOf := new(T); assert.NoError(t, json.Unmarshal(job.EncodedArgs, jobOf)) && strings.Contains(string(job.EncodedArgs), bill.PermissionID) {
			return *jobOf
		}
	}
	require.Fail(t, "no job")
	return args
}

// So do refunds.
func TestSettleRefunds(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Calendar = data.Calendar{}
	bill := b.plan(t, 1)[0]
	late, soon := time.Now().Add(-overdue-time.Minute), time.Now()
	require.NoError(t, b.DB.Tx(t.Context(), func(_ data.Queries, tx *sql.Tx) error {
		add := func(id, state string, changed time.Time) {
			_, err := tx.ExecContext(t.Context(), `INSERT INTO refunds
					(id, permission_id, period, merchant_id, charge_id, amount, currency, state, attempt, unsettled, version, refund_id, reason, changed_at)
				VALUES ($1, $2, $3, $4, '', 1, 'USD', $5, 0, FALSE, 0, '', '', $6)`, id, bill.PermissionID, bill.Period, bill.MerchantID, state, changed.UnixMicro())
			require.NoError(t, err)
		}
		for i := range settlePage + 10 {
			add(fmt.Sprint("late", i), "planned", late)
		}
		add("pending", "pending", late.Add(-time.Hour))
		add("soon", "planned", soon)
		add("check", "check", late)
		add("refunded", "refunded", late)
		return nil
	}))
	for range 2 {
		require.NoError(t, (&settleWorker{e: b.Engine}).Work(t.Context(), &river.Job[SettleArgs]{}))
		jobs := b.jobs(t, RefundArgs{}.Kind())
		assert.Len(t, jobs, settlePage+11)
		for _, job := range jobs {
			var args RefundArgs
			require.NoError(t, json.Unmarshal(job.EncodedArgs, &args))
			assert.Equal(t, bill.MerchantID, args.MerchantID)
			assert.NotContains(t, []string{"soon", "check", "refunded"}, args.ID)
		}
	}
}
