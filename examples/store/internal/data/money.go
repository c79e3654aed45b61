package data

import (
	"encoding/json"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// prices turns amounts as they are stored into prices: pairs of a price and its amount.
func prices(currency string, pairs ...priced) error {
	for _, p := range pairs {
		price, err := amazonpay.NewPrice(p.minor, amazonpay.CurrencyCode(currency))
		if err != nil {
			return err
		}
		*p.into = price
	}
	return nil
}

type priced struct {
	into  *amazonpay.Price
	minor int64
}

// amounts turns prices into amounts as they are stored. The zero price is 0.
func amounts(prices ...amazonpay.Price) ([]any, error) {
	minors := make([]any, 0, len(prices))
	for _, p := range prices {
		if p == (amazonpay.Price{}) {
			minors = append(minors, int64(0))
			continue
		}
		minor, err := p.MinorUnits()
		if err != nil {
			return nil, err
		}
		minors = append(minors, minor)
	}
	return minors, nil
}

func addressText(a *amazonpay.Address) (string, error) {
	if a == nil {
		return "", nil
	}
	text, err := json.Marshal(a)
	return string(text), err
}

func addressOf(text string) (*amazonpay.Address, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // there is no address, and no error
	}
	var a amazonpay.Address
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return nil, err
	}
	return &a, nil
}

func now() int64 { return time.Now().UnixMilli() }
