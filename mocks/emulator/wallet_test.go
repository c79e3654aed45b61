package emulator_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// specified returns a session with delivery specifications, to which the buyer has signed in.
func (c *client) specified(specifications any) string {
	c.tb.Helper()
	id := c.post("/checkoutSessions", object{
		"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/"}, "storeId": c.store(),
		"deliverySpecifications": specifications,
	}).must(c.tb, http.StatusCreated).text(c.tb, "checkoutSessionId")
	require.NoError(c.tb, c.server.Buyer().SignIn(id))
	return id
}

func TestSpecialRestrictions(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	const boxes, stations = "RestrictPOBoxes", "RestrictPackstations"
	ids := map[string]string{
		boxes:                  c.specified(object{"specialRestrictions": []string{boxes}}),
		stations:               c.specified(object{"specialRestrictions": []string{stations}}),
		boxes + " " + stations: c.specified(object{"specialRestrictions": []string{boxes, stations}}),
		"":                     c.specified(object{"specialRestrictions": []string{}}),
	}
	tests := []struct {
		line string
		kind string // by what it is ruled out; empty: by nothing
	}{
		{"P.O. Box 42", boxes},
		{"PO Box 42", boxes},
		{"P O Box 42", boxes},
		{"P. O. Box 42", boxes},
		{"P.O.Box 42", boxes},
		{"POBox 42", boxes},
		{"po box 42", boxes},
		{"c/o Smith, P.O. BOX 42", boxes},
		{"10 Ditka Ave", ""},
		{"42 Box Lane", ""},
		{"Compo Box Works", ""},
		{"10 Depot Boxing Club", ""},
		{"Packstation 123", stations},
		{"PACKSTATION 123", stations},
		{"DHL-Packstation Nr. 123", stations},
		{"Packstationsweg 3", ""},
		{"Pack Station Road 3", ""},
	}
	for _, tt := range tests {
		for rules, id := range ids {
			for i, a := range []emulator.Address{{AddressLine1: tt.line}, {AddressLine2: tt.line}, {AddressLine3: tt.line}} {
				a.CountryCode = "DE"
				err := c.server.Buyer().ChangeAddress(id, a)
				if tt.kind != "" && strings.Contains(rules, tt.kind) {
					require.ErrorContains(t, err, "the shop does not deliver to ", "%s in line %d, %s", tt.line, i+1, rules)
				} else {
					require.NoError(t, err, "%s in line %d, %s", tt.line, i+1, rules)
				}
			}
		}
	}
}

