package wire

import (
	"net/http"

	"github.com/amazonpay-go/sdk/internal/bucket"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// limit is a token bucket: so many at once, so many more each second.
type limit struct{ burst, perSecond float64 }

// limits are the limits of the first table of
// https://developer.amazon.com/docs/amazon-pay-api-v2/api-throttling-limits.html, of the live
// environment and of the sandbox. For the other operations none are documented.
var limits = map[string][2]limit{
	"CancelCharge":            {{10, 2}, {2, 1}},
	"CaptureCharge":           {{20, 4}, {2, 1}},
	"CloseChargePermission":   {{10, 2}, {2, 1}},
	"CompleteCheckoutSession": {{20, 4}, {2, 1}},
	"CreateCharge":            {{10, 4}, {2, 1}},
	"CreateCheckoutSession":   {{40, 16}, {5, 1}},
	"CreateMerchantAccount":   {{10, 1}, {1, 1}},
	"CreateRefund":            {{10, 4}, {2, 1}},
	"DeliveryTrackers":        {{10, 1}, {1, 1}},
	"GetAuthorizationToken":   {{5, 1}, {5, 1}}, // live only at Amazon
	"GetCharge":               {{20, 4}, {5, 1}},
	"GetChargePermission":     {{20, 4}, {10, 1}},
	"GetCheckoutSession":      {{40, 8}, {10, 1}},
	"GetRefund":               {{20, 4}, {5, 1}},
	"UpdateChargePermission":  {{10, 2}, {5, 1}},
	"UpdateCheckoutSession":   {{20, 8}, {5, 1}},
}

// bucketID identifies a bucket: one caller's requests of one operation.
type bucketID struct {
	of        ledger.Scope
	caller    string
	operation string
}

// Buckets count the requests of all callers.
type Buckets map[bucketID]*bucket.Bucket

// Refuse refuses a request that exceeds the limit.
func (all Buckets) Refuse(operation string, c *ledger.Call) *ledger.Refusal {
	both, limited := limits[operation]
	if !limited {
		return nil
	}
	most := both[0]
	if c.Env == ledger.Sandbox {
		most = both[1]
	}
	id := bucketID{c.Scope, c.Caller, operation}
	if all[id] == nil {
		all[id] = new(bucket.New(most.burst, most.perSecond, most.burst, c.Now))
	}
	if !all[id].Take(c.Now) {
		return ledger.Refuse(http.StatusTooManyRequests, ledger.TooManyRequests, "Too many requests of this operation.")
	}
	return nil
}
