package conformance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi/datamodel/high/base"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
)

const absentUnless = "x-absent-unless"

// presence holds answers against the description's rule on what is absent, null or empty, and keeps
// what it has seen: of each schema the members that were absent, and those that were there.
type presence struct {
	mu    sync.Mutex
	seen  map[string]bool // "schema" and "schema.member" with " absent" or " there"
	wrong []string
}

func newPresence() *presence { return &presence{seen: map[string]bool{}} }

// check looks at a value that a schema describes, and at all within it.
func (p *presence) check(schema *base.SchemaProxy, value any, path string) {
	name, described := beneath(schema)
	switch value := value.(type) {
	case []any:
		if described.Items != nil && described.Items.IsA() {
			for i, element := range value {
				p.check(described.Items.A, element, fmt.Sprintf("%s[%d]", path, i))
			}
		}
	case map[string]any:
		if described.AdditionalProperties != nil && described.AdditionalProperties.IsA() {
			for key, element := range value {
				p.check(described.AdditionalProperties.A, element, path+"."+key)
			}
			return
		}
		p.checkMembers(name, described, value, path)
	}
}

func (p *presence) checkMembers(name string, described *base.Schema, value map[string]any, path string) {
	p.seen[name] = true
	known := map[string]bool{}
	if untyped := described.Extensions.GetOrZero("x-untyped"); untyped != nil {
		for _, node := range untyped.Content {
			known[node.Value] = true
			if _, there := value[node.Value]; !there {
				p.wrong = append(p.wrong, path+" lacks "+node.Value)
			}
		}
	}
	for member, inner := range described.Properties.FromOldest() {
		known[member] = true
		given, there := value[member]
		mayLack := inner.Schema().Extensions.GetOrZero(absentUnless) != nil
		switch {
		case !there && !mayLack:
			p.wrong = append(p.wrong, fmt.Sprintf("%s lacks %s, which %s always has", path, member, name))
		case there && mayLack && given == nil:
			p.wrong = append(p.wrong, fmt.Sprintf("%s has %s, and it is null: it must be absent", path, member))
		}
		if given == nil && there && slices.Contains(neverNull, name+"."+member) {
			p.wrong = append(p.wrong, fmt.Sprintf("%s.%s is null", path, member))
		}
		isList := slices.Contains(inner.Schema().Type, "array")
		if isList && there && given == nil && !mayLack && !slices.Contains(nullLists, name+"."+member) {
			p.wrong = append(p.wrong, fmt.Sprintf("%s.%s is null: a list in which there is nothing must be empty", path, member))
		}
		if mayLack {
			p.seen[name+"."+member+map[bool]string{true: " there", false: " absent"}[there]] = true
		}
		p.check(inner, given, path+"."+member)
	}
	for member := range value {
		if !known[member] {
			p.wrong = append(p.wrong, fmt.Sprintf("%s has %s, which %s does not describe", path, member, name))
		}
	}
}

// beneath returns the name of a schema, and the schema itself, beneath the null that it may be.
func beneath(schema *base.SchemaProxy) (name string, described *base.Schema) {
	described = schema.Schema()
	for _, one := range described.AnyOf {
		if one.IsReference() {
			return beneath(one)
		}
	}
	if schema.IsReference() {
		name = schema.GetReference()[strings.LastIndexByte(schema.GetReference(), '/')+1:]
	}
	return name, described
}

// answered checks an answer of the emulator.
func (p *presence) answered(c contract, r *http.Request, status string, body []byte) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, operation := c.find(r)
	if operation == nil || len(body) == 0 {
		return nil
	}
	described, ok := operation.Responses.Codes.Get(status)
	if !ok {
		described = operation.Responses.Default
	}
	media, ok := described.Content.Get("application/json")
	if !ok {
		return nil
	}
	schemas := []*base.SchemaProxy{media.Schema}
	if of := media.Schema.Schema().OneOf; len(of) > 0 { // two operations of one path
		schemas = of[:1]
	}
	var value any
	if json.Unmarshal(body, &value) != nil {
		return nil // the validator has something to say on that
	}
	p.wrong = nil
	p.check(schemas[0], value, "answer")
	return p.wrong
}

