package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

type buttonCommand struct {
	Payload string `arg:"" help:"File with the payload as JSON, or - for standard input." predictor:"file" placeholder:"FILE"`
	Kind    string `help:"Kind of the button: ${kinds}." default:"OneTime" placeholder:"KIND"`

	MerchantID  string `help:"Merchant id. The default is the account's." placeholder:"ID"`
	StoreID     string `help:"Store id for a payload without one. The default is the account's." placeholder:"ID"`
	Placement   string `help:"Page on which the button stands: Home, Product, Cart, Checkout or Other." default:"Cart"`
	ProductType string `help:"What the button offers, such as PayAndShip or PayOnly. The default is what goes with the payload." placeholder:"TYPE"`
	Color       string `help:"Color of the button: Gold, LightGray or DarkGray." placeholder:"COLOR"`
	Language    string `help:"Language of the button, such as de_DE." placeholder:"LANGUAGE"`
	Ledger      string `help:"Currency of the account: USD, EUR, GBP or JPY. Required in the EU." placeholder:"CURRENCY"`
	Page        string `help:"Write a page that shows the button to this file." predictor:"file" placeholder:"FILE"`
	Signature   bool   `help:"Sign the payload as it is, and print payload, signature, algorithm and key id alone."`
}

// Run signs a button.
func (c *buttonCommand) Run(s *session) error {
	payload, err := s.read(c.Payload)
	if err != nil {
		return err
	}
	client, account, err := s.client()
	if err != nil {
		return err
	}
	if c.Signature {
		signed, err := client.ButtonSignature(payload)
		if err != nil {
			return wrong("", "%w", err)
		}
		return s.printJSON(signed)
	}
	i := slices.IndexFunc(button.Kinds(), func(kind string) bool { return strings.EqualFold(kind, c.Kind) })
	if i < 0 {
		return wrong("Use one of "+strings.Join(button.Kinds(), ", ")+".", "--kind %q is no kind of button", c.Kind)
	}
	parsed, err := button.Parse(button.Kinds()[i], payload)
	if err != nil {
		return wrong("Correct the payload; --kind names another kind.", "%s: %w", c.Payload, err)
	}
	made, maker, err := c.make(client, account, parsed)
	if err != nil {
		return wrong("Correct the payload or the flag.", "%w", err)
	}
	if c.Page == "" {
		return s.printJSON(made)
	}
	page := fmt.Sprintf("<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"+
		"<title>Amazon Pay</title>\n%s\n</head>\n<body>\n%s\n</body>\n</html>\n", maker.Script(""), made.HTML(""))
	if err := writeFile(c.Page, []byte(page)); err != nil {
		return err
	}
	s.note("The page is in %s. It has what the payload has: show it to its buyer only.", c.Page)
	return nil
}

func (c *buttonCommand) make(client *amazonpay.Client, a account, payload button.Payload) (*button.Button, *button.Maker, error) {
	config := button.Config{Client: client, MerchantID: a.merchantID, StoreID: a.storeID}
	if c.MerchantID != "" {
		config.MerchantID = c.MerchantID
	}
	if c.StoreID != "" {
		config.StoreID = c.StoreID
	}
	if a.described != nil {
		config.ScriptURL = a.described.ScriptURL
	}
	maker, err := button.New(config)
	if err != nil {
		return nil, nil, err
	}
	made, err := maker.Button(payload, button.Options{
		ProductType: webstore.ProductType(c.ProductType), Placement: button.Placement(c.Placement), Color: button.Color(c.Color),
		Language: button.Language(c.Language), LedgerCurrency: amazonpay.LedgerCurrency(c.Ledger),
	})
	return made, maker, err
}
