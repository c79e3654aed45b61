package doctor_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
)

func TestRightRequestsHaveNoProblem(t *testing.T) {
	t.Parallel()
	forms := map[string]func(vector, testing.TB) string{
		"canonical": func(v vector, _ testing.TB) string { return v.Canonical },
		"http":      vector.http, "curl -v": vector.verbose, "curl": vector.curl, "log": vector.log, "one line": vector.oneLine,
		"canonical, then http":    func(v vector, tb testing.TB) string { return v.Canonical + "\n\n" + v.http(tb) },
		"curl -v, then canonical": func(v vector, tb testing.TB) string { return v.verbose(tb) + "\n" + v.Canonical },
		"curl, log":               func(v vector, tb testing.TB) string { return v.curl(tb) + v.log(tb) },
		"canonical, then body":    func(v vector, tb testing.TB) string { return v.Canonical + "\nbody: " + v.body(tb) + "\n" },
	}
	for _, v := range readVectors(t) {
		for name, form := range forms {
			t.Run(v.Name+"/"+name, func(t *testing.T) {
				t.Parallel()
				text := form(v, t)
				got, err := doctor.ReadRefused([]byte(text))
				require.NoError(t, err)
				assert.Empty(t, got.Problems, "%s", text)
				assert.Contains(t, got.Conclusion(), "the key", "%v", got)
			})
		}
	}
}