// answerSchemas are the schemas of all answers, and of all within them.
func (c contract) answerSchemas() map[string]*base.Schema {
	found := map[string]*base.Schema{}
	var reach func(schema *base.SchemaProxy)
	reach = func(schema *base.SchemaProxy) {
		name, described := beneath(schema)
		if _, known := found[name]; known && name != "" {
			return
		}
		if name != "" {
			found[name] = described
		}
		for _, one := range slices.Concat(described.OneOf, described.AnyOf) {
			reach(one)
		}
		for _, inner := range described.Properties.FromOldest() {
			reach(inner)
		}
		if described.Items != nil && described.Items.IsA() {
			reach(described.Items.A)
		}
		if described.AdditionalProperties != nil && described.AdditionalProperties.IsA() {
			reach(described.AdditionalProperties.A)
		}
	}
	for _, item := range c.model.Paths.PathItems.FromOldest() {
		for _, operation := range item.GetOperations().FromOldest() {
			for _, answer := range operation.Responses.Codes.FromOldest() {
				for _, media := range answer.Content.FromOldest() {
					reach(media.Schema)
				}
			}
			for _, media := range operation.Responses.Default.Content.FromOldest() {
				reach(media.Schema)
			}
		}
	}
	return found
}

// neverNull are members that the official .NET SDK's types cannot have null: it throws the whole
// answer away.
var neverNull = strings.Fields(`CheckoutSession.creationTimestamp ChargePermission.creationTimestamp Charge.creationTimestamp Charge.expirationTimestamp
	Refund.creationTimestamp StatusDetails.lastUpdatedTimestamp ChargePermissionStatus.lastUpdatedTimestamp Price.amount Report.startTime Report.endTime
	Report.createdTime ReportSchedule.nextReportCreationTime`)

// nullLists are those that may be null, as the description's beginning names them.
var nullLists = strings.Fields(`CheckoutSession.constraints CheckoutSession.paymentPreferences ChargePermissionStatus.reasons Buyer.primeMembershipTypes
	BuyerResponse.primeMembershipTypes Store.allowedOriginDomains Store.allowedRedirectURLs`)

// neverSent is what this story has no case of: a Buy Now session's cart (the emulator's own tests
// have it), and the token of an acquirer. A name with a point at its end means all members.
var neverSent = []string{
	"CartDetails", "CartDetails.", "LineItem", "DeliveryOption", "DeliveryOption.", "EstimationDetails", "ShippingMethod", "AddressWithID",
	"CheckoutSession.cartDetails there", "ChargePermission.amazonPayToken there",
	"APIError.reasonCode absent", "MultiAddressesCheckoutMetadata.addressId absent", "MultiAddressesCheckoutMetadata.price absent",
}

