//go:build linux

package load_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fleet are processes of the program. One that ends is started again.
type fleet struct {
	program string
	env     []string
	logs    string // the folder
	members []*member
}

// member is one of them, under the same name through all its lives.
type member struct {
	kind, name string
	command    []string
	done       chan struct{} // closed when it ended for good

	mu       sync.Mutex
	process  *os.Process
	expected bool // the test has ended it
	retired  bool
	failed   error         // with which it ended for good
	cpu      time.Duration // of the lives before
	peaks    []int64       // the most memory of each life so far, in KiB
	memory   []int64       // of the life that is, as it was seen
	alone    int           // how often it ended by itself
}

func newFleet(t *testing.T, s *scene, program string) *fleet {
	t.Helper()
	f := &fleet{program: program, env: s.environment(t), logs: t.TempDir()}
	t.Cleanup(func() {
		for _, m := range f.members {
			m.kill()
		}
	})
	return f
}

// start starts a process of a kind, which is the command's name, and keeps it running.
func (f *fleet) start(t *testing.T, kind string, flags ...string) *member {
	t.Helper()
	m := &member{kind: kind, name: fmt.Sprintf("%s-%d", kind, len(f.members)+1), command: append([]string{f.program, kind}, flags...)}
	f.members = append(f.members, m)
	f.launch(t, m)
	return m
}

// launch starts a process that does not run.
func (f *fleet) launch(t *testing.T, m *member) {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(f.logs, m.name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	require.NoError(t, err)
	m.done, m.retired = make(chan struct{}), false
	process, err := m.begin(f.env, log)
	require.NoError(t, err)
	go m.keep(process, f.env, log)
}

func (m *member) begin(env []string, log *os.File) (*exec.Cmd, error) {
	process := exec.CommandContext(context.Background(), m.command[0], m.command[1:]...)
	process.Env, process.Stdout, process.Stderr = env, log, log
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := process.Start(); err != nil {
		return nil, err
	}
	m.process, m.expected = process.Process, false
	m.peaks, m.memory = append(m.peaks, 0), nil
	return process, nil
}

// keep starts the process again whenever it ends, until it is to end for good.
func (m *member) keep(process *exec.Cmd, env []string, log *os.File) {
	defer close(m.done)
	defer func() { _ = log.Close() }()
	for {
		err := process.Wait()
		m.mu.Lock()
		m.process = nil
		m.cpu += process.ProcessState.UserTime() + process.ProcessState.SystemTime()
		retired, expected := m.retired, m.expected
		if retired {
			m.failed = err
		} else if !expected {
			m.alone++
		}
		m.mu.Unlock()
		if retired {
			return
		}
		if !expected { // such as without a database
			<-time.After(time.Second)
		}
		if process, err = m.begin(env, log); err != nil {
			m.mu.Lock()
			m.failed = err
			m.mu.Unlock()
			return
		}
	}
}

// end sends a signal that ends the process, which then begins again.
func (m *member) end(signal os.Signal) {
	m.measure()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.process != nil {
		m.expected = true
		_ = m.process.Signal(signal) // it may just have ended
	}
}

// freeze lets the process sleep.
func (m *member) freeze(ctx context.Context, length time.Duration) {
	m.mu.Lock()
	process := m.process
	m.mu.Unlock()
	if process == nil || process.Signal(syscall.SIGSTOP) != nil {
		return
	}
	select {
	case <-time.After(length):
	case <-ctx.Done():
	}
	_ = process.Signal(syscall.SIGCONT)
}

// retire ends the process for good, as a deployment would.
func (m *member) retire(t *testing.T) {
	t.Helper()
	m.measure()
	m.mu.Lock()
	m.retired = true
	if m.process != nil {
		_ = m.process.Signal(syscall.SIGTERM)
	}
	m.mu.Unlock()
	select {
	case <-m.done:
		require.NoError(t, m.failed, m.name)
	case <-time.After(time.Minute):
		assert.Fail(t, m.name+" does not end within a minute")
		m.kill()
	}
}

// kill ends what is left of it.
func (m *member) kill() {
	m.mu.Lock()
	m.retired = true
	if m.process != nil {
		_ = m.process.Kill()
	}
	m.mu.Unlock()
	<-m.done
}

// measure looks at the memory of the process.
func (m *member) measure() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.process == nil {
		return
	}
	now, peak := memory(m.process.Pid)
	m.peaks[len(m.peaks)-1] = max(m.peaks[len(m.peaks)-1], peak)
	m.memory = append(m.memory, now)
}

