package ledger

import (
	"errors"
	"fmt"
)

// Subscribe makes n recurring charge permissions, as n completed sessions with the call's body
// would, and returns their ids.
func (l *Ledger) Subscribe(c *Call, lastDigits string, n int) ([]string, error) {
	with, known := CardNamed(lastDigits)
	switch {
	case !known:
		return nil, unknownCard(lastDigits)
	case with.ends != "":
		return nil, fmt.Errorf("emulator: Subscribe: no checkout is completed with the card %s (%s): choose another", with.Digits, with.Effect)
	}
	if refused := l.checkSession(c, c.Body); refused != nil {
		return nil, errors.New("emulator: Subscribe: " + refused.Message)
	}
	s := &Session{Product: PayAndShip, Details: c.Body, Wallet: Wallet{Card: lastDigits}}
	same := agreed(c, s)
	ids := make([]string, n)
	for i := range ids {
		p := *same
		l.addPermission(c, &p)
		ids[i] = p.ID
	}
	return ids, nil
}
