//go:build unix

package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/signing"
)

func TestMedianAndSpread(t *testing.T) {
	t.Parallel()
	odd := []float64{3, 1, 2}
	assert.InDelta(t, 2, median(odd), 0)
	assert.Equal(t, []float64{3, 1, 2}, odd, "the rounds keep their order")
	assert.InDelta(t, 2.5, median([]float64{4, 1, 2, 3}), 0)
	assert.InDelta(t, 7, median([]float64{7}), 0)
	assert.Equal(t, "3.50 [1.00..6.00]", spread([]float64{6, 4, 1, 2, 3, 5}, 2))
	assert.Equal(t, "2.50 ± ∞", spread([]float64{4, 1, 2, 3}, 2), "too few rounds for an interval")
	assert.Equal(t, "10.5 [6.0..15.0]", spread([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, 1),
		"the interval of the median, not the range")
}

// The ratio of the medians would be 1.
func TestRatiosAreOfRounds(t *testing.T) {
	t.Parallel()
	f := make(figures)
	for _, v := range []float64{1, 2, 3} {
		f.add("cpu 8", "sdk", v)
	}
	for _, v := range []float64{2, 2, 1} {
		f.add("cpu 8", "node PEM", v)
	}
	assert.InDeltaSlice(t, []float64{0.5, 1, 3}, f.ratios("cpu 8", "sdk", "node PEM"), 1e-9)
	assert.Empty(t, f.ratios("cpu 8", "sdk", "nobody"))
	assert.Empty(t, f.ratios("nothing", "sdk", "node PEM"))
}

func TestGoal(t *testing.T) {
	t.Parallel()
	most := goal{"a call", "node", []float64{0.7, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6}, 0.60, false, 2}
	assert.Equal(t, "| a call | node | 0.60 [0.50..0.70] | ≤ 0.6 | met |\n", most.row())
	most.limit = 0.59
	assert.Equal(t, "| a call | node | 0.60 [0.50..0.70] | ≤ 0.59 | MISSED |\n", most.row())
	most.values = nil
	assert.Equal(t, "| a call | node | – | ≤ 0.59 | not measured |\n", most.row())

	least := goal{"calls/s", "node", []float64{2.2}, 2.2, true, 1}
	assert.Equal(t, "| calls/s | node | 2.2 ± ∞ | ≥ 2.2 | met |\n", least.row())
	least.values[0] = 2.1
	assert.Contains(t, least.row(), "MISSED")
}

func TestParseSpeed(t *testing.T) {
	t.Parallel()
	rate, err := parseSpeed("version: 3.0.19\nCPUINFO: OPENSSL_ia32cap=0xfffa:0x405f\n+F2:2:2048:4008.080808:61822.000000\n")
	require.NoError(t, err)
	assert.InDelta(t, 4008.080808, rate, 1e-6)

	// OpenSSL 3.2 tells of encryption and decryption, too.
	rate, err = parseSpeed("+F2:2:2048:2011.5:61822.0:60000.1:1900.2\r\n+F2:3:3072:700:30000\n")
	require.NoError(t, err)
	assert.InDelta(t, 2011.5, rate, 1e-6)

	for _, out := range []string{"", "rsa 2048 bits 0.000247s 0.000017s   4041.4  60063.0\n", "+F2:3:3072:700:30000\n", "+F2:2:2048:x:1\n", "+F2:2:2048:0:1\n", "+F2:2:2048\n"} {
		_, err := parseSpeed(out)
		assert.Error(t, err, out)
	}
}

func TestParseCores(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"0", "1"}, parseCores("0-1"))
	assert.Equal(t, []string{"2", "4", "5", "6"}, parseCores("2,4-6"))
	assert.Equal(t, []string{"3"}, parseCores("3"))
	assert.Empty(t, parseCores(""))
	assert.Empty(t, parseCores("a-b"))
}

