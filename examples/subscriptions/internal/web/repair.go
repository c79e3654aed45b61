package web

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// repairView is what the buyer's page shows.
type repairView struct {
	*billing.RepairInfo

	Asked bool // the buyer has said that the payment method was changed
}

// Month returns the period as people write it: November 2026.
func (v repairView) Month() string {
	month, err := time.Parse("2006-01", v.Period)
	if err != nil {
		return v.Period
	}
	return month.Format("January 2006")
}

// LastDay returns the deadline as people write it.
func (v repairView) LastDay() string { return v.Deadline.Time().Format("Monday, January 2, 2006") }

// Amount returns the amount as people write it.
func (v repairView) Amount() string { return priceText(v.Price) }

// repair shows a buyer what to do about a payment that was declined. Loading the page changes
// nothing: mail programs load the links of a message too.
func (c Config) repair(w http.ResponseWriter, r *http.Request) {
	info, err := c.Engine.Repair(r.Context(), text(r.PathValue("token")))
	if err != nil {
		c.repairFailed(w, r, err)
		return
	}
	c.show(w, r, http.StatusOK, "repair.html", repairView{info, r.URL.Query().Has("asked")})
}

// repaired has the payment tried again, since the buyer says that the payment method was changed.
func (c Config) repaired(w http.ResponseWriter, r *http.Request) {
	token := text(r.PathValue("token"))
	if err := c.Engine.RepairNow(r.Context(), token); err != nil {
		c.repairFailed(w, r, err)
		return
	}
	http.Redirect(w, r, "/repair/"+url.PathEscape(token)+"?asked", http.StatusSeeOther)
}

// repairFailed answers a link that leads to nothing: the same whether it never did, or the bill is
// paid, or the subscription closed.
func (c Config) repairFailed(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, data.ErrNone) {
		c.show(w, r, http.StatusNotFound, "nothing.html", nil)
		return
	}
	c.Engine.Logger.ErrorContext(r.Context(), "a repair link cannot be answered", slog.Any("error", err))
	w.Header().Set("Retry-After", "60")
	c.show(w, r, http.StatusServiceUnavailable, "later.html", nil)
}