// spent returns the processor time of all lives.
func (m *member) spent() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.process == nil {
		return m.cpu
	}
	own, _ := processorTime(m.process.Pid)
	return m.cpu + own
}

// spent returns the processor time of all processes of a kind.
func (f *fleet) spent(kind string) (sum time.Duration) {
	for _, m := range f.members {
		if m.kind == kind {
			sum += m.spent()
		}
	}
	return sum
}

// peaks returns rows of Markdown: the most memory of the first life, of the last one, and of any.
func (f *fleet) peaks() (rows []string) {
	for _, m := range f.members {
		m.mu.Lock()
		seen := slices.DeleteFunc(slices.Clone(m.peaks), func(kib int64) bool { return kib == 0 })
		if len(seen) > 0 && len(m.memory) > 0 {
			n := len(m.memory)
			at := func(quarter int) int64 { return m.memory[quarter*(n-1)/4] / 1024 }
			rows = append(rows, fmt.Sprintf("| %s | %d | %d | %d | %d | %d %d %d %d |", m.name, len(m.peaks), seen[0]/1024, seen[len(seen)-1]/1024, slices.Max(seen)/1024,
				at(1), at(2), at(3), at(4)))
		}
		m.mu.Unlock()
	}
	return rows
}

// complaints returns the warnings and errors of all logs, as rows of Markdown with how often each
// came, and whether any process has panicked.
func (f *fleet) complaints(t *testing.T) (rows []string) {
	t.Helper()
	count := make(map[string]int)
	for _, m := range f.members {
		file, err := os.Open(filepath.Join(f.logs, m.name))
		require.NoError(t, err)
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			var record struct {
				Level string `json:"level"`
				Msg   string `json:"msg"`
			}
			switch err := json.Unmarshal(lines.Bytes(), &record); {
			case err != nil && (strings.HasPrefix(lines.Text(), "panic: ") || strings.HasPrefix(lines.Text(), "fatal error: ")):
				assert.Fail(t, m.name+": "+lines.Text())
			case err != nil:
				count[m.kind+": "+fmt.Sprintf("%.120s", lines.Text())]++
			case record.Level == "ERROR" || record.Level == "WARN":
				count[m.kind+": "+record.Level+" "+record.Msg]++
			}
		}
		require.NoError(t, lines.Err())
		require.NoError(t, file.Close())
	}
	for _, line := range slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Compare(count[b], count[a]) }) {
		rows = append(rows, fmt.Sprintf("| %s | %d |", strings.ReplaceAll(line, "|", "/"), count[line]))
	}
	return rows[:min(len(rows), 12)]
}

// memory returns what a process has in memory and the most that it had, in KiB.
func memory(pid int) (now, peak int64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		kib, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64) // other lines have texts
		switch name {
		case "VmRSS":
			now = kib
		case "VmHWM":
			peak = kib
		}
	}
	return now, peak
}

// tick is the unit of /proc.
const tick = time.Second / 100

// processorTime returns what a process has used, and what its children have that ended.
func processorTime(pid int) (own, children time.Duration) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	var ticks [4]int64
	for i, field := range strings.Fields(after)[11:15] { // utime, stime, cutime, cstime
		ticks[i], _ = strconv.ParseInt(field, 10, 64) // they are numbers
	}
	return time.Duration(ticks[0]+ticks[1]) * tick, time.Duration(ticks[2]+ticks[3]) * tick
}

// machineTime returns how long all processors have been at work and idle.
func machineTime(t *testing.T) (busy, idle time.Duration) {
	t.Helper()
	stat, err := os.ReadFile("/proc/stat")
	require.NoError(t, err)
	line, _, _ := strings.Cut(string(stat), "\n")
	for i, field := range strings.Fields(line)[1:9] { // user, nice, system, idle, iowait, irq, softirq, steal
		ticks, err := strconv.ParseInt(field, 10, 64)
		require.NoError(t, err)
		if i == 3 || i == 4 {
			idle += time.Duration(ticks) * tick
		} else {
			busy += time.Duration(ticks) * tick
		}
	}
	return busy, idle
}