// The SDK signs the bytes that Node does.
func TestPayload(t *testing.T) {
	t.Parallel()
	assert.InDelta(t, 500, len(payload), 50)
	body, err := createSession()
	require.NoError(t, err)
	encoded, err := amazonpay.EncodeJSON(body)
	require.NoError(t, err)
	assert.JSONEq(t, payload, string(encoded))
	assert.Len(t, encoded, len(payload))
}

// What the minimal client sends would be accepted.
func TestMinimalSigns(t *testing.T) {
	t.Parallel()
	text, err := newKey()
	require.NoError(t, err)
	key, err := signing.ParsePrivateKey([]byte(text))
	require.NoError(t, err)
	m := &minimal{key: key, url: "https://pay-api.amazon.com", host: "pay-api.amazon.com"}

	get, err := m.request(t.Context(), http.MethodGet, "/v2/checkoutSessions/"+sessionID, nil, "")
	require.NoError(t, err)
	require.NoError(t, signing.Verify(get, nil, &key.PublicKey))
	post, err := m.request(t.Context(), http.MethodPost, "/v2/checkoutSessions", []byte(payload), "0123456789abcdef")
	require.NoError(t, err)
	require.NoError(t, signing.Verify(post, []byte(payload), &key.PublicKey))
	button, err := m.signature([]byte(payload))
	require.NoError(t, err)
	require.NoError(t, signing.VerifyPayload(signing.PSSV2, []byte(payload), button, &key.PublicKey))
}

// Each client does each task, and its calls take one connection.
func TestClients(t *testing.T) {
	t.Parallel()
	s, err := startServer(t.Context(), "", "HTTP/1.1")
	require.NoError(t, err)
	keys, why := keys(s.target)
	if why != nil {
		t.Log("not tried with libcrypto:", why)
	}
	for _, key := range keys {
		for _, name := range []string{"sdk" + key, "minimal" + key} {
			c, err := newClient(name, s.target)
			require.NoError(t, err)
			for _, task := range []string{"sign", "button", "call"} {
				r, err := carryOut(t.Context(), c, order{Task: task, Concurrency: 1, Count: 3})
				require.NoError(t, err, "%s %s", name, task)
				assert.InDelta(t, 3, r.Count, 0)
			}
			assert.EqualValues(t, 1, c.handshakes.Load())
			_, err = carryOut(t.Context(), c, order{Task: "nothing", Concurrency: 1, Count: 1})
			require.ErrorContains(t, err, "unknown task")
		}
	}
	n, err := s.handshakes()
	require.NoError(t, err)
	assert.InDelta(t, 2*len(keys), n, 0)
	require.NoError(t, s.stop())

	_, err = newClient("nobody", s.target)
	require.Error(t, err)
}

// README.md quotes the tables verbatim.
func TestTables(t *testing.T) {
	t.Parallel()
	b := &comparison{rounds: 6, figures: make(figures), contestants: []contestant{{name: "sdk"}, {name: "node PEM"}}, missing: []string{"libcrypto: none"}}
	for _, v := range []float64{1, 1.2, 1.4, 1.6, 1.8, 2} {
		b.figures.add("sign", "sdk", 900*v)
		b.figures.add("cold", "sdk", v)
		b.figures.add("cold", "node PEM", 100*v)
	}
	var out strings.Builder
	require.NoError(t, b.print(t.Context(), &out))
	for _, line := range []string{
		"Not measured: libcrypto: none.",
		"| | sdk | node PEM |",
		"|---|---|---|",
		"| sign a request, CPU µs | 1350 [900..1800] | – |",
		"| sdk: cold start, to the end of the process | node PEM | 0.010 [0.010..0.010] | ≤ 0.1 | met |",
		"| sign a request, libcrypto: CPU | node KeyObject | – | ≤ 0.97 | not measured |",
	} {
		assert.Contains(t, out.String(), line+"\n")
	}
}
