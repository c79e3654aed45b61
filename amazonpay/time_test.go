package amazonpay_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

func TestTime(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for text, at := range map[string]time.Time{
		`"20260102T030405Z"`:          want,
		`" 20260102T030405Z "`:        want,
		`"20260102T030405.678Z"`:      want.Add(678 * time.Millisecond),
		`"20260102T050405+02:00"`:     want,
		`"2026-01-02T03:04:05Z"`:      want,
		`"2026-01-02T03:04:05.678Z"`:  want.Add(678 * time.Millisecond),
		`"2026-01-02T12:04:05+09:00"`: want,
		`"2026-01-02T03:04:05+0000"`:  want,
		`"2026-01-02T12:04:05+0900"`:  want,
		`"2026-01-02T03-04-05Z"`:      want,
		`"2026-01-02"`:                want.Truncate(24 * time.Hour),
		`1767323045`:                  want,
		`1767323045.5`:                want.Add(500 * time.Millisecond),
		`1767323045678`:               want.Add(678 * time.Millisecond),
		`1.767323045e9`:               want,
		`-1`:                          time.Unix(-1, 0),
		`0`:                           time.Unix(0, 0),
	} {
		var got amazonpay.Time
		require.NoError(t, json.Unmarshal([]byte(text), &got), text)
		assert.True(t, at.Equal(got.Time), "%s is %s", text, got)
		assert.Equal(t, time.UTC, got.Location(), text)
	}
	require.ErrorContains(t, new(amazonpay.Decimal).UnmarshalJSON(nil), "amount")
	for _, text := range []string{`null`, `""`, `"  "`} {
		var got amazonpay.Time
		require.NoError(t, json.Unmarshal([]byte(text), &got), text)
		assert.True(t, got.IsZero())
	}
	for _, text := range []string{
		`"yesterday"`, `"20261302T030405Z"`, `"20260102T030405"`, `true`, `{}`, `[]`, `1e15`, `-1e14`, `"02/01/2026"`, `"0000-01-01"`,
		`"9999-12-31T23:59:59-01:00"`,
	} { // TestUndecodedMembers: they hide nothing else of an answer
		var got amazonpay.Time
		require.Error(t, json.Unmarshal([]byte(text), &got), text)
		assert.True(t, got.IsZero(), text)
	}
}

func TestTimeAsSent(t *testing.T) {
	t.Parallel()
	type at struct {
		At    amazonpay.Time `json:"at"`
		Maybe amazonpay.Time `json:"maybe,omitzero"`
	}
	tokyo := time.FixedZone("JST", 9*60*60)
	encoded, err := amazonpay.EncodeJSON(at{At: amazonpay.NewTime(time.Date(2026, 1, 2, 12, 4, 5, 999, tokyo))})
	require.NoError(t, err)
	sameText(t, `{"at":"20260102T030405Z"}`, string(encoded))
	encoded, err = amazonpay.EncodeJSON(at{})
	require.NoError(t, err)
	assert.Equal(t, `{"at":null}`, string(encoded))

	text, err := amazonpay.NewTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)).MarshalText()
	require.NoError(t, err)
	assert.Equal(t, "20260102T030405Z", string(text))
	text, err = amazonpay.Time{}.MarshalText()
	require.NoError(t, err)
	assert.Empty(t, text)

	for _, year := range []int{-1, 0, 10_000} {
		_, err = amazonpay.EncodeJSON(at{At: amazonpay.NewTime(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC))})
		require.ErrorContains(t, err, "year", "the form has four digits for it")
	}
}

func TestNewTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 12, 4, 5, 999, time.FixedZone("JST", 9*60*60))
	at := amazonpay.NewTime(now)
	assert.Equal(t, amazonpay.Time{Time: now}, at)
	text, err := at.MarshalText()
	require.NoError(t, err)
	assert.Equal(t, "20260102T030405Z", string(text))
	assert.True(t, amazonpay.NewTime(time.Time{}).IsZero())
}

func FuzzTime(f *testing.F) {
	for _, seed := range []string{
		`"20260102T030405Z"`, `"2026-01-02T03:04:05.678+0900"`, `1767323045`, `1767323045678`, `null`, `-1e13`, `"0001-01-01T00:00:00+14:00"`, `"9999-12-31T23:59:59-14:00"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var read, again amazonpay.Time
		if json.Unmarshal(text, &read) != nil {
			return
		}
		encoded, err := json.Marshal(read)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(encoded, &again), "%s", encoded)
		require.True(t, again.Equal(read.Truncate(time.Second)), "%s became %s", read, again)
	})
}
