package webstore_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

func TestUnixTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"1679039150": 1679039150, "1679039150123": 1679039150, `"20230317T074550Z"`: 1679039150, `"new form"`: 0, "null": 0} {
		assert.Equal(t, want, max(0, decode[struct{ At webstore.UnixTime }](t, `{"At":`+text+`}`).At.Unix()), text)
	}
	early := createDispute
	early.FilingTimestamp.Time = early.FilingTimestamp.AddDate(-80, 0, 0)
	_, err := amazonpay.EncodeJSON(early)
	require.ErrorContains(t, err, "before 1970")
}

// What was read can be written, and reads as the same second.
func FuzzUnixTime(f *testing.F) {
	for _, seed := range []string{`1767323045`, `1767323045678`, `"1767323045"`, `"20260102T030405Z"`, `0`, `-1`, `1e3`, `99999999999`, `100000000000`, `"9999-12-31T00:00:00Z"`, `null`, `{}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var read, again webstore.UnixTime
		if json.Unmarshal(text, &read) != nil {
			return
		}
		encoded, err := json.Marshal(read)
		require.Equal(t, !read.IsZero() && (read.Unix() < 0 || read.Unix() >= 1e11), err != nil, "%v", read)
		if err != nil {
			return
		}
		require.NoError(t, json.Unmarshal(encoded, &again), "%s", encoded)
		require.True(t, again.Equal(read.Truncate(time.Second)), "%s became %s by way of %s", read, again, encoded)
	})
}
