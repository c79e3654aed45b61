package reconcile

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Match is what the ledger's id column names, and so which column of the report it is compared
// with.
type Match string

// The kinds of ids.
const (
	// MatchTransaction: the id of a charge or a refund at Amazon Pay.
	MatchTransaction Match = "transaction"
	// MatchReference: the merchant's own reference of a charge.
	MatchReference Match = "reference"
	// MatchOrder: the merchant's own id of an order. Its rows are compared by their sum.
	MatchOrder Match = "order"
	// MatchPermission: the id of a charge permission. Its rows are compared by their sum.
	MatchPermission Match = "permission"
)

// sums reports whether one id may have several payments.
func (m Match) sums() bool { return m == MatchOrder || m == MatchPermission }

// Columns are the names of the ledger's columns.
type Columns struct {
	ID       string `json:"id"`
	Amount   string `json:"amount"`
	Currency string `json:"currency"` // a currency code if the ledger has one currency and no such column
	Type     string `json:"type,omitzero"`
	Date     string `json:"date,omitzero"`
}

// The names that are recognised, without blanks, hyphens and capitals.
var (
	idNames = []struct {
		match Match
		names []string
	}{
		{MatchTransaction, []string{
			"chargeid", "transactionid", "amazontransactionid", "amazonchargeid", "amazonpaychargeid", "captureid", "amazonpayid", "chargeorrefundid",
		}},
		{MatchReference, []string{"reference", "referenceid", "merchantreference", "merchantreferenceid", "sellerreferenceid", "sellerreference"}},
		{MatchOrder, []string{"order", "orderid", "orderno", "ordernumber", "sellerorderid", "merchantorderid", "bestellnummer"}},
		{MatchPermission, []string{"chargepermissionid", "chargepermission", "amazonorderreferenceid"}},
	}
	amountNames   = []string{"amount", "total", "gross", "grossamount", "chargeamount", "transactionamount", "betrag", "montant", "importe", "importo", "金額"}
	currencyNames = []string{"currency", "currencycode", "währung", "devise", "moneda", "divisa", "valuta", "通貨"}
	typeNames     = []string{"type", "transactiontype", "kind", "typ"}
	dateNames     = []string{"date", "datetime", "time", "timestamp", "created", "createdat", "capturedat", "captured", "transactionposteddate", "postedat", "posteddate", "datum", "日付"}
)

func normal(name string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, name)
}

// findColumns returns the columns of the ledger, given or recognised. match is empty if the name of
// the id column does not say what the ids are.
func findColumns(header []string, o *Options) (c Columns, match Match, err error) {
	match = o.Match
	if c.ID, err = given(header, "--id", o.ID); err != nil {
		return c, "", err
	}
	if c.ID == "" {
		for _, kind := range idNames {
			if c.ID, err = recognised(header, "id", "--id", kind.names); err != nil {
				return c, "", err
			}
			if c.ID != "" {
				break
			}
		}
	}
	if c.ID == "" {
		return c, "", fmt.Errorf("no column is recognised as the id: name it with --id. The columns are %s", list(header))
	}
	for _, kind := range idNames {
		if match == "" && slices.Contains(kind.names, normal(c.ID)) {
			match = kind.match
		}
	}
	for _, each := range []struct {
		column      *string
		name, given string
		names       []string
		required    bool
	}{
		{&c.Amount, "amount", o.Amount, amountNames, true},
		{&c.Currency, "currency", o.Currency, currencyNames, true},
		{&c.Type, "type", o.Type, typeNames, false},
		{&c.Date, "date", o.Date, dateNames, false},
	} {
		flag := "--" + each.name
		if each.name == "currency" && !slices.Contains(header, each.given) {
			if _, ok := amazonpay.CurrencyCode(each.given).MinorDigits(); ok {
				*each.column = each.given
				continue
			}
		}
		if *each.column, err = given(header, flag, each.given); err == nil && *each.column == "" {
			*each.column, err = recognised(header, each.name, flag, each.names)
		}
		if err == nil && *each.column == "" && each.required {
			err = fmt.Errorf("no column is recognised as the %s: name it with %s. The columns are %s", each.name, flag, list(header))
		}
		if err != nil {
			return c, "", err
		}
	}
	return c, match, nil
}

func given(header []string, flag, name string) (string, error) {
	if name == "" || slices.Contains(header, name) {
		return name, nil
	}
	return "", fmt.Errorf("there is no column %.60q (%s). The columns are %s", name, flag, list(header))
}

// recognised returns the one column with a known name. Two of them are an error.
func recognised(header []string, what, flag string, names []string) (found string, err error) {
	for _, column := range header {
		if !slices.Contains(names, normal(column)) {
			continue
		}
		if found != "" {
			return "", fmt.Errorf("the columns %.60q and %.60q may both be the %s: name it with %s", found, column, what, flag)
		}
		found = column
	}
	return found, nil
}

func list(header []string) string {
	var quoted []string
	for _, column := range header {
		if column != "" {
			quoted = append(quoted, fmt.Sprintf("%.60q", column))
		}
	}
	if len(quoted) > 30 {
		quoted = append(quoted[:30], "…")
	}
	return strings.Join(quoted, ", ")
}
