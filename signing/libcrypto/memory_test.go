package libcrypto_test

import (
	"crypto/rand"
	"flag"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing/libcrypto"
)

var signatures = flag.Int("signatures", 20_000, "how many signatures to make while the memory is watched")

// mayGrow is by how much the process may grow from the first tenth of the work to the last: what
// the two allocators leave differs a little each time.
const mayGrow = 3 << 20

// resident is the memory of the process, Go's and OpenSSL's, and heap is Go's alone.
func resident(t *testing.T) (total, heap int64) {
	t.Helper()
	runtime.GC()
	debug.FreeOSMemory()
	statm, err := os.ReadFile("/proc/self/statm")
	require.NoError(t, err)
	pages, err := strconv.ParseInt(strings.Fields(string(statm))[1], 10, 64)
	require.NoError(t, err)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return pages * int64(os.Getpagesize()), int64(m.HeapAlloc)
}

// flat does the work ten times, and fails if the process is larger after the last than after the
// first.
func flat(t *testing.T, work func()) {
	t.Helper()
	var first, last, firstHeap, lastHeap int64
	for tenth := range 10 {
		work()
		if last, lastHeap = resident(t); tenth == 0 {
			first, firstHeap = last, lastHeap
		}
	}
	t.Logf("resident: %d kB after the first tenth, %d kB after the last; heap: %d kB and %d kB", first>>10, last>>10, firstHeap>>10, lastHeap>>10)
	assert.Less(t, last-first, int64(mayGrow))
	assert.Less(t, lastHeap-firstHeap, int64(mayGrow)/4)
}

func TestSignaturesLeaveNothing(t *testing.T) { //nolint:paralleltest // it measures the process
	signer := newSigner(t, testKey())
	flat(t, func() {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for i := range *signatures / 10 / 8 {
					if _, err := signer.Sign(rand.Reader, digest[:], pss([]int{32, 20}[i%2])); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
	})
}

// A key that stays takes some 10 kB.
func TestClosedSignersLeaveNothing(t *testing.T) { //nolint:paralleltest // it measures the process
	newSigner(t, testKey()) // skips
	flat(t, func() {
		for range 200 {
			signer, err := libcrypto.New(testKey())
			require.NoError(t, err)
			require.NoError(t, signer.Close())
		}
	})
}

func TestDroppedSignersLeaveNothing(t *testing.T) { //nolint:paralleltest // it measures the process
	newSigner(t, testKey()) // skips
	flat(t, func() {
		for range 50 {
			_, err := libcrypto.New(testKey())
			require.NoError(t, err)
		}
	})
}
