package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

const simulationHeader = "X-Amz-Pay-Simulation-Code"

// fixture is an object in one of its states, alone in an emulator whose clock stands still.
type fixture struct {
	*client
	clock      *testClock
	owner      *client // reads the object; client itself may be a stranger
	path       string  // of the object
	id         string
	permission string // of a charge, refund or dispute
	charge     string // of a refund or dispute
	session    string // names the permission, and is approved
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	clock := newClock(noon)
	c := newClientAt(t, emulator.Start(t, emulator.WithClock(clock.Now)), 0, clock)
	return &fixture{client: c, owner: c, clock: clock}
}

func (f *fixture) is(path, id string) { f.path, f.id = path, id }

// show is the object as its owner reads it now.
func (f *fixture) show() answer { return f.owner.get(f.path) }

// done is for what a state is made with.
func (f *fixture) done(err error) { require.NoError(f.tb, err) }

// onFixture is an operation of the API, or an action in Go, as it is done to a fixture.
type onFixture struct {
	call   func(f *fixture) answer
	status int                               // of success; 0: 200
	later  int                               // of success that leaves the object pending; 0: as status
	shows  func(f *fixture, a answer) string // the path at which the answer can be read again; nil: the object's
	silent bool                              // the answer is no object
	act    func(f *fixture) error            // in place of call
}

// matrix is a table of what each operation does to an object in each state.
type matrix struct {
	// table has a row for each state and a column for each operation. A cell is ok (success, and the
	// state stays), the abbreviation of another state, that of a refusal, or error.
	table      string
	cells      int
	states     string // abbreviations of states: "BC=Canceled/BuyerCanceled …"
	makes      map[string]func(f *fixture)
	operations map[string]onFixture
	state      func(f *fixture, shown answer) string // the object's state/reason as it is now
}

// refusals are the abbreviations of refusals.
var refusals = map[string]struct {
	status int
	reason string
}{
	"IPV":  {400, "InvalidParameterValue"},
	"RNF":  {404, "ResourceNotFound"},
	"ICSS": {422, "InvalidCheckoutSessionStatus"},
	"CSC":  {422, "CheckoutSessionCanceled"},
	"ICPS": {422, "InvalidChargePermissionStatus"},
	"CPNM": {422, "ChargePermissionNotModifiable"},
	"ICS":  {422, "InvalidChargeStatus"},
	"IR":   {422, "InvalidRequest"},
}

func TestStatesAndOperations(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]matrix{
		"session": sessionMatrix, "one-time permission": oneTimeMatrix, "recurring permission": recurringMatrix,
		"permission on file": onFileMatrix, "charge": chargeMatrix, "refund": refundMatrix, "dispute": disputeMatrix,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m.run(t)
		})
	}
}

func (m matrix) run(t *testing.T) {
	t.Helper()
	var columns []string
	rows, cells := make(map[string]bool), 0
	var begun, ran atomic.Int64
	for line := range strings.SplitSeq(strings.TrimSpace(m.table), "\n") {
		fields := strings.Fields(line)
		if columns == nil {
			columns = fields[1:]
			continue
		}
		row, expected := fields[0], fields[1:]
		require.False(t, rows[row], "the row %s is there twice", row)
		require.Len(t, expected, len(columns), "cells of the row %s", row)
		require.Contains(t, m.makes, row, "no such state can be made")
		rows[row] = true
		cells += len(expected)
		t.Run(row, func(t *testing.T) {
			t.Parallel()
			begun.Add(int64(len(columns)))
			for i, column := range columns {
				m.cell(t, row, column, expected[i])
				ran.Add(1)
			}
		})
	}
	assert.Equal(t, m.cells, cells, "cells in the table")
	assert.Len(t, rows, len(m.makes), "each state that can be made has a row")
	assert.Len(t, columns, len(m.operations), "each operation has a column")
	t.Cleanup(func() { assert.Equal(t, begun.Load(), ran.Load(), "each cell of the rows that -run lets through") })
}

// means returns the state for which a cell's abbreviation stands.
func (m matrix) means(cell string) (state string, known bool) {
	for pair := range strings.FieldsSeq(m.states) {
		short, long, _ := strings.Cut(pair, "=")
		if short == cell {
			return long, true
		}
	}
	return "", false
}

