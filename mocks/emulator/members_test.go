package emulator_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// Limits count characters, whatever number of bytes they take, of this SDK's requests and of
// others'.
func TestLengthsAreInCharacters(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/reports/lengths-in-characters.json")
	require.NoError(t, err)
	var given object
	require.NoError(t, json.Unmarshal(text, &given))
	s := emulator.Start(t, emulator.WithRegion("jp"))
	for _, agent := range []string{"amazon-pay-sdk-go/0.1", "another/1"} {
		c := newClient(t, s, 0)
		c.agent = agent
		session := func(metadata any) answer {
			return c.post("/checkoutSessions", object{
				"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/"}, "storeId": c.store(), "merchantMetadata": metadata,
			})
		}
		id := session(given["merchantMetadata"]).must(t, 201).text(t, "checkoutSessionId")
		require.NoError(t, s.Buyer().SignIn(id))
		c.post("/checkoutSessions/"+id+"/finalize", object{
			"paymentIntent": "Confirm", "chargeAmount": priceIn("JPY", "5"), "shippingAddress": given["shippingAddress"],
		}).must(t, 200)
		for member, most := range map[string]int{"merchantStoreName": 50, "noteToBuyer": 255, "merchantReferenceId": 256, "customInformation": 4096} {
			for _, letter := range []string{"x", "é", "店", "😀"} {
				session(object{member: strings.Repeat(letter, most)}).must(t, 201)
				a := session(object{member: strings.Repeat(letter, most+1)}).refused(t, 400, "InvalidParameterValue")
				assert.Contains(t, a.body["message"], "characters length is ")
			}
		}
	}
}