// TestAbsentIsAbsent has the emulator answer with each schema, and with and without each member
// that may be absent.
func TestAbsentIsAbsent(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	network := &checked{t: t, contract: theContract(t), presence: newPresence(), base: server.RoundTripper()}
	d := server.Description()
	tellAll(t, server, func(opts ...amazonpay.CallOption) shop {
		return newShop(t, d, d.Merchants[0].KeyIDs.Sandbox, network, opts...)
	})
	client := emulatortest.Connect(t, server, amazonpay.WithRoundTripper(network))
	call := func(method, path string, in any, keyed bool) (out map[string]any) {
		_, err := client.Call(t.Context(), amazonpay.Operation{Name: "Any", Method: method, Path: path, IdempotencyKey: keyed}, in, &out)
		require.NoError(t, err)
		return out
	}
	const web = `"webCheckoutDetails":{"checkoutResultReturnUrl":"https://shop.example/"`
	const more = `},"paymentDetails":{"paymentIntent":"Authorize","chargeAmount":{"amount":"5","currencyCode":"USD"}`
	for _, with := range []string{
		more + `,"estimateOrderTotal":{"amount":"6","currencyCode":"USD"}},"channelType":"Web"`,
		`,"checkoutErrorUrl":"https://shop.example/","signInReturnUrl":"https://shop.example/","signInCancelUrl":"https://shop.example/","signInErrorUrl":"https://shop.example/",` +
			`"authorizeResultReturnUrl":"https://shop.example/","amazonPayDeclineUrl":"https://shop.example/"` + more + `}`,
		`,"checkoutMode":"ProcessOrder"` + more + `}`,
		more + `},"chargePermissionType":"PaymentMethodOnFile","paymentMethodOnFileMetadata":{"setupOnly":false}`,
		more + `},"chargePermissionType":"Recurring","recurringMetadata":{"frequency":{"unit":"Month"}}`,
		more + `},"multiAddressesCheckoutMetadata":[{"addressId":"amzn1.address.EMULATED0001","price":{"amount":"5","currencyCode":"USD"}}]`,
		more + `},"deliverySpecifications":{"specialRestrictions":["RestrictPOBoxes"]}`,
		more + `},"deliverySpecifications":{"addressRestrictions":{"type":"Allowed","restrictions":{"US":{"except":{"zipCodes":["1*"]}},"CA":{"statesOrRegions":["ON"]}}}}`,
	} {
		made := call(http.MethodPost, "checkoutSessions", json.RawMessage(`{`+web+with+`,"storeId":"`+d.Merchants[0].StoreID+`"}`), true)
		id, _ := made["checkoutSessionId"].(string)
		require.NoError(t, server.Buyer().Approve(id), with)
		call(http.MethodGet, "checkoutSessions/"+id, nil, false)
		done := call(http.MethodPost, "checkoutSessions/"+id+"/complete", json.RawMessage(`{"chargeAmount":{"amount":"5","currencyCode":"USD"}}`), true)
		call(http.MethodGet, fmt.Sprint("chargePermissions/", done["chargePermissionId"]), nil, false)
		call(http.MethodGet, fmt.Sprint("charges/", done["chargeId"]), nil, false)
	}

	_, err := client.Call(t.Context(), amazonpay.Operation{Name: "GetRefund", Method: http.MethodGet, Path: "refunds/none"}, nil, nil)
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound), "%v", err)

	want := map[string]bool{}
	for name, described := range theContract(t).answerSchemas() {
		want[name] = true
		for member, inner := range described.Properties.FromOldest() {
			if inner.Schema().Extensions.GetOrZero(absentUnless) != nil && name != "AddressWithID" {
				want[name+"."+member+" absent"], want[name+"."+member+" there"] = true, true
			}
		}
	}
	for _, name := range neverSent {
		maps.DeleteFunc(want, func(found string, _ bool) bool {
			return found == name || strings.HasSuffix(name, ".") && strings.HasPrefix(found, name)
		})
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		assert.True(t, network.presence.seen[name], "%s was not seen", name)
	}
	assert.Greater(t, len(want), 60)
}

// TestPresenceRefuses shows that the rule can be broken.
func TestPresenceRefuses(t *testing.T) {
	t.Parallel()
	c := theContract(t)
	for name, row := range map[string]struct {
		path  string
		body  string
		wrong string
	}{
		"an empty list":      {"reports", `{"reports":[],"nextToken":null}`, ""},
		"a null list":        {"reports", `{"reports":null,"nextToken":null}`, "answer.reports is null: a list"},
		"right":              {"reports/r", `{"reportId":"r","reportType":null,"startTime":"s","endTime":"e","createdTime":"c","processingStatus":null}`, ""},
		"a member is absent": {"reports/r", `{"reportId":"r","reportType":null,"startTime":"s","endTime":"e","createdTime":"c"}`, "lacks processingStatus"},
		"null where absent":  {"reports/r", `{"reportId":"r","reportType":null,"startTime":"s","endTime":"e","createdTime":"c","processingStatus":null,"reportDocumentId":null}`, "reportDocumentId, and it is null"},
		"null of a time":     {"reports/r", `{"reportId":"r","reportType":null,"startTime":null,"endTime":"e","createdTime":"c","processingStatus":null}`, "startTime is null"},
		"not described":      {"reports/r", `{"reportId":"r","reportType":null,"startTime":"s","endTime":"e","createdTime":"c","processingStatus":null,"pages":1}`, "has pages"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://127.0.0.1/v2/"+row.path, nil)
		require.NoError(t, err)
		p := newPresence()
		wrong := strings.Join(p.answered(c, r, "200", []byte(row.body)), "; ")
		if row.wrong == "" {
			assert.Empty(t, wrong, name)
			continue
		}
		assert.Contains(t, wrong, row.wrong, name)
	}
}
