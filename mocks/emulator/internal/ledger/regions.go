package ledger

import "strings"

// Region is one of the service's three regions.
type Region struct {
	Name     string // as it is signed
	Host     string
	Script   string // the host of checkout.js
	digits   string // in the ids of charge permissions
	currency string // of the ledger
	Aliases  []string
}

// Regions are the three regions of the service.
var Regions = []Region{
	{"na", "pay-api.amazon.com", "static-na.payments-amazon.com", "01", "USD", []string{"na", "us"}},
	{"eu", "pay-api.amazon.eu", "static-eu.payments-amazon.com", "02", "EUR", []string{"eu", "de", "uk"}},
	{"jp", "pay-api.amazon.jp", "static-fe.payments-amazon.com", "03", "JPY", []string{"jp"}},
}

// RegionNamed returns the region with a name or an alias, in any case.
func RegionNamed(name string) (Region, bool) {
	for _, r := range Regions {
		if r.Has(name) {
			return r, true
		}
	}
	return Region{}, false
}

// Has reports whether name is the region's or an alias, in any case.
func (r Region) Has(name string) bool {
	for _, alias := range r.Aliases {
		if strings.EqualFold(alias, name) {
			return true
		}
	}
	return false
}

// Environment is live or sandbox.
type Environment string

// The environments.
const (
	Live    Environment = "live"
	Sandbox Environment = "sandbox"
)

// release is the environment as answers name it.
func (e Environment) release() string {
	if e == Live {
		return "Live"
	}
	return "Sandbox"
}

// Scope is where an object lives: it is unknown to any other merchant, in the other
// environment and in the other regions.
type Scope struct {
	Region     string      `json:"region"` // its name
	MerchantID string      `json:"merchantId"`
	Env        Environment `json:"environment"`
}

// region returns the scope's region.
func (of Scope) region() Region {
	found, _ := RegionNamed(of.Region)
	return found
}