func TestAddressRestrictions(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	tests := []struct {
		restrictions string
		address      string // country, state, postal code
		listed       bool
	}{
		{`{"US":{}}`, "US WA 98101", true},
		{`{"US":{}}`, "us WA 98101", true},
		{`{"us":{}}`, "US WA 98101", true},
		{`{"US":{}}`, "CA ON M5H", false},
		{`{"US":{},"CA":{}}`, "CA ON M5H", true},
		{`{"US":{"statesOrRegions":[],"zipCodes":[]}}`, "US WA 98101", true},
		{`{"US":{"statesOrRegions":["WA","OR"]}}`, "US OR 97035", true},
		{`{"US":{"statesOrRegions":["WA","OR"]}}`, "US or 97035", true},
		{`{"US":{"statesOrRegions":["WA"]}}`, "US OR 97035", false},
		{`{"US":{"statesOrRegions":["W"]}}`, "US WA 98101", false},
		{`{"US":{"statesOrRegions":["WA"]},"CA":{}}`, "CA ON M5H", true},
		{`{"US":{"zipCodes":["98101"]}}`, "US WA 98101", true},
		{`{"US":{"zipCodes":["98101"]}}`, "US WA 98102", false},
		{`{"US":{"zipCodes":["9810"]}}`, "US WA 98101", false},
		{`{"US":{"zipCodes":["981*"]}}`, "US WA 98101", true},
		{`{"US":{"zipCodes":["981*"]}}`, "US WA 98201", false},
		{`{"US":{"zipCodes":["97*","981*"]}}`, "US OR 97035", true},
		{`{"JP":{"zipCodes":["100-*"]}}`, "JP 東京都 100-0001", true},
		{`{"JP":{"zipCodes":["*0001"]}}`, "JP 東京都 100-0001", true},
		{`{"JP":{"zipCodes":["10*-0001"]}}`, "JP 東京都 100-0001", true},
		{`{"JP":{"zipCodes":["100-000?"]}}`, "JP 東京都 100-0001", true},
		{`{"JP":{"zipCodes":["1?0-0001"]}}`, "JP 東京都 100-0001", true},
		{`{"JP":{"zipCodes":["*"]}}`, "JP 東京都 100-0001", true},
		{`{"JP":{"zipCodes":["**1"]}}`, "JP 東京都 100-0001", true},
		{`{"JP":{"zipCodes":["*0*0*1"]}}`, "JP 東京都 100-0001", true},
		{`{"JP":{"zipCodes":["*0002"]}}`, "JP 東京都 100-0001", false},
		{`{"JP":{"zipCodes":["100-000??"]}}`, "JP 東京都 100-0001", false},
		{`{"JP":{"zipCodes":["?100-0001"]}}`, "JP 東京都 100-0001", false},
		{`{"JP":{"zipCodes":["1001*0001*2"]}}`, "JP 東京都 100-0001", false},
		{`{"JP":{"zipCodes":["1530064"]}}`, "JP 東京都 153-0064", true},
		{`{"JP":{"zipCodes":["153-0064"]}}`, "JP 東京都 1530064", true},
		{`{"JP":{"zipCodes":["15300*"]}}`, "JP 東京都 153-0064", true},
		{`{"JP":{"zipCodes":["1530065"]}}`, "JP 東京都 153-0064", false},
		{`{"US":{"zipCodes":["981011234"]}}`, "US WA 98101-1234", false},
		{`{"US":{"zipCodes":["98.01","9[8]101"]}}`, "US WA 98101", false},
		{`{"JP":{"except":{"statesOrRegions":["北海道"],"zipCodes":["123-*"]}}}`, "JP 東京都 100-0001", true},
		{`{"JP":{"except":{"statesOrRegions":["北海道"],"zipCodes":["123-*"]}}}`, "JP 北海道 060-0001", false},
		{`{"JP":{"except":{"statesOrRegions":["北海道"],"zipCodes":["123-*"]}}}`, "JP 東京都 123-0001", false},
		{`{"JP":{"except":{}}}`, "JP 東京都 100-0001", true},
		{`{"JP":{"statesOrRegions":["東京都"],"except":{"zipCodes":["100-*"]}}}`, "JP 東京都 101-0001", true},
		{`{"JP":{"statesOrRegions":["東京都"],"except":{"zipCodes":["100-*"]}}}`, "JP 東京都 100-0001", false},
		{`{"JP":{"statesOrRegions":["東京都"],"except":{"zipCodes":["100-*"]}}}`, "JP 大阪府 530-0001", false},
		{`{"US":{"zipCodes":["*"]}}`, "US OR 97035", true},
		{`{"US":{"statesOrRegions":["WA"],"zipCodes":["97*"]}}`, "US OR 97035", true}, // either will do
		{`{"US":{"statesOrRegions":["WA"],"zipCodes":["97*"]}}`, "US CA 94016", false},
		{`{"GB":{"zipCodes":["SW1A*"]}}`, "GB - SW1A", true},
		{`{}`, "US WA 98101", false},
	}
	for _, tt := range tests {
		for kind, allowed := range map[string]bool{"Allowed": tt.listed, "NotAllowed": !tt.listed} {
			id := c.post("/checkoutSessions", `{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/"},"storeId":"`+c.store()+
				`","deliverySpecifications":{"addressRestrictions":{"type":"`+kind+`","restrictions":`+tt.restrictions+`}}}`).
				must(t, http.StatusCreated).text(t, "checkoutSessionId")
			require.NoError(t, c.server.Buyer().SignIn(id))
			parts := strings.Fields(tt.address)
			err := c.server.Buyer().ChangeAddress(id, emulator.Address{CountryCode: parts[0], StateOrRegion: parts[1], PostalCode: parts[2]})
			if allowed {
				require.NoError(t, err, "%s %s, %s", kind, tt.restrictions, tt.address)
			} else {
				require.ErrorContains(t, err, "the shop does not deliver there", "%s %s, %s", kind, tt.restrictions, tt.address)
			}
		}
	}
}

// What is excepted is part of the session's answer, too.
func TestExcept(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t, emulator.WithRegion("jp")), 0)
	text, err := os.ReadFile("testdata/reports/except.json")
	require.NoError(t, err)
	var given object
	require.NoError(t, json.Unmarshal(text, &given))
	id := c.specified(given["deliverySpecifications"])
	assert.Equal(t, given["deliverySpecifications"], c.get("/checkoutSessions/" + id).body["deliverySpecifications"])
	to := func(state, code string) error {
		return c.server.Buyer().ChangeAddress(id, emulator.Address{StateOrRegion: state, PostalCode: code, CountryCode: "JP"})
	}
	require.NoError(t, to("東京都", "100-0001"))
	for _, refused := range [][2]string{{"北海道", "060-0001"}, {"沖縄県", "900-0001"}, {"東京都", "123-4567"}} {
		require.ErrorContains(t, to(refused[0], refused[1]), "does not deliver")
	}
	a := c.post("/checkoutSessions", object{
		"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/"}, "storeId": c.store(),
		"deliverySpecifications": object{"addressRestrictions": object{"type": "Allowed", "restrictions": object{"JP": object{"except": object{"except": object{}}}}}},
	}).refused(t, 400, "UnrecognizedField")
	assert.Contains(t, a.body["message"], "restrictions.JP.except.except")
}

