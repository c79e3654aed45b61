package billing

import (
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// The queues. A process works on those of its roles.
const (
	QueuePlan   = "plan"   // planner: small, and waits for nothing
	QueueCharge = "charge" // worker: calls that take money
	QueueFollow = "follow" // worker: calls that read, close or refund
	QueueReport = "report" // planner: reports and reconciliation
)

// alive are the states of a job that may still run. Of two jobs with the same arguments only one is
// alive at a time.
var alive = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
}

// unique are the options of a job of which one with the same arguments is enough.
func unique(queue string) river.InsertOpts {
	return river.InsertOpts{Queue: queue, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: alive}}
}

// PlanArgs is the nightly job that plans every merchant's due bills.
type PlanArgs struct{}

// Kind names the job.
func (PlanArgs) Kind() string { return "plan" }

// InsertOpts are those of all jobs of the kind.
func (PlanArgs) InsertOpts() river.InsertOpts { return unique(QueuePlan) }

// PlanMerchantArgs is the job that plans a merchant's bills, page by page.
type PlanMerchantArgs struct {
	MerchantID string `json:"merchantId" river:"unique"`
}

// Kind names the job.
func (PlanMerchantArgs) Kind() string { return "plan_merchant" }

// InsertOpts are those of all jobs of the kind.
func (PlanMerchantArgs) InsertOpts() river.InsertOpts { return unique(QueuePlan) }

// BillRef names a bill in the arguments of a job.
type BillRef struct {
	PermissionID string `json:"permissionId" river:"unique"`
	Period       string `json:"period" river:"unique"`
	// Attempt tells the job of the next attempt from that of the last one, which may not have ended
	// yet when it has done its work.
	Attempt    int    `json:"attempt" river:"unique"`
	MerchantID string `json:"merchantId"`
}

func refOf(b *data.Bill) BillRef { return BillRef{b.PermissionID, b.Period, b.Attempt, b.MerchantID} }

// ChargeArgs is the job that charges a planned bill.
type ChargeArgs struct{ BillRef }

// Kind names the job.
func (ChargeArgs) Kind() string { return "charge" }

// InsertOpts are those of all jobs of the kind.
func (ChargeArgs) InsertOpts() river.InsertOpts { return unique(QueueCharge) }

// FollowArgs is the job that follows a pending charge to its end.
type FollowArgs struct{ BillRef }

// Kind names the job.
func (FollowArgs) Kind() string { return "follow" }

// InsertOpts are those of all jobs of the kind.
func (FollowArgs) InsertOpts() river.InsertOpts { return unique(QueueFollow) }

// DunArgs is the job that takes the next step to get a declined bill paid, or gives it up. It is
// about one version of the bill: who changes the bill adds the job of the new one in the same
// transaction, and the old job, whenever it runs, does nothing.
type DunArgs struct {
	BillRef

	Version int `json:"version" river:"unique"`
}

func dunOf(b *data.Bill) DunArgs { return DunArgs{refOf(b), b.Version} }

// Kind names the job.
func (DunArgs) Kind() string { return "dun" }

// InsertOpts are those of all jobs of the kind.
func (DunArgs) InsertOpts() river.InsertOpts { return unique(QueueFollow) }

// jobOf returns the job of a bill's next step.
func jobOf(b *data.Bill) river.JobArgs {
	switch b.State {
	case data.BillPlanned:
		return ChargeArgs{refOf(b)}
	case data.BillPending:
		return FollowArgs{refOf(b)}
	default:
		return dunOf(b)
	}
}

// SettleArgs is the periodic job that finds bills and refunds on which nothing works any more.
type SettleArgs struct{}

// Kind names the job.
func (SettleArgs) Kind() string { return "settle" }

// InsertOpts are those of all jobs of the kind.
func (SettleArgs) InsertOpts() river.InsertOpts { return unique(QueuePlan) }

// RefundArgs is the job that makes a refund.
type RefundArgs struct {
	ID         string `json:"id" river:"unique"`
	MerchantID string `json:"merchantId"`
}

// Kind names the job.
func (RefundArgs) Kind() string { return "refund" }

// InsertOpts are those of all jobs of the kind.
func (RefundArgs) InsertOpts() river.InsertOpts { return unique(QueueFollow) }

// NotifiedArgs is the job that reads what a notification is about.
type NotifiedArgs struct {
	NotificationID string `json:"notificationId" river:"unique"`
	MerchantID     string `json:"merchantId"`
	ObjectType     string `json:"objectType"`
	ObjectID       string `json:"objectId"`
	PermissionID   string `json:"permissionId"`
}

// Kind names the job.
func (NotifiedArgs) Kind() string { return "notified" }

// InsertOpts are those of all jobs of the kind.
func (NotifiedArgs) InsertOpts() river.InsertOpts { return unique(QueueFollow) }

// ReportsArgs is the daily job that looks for every merchant's new settlement reports.
type ReportsArgs struct{}

// Kind names the job.
func (ReportsArgs) Kind() string { return "reports" }

// InsertOpts are those of all jobs of the kind.
func (ReportsArgs) InsertOpts() river.InsertOpts { return unique(QueueReport) }

// ReportsOfArgs is the job that looks for a merchant's new settlement reports.
type ReportsOfArgs struct {
	MerchantID string `json:"merchantId" river:"unique"`
}

// Kind names the job.
func (ReportsOfArgs) Kind() string { return "reports_of" }

// InsertOpts are those of all jobs of the kind.
func (ReportsOfArgs) InsertOpts() river.InsertOpts { return unique(QueueReport) }

// ReconcileArgs is the job that compares a merchant's settlement report with the ledger.
type ReconcileArgs struct {
	MerchantID string `json:"merchantId" river:"unique"`
	ReportID   string `json:"reportId" river:"unique"`
}

// Kind names the job.
func (ReconcileArgs) Kind() string { return "reconcile" }

// InsertOpts are those of all jobs of the kind.
func (ReconcileArgs) InsertOpts() river.InsertOpts { return unique(QueueReport) }

// TallyArgs is the periodic job that counts the money in each state.
type TallyArgs struct{}

// Kind names the job.
func (TallyArgs) Kind() string { return "tally" }

// InsertOpts are those of all jobs of the kind.
func (TallyArgs) InsertOpts() river.InsertOpts { return unique(QueuePlan) }

// retryPolicy repeats a failed job after 1, 2, 4, … seconds, up to 10 minutes.
type retryPolicy struct{}

// NextRetry implements [river.ClientRetryPolicy].
func (retryPolicy) NextRetry(job *rivertype.JobRow) time.Time {
	const longest = 10 * time.Minute
	failures := min(len(job.Errors), 16)
	wait := min(longest, time.Second<<failures)
	return time.Now().Add(wait/2 + jitter(wait/2))
}
