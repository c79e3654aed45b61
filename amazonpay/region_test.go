package amazonpay_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Key id and configuration must agree on the environment, and nobody goes live by forgetting a
// field.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	const refused = ""
	for _, row := range []struct {
		keyID       string
		environment amazonpay.Environment
		path        string // refused where it is empty
	}{
		{"SANDBOX-ABC", "", "/v2/"},
		{"SANDBOX-ABC", "sandbox", "/v2/"},
		{"SANDBOX-ABC", "SandBox", "/v2/"},
		{"SANDBOX-ABC", "live", refused},
		{"sandbox-abc", "", "/v2/"},
		{"Sandbox-abc", "LIVE", refused},
		{"SANDBOXABC", "", "/v2/"},
		{"SANDBOX", "", "/v2/"},
		{"LIVE-ABC", "", "/v2/"},
		{"LIVE-ABC", "live", "/v2/"},
		{"LIVE-ABC", "Live", "/v2/"},
		{"LIVE-ABC", "sandbox", refused},
		{"live-abc", "", "/v2/"},
		{"liveabc", "SANDBOX", refused},
		{"LIVEABC", "", "/v2/"},
		{"ABC", "", refused},
		{"ABC", "sandbox", "/sandbox/v2/"},
		{"ABC", "SANDBOX", "/sandbox/v2/"},
		{"ABC", "live", "/live/v2/"},
		{"ABC", "LIVE", "/live/v2/"},
		{"ABC", "production", refused},
		{"ABC-LIVE", "", refused},
		{"ABC-SANDBOX", "live", "/live/v2/"},
		{"LIV-ABC", "sandbox", "/sandbox/v2/"},
	} {
		t.Run(row.keyID+" "+string(row.environment), func(t *testing.T) {
			t.Parallel()
			cfg := testConfig()
			cfg.PublicKeyID, cfg.Environment = row.keyID, row.environment
			if row.path == refused {
				_, err := amazonpay.New(cfg)
				require.ErrorContains(t, err, "Config.Environment")
				return
			}
			assert.Equal(t, "https://pay-api.amazon.com"+row.path+"checkoutSessions/session-1", wire(t, cfg).URL)
		})
	}
}

func TestSimulationFollowsTheEnvironment(t *testing.T) {
	t.Parallel()
	for keyID, allowed := range map[string]bool{"sandboxabc": true, "liveabc": false} {
		cfg := testConfig()
		cfg.PublicKeyID = keyID
		client, err := amazonpay.New(cfg, amazonpay.WithRoundTripper(newNetwork(answer(http.StatusOK, `{}`))))
		require.NoError(t, err)
		_, err = client.Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithSimulationCode("SoftDeclined"))
		assert.Equal(t, allowed, err == nil, keyID)
		assert.Equal(t, allowed, client.Environment() == amazonpay.EnvironmentSandbox)
		assert.Equal(t, !allowed, client.With().Environment() == amazonpay.EnvironmentLive)
		assert.Equal(t, amazonpay.RegionNA, client.With().Region())
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{
		"na": {"na", "pay-api.amazon.com"}, "us": {"na", "pay-api.amazon.com"}, "NA": {"na", "pay-api.amazon.com"}, "Us": {"na", "pay-api.amazon.com"},
		"eu": {"eu", "pay-api.amazon.eu"}, "de": {"eu", "pay-api.amazon.eu"}, "uk": {"eu", "pay-api.amazon.eu"}, "EU": {"eu", "pay-api.amazon.eu"},
		"De": {"eu", "pay-api.amazon.eu"}, "UK": {"eu", "pay-api.amazon.eu"}, "jp": {"jp", "pay-api.amazon.jp"}, "JP": {"jp", "pay-api.amazon.jp"},
	} {
		cfg := testConfig()
		cfg.Region = amazonpay.Region(name)
		client, err := amazonpay.New(cfg)
		require.NoError(t, err)
		assert.Equal(t, amazonpay.Region(want[0]), client.Region(), name)
		r := wire(t, cfg)
		assert.Equal(t, "https://"+want[1]+"/v2/checkoutSessions/session-1", r.URL, name)
		assert.Equal(t, want[0], r.Header.Get("X-Amz-Pay-Region"), name)
		assert.Equal(t, want[1], r.Header.Get("X-Amz-Pay-Host"), name)
	}
}
