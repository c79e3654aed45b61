package probe_test

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/probe"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// After a run nothing is open but the charge on which the refunds were counted.
func TestAllIsUndone(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t, emulator.WithFacts(emulator.Facts{"refund.maxCount": "none"}))
	_, file := observe(t, targetOf(t, server))
	nothingOpen(t, server)
	for _, left := range file.Left {
		assert.Contains(t, []string{"14 × checkout session", "2 × report"}, left.Object, "they end by themselves")
	}
}

// What cannot be undone is listed, with its id for the terminal alone.
func TestWhatIsLeftIsListed(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	target := targetOf(t, server)
	target.Only = []string{"permission.balance.authorized", "status.createReportSchedule"}
	require.NoError(t, server.FailSome(1, emulator.Fault{Operation: "CloseChargePermission", Status: http.StatusForbidden, ReasonCode: "UnauthorizedAccess"}))
	require.NoError(t, server.FailSome(1, emulator.Fault{Operation: "CancelReportSchedule", Kind: emulator.FaultKindReset}))
	_, file := observe(t, target)
	text, err := file.Encode()
	require.NoError(t, err)
	all := stateOf(t, server)
	require.Len(t, all.Permissions, 1)
	assert.Contains(t, file.Left, probe.Left{Object: "<charge permission 1>", Why: "403 UnauthorizedAccess", ID: all.Permissions[0].ID})
	assert.Contains(t, string(text), `"<report schedule 1>"`)
	assert.NotContains(t, string(text), all.Permissions[0].ID)
}

// An interrupt ends the probes, wherever it comes, and what was made is undone all the same, also
// what the request made that was on its way.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	interrupt := errors.New("interrupt")
	for name, path := range map[string]string{
		"schedule": "/report-schedules$", "completion": "/complete$", "charge": "/charges$", "capture": "/capture$", "dispute": "/disputes$",
		"account": "/merchantAccounts$", "till": "/in-store/charge$", "finalization": "/finalize$", "refund": "/refunds$",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := emulator.Start(t, emulator.WithFacts(emulator.Facts{"refund.maxCount": "none"}))
			ctx, cancel := context.WithCancelCause(t.Context())
			target := targetOf(t, server)
			target.Network = seen{target.Network, func(r *http.Request, _ []byte) {
				if r.Method == http.MethodPost && regexp.MustCompile(path).MatchString(r.URL.Path) {
					cancel(interrupt) // its answer is not read yet
				}
			}}
			file, err := probe.Run(ctx, target, nil)
			require.ErrorIs(t, err, interrupt)
			require.NotNil(t, file)
			last := file.Results[len(file.Results)-1]
			assert.Equal(t, probe.VerdictNotRun, last.Verdict)
			assert.Equal(t, "interrupted", last.Why)
			nothingOpen(t, server)
		})
	}
}

// Each lost answer of each operation that makes something is asked for again, and what it made is
// undone, also if it was made beside a permission that stays open.
func TestLostAnswerIsFound(t *testing.T) {
	t.Parallel()
	for operation, fact := range map[string]string{
		"CreateCharge": "permission.balance.authorized", "CompleteCheckoutSession": "session.returnQuery",
		"FinalizeCheckoutSession": "status.finalizeCheckoutSession.pending", "CreateReportSchedule": "status.createReportSchedule",
		"CreateDispute": "answers.createDispute", "InStoreCharge": "status.inStoreCharge", "MerchantScan": "status.merchantScan",
		"RegisterAmazonPayAccount": "accounts.createAnswer",
	} {
		for _, fault := range []emulator.Fault{{Kind: emulator.FaultKindLoseAnswer}, {Kind: emulator.FaultKindTruncate}} {
			t.Run(operation, func(t *testing.T) {
				t.Parallel()
				server := emulator.Start(t)
				fault.Operation = operation
				require.NoError(t, server.FailNext(1, fault))
				target := targetOf(t, server)
				target.Only = []string{fact}
				found, file := observe(t, target)
				assert.Equal(t, probe.VerdictNotRun, found[fact].Verdict)
				nothingOpen(t, server)
				for _, left := range file.Left {
					assert.Equal(t, "1 × checkout session", left.Object)
				}
			})
		}
	}
}

// An answer with 5xx may hide that the work was done, also if the next try is refused.
func TestDoneBehindA500(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string][]string{
		"500":           {"500 InternalServerError"},
		"503, then 422": {"503 ServiceUnavailable", "422 InvalidChargePermissionStatus"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := emulator.Start(t)
			target := targetOf(t, server)
			target.Only = []string{"answers.createDispute"} // of a charge that is captured at once
			target.Network = network(func(r *http.Request) (*http.Response, error) {
				res, err := server.RoundTripper().RoundTrip(r)
				if err == nil && len(answers) > 0 && strings.HasSuffix(r.URL.Path, "/charges") && res.StatusCode == http.StatusCreated {
					_ = res.Body.Close()
					res = answered(r, answers[0])
					answers = answers[1:]
				}
				return res, err
			})
			_, file := observe(t, target)
			assert.Empty(t, answers)
			nothingOpen(t, server)
			assert.Empty(t, file.Left)
		})
	}
}

// An answer to the clean-up that is lost is asked for again, too, and no charge is refunded twice.
func TestLostAnswerOfTheCleanUp(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"CancelCharge", "CreateRefund", "CloseChargePermission", "CancelReportSchedule"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			server := emulator.Start(t)
			target := targetOf(t, server)
			target.Only = []string{"permission.balance.authorized", "dispute.timestamps", "status.createReportSchedule"}
			target.Undoing = func(int) {
				assert.NoError(t, server.FailNext(1, emulator.Fault{Operation: operation, Kind: emulator.FaultKindLoseAnswer}))
			}
			_, file := observe(t, target)
			nothingOpen(t, server)
			assert.Empty(t, file.Left)
		})
	}
}

// If the answer to a request that makes something is lost, the same key tells what it made. If that
// is lost as well, the file says what may be there.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	target := targetOf(t, server)
	target.Only = []string{"permission.balance.authorized"}
	require.NoError(t, server.FailNext(2, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindLoseAnswer}))
	found, file := observe(t, target)
	assert.Equal(t, probe.VerdictNotRun, found["permission.balance.authorized"].Verdict)
	require.Error(t, found["permission.balance.authorized"].Err)
	assert.Contains(t, file.Left, probe.Left{Object: "1 × charge", Why: "may have been made: its request had no answer"})
	nothingOpen(t, server) // its permission was closed, and it with that
}
