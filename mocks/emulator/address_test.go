package emulator_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func japanese() object {
	return object{
		"name": "株式会社サンプルコーポレーション東日", "addressLine1": "東京都目黒区下目黒1-8-1", "addressLine2": "レジデンス目黒グランドタワー壱番館",
		"stateOrRegion": "東京都", "postalCode": "153-0064", "countryCode": "JP", "phoneNumber": "03-5555-0100",
	}
}

func american() object {
	return object{
		"name": "Susie O'Hara", "addressLine1": "10 Ditka Ave + 1/2", "addressLine2": "c/o 100% Wool & Co.", "city": "Chicago", "districtOrCounty": "Cook",
		"stateOrRegion": "IL", "postalCode": "60602", "countryCode": "US", "phoneNumber": "+1 800 555 0100",
	}
}

func (c *client) paying(address object) object {
	return object{
		"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/", "checkoutMode": "ProcessOrder"},
		"storeId":            c.store(), "addressDetails": address,
		"paymentDetails": object{"paymentIntent": "Confirm", "chargeAmount": object{"amount": "5", "currencyCode": map[string]string{"jp": "JPY", "na": "USD"}[c.server.Description().Region]}},
	}
}

func each(o object, change func(string) string) object {
	changed := object{}
	for name, value := range o {
		text, _ := value.(string)
		changed[name] = change(text)
	}
	return changed
}

// encodeURI is what JavaScript's function of that name does.
func encodeURI(s string) string {
	for _, kept := range ";,/?:@&=+$#!*'()" {
		s = strings.ReplaceAll(s, string(kept), "\x00"+string(rune('a'+strings.IndexRune(";,/?:@&=+$#!*'()", kept)))+"\x00")
	}
	s = strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
	for i, kept := range []rune(";,/?:@&=+$#!*'()") {
		s = strings.ReplaceAll(s, "%00"+string(rune('a'+i))+"%00", string(kept))
	}
	return s
}

// Raw or percent-encoded, as JavaScript or PHP does it: what was meant arrives.
func TestAddressDetailsAreDecodedOnce(t *testing.T) {
	t.Parallel()
	ways := map[string]func(string) string{
		"raw":                func(s string) string { return s },
		"encodeURIComponent": func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") },
		"encodeURI":          encodeURI,
		"urlencode":          url.QueryEscape,
		"lower-case escapes": func(s string) string {
			var b strings.Builder
			for _, c := range []byte(s) {
				b.WriteString("%" + strings.ToLower(string("0123456789ABCDEF"[c>>4])+string("0123456789ABCDEF"[c&15])))
			}
			return b.String()
		},
	}
	for region, address := range map[string]object{"jp": japanese(), "na": american()} {
		c := newClient(t, emulator.Start(t, emulator.WithRegion(region)), 0)
		for name, way := range ways {
			id := c.click("PayAndShip", c.paying(each(address, way)))
			require.NoError(t, c.server.Buyer().SignIn(id))
			shown := c.get("/checkoutSessions/" + id)
			for member, value := range address {
				assert.Equal(t, value, shown.at("shippingAddress", strings.Replace(member, "districtOrCounty", "district", 1)), "%s, %s", name, member)
			}
		}
	}
}

// What looks like an escape, but is not meant as one, stays.
func TestLiteralPercentSigns(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for sent, meant := range map[string]string{
		"Suite %41 B": "Suite %41 B", "100%": "100%", "%": "%", "50%/50%": "50%/50%", "%zz": "%zz", "%FF": "%FF", "é%41": "é%41",
		"%2541": "%41", "%41": "A", "1+1": "1+1", "+": "+", "a%2Bb": "a+b", "  spaced  ": "spaced",
	} {
		address := american()
		address["addressLine2"] = sent
		id := c.click("PayAndShip", c.paying(address))
		require.NoError(t, c.server.Buyer().SignIn(id))
		assert.Equal(t, meant, c.get("/checkoutSessions/"+id).at("shippingAddress", "addressLine2"), sent)
	}
	encoded := each(american(), url.QueryEscape)
	encoded["phoneNumber"] = "+18005550100" // only what can mean a space is one
	encoded["addressLine2"] = "+a+b+"
	id := c.click("PayAndShip", c.paying(encoded))
	require.NoError(t, c.server.Buyer().SignIn(id))
	shown := c.get("/checkoutSessions/" + id)
	assert.Equal(t, "+18005550100", shown.at("shippingAddress", "phoneNumber"))
	assert.Equal(t, "+a b+", shown.at("shippingAddress", "addressLine2"))
	assert.Equal(t, "Susie O'Hara", shown.at("shippingAddress", "name"))
}

