package doctor

import (
	"cmp"
	"context"
	"iter"
	"net"
	"net/url"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Examine checks a setup, and yields each finding as soon as it is known. The first one that failed
// is why the setup does not work.
//
// It sends GET requests only, which change nothing. It ends when ctx does; checks that were not
// made by then have no finding.
func Examine(ctx context.Context, setup Setup, network Network) iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		e := &examination{setup: setup.named(), custom: network.RoundTripper != nil, network: network.withDefaults()}
		if idle, has := e.network.RoundTripper.(interface{ CloseIdleConnections() }); has && !e.custom {
			defer idle.CloseIdleConnections()
		}
		broken := make(map[Check]bool)
		for _, step := range e.steps() {
			if ctx.Err() != nil {
				return
			}
			if step.applies != nil && !step.applies() {
				continue
			}
			f := Finding{Status: StatusSkipped}
			for _, needed := range step.needs {
				if broken[needed] {
					f.Found = cmp.Or(f.Found, "depends on: "+string(needed))
				}
			}
			if f.Found == "" {
				limited, cancel := context.WithTimeout(ctx, e.network.Timeout)
				f = step.do(limited)
				cancel()
			}
			if ctx.Err() != nil { // what failed for that reason says nothing
				return
			}
			f.Check = step.check
			broken[step.check] = f.Status == StatusFailed
			if !yield(f) {
				return
			}
		}
	}
}

// examination is what the checks have found out so far.
type examination struct {
	setup   Setup
	network Network
	custom  bool // the network is a RoundTripper

	key     keySource
	text    []byte           // of the key
	config  amazonpay.Config // of what was found to be right
	address address
	proxy   *url.URL // nil: none
	conn    net.Conn // to the service, or through the proxy; from CheckConnection to CheckTLS
}

// step is one check. It is skipped if one that it needs failed; what that one needs is among its
// own needs.
type step struct {
	check   Check
	needs   []Check
	applies func() bool // nil: always
	do      func(context.Context) Finding
}

func (e *examination) steps() []step {
	offline := func(check func() Finding) func(context.Context) Finding {
		return func(context.Context) Finding { return check() }
	}
	inFile := func() bool { return e.key.file != "" }
	steps := []step{
		{CheckKeyGiven, nil, nil, offline(e.checkKeyGiven)},
		{CheckKeyFile, nil, inFile, offline(e.checkKeyFile)},
		{CheckKey, []Check{CheckKeyGiven, CheckKeyFile}, nil, offline(e.checkKey)},
		{CheckPublicKeyID, nil, nil, offline(e.checkPublicKeyID)},
		{CheckRegion, nil, nil, offline(e.checkRegion)},
		{CheckEnvironment, []Check{CheckPublicKeyID}, nil, offline(e.checkEnvironment)},
		{CheckBaseURL, nil, func() bool { return e.setup.BaseURL.Text != "" }, offline(e.checkBaseURL)},
	}
	all := make([]Check, 0, len(steps))
	for _, s := range steps {
		all = append(all, s.check)
	}
	host := []Check{CheckRegion, CheckBaseURL}
	ours := func() bool { return !e.custom }
	return append(steps,
		step{CheckProxy, host, ours, e.checkProxy},
		step{CheckName, append(host, CheckProxy), func() bool { return ours() && e.proxy == nil }, e.checkName},
		step{CheckConnection, append(host, CheckProxy, CheckName), func() bool { return ours() && !e.socks() }, e.checkConnection},
		step{CheckTLS, append(host, CheckProxy, CheckName, CheckConnection), func() bool { return ours() && !e.socks() }, e.checkTLS},
		step{CheckClock, append(host, CheckProxy, CheckName, CheckConnection, CheckTLS), nil, e.checkClock},
		step{CheckSignedCall, append(all, CheckProxy, CheckName, CheckConnection, CheckTLS, CheckClock), nil, e.checkSignedCall},
	)
}
