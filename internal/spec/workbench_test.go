package spec_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// workbench asks the emulator's workbench.
func workbench(t *testing.T, server *emulator.Server, method, path string, order map[string]any) map[string]any {
	t.Helper()
	text, err := json.Marshal(order)
	require.NoError(t, err)
	d := server.Description()
	r, err := http.NewRequestWithContext(t.Context(), method, d.BaseURL+"/_emulator/workbench/"+path, bytes.NewReader(text))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+d.ControlToken)
	res, err := server.RoundTripper().RoundTrip(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	read, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, string(read))
	var answer map[string]any
	require.NoError(t, json.Unmarshal(read, &answer))
	return answer
}

// names are the texts of a list's members with a name.
func names(t *testing.T, list any, name string) (found []string) {
	t.Helper()
	all, ok := list.([]any)
	require.True(t, ok)
	for _, one := range all {
		o, ok := one.(map[string]any)
		require.True(t, ok)
		found = append(found, fmt.Sprint(o[name]))
	}
	return found
}

// TestWorkbenchSnippets type-checks the Go programs of the emulator's workbench: of each operation
// as it is filled in, and of each kind of button. None may import what it does not use.
func TestWorkbenchSnippets(t *testing.T) {
	t.Parallel()
	exports := exportData(t)
	server := emulator.Start(t)
	choices := workbench(t, server, http.MethodGet, "choices", nil)
	operations, kinds := names(t, choices["operations"], "operation"), names(t, choices["kinds"], "kind")
	require.Len(t, operations, 43)
	require.Len(t, kinds, 10)
	compiles := func(what, program string) {
		t.Helper()
		assert.NoError(t, checkAll(program, exports), "%s:\n%s", what, program)
	}
	for i, operation := range operations {
		order := map[string]any{
			"merchant": "A1EMULATEDSHOPA", "environment": "sandbox", "region": []string{"na", "eu", "jp"}[i%3], "operation": operation,
			"algorithm": []string{"AMZN-PAY-RSASSA-PSS-V2", "AMZN-PAY-RSASSA-PSS"}[i%2], "id": "S01-1", "actFor": []string{"", "A2EMULATEDSHOPB"}[i/2%2],
		}
		filled := workbench(t, server, http.MethodPost, "fill", order)
		for _, name := range []string{"query", "body", "idempotencyKey", "actFor"} {
			order[name] = filled[name]
		}
		order["sub"] = "store"
		program := fmt.Sprint(workbench(t, server, http.MethodPost, "code", order)["go"])
		compiles(operation, program)
		assert.NotContains(t, program, "RawMessage", "%s has a member without a field", operation)

		if body := fmt.Sprint(order["body"]); strings.HasPrefix(body, "{") { // with a member that no type has
			order["body"] = strings.Replace(body, "{", "{\"newMember\": {\"quote\": \"`\\\"\"},", 1)
			if strings.TrimSpace(body[1:len(body)-1]) == "" {
				order["body"] = `{"newMember": null}`
			}
			program = fmt.Sprint(workbench(t, server, http.MethodPost, "code", order)["go"])
			compiles(operation, program)
			assert.Contains(t, program, `amazonpay.WithBodyField("newMember", json.RawMessage(`)
		}
	}
	for _, kind := range kinds {
		for _, more := range []map[string]any{
			{},
			{"region": "eu", "currency": "EUR", "language": "de_DE", "color": "DarkGray", "algorithm": "AMZN-PAY-RSASSA-PSS"},
			{"payload": `{"storeId": "x", "newMember": ["a"]}`},
		} {
			order := map[string]any{"merchant": "A1EMULATEDSHOPA", "environment": "sandbox", "region": "na", "kind": kind, "placement": "Cart", "currency": "USD"}
			maps.Copy(order, more)
			compiles(kind, fmt.Sprint(workbench(t, server, http.MethodPost, "button", order)["go"]))
		}
	}
}
