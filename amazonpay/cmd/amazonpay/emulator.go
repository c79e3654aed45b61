package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// emulatorCommands are an Amazon Pay on this machine, and what one does to it.
type emulatorCommands struct {
	Run      emulatorRun     `cmd:"" default:"withargs" help:"Run an emulator on loopback until it is interrupted (the default)."`
	Trigger  triggerCommand  `cmd:"" help:"Make something happen: an event with all that it needs, or an act of the buyer or of Amazon."`
	Click    clickCommand    `cmd:"" help:"Click the button of a shop's page as a buyer who signs in, and print the checkout session."`
	Listen   listenCommand   `cmd:"" help:"Forward notifications to a local shop, and print what it answered."`
	Logs     logsCommand     `cmd:"" help:"Print requests as they come, with what was verified."`
	Fixtures fixturesCommand `cmd:"" help:"Play a story from a file: calls, acts of the buyer, time."`
	Clock    clockCommand    `cmd:"" help:"Print the emulator's time, or move it forward."`
	Fault    faultCommand    `cmd:"" help:"Let the next requests fail."`
	Reset    resetCommand    `cmd:"" help:"Forget all objects."`
}

// emulatorFile is where an emulator describes itself, by default.
const emulatorFile = "amazonpay-emulator.json"

type emulatorRun struct {
	Port      int    `help:"Port of 127.0.0.1 to listen at; 0 for a free one." default:"8443"`
	ProxyPort int    `help:"Port of 127.0.0.1 for the proxy; 0 for a free one." default:"8444"`
	NoProxy   bool   `help:"Run no proxy."`
	PagesPort int    `help:"Port of 127.0.0.1 for checkout.js and the pages in plain HTTP; 0 for a free one." default:"8445"`
	NoPages   bool   `help:"Serve checkout.js and the pages over HTTPS on --port alone."`
	File      string `help:"File that is written for clients; the CA goes beside it, as .pem." default:"${emulatorFile}" predictor:"file" placeholder:"FILE"`
	IPN       string `name:"ipn" help:"URL on loopback to which notifications are sent." placeholder:"URL"`
	Region    string `help:"us, na, eu, de, uk or jp. The default is the region of the state file, or na; the proxy has all three." placeholder:"REGION"`
	Seed      uint64 `help:"Number that decides which requests fail at random."`
	Clock     string `help:"Time to begin at (2026-12-24T18:00:00Z), or how far to be ahead (720h)." placeholder:"TIME"`
	Throttle  bool   `help:"Answer 429 to requests beyond the documented limits."`
	State     string `help:"File that keeps the state over a restart." predictor:"file" placeholder:"FILE"`
	Facts     string `help:"File that amazonpay probe wrote: do what the service was found to do." predictor:"file" placeholder:"FILE"`
}

// Run serves until the session ends.
func (c *emulatorRun) Run(s *session) error {
	options, err := c.options()
	if err != nil {
		return err
	}
	if _, err := emulator.New(options...); err != nil {
		return wrong("Run amazonpay emulator run --help to see what it takes.", "%w", err)
	}
	server, err := emulator.Listen(loopback(c.Port), options...)
	if err != nil {
		return failed("Another program may use the port: give another one (--port 0 for a free one).", "%w", err)
	}
	if c.IPN != "" {
		if err := server.NotifyAt(c.IPN); err != nil {
			return errors.Join(wrong("Use a URL of this machine, such as http://127.0.0.1:3000/ipn.", "--ipn: %w", err), server.Close())
		}
	}
	if err := c.announce(s, server.Description()); err != nil {
		return errors.Join(err, server.Close())
	}
	<-s.ctx.Done()
	ending, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), 5*time.Second)
	defer cancel()
	return server.Shutdown(ending)
}

func (c *emulatorRun) options() ([]emulator.Option, error) {
	for flag, port := range map[string]int{"--port": c.Port, "--proxy-port": c.ProxyPort, "--pages-port": c.PagesPort} {
		if port < 0 || port > 65535 {
			return nil, wrong("Write a number from 0, which takes a free port, to 65535.", "%s %d is not a port", flag, port)
		}
	}
	options := []emulator.Option{emulator.WithSeed(c.Seed)}
	if c.Region != "" {
		options = append(options, emulator.WithRegion(c.Region))
	}
	if !c.NoProxy {
		options = append(options, emulator.WithProxy(loopback(c.ProxyPort)))
	}
	if !c.NoPages {
		options = append(options, emulator.WithPages(loopback(c.PagesPort)))
	}
	if c.Throttle {
		options = append(options, emulator.WithThrottling())
	}
	if c.State != "" {
		options = append(options, emulator.WithStateFile(c.State))
	}
	if c.Facts != "" {
		facts, err := readFacts(c.Facts)
		if err != nil {
			return nil, err
		}
		options = append(options, facts)
	}
	if c.Clock != "" {
		at, err := time.Parse(time.RFC3339, c.Clock)
		if ahead, durationErr := time.ParseDuration(c.Clock); err != nil && durationErr == nil {
			at, err = time.Now().Add(ahead), nil
		}
		if err != nil {
			return nil, wrong("Write a time such as 2026-12-24T18:00:00Z, or a duration such as 720h.", "--clock %q is no time", c.Clock)
		}
		options = append(options, emulator.WithStart(at))
	}
	return options, nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// announce writes the files, and says where everything is.
func (c *emulatorRun) announce(s *session, d emulator.Description) error {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	caFile := strings.TrimSuffix(c.File, ".json") + ".pem"
	err = writeFile(c.File, append(text, '\n'))
	if err == nil {
		err = writeFile(caFile, []byte(d.CAPEM))
	}
	if err != nil {
		return failed("Give another file with --file.", "%w", err)
	}
	s.printf("Amazon Pay emulator, region %s. No money moves.", d.Region)
	s.printf("  API         %s", d.BaseURL)
	s.printf("  checkout.js %s", d.ScriptURL)
	s.printf("  window      %s", d.WindowURL)
	if d.ProxyURL != "" {
		s.printf("  proxy       %s (for Amazon Pay's hosts only)", d.ProxyURL)
	}
	s.printf("  keys        %s", c.File)
	s.printf("  CA          %s", caFile)
	s.printf("Press Ctrl-C to stop.")
	return nil
}
