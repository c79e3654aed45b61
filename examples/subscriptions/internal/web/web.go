// Package web has the pages: the public ones (notifications and the buyer's repair link) and the
// operator's, which show progress and the jobs.
package web

import (
	"context"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
)

// Config is what the pages need.
type Config struct {
	Engine *billing.Engine
	// IPN are further options of the notifications' verifier, such as an emulator's clock.
	IPN []ipn.Option
	// Metrics is the page for Prometheus; nil: none.
	Metrics http.Handler
}

// Public returns the pages for Amazon Pay and the buyers.
func Public(c Config) (http.Handler, error) { return http.NewServeMux(), nil }

// Admin returns the operator's pages. They have no password: serve them on loopback. ctx ends their
// work in the background.
func Admin(ctx context.Context, c Config) (http.Handler, error) { return http.NewServeMux(), nil }
