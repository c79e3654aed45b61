package web

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
)

// Public returns the pages for Amazon Pay and the buyers.
func Public(c Config) (http.Handler, error) {
	notifications, err := c.notifications()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/notifications", notifications)
	mux.HandleFunc("GET /repair/{token}", c.repair)
	mux.HandleFunc("POST /repair/{token}", c.repaired)
	mux.Handle("GET /static/style.css", http.FileServerFS(staticFiles))
	return secure(http.NewCrossOriginProtection().Handler(mux)), nil
}

// notifications receives notifications. Each becomes a job before it is answered: what it is about
// is read later, so that thousands at once are answered in time.
func (c Config) notifications() (http.Handler, error) {
	options, err := c.Engine.Provider.IPN()
	if err != nil {
		return nil, err
	}
	verifier, err := ipn.NewVerifier(append(append(options, ipn.WithLogger(c.Engine.Logger)), c.IPN...)...)
	if err != nil {
		return nil, err
	}
	return verifier.Handler(func(ctx context.Context, n *ipn.Notification) error {
		// A genuine notification for a merchant that is not here yet is sent again: see ipn.ErrMerchant.
		if _, err := c.Engine.DB.Merchant(ctx, n.MerchantID); err != nil {
			c.Engine.Logger.WarnContext(ctx, "a notification for an unknown merchant", slog.String("merchant_id", n.MerchantID), slog.Any("error", err))
			return err
		}
		_, err := c.Engine.River.Insert(ctx, billing.NotifiedArgs{
			NotificationID: n.NotificationID, MerchantID: n.MerchantID, ObjectType: string(n.ObjectType), ObjectID: n.ObjectID, PermissionID: n.ChargePermissionID,
		}, nil)
		return err
	}), nil
}
