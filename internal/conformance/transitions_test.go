package conformance_test

import (
	"crypto/rand"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// row is a story about some objects, told with the Node SDK.
type row struct {
	name  string
	after []turn // how it comes to where the row begins
	turns []turn
	ends  string // what the SDK's GETs show at last: "charge Captured, permission Closed AmazonClosed"
}

// turn is a call of the SDK, or something that happens at Amazon.
type turn struct {
	what   string               // the SDK's method, or in words what happens
	args   []string             // JSON, without the headers; ${name} as in a step
	header map[string]string    // ${name} as in a step
	answer string               // "200", "422 InvalidChargeStatus"
	same   bool                 // and the body is that of the call before
	keeps  string               // the object whose state a success does not change
	act    func(p *stage) error // in place of a call
}

// objects are those that have states.
var objects = []struct{ name, id, get string }{
	{"session", "checkoutSessionId", "getCheckoutSession"},
	{"permission", "chargePermissionId", "getChargePermission"},
	{"charge", "chargeId", "getCharge"},
	{"refund", "refundId", "getRefund"},
	{"dispute", "disputeId", "getDispute"},
}

// stage is where rows are played, one after the other: they share the clock and the Node process.
type stage struct {
	t      *testing.T // of the row
	server *emulator.Server
	node   *node
	calls  int
	arrows map[string]bool // "charge: Authorized → Captured", of all rows

	known  map[string]string // of the row, as learn has it
	states map[string]string // of the row, by id
	before json.RawMessage   // the body of the last call of the row
}

// play plays the rows, and compares the arrows that the SDK's GETs have shown with those that there
// are. Those from one state share a line: "charge: Authorized → Captured, CaptureInitiated".
func play(t *testing.T, rows []row, arrows ...string) {
	t.Helper()
	var want []string
	for _, line := range arrows {
		from, states, _ := strings.Cut(line, " → ")
		for to := range strings.SplitSeq(states, ", ") {
			want = append(want, from+" → "+to)
		}
	}
	// A middle of a month, so that a row's charges are of one.
	server := emulator.Start(t, emulator.WithStart(time.Date(2030, time.May, 14, 12, 0, 0, 0, time.UTC)))
	p := &stage{server: server, arrows: map[string]bool{}}
	p.node = startNode(t, server.Description(), newConfig(server.Description()))
	names := map[string]bool{}
	for _, r := range rows {
		require.False(t, names[r.name], "two rows are %q", r.name)
		names[r.name] = true
		t.Run(r.name, func(t *testing.T) { p.row(t, r) })
	}

	assert.ElementsMatch(t, want, slices.Sorted(maps.Keys(p.arrows)))
	requests := server.Requests()
	assert.Len(t, requests, p.calls, "the log has every call")
	for _, r := range requests {
		assert.True(t, r.Verified, "%s: %s", r.Operation, r.Refusal)
		assert.False(t, r.Strict, r.Operation)
		assert.True(t, strings.HasPrefix(r.UserAgent, userAgent), r.UserAgent)
	}
}

func (p *stage) row(t *testing.T, r row) {
	t.Helper()
	m := p.server.Description().Merchants[0]
	p.t, p.states, p.before = t, map[string]string{}, nil
	now := p.server.Now()
	p.known = map[string]string{
		"storeId": m.StoreID, "scanData": m.ScanData, "key": rand.Text(),
		"now": strconv.FormatInt(now.UnixMilli(), 10), "deadline": strconv.FormatInt(now.AddDate(0, 0, 11).UnixMilli(), 10),
	}
	for _, next := range slices.Concat(r.after, r.turns) {
		p.take(next)
	}
	require.NotEmpty(t, r.ends)
	for end := range strings.SplitSeq(r.ends, ", ") {
		name, state, _ := strings.Cut(end, " ")
		i := slices.IndexFunc(objects, func(o struct{ name, id, get string }) bool { return o.name == name })
		require.NotEqual(t, -1, i, end)
		assert.Equal(t, state, p.states[p.known[objects[i].id]], name)
	}
}

// take lets a turn happen, and looks at what became of the objects.
func (p *stage) take(next turn) {
	p.t.Helper()
	if next.act != nil {
		require.NoError(p.t, next.act(p), next.what)
		p.look(turn{})
		return
	}
	a := p.call(next)
	require.Equal(p.t, next.answer, outcome(a), "%s: %s", next.what, a.Body)
	if next.same {
		require.JSONEq(p.t, string(p.before), string(a.Body), next.what)
	}
	p.before = a.Body
	if a.Status/100 == 2 {
		var body any
		require.NoError(p.t, json.Unmarshal(a.Body, &body), next.what)
		learn(p.known, body)
	} else {
		next.keeps = ""
	}
	p.look(next)
}

// look has the SDK get the objects that the row knows, and notes the arrows.
func (p *stage) look(last turn) {
	p.t.Helper()
	for _, o := range objects {
		id := p.known[o.id]
		if id == "" {
			continue
		}
		before, seen := p.states[id]
		if !seen {
			before = "none"
		}
		p.states[id] = state(p.t, p.get(o.name))
		if p.states[id] != before || last.keeps == o.name {
			p.arrows[o.name+": "+before+" → "+p.states[id]] = true
		}
	}
}

// get has the SDK get the row's object of a name.
func (p *stage) get(name string) answer {
	p.t.Helper()
	for _, o := range objects {
		if o.name == name {
			return p.call(turn{what: o.get, args: []string{`"${` + o.id + `}"`}})
		}
	}
	p.t.Fatalf("there is no object %q", name)
	return answer{}
}

func (p *stage) call(next turn) answer {
	p.t.Helper()
	p.calls++
	client := "WebStoreClient"
	if slices.Contains([]string{"merchantScan", "charge", "refund"}, next.what) {
		client = "InStoreClient"
	}
	args := slices.Clone(next.args)
	if next.header != nil {
		header, err := json.Marshal(next.header)
		require.NoError(p.t, err)
		args = append(args, string(header))
	}
	return p.node.call(p.t, client, next.what, os.Expand("["+strings.Join(args, ", ")+"]", p.expand))
}

func (p *stage) expand(name string) string {
	if name == "new" {
		return rand.Text()
	}
	require.Contains(p.t, p.known, name)
	return p.known[name]
}

// outcome is an answer's status, and the reason code of a refusal.
func outcome(a answer) string {
	var refusal struct {
		ReasonCode string `json:"reasonCode"`
	}
	_ = json.Unmarshal(a.Body, &refusal) // a success need not be an object
	return strings.TrimSpace(strconv.Itoa(a.Status) + " " + refusal.ReasonCode)
}

// state returns an object's state with its reason and a dispute's resolution, or the refusal to
// show it.
func state(t *testing.T, a answer) string {
	t.Helper()
	if a.Status != 200 {
		return outcome(a)
	}
	type reason struct {
		ReasonCode string `json:"reasonCode"`
	}
	var shown struct {
		StatusDetails struct {
			State      string   `json:"state"`
			Reasons    []reason `json:"reasons"` // of a charge permission
			Resolution string   `json:"resolution"`
			reason
		} `json:"statusDetails"`
	}
	require.NoError(t, json.Unmarshal(a.Body, &shown))
	details := shown.StatusDetails
	words := []string{details.State, details.ReasonCode, details.Resolution}
	for _, r := range details.Reasons {
		words = append(words, r.ReasonCode)
	}
	return strings.Join(slices.DeleteFunc(words, func(word string) bool { return word == "" }), " ")
}
