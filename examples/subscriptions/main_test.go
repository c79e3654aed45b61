package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// asProgram is the variable with which the tests start themselves as the program.
const asProgram = "SUBSCRIPTIONS_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// A wrong command line is refused in one line, which names the flag.
func TestRunUsage(t *testing.T) {
	for line, want := range map[string]string{
		"":                            `expected one of "worker", "planner"`,
		"planer":                      "planer, did you mean \"planner\"?",
		"worker 3":                    "unexpected argument 3",
		"planner --workers=3":         "--workers",
		"all --workers=0":             "--workers=0: must be from 1 to 10000",
		"all --workers=many":          "--workers",
		"all --connections=3":         "--connections=3: must be from 4 to 1000",
		"all --job-timeout=0s":        "--job-timeout=0s: must be from 1s to 1h",
		"all --job-timeout=soon":      "--job-timeout",
		"all --admin=0.0.0.0:80":      "--admin=0.0.0.0:80: must be on loopback",
		"all --public=here":           "--public=here: must be an address",
		"all --metrics=example.com:1": "--metrics=example.com:1: must be on loopback",
		"month --subscriptions=29":    "--subscriptions=29: must be from 30 to 1000000",
		"month --day=1ms":             "--day=1ms: must be from 100ms to 24h",
		"month --admin=:8083":         "--admin=:8083: must be on loopback",
		"again":                       "\"\" is not the reference of a bill",
		"again P01-1":                 "\"P01-1\" is not the reference of a bill: give PERMISSION/PERIOD",
		"waive P01-1/11":              "\"P01-1/11\" is not the reference of a bill",
		"web":                         "set SUBSCRIPTIONS_DATABASE_URL=postgres://…, or run subscriptions all",
		"worker":                      "set SUBSCRIPTIONS_DATABASE_URL=postgres://…, or run subscriptions all",
		"planner --database=other.db": "set SUBSCRIPTIONS_DATABASE_URL=postgres://…, or run subscriptions all",
	} {
		t.Run(line, func(t *testing.T) {
			t.Setenv("SUBSCRIPTIONS_DATABASE_URL", "")
			var out, log bytes.Buffer
			assert.Equal(t, exitUsage, run(t.Context(), strings.Fields(line), output{&out, &log}))
			assert.Empty(t, out.String())
			assert.Contains(t, log.String(), want)
			assert.Equal(t, 1, strings.Count(log.String(), "\n"), log.String())
			assert.Contains(t, log.String(), "see subscriptions --help")
		})
	}
}

func TestRunHelp(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"--help", "worker --help", "planner --help", "web --help", "all --help", "again --help", "waive --help", "month --help"} {
		var out, log bytes.Buffer
		assert.Equal(t, 0, run(t.Context(), strings.Fields(line), output{&out, &log}), line)
		assert.Contains(t, out.String(), "Usage: subscriptions")
		assert.Empty(t, log.String())
	}
}
