package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// control is the control API of an emulator: the one inside, or one that runs.
type control struct {
	described emulator.Description
	http      *http.Client
	account   account
	live      bool
}

// control returns the emulator that --emulator or --emulator-file names, or the one whose file lies
// in this folder.
func (s *session) control() (*control, error) {
	var a account
	var err error
	switch _, missing := os.Stat(emulatorFile); {
	case s.cli.Emulator, s.cli.EmulatorFile != "":
		a, err = s.account()
	case missing == nil:
		a, err = s.described(emulatorFile)
	default:
		return nil, wrong("Start one with amazonpay emulator in this folder, name its file with --emulator-file, or use the one inside with --emulator.",
			"there is no %s here, which an emulator writes", emulatorFile)
	}
	if err != nil {
		return nil, err
	}
	return &control{described: *a.described, http: &http.Client{Transport: a.base, Timeout: time.Minute}, account: a, live: s.cli.Live}, nil
}

// get reads something of the control API.
func (c *control) get(ctx context.Context, path string, out any) error {
	return c.do(ctx, http.MethodGet, path, nil, out)
}

// post does something. in and out may be nil.
func (c *control) post(ctx context.Context, path string, in, out any) error {
	return c.do(ctx, http.MethodPost, path, in, out)
}

func (c *control) do(ctx context.Context, method, path string, in, out any) error {
	body := io.Reader(http.NoBody)
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	answer, err := c.send(ctx, c.http, method, path, body)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		var refused struct {
			Message string `json:"message"`
		}
		_ = json.NewDecoder(io.LimitReader(answer.Body, maxInput)).Decode(&refused)
		return &failure{code: exitRefused, err: fmt.Errorf("the emulator refused: %d %s", answer.StatusCode, strings.TrimPrefix(refused.Message, "emulator: ")), next: "Its window shows all objects. " + c.window()}
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(answer.Body).Decode(out)
}

func (c *control) send(ctx context.Context, client *http.Client, method, path string, body io.Reader) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.described.BaseURL+"/_emulator/"+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.described.ControlToken)
	answer, err := client.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, failed("Is it running? Start it with amazonpay emulator.", "the emulator at %s does not answer: %w", c.described.BaseURL, errors.Unwrap(err))
	}
	return answer, nil
}

// window says where the window is. Its address has a token, which is not printed.
func (c *control) window() string {
	return "Its address is where the emulator was started, and is windowUrl in its file."
}

// follow calls look now and after each change, until the session ends or look returns an error.
func (c *control) follow(ctx context.Context, look func() error) error {
	answer, err := c.send(ctx, &http.Client{Transport: c.http.Transport}, http.MethodGet, "events", http.NoBody)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if err := look(); err != nil {
		return err
	}
	buffer := make([]byte, 4096) // whatever comes, something has changed
	for {
		if _, err := answer.Body.Read(buffer); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return failed("Start it again with amazonpay emulator.", "the emulator has ended")
		}
		if err := look(); err != nil {
			return err
		}
	}
}

type clockCommand struct {
	Advance time.Duration `arg:"" optional:"" help:"How far to move it, such as 36h or 90s. What is due by then happens. Notifications then have this time, and a shop with the real time refuses them, until the emulator is started anew."`
}

// Run prints or moves the clock.
func (c *clockCommand) Run(s *session) error {
	control, err := s.control()
	if err != nil {
		return err
	}
	if c.Advance != 0 {
		if err := control.post(s.ctx, "clock", map[string]string{"advance": c.Advance.String()}, nil); err != nil {
			return err
		}
	}
	var state struct {
		Now      time.Time `json:"now"`
		Advanced string    `json:"advanced"`
	}
	if err := control.get(s.ctx, "state", &state); err != nil {
		return err
	}
	if s.cli.JSON {
		return s.printJSON(state)
	}
	s.printf("%s, %s ahead", state.Now.Format(time.RFC3339), oneLine(state.Advanced))
	return nil
}

// faultKinds are the kinds of the emulator, and clear.
const faultKinds = "status, html, reset, loseAnswer, truncate, delay, slow, clear"

type faultCommand struct {
	Kind       string        `arg:"" predictor:"fault" help:"status, html, reset, loseAnswer, truncate, delay or slow; or clear, which takes all back."`
	Operation  string        `help:"Only of this operation, such as CreateCharge." placeholder:"OPERATION"`
	Count      int           `help:"Of how many requests." default:"1"`
	Percent    float64       `help:"Of which part of all requests, instead of the next ones." placeholder:"NUMBER"`
	Status     int           `help:"Status of the answer."`
	ReasonCode string        `help:"Reason code of the answer." placeholder:"CODE"`
	Delay      time.Duration `help:"How long the answer takes; required for delay and slow." placeholder:"DURATION"`
}

// Run sets a fault.
func (c *faultCommand) Run(s *session) error {
	control, err := s.control()
	if err != nil {
		return err
	}
	if s.cli.Emulator {
		return wrong("Use it with an emulator that runs: amazonpay emulator.", "a fault ends with the emulator inside, which is this command")
	}
	kinds := strings.Split(faultKinds, ", ")
	if !slices.Contains(kinds, c.Kind) {
		return wrong("Use one of "+faultKinds+".", "there is no kind of fault %q", c.Kind)
	}
	if (c.Kind == "delay" || c.Kind == "slow") && c.Delay == 0 {
		return wrong("Add --delay 5s.", "a fault of kind %s requires --delay", c.Kind)
	}
	if c.Kind == "clear" {
		return control.post(s.ctx, "faults/clear", nil, nil)
	}
	fault := map[string]any{"kind": c.Kind}
	for name, value := range map[string]string{"operation": c.Operation, "reasonCode": c.ReasonCode} {
		if value != "" {
			fault[name] = value
		}
	}
	if c.Status != 0 {
		fault["status"] = c.Status
	}
	if c.Delay != 0 {
		fault["delay"] = c.Delay
	}
	order := map[string]any{"fault": fault, "count": c.Count}
	if c.Percent != 0 {
		order = map[string]any{"fault": fault, "probability": c.Percent / 100}
	}
	return control.post(s.ctx, "faults", order, nil)
}

type resetCommand struct{}

// Run forgets all objects.
func (*resetCommand) Run(s *session) error {
	control, err := s.control()
	if err != nil {
		return err
	}
	return control.post(s.ctx, "reset", nil, nil)
}