// The specifications are for the buyer's choice: an address that the shop itself gave is its own
// affair.
func TestRestrictionsOfTheShopsOwnAddress(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	id := c.post("/checkoutSessions", object{
		"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/", "checkoutMode": "ProcessOrder"}, "storeId": c.store(),
		"paymentDetails": object{"paymentIntent": "Confirm", "chargeAmount": usd("5")},
		"addressDetails": object{
			"name": "Me", "addressLine1": "P.O. Box 7", "city": "Chicago", "stateOrRegion": "IL", "postalCode": "60602", "countryCode": "US",
			"phoneNumber": "800-555-0100",
		},
		"deliverySpecifications": object{"specialRestrictions": []string{"RestrictPOBoxes"}},
	}).must(t, http.StatusCreated).text(t, "checkoutSessionId")
	require.NoError(t, c.server.Buyer().Approve(id))
	require.ErrorContains(t, c.server.Buyer().ChangeAddress(id, emulator.Address{CountryCode: "US"}), "the shop gave it, or nothing is shipped")
	c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("5")}).must(t, http.StatusOK)
	require.ErrorContains(t, c.server.Buyer().ChangeAddress(id, emulator.Address{}), "two letters")
	require.ErrorContains(t, c.server.Buyer().ChangeAddress(id, emulator.Address{CountryCode: "USA"}), "two letters")
}

// The Diners card of Japan's sandbox is good.
func TestDinersCard(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t, emulator.WithRegion("jp")), 0)
	id := c.post("/checkoutSessions", object{
		"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/"}, "storeId": c.store(),
		"paymentDetails": object{"paymentIntent": "AuthorizeWithCapture", "chargeAmount": priceIn("JPY", "500")},
	}).must(t, http.StatusCreated).text(t, "checkoutSessionId")
	require.NoError(t, c.server.Buyer().SignIn(id))
	require.NoError(t, c.server.Buyer().ChangeCard(id, "1212"))
	assert.Contains(t, c.get("/checkoutSessions/"+id).raw, "Diners ****1212")
	require.NoError(t, c.server.Buyer().Approve(id))
	c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": priceIn("JPY", "500")}).must(t, http.StatusOK)
}

// What each test card does, to a session, to the first authorization, and to a later charge.
func TestCards(t *testing.T) {
	t.Parallel()
	tests := []struct {
		card       string
		shown      string
		approved   string // the session's state once the buyer has approved
		completed  int
		begins     string // the charge's state
		ends       string // half a minute later
		permission string
		later      string // the reason for which a charge with this card is refused; empty: it is not
	}{
		{"1111", "Visa ****1111 (Amazon Pay)", "Open", 200, "Authorized", "Authorized", "Chargeable", ""},
		{"0005", "Amex ****0005 (Amazon Pay)", "Open", 200, "Authorized", "Authorized", "Chargeable", ""},
		{"4444", "MasterCard ****4444 (Amazon Pay)", "Open", 200, "Authorized", "Authorized", "Chargeable", ""},
		{"9424", "Discover ****9424 (Amazon Pay)", "Open", 200, "Authorized", "Authorized", "Chargeable", ""},
		{"0000", "JCB ****0000 (Amazon Pay)", "Open", 200, "Authorized", "Authorized", "Chargeable", ""},
		{"3064", "Visa ****3064 (Amazon Pay)", "Canceled/BuyerCanceled", 422, "", "", "", ""},
		{"3434", "Visa ****3434 (Amazon Pay)", "Canceled/Declined", 422, "", "", "", ""},
		{"0701", "Visa ****0701 (Amazon Pay)", "Open", 202, "AuthorizationInitiated", "Authorized", "Chargeable", ""},
		{"4354", "Visa ****4354 (Amazon Pay)", "Open", 202, "AuthorizationInitiated", "Declined/HardDeclined", "NonChargeable/PaymentMethodInvalid", "HardDeclined"},
	}
	for _, tt := range tests {
		t.Run(tt.card, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.newOpen()
			f.patch(f.path, object{"paymentDetails": object{"canHandlePendingAuthorization": true, "totalOrderAmount": usd("90")}}).must(t, 200)
			f.done(f.server.Buyer().SignIn(f.id))
			f.done(f.server.Buyer().ChangeCard(f.id, tt.card))
			assert.Equal(t, []any{object{"paymentDescriptor": tt.shown}}, f.show().body["paymentPreferences"])
			f.done(f.server.Buyer().Approve(f.id))
			assert.Equal(t, tt.approved, stateOf(f, f.show()))
			done := f.post(f.path+"/complete", object{"chargeAmount": usd("50"), "totalOrderAmount": usd("90")})
			require.Equal(t, tt.completed, done.status, done.raw)

			// Whatever it does to a session, it pays for what comes later, or does not.
			f.newPermission("OneTime")
			f.done(f.server.Buyer().ChangePaymentMethod(f.permission, tt.card))
			later := f.newCharge20("", nil)
			assert.Equal(t, tt.later, later.reason, later.raw)
			if tt.completed == 422 {
				return
			}
			f.is("/charges/"+done.text(t, "chargeId"), "")
			assert.Equal(t, tt.begins, stateOf(f, f.show()))
			f.clock.Add(30 * time.Second)
			assert.Equal(t, tt.ends, stateOf(f, f.show()))
			f.is("/chargePermissions/"+done.text(t, "chargePermissionId"), "")
			assert.Equal(t, tt.permission, stateOf(f, f.show()))
		})
	}
}

