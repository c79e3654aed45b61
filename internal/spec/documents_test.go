package spec_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../.."

// documents returns the documents for people.
func documents(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(root + "/.github/*.md")
	require.NoError(t, err)
	return append(found, root+"/README.md", root+"/internal/bench/README.md")
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(path))
	require.NoError(t, err)
	return string(text)
}

func TestREADMEIsShort(t *testing.T) {
	t.Parallel()
	assert.LessOrEqual(t, strings.Count(read(t, root+"/README.md"), "\n"), 200)
}

var (
	link  = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)\s]*)?\)`)
	fence = regexp.MustCompile("(?ms)^```.*?^```$")
)

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	found := 0
	var broken []string
	for _, document := range documents(t) {
		for _, target := range link.FindAllStringSubmatch(fence.ReplaceAllString(read(t, document), ""), -1) {
			if strings.Contains(target[1], "://") {
				continue
			}
			found++
			if _, err := os.Stat(filepath.Join(filepath.Dir(document), filepath.FromSlash(target[1]))); err != nil {
				broken = append(broken, document+": "+target[1])
			}
		}
	}
	assert.Greater(t, found, 10)
	assert.Empty(t, broken)
}

var (
	function = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Example)\w*)\(`)
	quoted   = regexp.MustCompile("`((?:Test|Fuzz|Example)\\w+)`")
)

// The tests that SECURITY.md names exist.
func TestPromisesAreTested(t *testing.T) {
	t.Parallel()
	exists := make(map[string]bool)
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() == "node_modules" {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, "_test.go") {
			for _, name := range function.FindAllStringSubmatch(read(t, path), -1) {
				exists[name[1]] = true
			}
		}
		return nil
	}))
	names := quoted.FindAllStringSubmatch(read(t, root+"/.github/SECURITY.md"), -1)
	assert.Greater(t, len(names), 30)
	for _, name := range names {
		assert.True(t, exists[name[1]], "SECURITY.md: there is no %s", name[1])
	}
}

var (
	target  = regexp.MustCompile(`(?m)^([a-z-]+):.*## `)
	command = regexp.MustCompile("`make ([a-z-]+)[ `]")
)

// CONTRIBUTING.md has every target of the Makefile, and no document has another one.
func TestTargets(t *testing.T) {
	t.Parallel()
	targets := make(map[string]bool)
	for _, name := range target.FindAllStringSubmatch(read(t, root+"/Makefile"), -1) {
		targets[name[1]] = true
		if name[1] != "help" {
			assert.Contains(t, read(t, root+"/.github/CONTRIBUTING.md"), "\n| `make "+name[1]+"` |")
		}
	}
	assert.Greater(t, len(targets), 15)
	for _, document := range documents(t) {
		for _, name := range command.FindAllStringSubmatch(read(t, document), -1) {
			assert.True(t, targets[name[1]], "%s: make %s", document, name[1])
		}
	}
}
