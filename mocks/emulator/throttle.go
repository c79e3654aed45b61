package emulator

import (
	"net/http"
	"time"
)

// limit is a token bucket: so many at once, so many more each second.
type limit struct{ burst, perSecond float64 }

// limits are those of the first table of
// https://developer.amazon.com/docs/amazon-pay-api-v2/api-throttling-limits.html, of the live
// environment and of the sandbox. For the other operations none are documented.
var limits = map[string][2]limit{
	"cancelCharge":            {{10, 2}, {2, 1}},
	"captureCharge":           {{20, 4}, {2, 1}},
	"closeChargePermission":   {{10, 2}, {2, 1}},
	"completeCheckoutSession": {{20, 4}, {2, 1}},
	"createCharge":            {{10, 4}, {2, 1}},
	"createCheckoutSession":   {{40, 16}, {5, 1}},
	"createMerchantAccount":   {{10, 1}, {1, 1}},
	"createRefund":            {{10, 4}, {2, 1}},
	"deliveryTrackers":        {{10, 1}, {1, 1}},
	"getAuthorizationToken":   {{5, 1}, {5, 1}}, // live only at Amazon
	"getCharge":               {{20, 4}, {5, 1}},
	"getChargePermission":     {{20, 4}, {10, 1}},
	"getCheckoutSession":      {{40, 8}, {10, 1}},
	"getRefund":               {{20, 4}, {5, 1}},
	"updateChargePermission":  {{10, 2}, {5, 1}},
	"updateCheckoutSession":   {{20, 8}, {5, 1}},
}

// WithThrottling has the emulator answer 429 TooManyRequests, as the service does, to more
// requests of an operation than the documentation allows to a merchant and the one who acts for it:
// in the sandbox one or two at once, and one a second. By the emulator's clock; off without this.
func WithThrottling() Option {
	return func(c *config) error {
		c.throttling = true
		return nil
	}
}

// bucketID is whose requests of which operation a bucket counts.
type bucketID struct {
	of        scope
	caller    string
	operation string
}

type bucket struct {
	tokens float64
	at     time.Time
}

// throttle refuses a request that comes too soon. The caller holds the lock.
func (s *Server) throttle(operation string, c *call) *refusal {
	both, limited := limits[operation]
	if !s.throttling || !limited {
		return nil
	}
	most := both[0]
	if c.Env == sandbox {
		most = both[1]
	}
	id := bucketID{c.scope, c.caller.id, operation}
	b, there := s.buckets[id]
	if !there {
		b = bucket{most.burst, c.now}
	}
	b.tokens = min(most.burst, b.tokens+c.now.Sub(b.at).Seconds()*most.perSecond)
	b.at = c.now
	defer func() { s.buckets[id] = b }()
	if b.tokens < 1 {
		return refuse(http.StatusTooManyRequests, tooManyRequests, "There were too many requests of this operation.")
	}
	b.tokens--
	return nil
}