// A pending card needs a shop that takes a pending authorization, and a code is stronger than a
// card.
func TestCardsAndCodes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	buyer := f.server.Buyer()
	for _, card := range []string{"0701", "4354"} {
		f.newOpen()
		f.done(buyer.SignIn(f.id))
		f.done(buyer.ChangeCard(f.id, card))
		require.ErrorContains(t, buyer.Approve(f.id), "requires paymentIntent Authorize and canHandlePendingAuthorization")
		assert.Equal(t, "Open/signedIn", sessionStateOf(f, f.show()))
	}
	for _, unknown := range []string{"", "111", "01111", "x"} {
		require.ErrorContains(t, buyer.ChangeCard(f.id, unknown), "want one of 1111, 0005, 4444, 9424, 0000, 1212, 3064, 3434, 0701, 4354")
		require.ErrorContains(t, buyer.ChangePaymentMethod(f.permission, unknown), "want one of 1111")
	}
	f.newPermission("OneTime")
	f.done(buyer.ChangePaymentMethod(f.permission, "4354"))
	f.newCharge20("SoftDeclined", nil).refused(t, 422, "SoftDeclined")
	assert.Equal(t, "Chargeable", stateOf(f, f.show()), "the card would have made it NonChargeable")
	pending := f.newCharge20("", object{"canHandlePendingAuthorization": true}).must(t, 201)
	f.clock.Add(30 * time.Second)
	assert.Equal(t, "HardDeclined", f.get("/charges/"+pending.text(t, "chargeId")).at("statusDetails", "reasonCode"))
}

// Each region has buyers of its own, with ids of their own for each merchant.
func TestBuyersOfRegions(t *testing.T) {
	t.Parallel()
	for region, want := range map[string][]struct{ name, email, city, country string }{
		"na": {{"Susie Smith", "susie@example.com", "Chicago", "US"}, {"Carlos Rivera", "carlos@example.com", "Miami", "US"}},
		"eu": {{"Jörg Müller", "joerg@example.com", "Berlin", "DE"}, {"Ada Example", "ada@example.com", "London", "GB"}},
		"jp": {{"山田 花子", "hanako@example.com", "千代田区", "JP"}, {"佐藤 太郎", "taro@example.com", "札幌市", "JP"}},
	} {
		s := emulator.Start(t, emulator.WithRegion(region))
		seen := make(map[any]bool)
		for merchant := range 2 {
			c := newClient(t, s, merchant)
			for i, buyer := range want {
				id := c.specified(object{})
				page := c.visit("/checkout/signin?"+step(id).Encode(), nil)
				assert.Contains(t, page.text, buyer.name)
				assert.Contains(t, page.text, buyer.email)
				c.visit("/checkout/signin", step(id, "buyer", string(rune('0'+i))))
				shown := c.get("/checkoutSessions/" + id)
				assert.Equal(t, buyer.name, shown.at("buyer", "name"))
				assert.Equal(t, buyer.email, shown.at("buyer", "email"))
				assert.Equal(t, buyer.name, shown.at("shippingAddress", "name"))
				assert.Equal(t, buyer.city, shown.at("shippingAddress", "city"))
				assert.Equal(t, buyer.country, shown.at("shippingAddress", "countryCode"))
				seen[shown.at("buyer", "buyerId")] = true
			}
			own := c.get("/buyers/"+s.Description().Merchants[merchant].BuyerToken).must(t, http.StatusOK)
			assert.Equal(t, want[0].name, own.body["name"])
			assert.Equal(t, want[0].country, own.body["countryCode"])
			assert.True(t, seen[own.body["buyerId"]], "the same who pays")
		}
		assert.Len(t, seen, 4, "two buyers, whom each merchant knows by another id")
	}
}
