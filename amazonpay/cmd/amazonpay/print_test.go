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
