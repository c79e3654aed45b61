package reconcile_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/reconcile"
)

func TestDates(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text  string
		order reconcile.DateOrder
		want  string
	}{
		{"2026-09-18", "", "2026-09-18T00:00:00Z"},
		{"2026-09-18 12:30:00", "", "2026-09-18T12:30:00Z"},
		{"2026-09-18T12:30:00+02:00", "", "2026-09-18T10:30:00Z"},
		{"2026-09-18T12:30:00 -0700", "", "2026-09-18T19:30:00Z"},
		{"18.9.2026", "", "2026-09-18T00:00:00Z"},
		{"04.03.2026", "", "2026-03-04T00:00:00Z"},
		{"18/9/2026", "", "2026-09-18T00:00:00Z"},
		{"09/18/2026 3:04 PM", "", "2026-09-18T15:04:00Z"},
		{"5/5/2026", "", "2026-05-05T00:00:00Z"},
		{"03/04/2026", "dmy", "2026-04-03T00:00:00Z"},
		{"03/04/2026", "mdy", "2026-03-04T00:00:00Z"},
	} {
		at, err := reconcile.ParseDate(test.text, test.order)
		if assert.NoError(t, err, test.text) {
			assert.Equal(t, test.want, at.UTC().Format(time.RFC3339), test.text)
		}
	}
	_, err := reconcile.ParseDate("03/04/2026", "")
	require.EqualError(t, err, `"03/04/2026" is ambiguous: it can be 2026-04-03 (--date-order=dmy) or 2026-03-04 (--date-order=mdy)`)
	for _, text := range []string{"", "today", "31/31/2026", "18/9/26", "46283"} {
		_, err := reconcile.ParseDate(text, "")
		require.EqualError(t, err, "is not a date such as 2026-09-18 or 2026-09-18T12:00:00Z", "%q", text)
	}
	_, err = reconcile.ParseDate("18/9/2026", "mdy")
	require.Error(t, err)
}
