//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
)

// process is another process, which answers each line of JSON with a line.
type process struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	in    *json.Encoder
	out   *json.Decoder
}

// program returns a command that runs on one core, unless core is empty. taskset starts it, so that
// the program sees one processor from the start.
func program(ctx context.Context, core, name string, args ...string) *exec.Cmd {
	if core != "" {
		name, args = "taskset", append([]string{"-c", core, name}, args...)
	}
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // This program, Node or openssl.
	cmd.Stderr = os.Stderr
	return cmd
}

// self returns a command that runs this program.
func self(ctx context.Context, core string, args ...string) (*exec.Cmd, error) {
	name, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return program(ctx, core, name, args...), nil
}

func start(cmd *exec.Cmd) (*process, error) {
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &process{cmd, stdin, json.NewEncoder(stdin), json.NewDecoder(stdout)}, nil
}

// ask sends a question and reads the answer.
func (p *process) ask(question, answer any) error {
	if err := p.in.Encode(question); err != nil {
		return err
	}
	return p.out.Decode(answer)
}

// stop closes the input of the process, which ends it.
func (p *process) stop() error { return errors.Join(p.stdin.Close(), p.cmd.Wait()) }

// server is a process that serves.
type server struct {
	*process
	target target
}

// startServer runs this program as a server.
func startServer(ctx context.Context, core, protocol string) (*server, error) {
	cmd, err := self(ctx, core, "serve", protocol)
	if err != nil {
		return nil, err
	}
	p, err := start(cmd)
	if err != nil {
		return nil, err
	}
	s := &server{process: p}
	if err := p.out.Decode(&s.target); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return s, nil
}

// handshakes returns how many handshakes the server has done.
func (s *server) handshakes() (n float64, err error) {
	err = s.ask("handshakes", &n)
	return n, err
}

// serveParent tells the parent process how to reach a server, and the number of handshakes on
// request. It serves until the parent closes standard input.
func serveParent(protocol string) error {
	s, t, handshakes, err := serve(protocol)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(t); err != nil {
		return err
	}
	questions := bufio.NewScanner(os.Stdin)
	for questions.Scan() {
		if err := out.Encode(handshakes.Load()); err != nil {
			return err
		}
	}
	return errors.Join(questions.Err(), s.Close())
}