func (m matrix) cell(t *testing.T, row, column, cell string) {
	t.Helper()
	name := row + ", " + column
	operation, known := m.operations[column]
	require.True(t, known, "there is no operation %s", column)
	f := newFixture(t)
	m.makes[row](f)
	made, _, _ := strings.Cut(row, ":")
	f.clock.Add(time.Second) // so that an update shows in its time alone
	before := f.show()
	require.Equal(t, made, m.state(f, before), "%s: the state that was made", name)

	var a answer
	var err error
	if operation.act != nil {
		err = operation.act(f)
	} else {
		a = operation.call(f)
	}
	after := f.show()
	if refused, isRefusal := refusals[cell]; isRefusal || cell == "error" {
		if isRefusal {
			require.Nil(t, operation.act, "%s: an action gives an error", name)
			assert.Equal(t, refused.status, a.status, "%s: %s", name, a.raw)
			assert.Equal(t, refused.reason, a.reason, "%s: %s", name, a.raw)
		} else {
			require.NotNil(t, operation.act, "%s: an operation gives a refusal", name)
			require.Error(t, err, name)
		}
		assert.Equal(t, before.raw, after.raw, "%s: a refusal changes nothing", name)
		assert.Equal(t, before.status, after.status, name)
		return
	}
	want := made
	if cell != "ok" {
		want, known = m.means(cell)
		require.True(t, known, "%s: nobody knows what %s is", name, cell)
	}
	require.NoError(t, err, name)
	if operation.act == nil {
		operation.check(t, f, a, after, want, name)
	}
	assert.Equal(t, want, m.state(f, after), "%s: the state afterwards; it was %s", name, made)
}

// check looks at the answer of a success, and at what can be read of it again.
func (o onFixture) check(t *testing.T, f *fixture, a, after answer, want, name string) {
	t.Helper()
	status := o.status
	if status == 0 {
		status = http.StatusOK
	}
	if o.later != 0 && strings.HasSuffix(want, "Initiated") {
		status = o.later
	}
	require.Equal(t, status, a.status, "%s: %s", name, a.raw)
	if o.silent {
		return
	}
	if o.shows != nil {
		after = f.get(o.shows(f, a)).must(t, http.StatusOK)
	}
	assert.Equal(t, a.raw, after.raw, "%s: it reads as the change was answered", name)
}

// stateOf is the state of the object as it is shown, and the reason, if there is one.
func stateOf(_ *fixture, a answer) string {
	if a.status == http.StatusNotFound {
		return "deleted"
	}
	state, reason := fmt.Sprint(a.at("statusDetails", "state")), a.at("statusDetails", "reasonCode")
	if list, _ := a.at("statusDetails", "reasons").([]any); len(list) == 1 { // of a permission
		first, _ := list[0].(object)
		reason = first["reasonCode"]
	}
	if reason == nil {
		return state
	}
	return fmt.Sprint(state, "/", reason)
}

// plainStateOf leaves out the reason, which the shop gives as it likes.
func plainStateOf(f *fixture, a answer) string {
	state, _, _ := strings.Cut(stateOf(f, a), "/")
	return state
}

// sessionStateOf tells what an open session waits for, too. That the buyer has approved shows in
// how it is refused another amount.
func sessionStateOf(f *fixture, a answer) string {
	state := stateOf(f, a)
	if state != "Open" {
		return state
	}
	if a.body["buyer"] == nil {
		return "Open/new"
	}
	if f.owner.post(f.path+"/complete", object{"chargeAmount": usd("49")}).reason == "AmountMismatch" {
		return "Open/approved"
	}
	return "Open/signedIn"
}

// abroad is the same client, of the European service.
func (c *client) abroad() *client {
	there := *c
	there.host, there.region = "pay-api.amazon.eu", "eu"
	there.base = "https://" + there.host
	return &there
}

// Who is not the owner, in this account, environment and region, finds nothing, and changes
// nothing.
func TestStrangers(t *testing.T) {
	t.Parallel()
	strangers := map[string]func(c *client) *client{
		"another merchant": func(c *client) *client { return newClientAt(t, c.server, 1, newClock(noon)) },
		"live":             (*client).onLive,
		"another region":   (*client).abroad,
	}
	ran := 0
	for _, of := range []struct {
		matrix
		state string
	}{
		{sessionMatrix, "Open/approved"},
		{onFileMatrix, "Chargeable"},
		{chargeMatrix, "Authorized"},
		{chargeMatrix, "Captured"},
		{refundMatrix, "RefundInitiated"},
		{disputeMatrix, "ActionRequired"},
	} {
		for who, stranger := range strangers {
			for name, operation := range of.operations {
				if operation.act != nil { // Amazon is a stranger to nobody
					continue
				}
				f := newFixture(t)
				of.makes[of.state](f)
				before := f.show()
				f.client = stranger(f.client)
				a := operation.call(f)
				want := refusals["RNF"]
				if name == "session" { // it is the session that is wrong
					want = refusals["IPV"]
				}
				assert.Equal(t, want.status, a.status, "%s, %s, %s: %s", of.state, who, name, a.raw)
				assert.Equal(t, want.reason, a.reason, "%s, %s, %s: %s", of.state, who, name, a.raw)
				assert.Equal(t, before.raw, f.show().raw, "%s, %s, %s", of.state, who, name)
				ran++
			}
		}
	}
	assert.Equal(t, strangerCells, ran)
}

const wholeDay = 24 * time.Hour
