package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// bench is a database with subscriptions that are due, and the emulator to charge them at.
type bench struct {
	region   *world.Region
	database string
	accounts string
	ids      []string
}

func newBench(t *testing.T, subscriptions int) *bench {
	t.Helper()
	w, err := world.New(t.TempDir(), 1, []string{"na"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	b := &bench{region: w.Regions[0], database: filepath.Join(t.TempDir(), "subscriptions.db"), accounts: w.AccountsFile}
	db, err := data.Open(t.Context(), b.database, defaultConnections)
	require.NoError(t, err)
	p, err := provider.Open(provider.Config{Accounts: w.Accounts, DB: db})
	require.NoError(t, err)
	require.NoError(t, w.AddMerchants(t.Context(), p))
	b.ids, err = b.region.Subscribe(t.Context(), db.Queries, b.region.Merchants[0].MerchantID, world.Plan{Amount: 999, NextDue: due}, subscriptions)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	return b
}

// due is the date of the bills.
var due = data.DateOf(time.Now())

// start starts the program, with one worker.
func (b *bench) start(t *testing.T) (program *exec.Cmd, log *bytes.Buffer) {
	t.Helper()
	log = new(bytes.Buffer)
	program = exec.CommandContext(t.Context(), os.Args[0], "all", "--workers=1", "--public=127.0.0.1:0", "--admin=127.0.0.1:0", "--metrics=127.0.0.1:0")
	program.Env = append(os.Environ(), asProgram+"=1", "SUBSCRIPTIONS_DATABASE_URL="+b.database, "SUBSCRIPTIONS_ACCOUNTS="+b.accounts)
	program.Stderr = log
	require.NoError(t, program.Start())
	t.Cleanup(func() { _ = program.Process.Kill() }) // it has ended, unless the test failed
	return program, log
}

// firstCall waits until a charge is made. Its answer takes longer.
func (b *bench) firstCall(t *testing.T, answer time.Duration) {
	t.Helper()
	require.NoError(t, b.region.FailSome(1, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindDelay, Delay: answer}))
	require.Eventually(t, func() bool { return len(b.region.Charges()) == 1 }, time.Minute, 10*time.Millisecond)
}

// states counts the bills by their states, and those that are unsettled.
func (b *bench) states(t *testing.T) (states map[data.BillState]int, unsettled int) {
	t.Helper()
	db, err := data.Open(t.Context(), b.database, defaultConnections)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	states = make(map[data.BillState]int)
	for _, id := range b.ids {
		bill, err := db.Bill(t.Context(), id, due.Period())
		require.NoError(t, err)
		states[bill.State]++
		if bill.Unsettled {
			unsettled++
		}
	}
	return states, unsettled
}

// After SIGTERM the call in progress ends and is stored, and no other begins.
func TestRollingStop(t *testing.T) {
	t.Parallel()
	b := newBench(t, 3)
	program, log := b.start(t)
	b.firstCall(t, 3*time.Second)
	require.NoError(t, program.Process.Signal(syscall.SIGTERM))
	require.NoError(t, program.Wait(), log)
	assert.Contains(t, log.String(), "stopping: jobs in progress end")
	assert.Contains(t, log.String(), `"msg":"stopped"`)
	require.Len(t, b.region.Charges(), 1)
	states, unsettled := b.states(t)
	assert.Equal(t, map[data.BillState]int{data.BillPaid: 1, data.BillPlanned: 2}, states)
	assert.Zero(t, unsettled)

	// Another process goes on.
	b.region.ClearFaults()
	program, log = b.start(t)
	require.Eventually(t, func() bool { return len(b.region.Charges()) == 3 }, time.Minute, 10*time.Millisecond)
	require.NoError(t, program.Process.Signal(os.Interrupt))
	require.NoError(t, program.Wait(), log)
	states, unsettled = b.states(t)
	assert.Equal(t, map[data.BillState]int{data.BillPaid: 3}, states)
	assert.Zero(t, unsettled)
}

// A second signal ends the program at once. What it was doing is unsettled, and settled later.
func TestStopAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	program, log := b.start(t)
	b.firstCall(t, time.Hour)
	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }()
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		_ = program.Process.Signal(syscall.SIGTERM) // it may have ended
		select {
		case err := <-ended:
			tick.Stop()
			require.ErrorContains(t, err, "signal: terminated", log)
			_, unsettled := b.states(t)
			assert.Equal(t, 1, unsettled)
			return
		case <-tick.C:
		}
	}
}

func TestRunFails(t *testing.T) {
	b := newBench(t, 1)
	for name, row := range map[string]struct{ line, accounts, want string }{
		"no accounts file":     {"all", "nothing.json", "nothing.json"},
		"not an accounts file": {"all", "main.go", "main.go is not JSON"},
		"an address in use":    {"all --admin=" + strings.TrimPrefix(b.region.Description().BaseURL, "https://"), b.accounts, "--admin: listen"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SUBSCRIPTIONS_DATABASE_URL", filepath.Join(t.TempDir(), "subscriptions.db"))
			t.Setenv("SUBSCRIPTIONS_ACCOUNTS", row.accounts)
			var out, log bytes.Buffer
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			assert.Equal(t, exitFailed, run(ctx, append(strings.Fields(row.line), "--public=127.0.0.1:0"), output{&out, &log}))
			assert.Contains(t, log.String(), "subscriptions: ")
			assert.Contains(t, log.String(), row.want)
		})
	}
}
