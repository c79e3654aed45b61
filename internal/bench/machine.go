//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
)

// cores are the processors of the server and of the measured client, empty if both share all.
type cores struct{ server, client string }

// findCores returns the first and the last processor that this program may use.
func findCores() cores {
	allowed := parseCores(fileField("/proc/self/status", "Cpus_allowed_list"))
	if _, err := exec.LookPath("taskset"); err != nil || len(allowed) < 2 {
		return cores{}
	}
	return cores{server: allowed[0], client: allowed[len(allowed)-1]}
}

// parseCores reads a list such as 0-3,8. It returns nil if the list is not valid.
func parseCores(list string) []string {
	var found []string
	for part := range strings.SplitSeq(list, ",") {
		low, high, isRange := strings.Cut(part, "-")
		if !isRange {
			high = low
		}
		first, err := strconv.Atoi(low)
		if err != nil {
			return nil
		}
		last, err := strconv.Atoi(high)
		if err != nil {
			return nil
		}
		for n := first; n <= last; n++ {
			found = append(found, strconv.Itoa(n))
		}
	}
	return found
}

// fileField returns the value of the first line "name: value" or "name=value" of a file.
func fileField(file, name string) string {
	content, err := os.ReadFile(file) //nolint:gosec // A file of the system.
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(content)) {
		if at := strings.IndexAny(line, ":="); at >= 0 && strings.TrimSpace(line[:at]) == name {
			return strings.Trim(strings.TrimSpace(line[at+1:]), `"`)
		}
	}
	return ""
}

// machine describes the machine, without its name.
func machine(ctx context.Context, c cores) []string {
	pinned := "client and server not pinned"
	if c.client != "" {
		pinned = "client on one core, server on another"
	}
	parts := []string{
		fileField("/proc/cpuinfo", "model name"), strconv.Itoa(runtime.NumCPU()) + " cores", fileField("/etc/os-release", "PRETTY_NAME"),
		"Linux " + upTo("-", firstLine(os.ReadFile("/proc/sys/kernel/osrelease"))), pinned, runtime.Version() + " " + runtime.GOARCH,
	}
	if version := firstLine(exec.CommandContext(ctx, "openssl", "version").Output()); version != "" {
		parts = append(parts, "openssl speed of "+upTo(" (", version))
	}
	return parts
}

// upTo returns the text before end, or all of it.
func upTo(end, text string) string {
	before, _, _ := strings.Cut(text, end)
	return before
}

// firstLine returns the first line, or "" on an error.
func firstLine(content []byte, err error) string {
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(content), "\n")
	return line
}
