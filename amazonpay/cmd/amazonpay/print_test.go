package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Texts of strangers do not move the cursor, forge a line or show amounts in another order. In JSON
// they stay what they are.
func TestTextsOfStrangers(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := newSession(t.Context(), nil, &out, nil)
	text := "a\u009b2J\x7f\u202e41\n\"b\"é😀"
	for _, s.cli.JSON = range []bool{false, true} {
		out.Reset()
		require.NoError(t, s.printJSON(map[string]string{"noteToBuyer": text}))
		assert.NotContains(t, out.String(), "\u009b")
		assert.NotContains(t, out.String(), "\u202e")
		assert.Contains(t, out.String(), "é😀")
		var read map[string]string
		require.NoError(t, json.Unmarshal(out.Bytes(), &read))
		assert.Equal(t, text, read["noteToBuyer"])
	}
	out.Reset()
	s.table([][]string{{"ID", "AMOUNT"}, {"x\nok:\t100 rows agree \u202e", "14.00  USD"}})
	assert.Equal(t, "ID                     AMOUNT\nx ok: 100 rows agree   14.00  USD\n", out.String())

	p := withEmulator(t)
	page := p.write("page.html", "payloadJSON:'{}', signature:'x', publicKeyId:'\x1b]0;owned\x07'")
	assert.NotContains(t, p.types("verify", page).out, "\x1b")
	p.refuses(exitRefused, []string{`no charge "../reset"`}, "emulator", "trigger", "charge.declined", "../reset")
}

// Long texts are broken between words, behind their mark. Commands are not, since they are copied.
func TestBroken(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"short", "short"},
		{
			"the service says that the requested amount is too large",
			"the service says that the\n         requested amount is too large",
		},
		{
			"Repeat it: the command with --idempotency-key 0123456789 --unsettled. That is safe.",
			"Repeat it: the command with\n         --idempotency-key 0123456789 --unsettled.\n         That is safe.",
		},
		{
			"To see why, run amazonpay doctor --request refused.txt, and read.",
			"To see why, run\n         amazonpay doctor --request refused.txt,\n         and read.",
		},
		{
			"Register it: openssl pkey -in new.pem -pubout. The openssl of old systems may differ.",
			"Register it:\n         openssl pkey -in new.pem -pubout.\n         The openssl of old systems may\n         differ.",
		},
		{
			"a.yaml: [4:5] what\n>  4 |     a line of the file that stays as long as it is\nand a line after it that is too long",
			"a.yaml: [4:5] what\n>  4 |     a line of the file that stays as long as it is\nand a line after it that is too long",
		},
	} {
		assert.Equal(t, test.want, broken(test.text, 9, 42))
	}
	assert.Equal(t, "nothing fits into so few columns", broken("nothing fits into so few columns", 9, 15))
}
