package doctor_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
)

// broken is a setup with one thing wrong, and what is said about it.
type broken struct {
	name    string
	change  func(*lab)
	check   doctor.Check
	status  doctor.Status // by default StatusFailed
	cause   string        // words of what was found and of the cause, separated by |
	next    string        // words of the next step and its command, separated by |
	refused bool
}

// try breaks a lab and looks at the first finding that is not ok.
func (b broken) try(t *testing.T) {
	t.Helper()
	l := newLab(t)
	b.change(l)
	all := l.examine()
	status := b.status
	if status == "" {
		status = doctor.StatusFailed
	}
	f := first(all, status)
	require.NotNil(t, f, "%+v", all)
	assert.Equal(t, b.check, f.Check, "%+v", all)
	for word := range strings.SplitSeq(b.cause, "|") {
		assert.Contains(t, f.Found+" "+f.Cause, word)
	}
	for word := range strings.SplitSeq(b.next, "|") {
		assert.Contains(t, f.Next+" "+f.Run, word)
	}
	assert.NotEmpty(t, f.Cause)
	assert.NotEmpty(t, f.Next)
	assert.Equal(t, b.refused, f.Refused)
	last := all[len(all)-1]
	assert.Equal(t, doctor.CheckSignedCall, last.Check, "the last finding is about the call")
	if status == doctor.StatusWarning {
		assert.Nil(t, first(all, doctor.StatusFailed), "%+v", all)
		assert.NotEqual(t, doctor.StatusSkipped, last.Status)
	} else if b.check != doctor.CheckSignedCall {
		assert.Equal(t, doctor.StatusSkipped, last.Status, "%+v", last)
	}
}

func tryAll(t *testing.T, all []broken) {
	t.Helper()
	for _, b := range all {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			b.try(t)
		})
	}
}
