package amazonpay

import (
	"fmt"
	"strings"
)

// APIVersion is the version of the service's interface that this SDK speaks:
// Checkout v2. The SDK's own version is [Version].
const APIVersion = "v2"

// Region is where the merchant is registered; it decides the host of the service.
// The names are matched without regard to case.
type Region string

// The regions, and the names that the official SDKs accept for them.
const (
	RegionNA Region = "na" // North America, pay-api.amazon.com
	RegionEU Region = "eu" // Europe, pay-api.amazon.eu
	RegionJP Region = "jp" // Japan, pay-api.amazon.jp

	RegionUS Region = "us" // the same as RegionNA
	RegionDE Region = "de" // the same as RegionEU
	RegionUK Region = "uk" // the same as RegionEU
)

// canonical returns the name that is sent, and the host.
func (r Region) canonical() (region Region, host string, err error) {
	switch Region(strings.ToLower(string(r))) {
	case RegionNA, RegionUS:
		return RegionNA, "pay-api.amazon.com", nil
	case RegionEU, RegionDE, RegionUK:
		return RegionEU, "pay-api.amazon.eu", nil
	case RegionJP:
		return RegionJP, "pay-api.amazon.jp", nil
	}
	return "", "", fmt.Errorf("amazonpay: Config.Region %q is unknown: want us or na, eu, de or uk, jp", string(r))
}

// Environment says whether money moves. The names are matched without regard to
// case.
type Environment string

// The environments.
const (
	EnvironmentSandbox Environment = "sandbox" // test accounts and test cards
	EnvironmentLive    Environment = "live"    // real money
)

// resolveEnvironment reconciles what the configuration says with what the public
// key id says. specific reports a key id that belongs to one environment, whose
// paths carry no prefix.
func resolveEnvironment(given Environment, publicKeyID string) (env Environment, specific bool, err error) {
	env = Environment(strings.ToLower(string(given)))
	if env != "" && env != EnvironmentSandbox && env != EnvironmentLive {
		return "", false, fmt.Errorf("amazonpay: Config.Environment %q is unknown: want sandbox or live", string(given))
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
		return "", false, fmt.Errorf("amazonpay: Config.Environment is empty, and the public key id does not begin with SANDBOX or LIVE: say sandbox or live")
	case fromKey == "":
		return env, false, nil
	case env != "" && env != fromKey:
		return "", false, fmt.Errorf("amazonpay: Config.Environment is %s, but the public key id %q belongs to %s", env, publicKeyID, fromKey)
	}
	return fromKey, true, nil
}
