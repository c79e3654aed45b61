package main

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/webstore"
)

// What is typed becomes the JSON that the request's type has.
func TestFields(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		request any
		input   string
		fields  []string
		body    string
	}{
		{
			webstore.CreateChargeRequest{},
			"",
			[]string{"chargePermissionId=P1", "chargeAmount=14.00 USD", "captureNow=true"},
			`{"chargePermissionId":"P1","chargeAmount":{"amount":"14.00","currencyCode":"USD"},"captureNow":true}`,
		},
		{
			webstore.CreateChargeRequest{},
			`{"chargePermissionId":"P1","captureNow":true}`,
			[]string{"captureNow=false", "chargeAmount.amount=1080", "chargeAmount.currencyCode=JPY"},
			`{"chargePermissionId":"P1","captureNow":false,"chargeAmount":{"amount":"1080","currencyCode":"JPY"}}`,
		},
		{
			webstore.CreateChargeRequest{},
			"",
			[]string{`merchantMetadata:={"noteToBuyer":"Thanks"}`, "merchantMetadata.merchantReferenceId=a=b:=c"},
			`{"merchantMetadata":{"noteToBuyer":"Thanks","merchantReferenceId":"a=b:=c"}}`,
		},
		{webstore.CreateChargeRequest{}, "", []string{"softDescriptor=0012", "platformId= x "}, `{"softDescriptor":"0012","platformId":" x "}`},
		{webstore.CreateCheckoutSessionRequest{}, "", []string{"scopes.0=name", "scopes.1=email"}, `{"scopes":["name","email"]}`},
		{
			webstore.CreateReportScheduleRequest{},
			"",
			[]string{"nextReportCreationTime=20300101T000000Z", "deleteExistingSchedule=true"},
			`{"nextReportCreationTime":"20300101T000000Z","deleteExistingSchedule":true}`,
		},
		{webstore.CreateDisputeRequest{}, "", []string{"filingTimestamp=1764547200"}, `{"filingTimestamp":1764547200}`},
	} {
		s := newSession(t.Context(), nil, nil, nil)
		flags := bodyFlags{Field: tt.fields}
		if tt.input != "" {
			flags.Input = newPerson(t).write("input.json", tt.input)
		}
		text, err := flags.json(s, reflect.TypeOf(tt.request))
		require.NoError(t, err)
		assert.JSONEq(t, tt.body, string(text))
		_, err = flags.request(s, reflect.TypeOf(tt.request))
		require.NoError(t, err)
	}
}

func FuzzField(f *testing.F) {
	f.Add("chargeAmount=14.00 USD")
	f.Add("merchantMetadata.noteToBuyer:=\"x\"")
	f.Add("a.0.b=")
	f.Fuzz(func(_ *testing.T, field string) {
		_, _, _ = parseField(field, reflect.TypeFor[webstore.CreateChargeRequest]())
		_, _, _ = parseField(field, nil)
	})
}
