//go:build unix

package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const benchOutput = `goos: linux
goarch: amd64
pkg: github.com/amazonpay-go/sdk/signing
cpu: some
BenchmarkSignRequest/key=null         	     100	      3117 ns/op	     671 B/op	       5 allocs/op
BenchmarkSignRequest/key=null         	     100	      3119 ns/op	     672 B/op	       6 allocs/op
PASS
ok  	github.com/amazonpay-go/sdk/signing	1.0s
pkg: github.com/amazonpay-go/sdk/mocks/emulator
BenchmarkVerifiedCalls 	     100	    696146 ns/op	      1436 calls/s	  116278 B/op	     849 allocs/op
PASS
`

func TestReadAllocs(t *testing.T) {
	t.Parallel()
	found := make(map[string]float64)
	require.NoError(t, readAllocs(strings.NewReader(benchOutput), found))
	assert.Equal(t, map[string]float64{"signing SignRequest/key=null": 5, "mocks/emulator VerifiedCalls": 849}, found, "of several runs the one with the least")

	err := readAllocs(strings.NewReader("pkg: p\nBenchmarkX 100 3117 ns/op\n"), found)
	require.ErrorContains(t, err, "does not tell")
}

func TestCheckAllocs(t *testing.T) {
	t.Parallel()
	bounds := map[string]int{"a A": 5, "b B": 100}
	require.NoError(t, checkAllocs(map[string]float64{"a A": 5, "b B": 1}, bounds))

	for name, c := range map[string]struct {
		found map[string]float64
		want  string
	}{
		"exceeds":              {map[string]float64{"a A": 6, "b B": 1}, "a A: 6 allocations, more than 5"},
		"has no bound":         {map[string]float64{"a A": 5, "b B": 1, "c C": 0}, "c C: 0 allocations, and no bound in allocs.txt"},
		"has no benchmark":     {map[string]float64{"a A": 5}, "b B: a bound in allocs.txt, and no such benchmark"},
		"nothing was measured": {nil, "there are no benchmarks"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.EqualError(t, checkAllocs(c.found, bounds), c.want)
		})
	}
}

func TestBoundsFile(t *testing.T) {
	t.Parallel()
	text := formatBounds(map[string]float64{"signing SignRequest/key=null": 6, "webstore/report Rows": 141_090, "internal/bench Call/sdk/concurrent=1": 140})
	bounds, err := parseBounds(text)
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"signing SignRequest/key=null": 8, "webstore/report Rows": 141_232, "internal/bench Call/sdk/concurrent=1": 147}, bounds)

	for _, text := range []string{"a A\n", "a A five\n", "a A 5 6\n", "a A 5\na A 6\n"} {
		_, err := parseBounds(text)
		assert.Error(t, err, text)
	}
}
