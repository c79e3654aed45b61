package emulator

import (
	"slices"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/site"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

type faultView struct {
	Fault
	Left        int     `json:"left"`
	Probability float64 `json:"probability"`
}

// view is everything that the window shows.
type view struct {
	Now        time.Time   `json:"now"`
	Advanced   string      `json:"advanced"` // how far the clock is ahead
	Region     string      `json:"region"`
	Throttling bool        `json:"throttling"`
	Operations []string    `json:"operations"`
	FaultKinds []string    `json:"faultKinds"`
	Faults     []faultView `json:"faults"`
	site.Shown
	Requests []Request `json:"requests"` // the latest first
}

// view shows the emulator as it is now.
func (s *Server) view() view {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	v := view{
		Now: now, Advanced: time.Duration(s.ahead.Load()).String(), Region: s.region.Name, Throttling: s.throttling,
		Operations: wire.Operations(), FaultKinds: faultNames, Faults: []faultView{}, Shown: s.site.Show(s.world, now),
	}
	for _, f := range s.faults {
		v.Faults = append(v.Faults, faultView{f.Fault, f.left, f.probability})
	}
	v.Requests = append([]Request{}, s.log[max(0, len(s.log)-site.ShownObjects):]...) // in JSON never null
	slices.Reverse(v.Requests)
	return v
}
