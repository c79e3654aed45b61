// Package storetest runs the store's program against an emulator in the test's process, which
// outlives the program, and buys in it as a browser without JavaScript would.
package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// AdminPassword is the password of the admin pages.
const AdminPassword = "correct horse battery staple"

// Build builds the program, and returns its file, which is removed when the test ends.
func Build(tb testing.TB, tags string) string {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "store")
	build := exec.CommandContext(tb.Context(), "go", "build", "-tags", tags, "-o", file, "github.com/amazonpay-go/sdk/examples/store") //nolint:gosec // the tags are constants of the tests
	if output, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("%v\n%s", err, output)
	}
	return file
}

// Store is a program that is started again and again at one address, with one database.
type Store struct {
	URL string

	tb   testing.TB
	file string
	env  []string

	mu      sync.Mutex
	process *exec.Cmd
	ended   chan struct{}
	output  *bytes.Buffer
}

// New returns a store that does not run yet.
func New(tb testing.TB, file string, server *emulator.Server, database string) *Store {
	tb.Helper()
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil { // the address stays free, as far as one can see
		tb.Fatal(err)
	}
	description := filepath.Join(tb.TempDir(), "emulator.json")
	text, err := json.Marshal(server.Description())
	if err == nil {
		err = os.WriteFile(description, text, 0o600)
	}
	if err != nil {
		tb.Fatal(err)
	}
	s := &Store{URL: "http://" + address, tb: tb, file: file, env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + tb.TempDir(),
		"STORE_ADDR=" + address, "STORE_URL=http://" + address, "STORE_DATABASE_URL=" + database, "STORE_EMULATOR=" + description,
		"STORE_ADMIN_PASSWORD=" + AdminPassword,
	}}
	tb.Cleanup(func() {
		s.Stop()
		if tb.Failed() {
			tb.Logf("output of the last program:\n%s", s.Output())
		}
	})
	return s
}

// Start starts the program, and waits until it answers. It reports false if it has ended before.
func (s *Store) Start(env ...string) bool {
	s.tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	process := exec.CommandContext(context.WithoutCancel(s.tb.Context()), s.file) //nolint:gosec // Build has made it
	process.Env = append(s.env, env...)
	process.Dir = s.tb.TempDir()
	output := new(bytes.Buffer)
	process.Stdout, process.Stderr = output, output
	if err := process.Start(); err != nil {
		s.tb.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = process.Wait() // how it ends is the test's to know
		close(ended)
	}()
	s.process, s.ended, s.output = process, ended, output
	client := &http.Client{Timeout: 10 * time.Second}
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return false
		case <-deadline.C:
			s.tb.Fatal("the store does not answer within a minute")
		case <-tick.C:
		}
		r, err := http.NewRequestWithContext(s.tb.Context(), http.MethodGet, s.URL+"/healthz", nil)
		if err != nil {
			s.tb.Fatal(err)
		}
		if answer, err := client.Do(r); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return true
			}
		}
	}
}

// Ended reports whether the program has ended. It waits a little, since a program that was killed
// may not have ended yet.
func (s *Store) Ended(wait time.Duration) bool {
	s.mu.Lock()
	ended := s.ended
	s.mu.Unlock()
	select {
	case <-ended:
		return true
	case <-time.After(wait):
		return false
	}
}

// Stop ends the program gracefully.
func (s *Store) Stop() {
	s.mu.Lock()
	process, ended := s.process, s.ended
	s.mu.Unlock()
	if process == nil {
		return
	}
	if err := process.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.tb.Error(err)
	}
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		s.tb.Error("the store does not end within 20 seconds")
		_ = process.Process.Kill()
		<-ended
	}
}

// Output returns what an ended program has printed.
func (s *Store) Output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.output == nil {
		return ""
	}
	select {
	case <-s.ended:
		return s.output.String()
	default:
		return "it still runs"
	}
}

// errAnswer is an answer that a buyer does not expect.
func errAnswer(what string, status int, body string) error {
	if i := strings.Index(body, "<main"); i >= 0 {
		body = body[i:]
	}
	return fmt.Errorf("%s: status %d: %.600s", what, status, body)
}
