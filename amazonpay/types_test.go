package amazonpay_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

func TestBool(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]amazonpay.Bool{`true`: true, `"true"`: true, `"True"`: true, `false`: false, `"false"`: false, `null`: false, `""`: false} {
		var got amazonpay.Bool
		require.NoError(t, json.Unmarshal([]byte(text), &got), text)
		assert.Equal(t, want, got, text)
	}
	kept := amazonpay.Bool(true)
	require.NoError(t, json.Unmarshal([]byte(`null`), &kept))
	assert.True(t, bool(kept))
	for _, text := range []string{`1`, `"yes"`, `{}`, `[]`} { // TestUndecodedMembers: they hide nothing else of an answer
		var got amazonpay.Bool
		require.Error(t, json.Unmarshal([]byte(text), &got), text)
		assert.False(t, bool(got), text)
	}
}

// An address is sent in full, and shown without personal data.
func TestAddress(t *testing.T) {
	t.Parallel()
	address := amazonpay.Address{
		Name: "山田 花子", AddressLine1: "例町1-2-3", AddressLine2: "2", AddressLine3: "3", City: "千代田区", County: "c", District: "d",
		StateOrRegion: "東京都", PostalCode: "100-0001", CountryCode: "JP", PhoneNumber: "03-5555-0100",
	}
	encoded, err := amazonpay.EncodeJSON(address)
	require.NoError(t, err)
	assert.JSONEq(t, `{"name":"山田 花子","addressLine1":"例町1-2-3","addressLine2":"2","addressLine3":"3","city":"千代田区","county":"c","district":"d",`+
		`"stateOrRegion":"東京都","postalCode":"100-0001","countryCode":"JP","phoneNumber":"03-5555-0100"}`, string(encoded))
	var back amazonpay.Address
	require.NoError(t, json.Unmarshal(encoded, &back))
	assert.Equal(t, address, back)
	assert.Equal(t, "[country_code=JP]", fmt.Sprintf("%v", address))

	address.PhoneNumber = "123456789012345678901"
	_, err = amazonpay.EncodeJSON(map[string]any{"shippingAddress": &address})
	require.EqualError(t, err, "shippingAddress.phoneNumber: has 21 characters, more than 20")
}
