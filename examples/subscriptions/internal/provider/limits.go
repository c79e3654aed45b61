package provider

import (
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Limit is how often an operation may be called for one merchant, where the service has agreed to
// something else than it documents.
type Limit struct {
	Burst     int     `json:"burst"`     // at once
	PerSecond float64 `json:"perSecond"` // in the long run
}

// limitsOf returns the documented limits, with those of the accounts file instead where it has any.
func limitsOf(agreed map[string]Limit) (map[string]amazonpay.RateLimit, error) {
	limits := amazonpay.DocumentedRateLimits(amazonpay.EnvironmentLive)
	for operation, limit := range agreed {
		if _, known := limits[operation]; !known {
			return nil, fmt.Errorf("provider: limits of the accounts file: %.64q has no documented limit: use the name of an operation that has one, such as CreateCharge", operation)
		}
		if limit.Burst < 1 || !(limit.PerSecond > 0 && limit.PerSecond <= mostPerSecond) {
			return nil, fmt.Errorf("provider: limits of the accounts file: %s must have a burst of at least 1 and a perSecond above 0 and at most %d", operation, mostPerSecond)
		}
		limits[operation] = amazonpay.RateLimit(limit)
	}
	return limits, nil
}

// mostPerSecond is what the database's times, in microseconds, can tell apart.
const mostPerSecond = 1_000_000
