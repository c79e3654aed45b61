package wire

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// Gate decides which requests are accepted: requests signed with a known key, for this host and
// region, at this time. It does not change while requests are answered.
type Gate struct {
	Region        ledger.Region
	Hosts         []string // others than loopback and the service's
	MaxAge        time.Duration
	TokenLifetime time.Duration
	Merchants     Merchants
	Secret        []byte // of the tokens
	Facts         ledger.Facts
	Clock         func() time.Time // as it runs
	Now           func() time.Time // as it was advanced
	URL           string           // where the emulator listens; empty if it does not
	PlainPages    string           // where its pages are in plain HTTP; empty if they are not
	Window        string           // where its window is; empty without a URL
	PayPage       string           // the path of the page on which a buyer pays, up to the session's id

	Explaining sync.Mutex // one wrong signature at a time: anybody can send many
}

// PagesAt returns where the buyer's pages are for those who reached the emulator under a host: the
// same, unless they are in plain HTTP at an address of their own. A shop's server that reached it
// under the host of the service got there through the proxy or a hosts file, which its buyers'
// browsers need not have: they are sent to the emulator's own address.
func (g *Gate) PagesAt(host string) string {
	if g.PlainPages != "" {
		return g.PlainPages
	}
	name := (&url.URL{Host: host}).Hostname()
	ofService := func(r ledger.Region) bool { return strings.EqualFold(r.Host, name) }
	if g.URL != "" && slices.ContainsFunc(ledger.Regions, ofService) {
		return g.URL
	}
	return "https://" + host
}

// IsOwn reports whether the emulator can be reached under the Host header.
func (g *Gate) IsOwn(host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	if ip := net.ParseIP(name); ip != nil && ip.IsLoopback() {
		return true
	}
	own := func(known string) bool { return strings.EqualFold(known, name) }
	return own("localhost") || slices.ContainsFunc(g.Hosts, own) || slices.ContainsFunc(ledger.Regions, func(r ledger.Region) bool { return own(r.Host) })
}

// RegionOf returns the region whose service or script has a host, and the emulator's own region
// under any other name.
func (g *Gate) RegionOf(host string) ledger.Region {
	name := (&url.URL{Host: host}).Hostname()
	for _, r := range ledger.Regions {
		if strings.EqualFold(r.Host, name) || strings.EqualFold(r.Script, name) {
			return r
		}
	}
	return g.Region
}
