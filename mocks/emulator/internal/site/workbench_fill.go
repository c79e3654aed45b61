package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

// Kinds of things that are no objects of the ledger, and can be chosen all the same.
const (
	kindBuyer    = "buyer"
	kindMWSToken = "MWS authorization token"
	kindDocument = "report document"
)

// answerTime is how long a merchant may take to answer a dispute.
const answerTime = 11 * 24 * time.Hour

// objectChoice is an object that a request can be about.
type objectChoice struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Suits bool   `json:"suits"`
}

// filling is what a request is filled from.
type filling struct {
	sender
	now     time.Time
	objects []ledger.Kept
	byID    map[string]ledger.Kept

	review, result, signedIn string // the URLs to which a buyer returns: the workbench's
}

func (p *Site) filling(r *http.Request, s sender) *filling {
	f := &filling{
		sender: s, now: p.Gate.Now(), objects: p.objects(r), byID: make(map[string]ledger.Kept),
		review:   p.here(r, s.Environment, "UpdateCheckoutSession"),
		result:   p.here(r, s.Environment, "CompleteCheckoutSession"),
		signedIn: p.here(r, s.Environment, "GetBuyer"),
	}
	for _, k := range f.objects {
		f.byID[k.ID] = k
	}
	return f
}

// fill returns a valid request for an operation, made from the objects that there are.
func (p *Site) fill(r *http.Request, o request) (any, error) {
	if err := o.check(p.Gate); err != nil {
		return nil, err
	}
	e, known := examples[o.Operation]
	if !known {
		return nil, fmt.Errorf("%w: no operation %q", ledger.ErrNotFound, o.Operation)
	}
	notes := []string{}
	if e.token && o.ActFor == "" {
		if clients := p.Gate.Merchants.ClientsOf(o.Merchant); len(clients) > 0 {
			o.actFor, o.ActFor = clients[0], clients[0].ID
		} else {
			notes = append(notes, "This operation requires an authorization token: choose a merchant to which another has delegated.")
		}
	}
	f := p.filling(r, o.sender)
	choices := p.suitable(f, e)
	about := ledger.Object{}
	id := o.ID
	if len(choices) > 0 && id == "" {
		id = choices[0].ID
	}
	for _, k := range f.objects {
		if e.about != "" && k.Kind == kindKept(e.about) && idOf(f, e, k) == id && k.Scope == f.home(e.about) {
			about = k.Shown()
		}
	}
	switch {
	case e.about == "":
	case len(choices) == 0:
		notes = append(notes, "There is no "+e.about+" yet for this merchant, environment and region.")
	case !slices.ContainsFunc(choices, func(c objectChoice) bool { return c.Suits }):
		notes = append(notes, "No "+e.about+" is "+e.wants+".")
	}
	answer := ledger.Object{
		"about": e.about, "choices": choices, "id": id, "sub": "", "subs": []string{}, "query": "", "body": "", "notes": notes, "actFor": o.ActFor,
		"idempotencyKey": "", "simulationCodes": simulationCodes[o.Operation],
	}
	if o.Operation == "UpdateStore" {
		stores := sortedNames(about.At("stores"))
		if answer["subs"] = stores; len(stores) > 0 {
			answer["sub"] = stores[0]
		}
	}
	if e.query != nil {
		answer["query"] = strings.ReplaceAll(e.query(f).Encode(), "+", "%20")
	}
	if e.body != nil {
		answer["body"] = inOrder(goCallOf(o.Operation).typeName(), e.body(f, about))
	}
	if i := slices.IndexFunc(wire.Catalog(), func(l wire.Listed) bool { return l.Operation == o.Operation }); wire.Catalog()[i].TakesKey {
		answer["idempotencyKey"] = newKey()
	}
	return answer, nil
}

func newKey() string { return strings.ReplaceAll(ledger.NewUUID(), "-", "") }