// A line in which there is nothing but white space does not keep the others from being decoded.
func TestBlankLinesOfAnAddress(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for name, way := range map[string]func(string) string{
		"PHP's urlencode": url.QueryEscape, "PHP's rawurlencode": func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") },
	} {
		for _, blank := range []string{"", " ", "\t", "\u3000", "+", "++", "%20"} {
			if strings.Contains(blank, "+") && name != "PHP's urlencode" || blank == "%20" && name == "PHP's urlencode" {
				continue // no encoder writes both
			}
			address := each(american(), way)
			address["addressLine2"] = blank
			id := c.click("PayAndShip", c.paying(address))
			require.NoError(t, c.server.Buyer().SignIn(id))
			shown := c.get("/checkoutSessions/" + id)
			assert.Equal(t, "Susie O'Hara", shown.at("shippingAddress", "name"), "%s, %q", name, blank)
			assert.Equal(t, "10 Ditka Ave + 1/2", shown.at("shippingAddress", "addressLine1"), "%s, %q", name, blank)
			assert.Contains(t, []any{"", nil}, shown.at("shippingAddress", "addressLine2"), "%s, %q", name, blank)
		}
	}
}

// Which members there must be depends on the country, and the limits are in characters of what is
// meant.
func TestWhatAddressDetailsNeed(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	others := *c
	others.agent = "another/1"
	with := func(country string, more object) object {
		o := american()
		o["countryCode"] = country
		maps.Copy(o, more)
		return o
	}
	for name, row := range map[string]struct {
		address object
		reason  string // ok: none
		member  string
	}{
		"whole":                   {american(), "ok", ""},
		"no name":                 {with("US", object{"name": ""}), "MissingParameterValue", "name"},
		"a name of spaces":        {with("US", object{"name": "  "}), "MissingParameterValue", "name"},
		"no line":                 {with("US", object{"addressLine1": ""}), "MissingParameterValue", "addressLine1"},
		"no city":                 {with("US", object{"city": ""}), "MissingParameterValue", "city"},
		"no city in Japan":        {with("JP", object{"city": "", "stateOrRegion": "東京都"}), "ok", ""},
		"no state":                {with("US", object{"stateOrRegion": ""}), "MissingParameterValue", "stateOrRegion"},
		"no state in Japan":       {with("JP", object{"stateOrRegion": ""}), "MissingParameterValue", "stateOrRegion"},
		"no state in Canada":      {with("CA", object{"stateOrRegion": ""}), "MissingParameterValue", "stateOrRegion"},
		"no state in Germany":     {with("DE", object{"stateOrRegion": ""}), "ok", ""},
		"a state in Germany":      {with("DE", object{"stateOrRegion": "Bayern"}), "ok", ""},
		"no state in Britain":     {with("GB", object{"stateOrRegion": ""}), "ok", ""},
		"a state in Britain":      {with("GB", object{"stateOrRegion": "Kent"}), "InvalidParameterValue", "stateOrRegion"},
		"no postal code":          {with("US", object{"postalCode": ""}), "MissingParameterValue", "postalCode"},
		"no country":              {with("", nil), "MissingParameterValue", "countryCode"},
		"no phone number":         {with("US", object{"phoneNumber": ""}), "MissingParameterValue", "phoneNumber"},
		"a member of answers":     {with("US", object{"district": "Cook"}), "UnrecognizedField", "district"},
		"50 characters":           {with("US", object{"name": strings.Repeat("店", 50)}), "ok", ""},
		"51 characters":           {with("US", object{"name": strings.Repeat("店", 51)}), "InvalidParameterValue", "name"},
		"51 ASCII characters":     {with("US", object{"name": strings.Repeat("x", 51)}), "InvalidParameterValue", "name"},
		"50 characters, encoded":  {with("US", object{"name": url.PathEscape(strings.Repeat("店", 50))}), "encoded", ""},
		"a country in lower case": {with("us", nil), "ok", ""},
	} {
		for _, agent := range []*client{c, &others} {
			a := agent.post("/checkoutSessions", agent.paying(row.address))
			switch {
			case row.reason == "ok", row.reason == "encoded" && agent != c:
				a.must(t, http.StatusCreated)
			case row.reason == "encoded": // of this SDK's own requests what is sent counts, too
				a.refused(t, 400, "InvalidParameterValue")
			default:
				require.Equal(t, row.reason, a.reason, name+a.raw)
				assert.Contains(t, a.body["message"], "addressDetails."+row.member+" ", name)
			}
		}
	}
	bare := c.paying(nil)
	delete(bare, "addressDetails")
	c.post("/checkoutSessions", bare).must(t, http.StatusCreated) // which buttons need
	for product, row := range map[string]struct {
		address any
		status  int
	}{
		"PayAndShip": {american(), http.StatusSeeOther}, "PayOnly": {nil, http.StatusSeeOther},
	} {
		payload := c.paying(american())
		if row.address == nil {
			delete(payload, "addressDetails")
		}
		assert.Equal(t, row.status, c.visit("/checkout/start", c.button(product, payload)).status, product)
		if row.address == nil {
			payload["addressDetails"] = american()
		} else {
			delete(payload, "addressDetails")
		}
		p := c.visit("/checkout/start", c.button(product, payload))
		assert.Equal(t, http.StatusBadRequest, p.status, product)
		assert.Contains(t, p.text, "addressDetails", product)
	}
}
