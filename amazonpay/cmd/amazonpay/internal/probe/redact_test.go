package probe_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// public are the members whose values a file may have.
var public = []string{"reasonCode", "state", "constraintId", "orderType", "currencyCode", "processingStatus", "resolution", "chargePermissionType", "paymentIntent", "releaseEnvironment"}

// leaves are all texts within a JSON value, except those of public members.
func leaves(name string, value any, found map[string]bool) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			leaves(name, inner, found)
		}
	case []any:
		for _, inner := range v {
			leaves(name, inner, found)
		}
	case string:
		if slices.Contains(public, name) {
			return
		}
		for _, text := range []string{v, strings.TrimSpace(v)} {
			if len(text) >= 4 {
				found[text] = true
			}
		}
	}
}

// A file has nothing of what the emulator holds and says: no id, name, address, token, URL or time.
func TestFileHasNoPersonalData(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"na", "eu", "jp"} {
		t.Run(region, func(t *testing.T) {
			t.Parallel()
			server := emulator.Start(t, emulator.WithRegion(region), emulator.WithFacts(emulator.Facts{"session.orderType": "absent"}))
			require.NoError(t, server.FailSome(0.05, emulator.Fault{Status: http.StatusForbidden, ReasonCode: "S01-1234567-1234567"}))
			target := targetOf(t, server)
			secret := make(map[string]bool)
			var mu sync.Mutex
			target.Network = seen{target.Network, func(r *http.Request, body []byte) {
				mu.Lock()
				defer mu.Unlock()
				var value any
				if json.Unmarshal(body, &value) == nil {
					leaves("", value, secret)
				}
				for name, values := range r.Header {
					if strings.HasPrefix(name, "X-Amz-Pay-") && name != "X-Amz-Pay-Simulation-Code" && name != "X-Amz-Pay-Region" || name == "Authorization" {
						secret[values[0]] = true
					}
				}
			}}
			_, file := observe(t, target)
			text, err := file.Encode()
			require.NoError(t, err)

			all := stateOf(t, server)
			for _, o := range slices.Concat(all.Permissions, all.Charges, all.Disputes) {
				secret[o.ID] = true
			}
			described, err := json.Marshal(server.Description())
			require.NoError(t, err)
			var description any
			require.NoError(t, json.Unmarshal(described, &description))
			leaves("", description, secret)
			for _, r := range server.Requests() {
				secret[r.RequestID] = true
			}
			secret["S01-1234567"] = true
			delete(secret, region)
			assert.Greater(t, len(secret), 200)
			for leaf := range secret {
				assert.False(t, strings.Contains(string(text), leaf), leaf) //nolint:testifylint // the text is long
			}
			assert.Contains(t, string(text), "<hidden>")
		})
	}
}
