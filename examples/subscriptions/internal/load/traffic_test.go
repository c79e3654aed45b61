//go:build linux

package load_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
)

// traffic counts what the emulators were asked, by looking into their logs, which keep the last
// 10,000 requests, more often than that many come.
type traffic struct {
	world *world.World
	last  []string // the id of the last request that was counted, by region
	done  chan struct{}
	ended chan struct{}

	calls, refused, faults map[string]int // by operation, or by fault
	replayed, missed       int
}

func watch(t *testing.T, w *world.World) *traffic {
	t.Helper()
	x := &traffic{
		world: w, last: make([]string, len(w.Regions)), done: make(chan struct{}), ended: make(chan struct{}),
		calls: make(map[string]int), refused: make(map[string]int), faults: make(map[string]int),
	}
	go x.run()
	return x
}

func (x *traffic) run() {
	defer close(x.ended)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			x.look()
		case <-x.done:
			x.look()
			return
		}
	}
}

func (x *traffic) look() {
	for i, r := range x.world.Regions {
		log := r.Requests()
		from := len(log)
		for from > 0 && log[from-1].RequestID != x.last[i] {
			from--
		}
		if from == 0 && x.last[i] != "" {
			x.missed++
		}
		for _, r := range log[from:] {
			x.last[i] = r.RequestID
			x.calls[r.Operation]++
			if r.Status == http.StatusTooManyRequests {
				x.refused[r.Operation]++
			}
			if r.Fault != "" {
				x.faults[strings.TrimSpace(r.Fault+" "+r.ReasonCode)]++
			}
			if r.Replayed {
				x.replayed++
			}
		}
	}
}

// stop ends the counting, and returns rows of Markdown and how many faults there were.
func (x *traffic) stop() (rows []string, faults int) {
	close(x.done)
	<-x.ended
	all := 0
	for _, operation := range sorted(x.calls) {
		all += x.calls[operation]
		rows = append(rows, fmt.Sprintf("| %s | %d | %d |", operation, x.calls[operation], x.refused[operation]))
	}
	rows = append(rows, fmt.Sprintf("| all | %d | |", all), fmt.Sprintf("| answered from the key | %d | |", x.replayed))
	for fault, n := range x.faults {
		if !isDecline(fault) {
			faults += n
		}
	}
	rows = append(rows, fmt.Sprintf("| faults, %.1f %% | %d | |", 100*float64(faults)/float64(max(1, all)), faults))
	for _, fault := range sorted(x.faults) {
		kind := "fault"
		if isDecline(fault) {
			kind = "decline"
		}
		rows = append(rows, fmt.Sprintf("| %s: %s | %d | |", kind, fault, x.faults[fault]))
	}
	if x.missed > 0 {
		rows = append(rows, fmt.Sprintf("| looks that came too late to count all | %d | |", x.missed))
	}
	return rows, faults
}

// isDecline tells a decline that trouble makes from what it does to requests.
func isDecline(fault string) bool {
	return strings.HasPrefix(fault, "status 422 ") || strings.HasSuffix(fault, " ProcessingFailure")
}

// sorted returns the keys of a map in order.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
