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

// cores are the processors of the server and of the client that is measured; empty where they are not kept apart.
type cores struct{ server, client string }

// findCores takes the first and the last processor that this program may use.
func findCores() cores {
	allowed := parseCores(fileField("/proc/self/status", "Cpus_allowed_list"))
	if _, err := exec.LookPath("taskset"); err != nil || len(allowed) < 2 {
		return cores{}
	}
	return cores{server: allowed[0], client: allowed[len(allowed)-1]}
}

// parseCores reads a list such as 0-3,8. It is empty where the list cannot be read.
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

// fileField is the value of the first line of a file that has the name, before a colon or an equals sign.
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

// machine describes what the figures were measured on, but for its name.
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

// upTo is the text before an end, if it has that.
func upTo(end, text string) string {
	before, _, _ := strings.Cut(text, end)
	return before
}

// firstLine is empty where there is none, or an error.
func firstLine(content []byte, err error) string {
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(content), "\n")
	return line
}
