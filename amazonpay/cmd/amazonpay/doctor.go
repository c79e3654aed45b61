package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
)

type doctorCommand struct {
	Request string `help:"Read a refused request instead, from a file or from - for standard input: the canonical request, the output of curl -v, the raw request, the error's body, or several of them." predictor:"file" placeholder:"FILE"`
}

// Run finds out why the account does not work, or why a request was refused.
func (c *doctorCommand) Run(s *session) error {
	if c.Request != "" {
		return c.readRefused(s)
	}
	setup, network, err := s.setup()
	if err != nil {
		return err
	}
	all := []doctor.Finding{} // in JSON a list, not null
	var cause *doctor.Finding
	for f := range doctor.Examine(s.ctx, setup, network) {
		all = append(all, f)
		if cause == nil && f.Status == doctor.StatusFailed {
			cause = &f
		}
		if !s.cli.JSON {
			s.printFinding(f)
		}
	}
	if err := s.ctx.Err(); err != nil {
		return err
	}
	if s.cli.JSON {
		if err := s.printJSON(all); err != nil {
			return err
		}
	}
	switch {
	case cause == nil:
		return nil
	case cause.Refused:
		return told(exitRefused)
	case slices.Contains([]doctor.Check{doctor.CheckName, doctor.CheckConnection, doctor.CheckTLS, doctor.CheckClock, doctor.CheckSignedCall}, cause.Check):
		return told(exitFailed) // the network or the machine, not what was set
	}
	return told(exitUsage)
}

// setup returns what the command's account is made of, unchecked, and the names of its parts.
func (s *session) setup() (setup doctor.Setup, network doctor.Network, err error) {
	t := s.cli.target
	a, err := s.account()
	if !t.Emulator && t.EmulatorFile == "" && t.Profile == "" && (err == nil && strings.HasPrefix(a.from, "the environment variables") || errors.Is(err, errNoAccount)) {
		return doctor.FromEnv(os.Getenv), network, nil
	}
	if err != nil {
		return setup, network, err
	}
	config := a.config
	value := func(text, name string) doctor.Value {
		return doctor.Value{Text: text, Source: name + " of " + a.from}
	}
	return doctor.Setup{
		PublicKeyID:      value(config.PublicKeyID, "publicKeyId"),
		PrivateKey:       config.PrivateKeyPEM,
		PrivateKeySource: "the private key of " + a.from,
		PrivateKeyFile:   value(config.PrivateKeyFile, "privateKeyFile"),
		Region:           value(string(config.Region), "region"),
		Environment:      value(string(config.Environment), "environment"),
		BaseURL:          value(config.BaseURL, "baseUrl"),
	}, doctor.Network{RoundTripper: a.base}, nil
}

// printFinding prints a finding for people.
func (s *session) printFinding(f doctor.Finding) {
	p := s.paint(s.out)
	mark := map[doctor.Status]string{
		doctor.StatusOK: p.good("ok     "), doctor.StatusWarning: p.doubt("warning"), doctor.StatusFailed: p.bad("failed "), doctor.StatusSkipped: p.faint("skipped"),
	}[f.Status]
	const column, inner = len("warning  "), len("warning  cause  ")
	s.printf("%s  %s", mark, s.wrap(s.out, column, fmt.Sprintf("%s: %s", f.Check, harmless(f.Found))))
	for _, more := range []struct{ name, text string }{{"cause", f.Cause}, {"next ", f.Next}} {
		if more.text != "" {
			s.printf("         %s  %s", p.strong(more.name), s.wrap(s.out, inner, harmless(more.text)))
		}
	}
	if f.Run != "" {
		s.printf("         %s  %s", p.strong("run  "), harmless(f.Run)) // in one line, to be copied
	}
}

// readRefused reads a request that was refused.
func (c *doctorCommand) readRefused(s *session) error {
	text, err := s.read(c.Request)
	if err != nil {
		return err
	}
	got, err := doctor.ReadRefused(text)
	if err != nil {
		return wrong("Paste all that the log has of the one request.", "%s: %w", sourceName(c.Request), err)
	}
	if s.cli.JSON {
		if err := s.printJSON(struct {
			doctor.Refused

			Conclusion string `json:"conclusion"`
		}{got, got.Conclusion()}); err != nil {
			return err
		}
	} else {
		s.printRefused(got)
	}
	if len(got.Problems) > 0 {
		return told(exitFailed)
	}
	return nil
}

func (s *session) printRefused(got doctor.Refused) {
	p := s.paint(s.out)
	for _, seen := range got.Seen {
		s.printf("%s  %s", p.good("seen   "), harmless(seen))
	}
	for _, unseen := range got.Unseen {
		s.printf("%s  %s", p.faint("unseen "), harmless(unseen))
	}
	show := func(mark string, problems []doctor.Problem) {
		for _, problem := range problems {
			s.printf("%s  %s", mark, s.wrap(s.out, len("wrong    "), fmt.Sprintf("line %d: %s", problem.Line, harmless(problem.Why))))
			s.printf("         %s  %s", p.strong("says"), harmless(problem.Says))
			s.printf("         %s  %s", p.strong("must"), harmless(problem.Must))
		}
	}
	show(p.bad("wrong  "), got.Problems)
	show(p.doubt("unusual"), got.Doubts)
	s.printf("%s", got.Conclusion())
}
