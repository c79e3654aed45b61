package doctor_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
	"github.com/amazonpay-go/sdk/signing"
)

// TestCurlCommands has ways to write a command for the same request.
func TestCurlCommands(t *testing.T) {
	t.Parallel()
	const body = "{\n  \"chargeAmount\": {\"amount\": \"14.00\", \"currencyCode\": \"USD\"},\n  \"note\": \"it's $5\"\n}"
	const canonical = "POST\n/v2/charges\n\naccept:application/json\ncontent-type:application/json\nx-amz-pay-date:20261123T162007Z\nx-amz-pay-host:pay-api.amazon.com\n" +
		"x-amz-pay-region:na\n\naccept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-region\n"
	const headers = " -H accept:application/json -Hcontent-type:application/json --header 'x-amz-pay-date: 20261123T162007Z' --header=x-amz-pay-host:pay-api.amazon.com -H \"x-amz-pay-region: na\""
	single := "'" + strings.ReplaceAll(body, "'", `'\''`) + "'"
	double := `"` + strings.NewReplacer(`"`, `\"`, "$", `\$`).Replace(body) + `"`
	for name, command := range map[string]string{
		"single quotes":  "curl https://pay-api.amazon.com/v2/charges" + headers + " -d " + single,
		"double quotes":  "curl https://pay-api.amazon.com/v2/charges" + headers + " --data-binary " + double,
		"method":         "curl -s -XPOST" + headers + " --url https://pay-api.amazon.com/v2/charges --data-raw=" + single,
		"several lines":  "# curl -v \\\n  --request POST \\\n " + headers + " \\\n  -o out.json pay-api.amazon.com/v2/charges --json " + single,
		"prompt":         "me@shop:~$ ls\n$ curl https://pay-api.amazon.com/v2/charges" + headers + " -d " + single,
		"with a newline": "curl https://pay-api.amazon.com/v2/charges" + headers + " -d " + single + "\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := doctor.ReadRefused([]byte(command + "\n" + canonical + signing.HashPayload([]byte(body)).String()))
			require.NoError(t, err)
			assert.Empty(t, got.Problems, "%s", command)
			assert.Contains(t, strings.Join(got.Seen, ","), "a curl command")
			assert.Contains(t, strings.Join(got.Seen, ","), "a body")

			got, err = doctor.ReadRefused([]byte(command + "\n" + canonical + signing.HashPayload([]byte("other")).String()))
			require.NoError(t, err)
			assert.Len(t, got.Problems, 1, "the body is compared")
		})
	}
	query := strings.NewReplacer("POST", "GET", "/v2/charges\n\n", "/v2/reports\npageSize=1\n").Replace(canonical)
	got, err := doctor.ReadRefused([]byte("curl -G https://pay-api.amazon.com/v2/reports -d pageSize=1" + headers + "\n" + query + signing.HashPayload(nil).String()))
	require.NoError(t, err)
	assert.Empty(t, got.Problems)
	got, err = doctor.ReadRefused([]byte("curl https://pay-api.amazon.com/v2/charges -d @body.json" + headers + "\n" + canonical + signing.HashPayload([]byte(body)).String()))
	require.NoError(t, err)
	assert.Empty(t, got.Problems, "the file is not here")
	assert.NotContains(t, strings.Join(got.Seen, ","), "a body")
}
