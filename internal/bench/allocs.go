//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// boundsFile has a bound on each line: a benchmark's package and name, and how many allocations it
// may make. A line that begins with # is a comment.
const boundsFile = "allocs.txt"

const boundsHead = `# What each benchmark may allocate: its package and name, and allocations an operation. make allocs fails where one
# allocates more, where one has no line, and where a line has no benchmark. Written by
#
#	cd internal/bench && go run . allocs -update
#
# with a slack of 2 or 0.1 %, and of 5 % for whole calls over TLS, whose number differs a little from run to run.
`

// benchmarked are the folders whose benchmarks have bounds, and how often each benchmark runs: that
// of a whole report seldom, calls often, since a connection costs as many allocations as several
// calls.
var benchmarked = []struct{ dir, times, runs string }{
	{"../../webstore/report", "10x", "1"},
	{"../..", "100x", "4"},
	{"../../signing/libcrypto", "100x", "1"},
	{".", "2000x", "1"},
}

// packagesWithBenchmarks lists them: the tests of the others would be linked for nothing.
func packagesWithBenchmarks(ctx context.Context, dir string) ([]string, error) {
	list, err := filepath.Abs("../tools/list-tests")
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, list, "Benchmark") //nolint:gosec // A file of the repository.
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("the benchmarks of %s: %w", dir, err)
	}
	var packages []string
	for line := range strings.Lines(string(out)) {
		name, _, _ := strings.Cut(line, " ")
		packages = append(packages, name)
	}
	return slices.Compact(packages), nil
}

// allocs runs the benchmarks and compares their allocations with the bounds, or writes new bounds.
func allocs(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("allocs", flag.ContinueOnError)
	update := flags.Bool("update", false, "write the bounds anew")
	if err := flags.Parse(args); err != nil {
		return err
	}
	found, measured := make(map[string]float64), make(map[string]bool)
	for _, module := range benchmarked {
		packages, err := packagesWithBenchmarks(ctx, module.dir)
		if err != nil {
			return err
		}
		packages = slices.DeleteFunc(packages, func(name string) bool { return measured[name] })
		for _, name := range packages {
			measured[name] = true
		}
		// One processor: names then have no suffix, and all machines behave alike.
		words := append([]string{"test", "-run=^$", "-bench=.", "-benchmem", "-benchtime=" + module.times, "-count=" + module.runs, "-cpu=1"}, packages...)
		cmd := exec.CommandContext(ctx, "go", words...) //nolint:gosec // Words of this program.
		cmd.Dir, cmd.Stderr = module.dir, os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("the benchmarks of %s: %w\n%s", module.dir, err, out)
		}
		if err := readAllocs(bytes.NewReader(out), found); err != nil {
			return err
		}
	}
	if *update {
		return os.WriteFile(boundsFile, []byte(formatBounds(found)), 0o644) //nolint:gosec // A file of the repository.
	}
	text, err := os.ReadFile(boundsFile)
	if err != nil {
		return err
	}
	bounds, err := parseBounds(string(text))
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if _, err := fmt.Fprintf(os.Stdout, "%-50s %6.0f allocs/op, bound %d\n", name, found[name], bounds[name]); err != nil {
			return err
		}
	}
	return checkAllocs(found, bounds)
}

// readAllocs adds what go test -bench -benchmem printed to found.
func readAllocs(out io.Reader, found map[string]float64) error {
	lines := benchfmt.NewReader(out, "go test")
	for lines.Scan() {
		switch record := lines.Result().(type) {
		case *benchfmt.Result:
			value, ok := record.Value("allocs/op")
			if !ok {
				return fmt.Errorf("%s does not tell its allocations", record.Name)
			}
			name := strings.TrimPrefix(record.GetConfig("pkg"), "github.com/amazonpay-go/sdk/") + " " + string(record.Name)
			if least, ok := found[name]; ok { // a connection more, on a busy machine, is no fault of the code
				value = min(value, least)
			}
			found[name] = value
		case *benchfmt.SyntaxError:
			return record
		}
	}
	return lines.Err()
}

// checkAllocs returns an error unless each benchmark keeps its bound and each bound has a
// benchmark.
func checkAllocs(found map[string]float64, bounds map[string]int) error {
	if len(found) == 0 {
		return errors.New("there are no benchmarks")
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if bound, ok := bounds[name]; !ok {
			errs = append(errs, fmt.Errorf("%s: %.0f allocations, and no bound in %s", name, found[name], boundsFile))
		} else if found[name] > float64(bound) {
			errs = append(errs, fmt.Errorf("%s: %.0f allocations, more than %d", name, found[name], bound))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(bounds)) {
		if _, ok := found[name]; !ok {
			errs = append(errs, fmt.Errorf("%s: a bound in %s, and no such benchmark", name, boundsFile))
		}
	}
	return errors.Join(errs...)
}

func parseBounds(text string) (map[string]int, error) {
	bounds := make(map[string]int)
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(line, "#") {
			continue
		}
		if len(fields) != 3 {
			return nil, fmt.Errorf("%s: %q is not a package, a name and a number", boundsFile, line)
		}
		bound, err := strconv.Atoi(fields[2])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", boundsFile, err)
		}
		name := fields[0] + " " + fields[1]
		if _, ok := bounds[name]; ok {
			return nil, fmt.Errorf("%s: %s has two bounds", boundsFile, name)
		}
		bounds[name] = bound
	}
	return bounds, nil
}

// formatBounds formats the bounds file for what was found.
func formatBounds(found map[string]float64) string {
	var text strings.Builder
	text.WriteString(boundsHead)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		part := 0.001
		if strings.Contains(name, "Call") { // Call, VerifiedCalls
			part = 0.05
		}
		_, _ = fmt.Fprintf(&text, "%s %.0f\n", name, math.Ceil(found[name]+max(2, part*found[name])))
	}
	return text.String()
}
