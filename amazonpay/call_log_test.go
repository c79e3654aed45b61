package amazonpay_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// https://github.com/amzn/amazon-pay-sdk-php/pull/7: logging was added later.
func TestLog(t *testing.T) {
	t.Parallel()
	seen := new(transcript)
	logger := slog.New(slog.NewJSONHandler(seen, &slog.HandlerOptions{Level: slog.LevelDebug}))
	n := newNetwork(
		answer(http.StatusServiceUnavailable, `{}`), answer(http.StatusCreated, `{}`),
		answer(http.StatusUnprocessableEntity, `{"reasonCode":"SoftDeclined","message":"m"}`),
	)
	client := newClient(t, n, amazonpay.WithLogger(logger))
	for range 2 {
		_, _ = client.Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithIdempotencyKey("key-1"))
	}
	_, err := client.Call(t.Context(), chargePath(""), nil, nil)
	require.Error(t, err)

	var lines []string
	records := make(map[string]map[string]any)
	for _, line := range seen.lines {
		var record map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &record))
		text, ok := record["msg"].(string)
		require.True(t, ok)
		level, ok := record["level"].(string)
		require.True(t, ok)
		lines = append(lines, level+" "+text)
		records[text] = record
	}
	assert.Equal(t, []string{
		"DEBUG amazon pay attempt", "WARN amazon pay attempt will be repeated", "DEBUG amazon pay attempt", "DEBUG amazon pay call",
		"DEBUG amazon pay attempt", "WARN amazon pay call failed",
		"WARN amazon pay call failed",
	}, lines)
	assert.Equal(t, "CreateCharge", records["amazon pay call"]["operation"])
	assert.Equal(t, map[string]any{"status": 201., "request_id": "request-1", "idempotency_key": "key-1", "attempts": 2.}, records["amazon pay call"]["call"])
	assert.Equal(t, map[string]any{
		"operation": "GetCharge", "call": map[string]any{"status": 0., "request_id": "", "idempotency_key": "", "attempts": 0.}, "outcome": "not sent",
		"error": "chargeId: is empty",
	}, records["amazon pay call failed"]["failure"])

	var declined map[string]any
	require.NoError(t, json.Unmarshal([]byte(seen.lines[5]), &declined))
	assert.Equal(t, map[string]any{
		"operation": "CreateCharge", "call": map[string]any{"status": 422., "request_id": "request-1", "idempotency_key": "key-1", "attempts": 1.},
		"outcome": "refused", "reason_code": "SoftDeclined",
	}, declined["failure"])
}
