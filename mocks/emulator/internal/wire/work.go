package wire

import (
	"maps"
	"net/url"
	"slices"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// work checks what the operation is given and does it. An outcome that a fault asks for
// stands in for the doing, never for the checks.
func work(w *ledger.Ledger, d Destination, c *ledger.Call, body []byte) (ledger.Code, ledger.Object, *ledger.Refusal) {
	query, err := url.ParseQuery(d.query)
	if err != nil {
		return 0, nil, ledger.BadRequest(ledger.InvalidRequest, "The query cannot be read.")
	}
	c.Query = query
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if c.Strict && !slices.Contains(d.Route.query, name) {
			return 0, nil, ledger.BadRequest(ledger.InvalidParameterValue, "The parameter %s is not known here.", name)
		}
	}
	if d.members == nil && c.Strict && len(body) > 0 {
		return 0, nil, ledger.BadRequest(ledger.InvalidRequest, "This operation takes no body.")
	}
	if d.members != nil {
		if c.Body, err = ledger.Decode(body); err != nil {
			return 0, nil, ledger.BadRequest(ledger.InvalidRequestFormat, "The body cannot be read: %v.", err)
		}
		if refused := d.members.Check(c.Body, "", c); refused != nil {
			return 0, nil, refused
		}
	}
	if refused := checkSimulation(d, c); refused != nil {
		return 0, nil, refused
	}
	if !d.simulates {
		if _, refused := c.Simulated(); refused != nil {
			return 0, nil, refused
		}
	}
	if !d.outcomes {
		if refused := c.Demanded(); refused != nil {
			return 0, nil, refused
		}
	}
	return d.work(w, c)
}