func sortedNames(o ledger.Object) []string {
	names := []string{}
	for name := range o {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// indented writes an object for an editor.
func indented(o ledger.Object) string {
	var text bytes.Buffer
	_ = json.Indent(&text, ledger.Encode(o), "", "  ") // our own text
	return text.String()
}

// kindKept is the kind of the objects from which a thing is chosen.
func kindKept(about string) string {
	if about == kindDocument {
		return ledger.KindReport
	}
	return about
}

// home is where the objects of a kind live. Accounts belong to the provider whose key signs.
func (f *filling) home(about string) ledger.Scope {
	of := f.scope()
	if about == ledger.KindAccount {
		of.MerchantID = f.merchant.ID
	}
	return of
}

func idOf(f *filling, e example, k ledger.Kept) string {
	if e.id != nil {
		return e.id(f, k)
	}
	return k.ID
}

// suitable returns the things that a request can be about: those that suit first, else the newest
// first.
func (p *Site) suitable(f *filling, e example) []objectChoice {
	choices := []objectChoice{}
	switch e.about {
	case "":
	case kindBuyer:
		choices = append(choices, objectChoice{f.actFor.BuyerToken, "", true})
	case kindMWSToken:
		for _, m := range p.Gate.Merchants.ClientsOf(f.merchant.ID) {
			choices = append(choices, objectChoice{m.MWSToken, "of " + m.ID, true})
		}
	default:
		for _, k := range f.objects {
			if id := idOf(f, e, k); k.Kind == kindKept(e.about) && k.Scope == f.home(e.about) && id != "" {
				choices = append(choices, objectChoice{id, k.State, e.suits == nil || e.suits(f, k)})
			}
		}
	}
	slices.SortStableFunc(choices, func(a, b objectChoice) int {
		switch {
		case a.Suits == b.Suits:
			return 0
		case a.Suits:
			return -1
		}
		return 1
	})
	return choices[:min(len(choices), ShownObjects)]
}

// sample is an amount in the region's currency.
func (f *filling) sample() ledger.Object {
	switch f.region.Name {
	case "eu":
		return ledger.Object{"amount": "42.00", "currencyCode": "EUR"}
	case "jp":
		return ledger.Object{"amount": "4200", "currencyCode": "JPY"}
	}
	return ledger.Object{"amount": "42.00", "currencyCode": "USD"}
}

func (f *filling) currency() string { return f.sample().Text("currencyCode") }

// most returns the sample amount, or what is left if that is less.
func (f *filling) most(left ledger.Object) ledger.Object {
	amount := f.sample()
	m, _ := ledger.ParseMoney(amount.Text("amount"), amount.Text("currencyCode"))
	rest, ok := ledger.ParseMoney(left.Text("amount"), left.Text("currencyCode"))
	if ok && (rest.Minor < m.Minor || rest.Currency != m.Currency) {
		return left
	}
	return amount
}

// or returns the object, or another one if there is none.
func or(o, other ledger.Object) ledger.Object {
	if len(o) == 0 {
		return other
	}
	return o
}

// given are the members of an answer that are not null.
func given(o ledger.Object) ledger.Object {
	maps.DeleteFunc(o, func(_ string, value any) bool { return value == nil })
	return o
}

func inState(states ...string) func(*filling, ledger.Kept) bool {
	return func(_ *filling, k ledger.Kept) bool { return slices.Contains(states, k.State) }
}

// openCharge reports a charge in one of the states, of a permission that is not closed.
func openCharge(states ...string) func(*filling, ledger.Kept) bool {
	return func(f *filling, k ledger.Kept) bool {
		return slices.Contains(states, k.State) && f.byID[k.Shown().Text("chargePermissionId")].State != ledger.Closed
	}
}

// refundable is what was captured by a charge and not given back.
func refundable(_ *filling, charge ledger.Object) ledger.Money {
	left := charge.MoneyAt("captureAmount")
	left.Minor -= charge.MoneyAt("refundedAmount").Minor
	return left
}

// disputable is what was captured by a charge and is not disputed.
func disputable(f *filling, charge ledger.Object) ledger.Money {
	left := charge.MoneyAt("captureAmount")
	for _, k := range f.objects {
		if k.Kind != ledger.KindDispute {
			continue
		}
		d := k.Shown()
		if open := k.State == ledger.ActionRequired || k.State == ledger.UnderReview; d.Text("chargeId") == charge.Text("chargeId") &&
			(open || d.At("statusDetails").Text("resolution") == "BuyerWon") {
			left.Minor -= d.MoneyAt("disputeAmount").Minor
		}
	}
	return left
}

func captured(left func(*filling, ledger.Object) ledger.Money) func(*filling, ledger.Kept) bool {
	return func(f *filling, k ledger.Kept) bool {
		return k.State == ledger.Captured && left(f, k.Shown()).Minor > 0
	}
}

func (f *filling) price(m ledger.Money) ledger.Object {
	if m.Currency == "" || m.Minor <= 0 {
		return f.sample()
	}
	return m.Price()
}

func (f *filling) stamp(at time.Time) string { return at.UTC().Format("20060102T150405Z") }

func (f *filling) epoch(at time.Time) json.Number {
	return json.Number(strconv.FormatInt(at.Unix(), 10))
}

func (f *filling) metadata() ledger.Object {
	return ledger.Object{"merchantReferenceId": "Order-" + f.now.UTC().Format("150405"), "merchantStoreName": "The Example Shop", "noteToBuyer": "Thank you for your order."}
}

func (f *filling) reportType() string {
	if f.Environment == ledger.Sandbox {
		return "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_"
	}
	return "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_CAPTURE_DATA_"
}

func (f *filling) account() ledger.Object {
	return ledger.Object{
		"businessType": "CORPORATE", "businessLegalName": "The Example Shop", "countryOfEstablishment": "JP",
		"businessAddress": ledger.Object{"addressLine1": "1-1 Example", "city": "Meguro", "stateOrRegion": "Tokyo", "postalCode": "153-0064", "countryCode": "JP"},
	}
}

func chargeablePermission(_ *filling, k ledger.Kept) bool {
	balance := k.Shown().At("limits").At("amountBalance")
	m, ok := ledger.ParseMoney(balance.Text("amount"), balance.Text("currencyCode"))
	return k.State == ledger.Chargeable && (!ok || m.Minor > 0)
}

// chargeAmount is what a permission can be charged.
func (f *filling) chargeAmount(permission ledger.Object) ledger.Object {
	if balance := permission.At("limits").At("amountBalance"); len(balance) > 0 {
		return f.most(balance)
	}
	if currency := permission.Text("presentmentCurrency"); currency != "" && currency != f.currency() {
		return ledger.Object{"amount": "10", "currencyCode": currency}
	}
	return f.sample()
}
