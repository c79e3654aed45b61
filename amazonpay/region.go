package amazonpay

import (
	"fmt"
	"strings"
)

// APIVersion is the version of the service's API that the SDK supports: Checkout v2. [Version] is
// the version of the SDK.
const APIVersion = "v2"

// Region is the region in which the merchant is registered. It determines the host of the service.
// Letter case does not matter.
type Region string

// The regions, and the other names that the official SDKs accept for them.
const (
	RegionNA Region = "na" // North America, pay-api.amazon.com
	RegionEU Region = "eu" // Europe, pay-api.amazon.eu
	RegionJP Region = "jp" // Japan, pay-api.amazon.jp

	RegionUS Region = "us" // the same as RegionNA
	RegionDE Region = "de" // the same as RegionEU
	RegionUK Region = "uk" // the same as RegionEU
)

// canonical returns the region as it is sent, and its host.
func (r Region) canonical() (region Region, host string, err error) {
	switch Region(strings.ToLower(string(r))) {
	case RegionNA, RegionUS:
		return RegionNA, "pay-api.amazon.com", nil
	case RegionEU, RegionDE, RegionUK:
		return RegionEU, "pay-api.amazon.eu", nil
	case RegionJP:
		return RegionJP, "pay-api.amazon.jp", nil
	}
	return "", "", fmt.Errorf("amazonpay: Config.Region %q is unknown: use na (or us), eu (or de, uk) or jp", string(r))
}

// Environment determines whether real money moves. Letter case does not matter.
type Environment string

// The environments.
const (
	EnvironmentSandbox Environment = "sandbox" // test accounts and test cards
	EnvironmentLive    Environment = "live"    // real money
)

// resolveEnvironment combines the configured environment and the prefix of the public key id.
// specific says that the key id belongs to one environment. Paths then have no environment prefix.
func resolveEnvironment(given Environment, publicKeyID string) (env Environment, specific bool, err error) {
	env = Environment(strings.ToLower(string(given)))
	if env != "" && env != EnvironmentSandbox && env != EnvironmentLive {
		return "", false, fmt.Errorf("amazonpay: Config.Environment %q is unknown: use sandbox or live", string(given))
	}
	var fromKey Environment
	switch id := strings.ToUpper(publicKeyID); {
	case strings.HasPrefix(id, "LIVE"):
		fromKey = EnvironmentLive
	case strings.HasPrefix(id, "SANDBOX"):
		fromKey = EnvironmentSandbox
	}
	switch {
	case fromKey == "" && env == "":
		return "", false, fmt.Errorf("amazonpay: Config.Environment is empty, and the public key id does not begin with SANDBOX or LIVE: set sandbox or live")
	case fromKey == "":
		return env, false, nil
	case env != "" && env != fromKey:
		return "", false, fmt.Errorf("amazonpay: Config.Environment is %s, but the public key id %q belongs to %s", env, publicKeyID, fromKey)
	}
	return fromKey, true, nil
}
