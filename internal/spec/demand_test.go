package spec_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// named is a test as demand.md names it: its folder, its function and, if need be, its subtest.
var named = regexp.MustCompile("`([a-z/]+): ((?:Test|Example|Fuzz)\\w*)(?:/([^`]+))?`")

// TestDemand holds that each row of demand.md has tests that exist, or a reason to have none.
func TestDemand(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("demand.md")
	require.NoError(t, err)
	section, rows := "", map[string]int{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## "); ok {
			section, _, _ = strings.Cut(title, " ")
		}
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || strings.HasPrefix(line, "| thread |") {
			continue
		}
		rows[section]++
		cells := strings.Split(strings.Trim(line, "|"), "|")
		require.Len(t, cells, 4, line)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
			assert.NotEmpty(t, cells[i], line)
		}
		assert.Contains(t, cells[0], "https://", line)
		tests := named.FindAllStringSubmatch(cells[2], -1)
		if reason, none := strings.CutPrefix(cells[2], "none:"); none {
			assert.NotEmpty(t, strings.TrimSpace(reason), line)
			assert.Empty(t, tests, line)
			continue
		}
		assert.NotEmpty(t, tests, "no test, and no reason: %s", line)
		assert.NotEqual(t, "–", cells[3], line)
		for _, test := range tests {
			assertTest(t, test[1], test[2], test[3])
		}
	}
	for _, section := range []string{"1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9"} {
		assert.Positive(t, rows[section], "section %s has no rows", section)
	}
}

// assertTest looks for a function in the tests of a folder, and for the name of its subtest in the
// same file.
func assertTest(t *testing.T, folder, function, subtest string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(folder), "*_test.go"))
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if !strings.Contains(string(text), "\nfunc "+function+"(") {
			continue
		}
		if subtest != "" && !strings.Contains(string(text), `"`+subtest+`"`) {
			assert.Fail(t, "there is no such subtest", "%s/%s in %s", function, subtest, folder)
		}
		return
	}
	assert.Fail(t, "there is no such test", "%s in %s", function, folder)
}
