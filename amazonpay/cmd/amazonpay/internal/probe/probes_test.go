package probe_test

import (
	"cmp"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/probe"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// The emulator's facts and the probes are two lists that share no code: they must agree.
func TestTableAgreesWithEmulator(t *testing.T) {
	t.Parallel()
	known := make(map[string]emulator.Fact)
	for _, f := range emulator.KnownFacts() {
		known[f.Name] = f
	}
	for _, p := range probe.Probes() {
		assert.NotEmpty(t, p.Claim, p.Fact)
		assert.Regexp(t, `^(no source: an assumption|https://|official |third-party )`, p.Source, p.Fact)
		assert.NotContains(t, p.Source, ".md ", "a note that no reader has")
		if strings.HasPrefix(p.Source, "no source") {
			assert.Equal(t, probe.ConfidenceUncertain, p.Confidence, p.Fact)
		}
		assert.NotEmpty(t, p.Confidence, p.Fact)
		f, there := known[p.Fact]
		assert.Equal(t, !p.Fixed, there, p.Fact)
		if there {
			assert.Equal(t, f.Default, p.Claimed, p.Fact)
			assert.ElementsMatch(t, f.Values, append([]string{p.Claimed}, p.Others...), p.Fact)
		}
		delete(known, p.Fact)
	}
	assert.Empty(t, known, "these have no probe")
}

// Each value of each fact is found, when it alone is changed.
func TestEachFactAlone(t *testing.T) {
	t.Parallel()
	for _, f := range emulator.KnownFacts() {
		for _, value := range f.Values[1:] {
			t.Run(f.Name+"="+value, func(t *testing.T) {
				t.Parallel()
				server := emulator.Start(t, emulator.WithFacts(emulator.Facts{f.Name: value}))
				target := targetOf(t, server)
				target.Only = []string{f.Name}
				found, file := observe(t, target)
				require.Len(t, found, 1)
				assert.Equal(t, probe.VerdictDiffers, found[f.Name].Verdict, "%+v", found[f.Name])
				assert.Equal(t, value, found[f.Name].Observed)
				assert.Equal(t, map[string]string{f.Name: value}, file.Facts)
			})
		}
	}
}

// factsEvery is of how many facts one is tried, at random, where each takes a whole run or more.
func factsEvery(t *testing.T) int {
	t.Helper()
	text := cmp.Or(os.Getenv("FACTSEVERY"), "1")
	every, err := strconv.Atoi(text)
	require.NoError(t, err, "FACTSEVERY is a number")
	return max(1, every)
}

// With one fact changed no other probe finds a difference. Some may find nothing.
func TestOneFactChangesNoOther(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("each fact takes a whole run")
	}
	every := factsEvery(t)
	for _, f := range emulator.KnownFacts() {
		if rand.IntN(every) > 0 {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			server := emulator.Start(t, emulator.WithFacts(emulator.Facts{f.Name: f.Values[len(f.Values)-1]}))
			found, _ := observe(t, targetOf(t, server))
			for fact, result := range found {
				if fact != f.Name {
					assert.NotEqual(t, probe.VerdictDiffers, result.Verdict, "%s: %+v", fact, result)
				}
			}
		})
	}
}
