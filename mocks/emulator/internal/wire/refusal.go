package wire

import (
	"net/http"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

func forbidden(reason, format string, args ...any) *ledger.Refusal {
	return ledger.Refuse(http.StatusForbidden, reason, format, args...)
}
