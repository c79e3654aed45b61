package site

import (
	"net/http"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

// upgrade handles a click on the element of bindUpgradeAction: it makes the session on whose page
// the buyer agrees to a recurring payment.
func (p *Site) upgrade(w http.ResponseWriter, r *http.Request) {
	b, wrong := p.readButton(r)
	var next string
	if wrong == nil {
		next, wrong = p.startUpgrade(b, r)
	}
	if wrong != nil {
		p.keepWrongButton(r, b, wrong)
		showProblem(w, wrong.status, "There is no upgrade", wrong.reason, wrong.detail...)
		return
	}
	http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // a page of the site
}

func (p *Site) startUpgrade(b button, r *http.Request) (next string, wrong *wrongButton) {
	c, wrong := p.callOf(b, r)
	if wrong != nil {
		return "", wrong
	}
	refused := wire.UpgradeMembers.Check(c.Body, "", c)
	if refused == nil {
		p.Change(func(w *ledger.Ledger, now time.Time) {
			c.Now = now
			var made *ledger.Session
			if made, refused = w.StartUpgrade(c, b.product, r.Form.Get("upgradeAction")); refused == nil {
				next = withSession(signInPage, made.ID)
			}
		})
	}
	if refused != nil {
		return "", &wrongButton{int(refused.Status), refused.Message, []string{"reason code: " + refused.Reason, "upgradeAction: " + wire.Cut(r.Form.Get("upgradeAction"), 64)}}
	}
	return next, nil
}

// recurring describes a recurring payment to the buyer.
func recurring(metadata ledger.Object) string {
	amount, every := "", ""
	if m := metadata.MoneyAt("amount"); m.Minor > 0 {
		amount = m.String()
	}
	frequency := metadata.At("frequency")
	if unit := frequency.Text("unit"); unit != "" && unit != "Variable" {
		unit = strings.ToLower(unit)
		every = "every " + unit
		if n := frequency.Text("value"); n != "" && n != "1" {
			every = "every " + n + " " + unit + "s"
		}
	}
	switch {
	case amount == "" && every == "":
		return "varying amounts, at varying times"
	case amount == "":
		return "varying amounts, " + every
	case every == "":
		return amount + ", at varying times"
	}
	return amount + ", " + every
}
