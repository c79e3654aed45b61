//go:build unix

package doctor_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
)

func TestAPipeIsNotRead(t *testing.T) {
	t.Parallel()
	tryAll(t, []broken{{
		name: "pipe", check: doctor.CheckKeyFile, cause: "pipe", next: "Write the key to a file",
		change: func(l *lab) {
			l.setup.PrivateKeyFile.Text = filepath.Join(l.dir, "pipe")
			require.NoError(l.tb, syscall.Mkfifo(l.setup.PrivateKeyFile.Text, 0o600))
		},
	}})
}
