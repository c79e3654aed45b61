package main

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

type clickCommand struct {
	Page string `arg:"" help:"File with the page, or - for standard input." predictor:"file" placeholder:"FILE"`
	As   string `help:"Product type, if the page does not name it." placeholder:"TYPE"`
}

// Run clicks the first button of a page, and signs the buyer in.
func (c *clickCommand) Run(s *session) error {
	page, err := s.read(c.Page)
	if err != nil {
		return err
	}
	buttons := (&verifyCommand{}).search(string(page))
	if len(buttons) == 0 {
		return wrong("Give the page on which the buyer sees the button, as the browser gets it: a shop may show it only with its cookie.", "%s has no payloadJSON with a signature", sourceName(c.Page))
	}
	control, err := s.control()
	if err != nil {
		return err
	}
	id, err := control.click(s.ctx, buttons[0], cmp.Or(c.As, buttons[0].product))
	if err != nil {
		return err
	}
	if err := control.post(s.ctx, "sessions/"+id+"/signIn", nil, nil); err != nil {
		return err
	}
	if s.cli.JSON {
		return s.printJSON(map[string]string{"checkoutSessionId": id})
	}
	s.printf("%s", oneLine(id))
	return nil
}

// click sends what checkout.js sends at a click, and returns the session that it made.
func (c *control) click(ctx context.Context, b found, product string) (string, error) {
	key := cmp.Or(b.keyID, c.account.config.PublicKeyID)
	form := url.Values{
		"payloadJSON": {b.payload}, "signature": {b.signature}, "algorithm": {b.algorithm}, "publicKeyId": {key}, "productType": {product},
		"merchantId": {c.account.merchantID}, "region": {c.described.Region}, "sandbox": {strconv.FormatBool(!c.live)}, "ledgerCurrency": {b.currency},
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.described.BaseURL+"/checkout/start", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := c.http.Transport.RoundTrip(request) // its redirect is the buyer's way
	if err != nil {
		return "", failed("Is it running? Start it with amazonpay emulator.", "%w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	to, err := url.Parse(answer.Header.Get("Location"))
	if err == nil && to.Query().Get("amazonCheckoutSessionId") != "" {
		return to.Query().Get("amazonCheckoutSessionId"), nil
	}
	said, _ := io.ReadAll(io.LimitReader(answer.Body, maxInput))
	refusal := strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(string(said), " "))), " ")
	return "", &failure{code: exitRefused, err: fmt.Errorf("the emulator refused the button: %d %s", answer.StatusCode, refusal), next: "Its window says more. " + c.window()}
}

var tag = regexp.MustCompile(`(?s)<style.*?</style>|<[^>]*>`)
