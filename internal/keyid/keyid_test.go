package keyid_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/internal/keyid"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"A", "SANDBOX-AFABCDEFGHIJKLMNOPQRSTUV", "live_0-9"} {
		require.NoError(t, keyid.Check(id), id)
	}
	for id, text := range map[string]string{
		"":               "is empty",
		"A B":            `contains ' ' at offset 1`,
		"SANDBOX-ABC\n":  `contains '\n' at offset 11`,
		"SANDBOX-Ä":      `contains 'Ä' at offset 8`,
		"SANDBOX-\xff":   `at offset 8`,
		"-----BEGIN KEY": `contains ' ' at offset 10`,
	} {
		err := keyid.Check(id)
		require.ErrorContains(t, err, text, "%q", id)
		assert.False(t, id != "" && strings.Contains(err.Error(), id), "it quotes the id: %v", err)
	}
}
