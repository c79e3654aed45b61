package main

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A short month ends with bills that agree with the emulators.
func TestMonth(t *testing.T) {
	t.Parallel()
	var out, log bytes.Buffer
	database := filepath.Join(t.TempDir(), "month.db")
	code := run(t.Context(), []string{"month", "--subscriptions=300", "--day=300ms", "--database=" + database}, output{&out, &log})
	assert.Zero(t, code, log.String())
	assert.Empty(t, log.String())
	for _, want := range []string{"300 subscriptions, 30 merchants", "paid at once", "GetAuthorizationToken", "have 0 differences", "one\ncaptured charge"} {
		assert.Contains(t, out.String(), want)
	}

	// It is kept, and no other month is played in it.
	assert.Equal(t, exitFailed, run(t.Context(), []string{"month", "--database=" + database}, output{&out, &log}))
	assert.Contains(t, log.String(), "the database has merchants already: use a new one")
}
