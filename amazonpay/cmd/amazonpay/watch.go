package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

type logsCommand struct {
	Last   int  `help:"How many of the past to print first." default:"10"`
	Follow bool `help:"Go on until interrupted; --no-follow prints the past alone." default:"true" negatable:""`
}

// Run prints requests. A record of --json is that of emulator.Request.
func (c *logsCommand) Run(s *session) error {
	control, err := s.control()
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	first := true
	look := func() error {
		var all []json.RawMessage
		if err := control.get(s.ctx, "requests", &all); err != nil {
			return err
		}
		if first {
			first = false
			for _, raw := range all[:max(0, len(all)-c.Last)] {
				seen[requestOf(raw).RequestID] = true
			}
		}
		for _, raw := range all {
			r := requestOf(raw)
			if seen[r.RequestID] {
				continue
			}
			seen[r.RequestID] = true
			if s.cli.JSON {
				if err := s.printJSON(raw); err != nil {
					return err
				}
				continue
			}
			s.printRequest(r)
		}
		return nil
	}
	if !c.Follow {
		return look()
	}
	if interactive(s.out) {
		s.note("Requests are printed as they come. Press Ctrl-C to stop.")
	}
	return control.follow(s.ctx, look)
}

func requestOf(raw json.RawMessage) (r emulator.Request) {
	_ = json.Unmarshal(raw, &r) // the emulator's own
	return r
}

// printRequest prints a request in a line, and what was wrong with it below.
func (s *session) printRequest(r emulator.Request) {
	p := s.paint(s.out)
	status := p.good
	if r.Status >= http.StatusBadRequest || r.Status == 0 {
		status = p.bad
	}
	verified := p.good("signature right")
	if !r.Verified {
		verified = p.bad("signature not verified")
	}
	line := []string{p.faint(r.Time.Format(time.TimeOnly)), status(fmt.Sprintf("%3d", r.Status)), r.Method, harmless(r.Target), verified}
	if r.Replayed {
		line = append(line, p.doubt("replayed from its key"))
	}
	if r.Fault != "" {
		line = append(line, p.doubt("fault: "+r.Fault))
	}
	s.printf("%s", strings.Join(line, "  "))
	for _, detail := range append([]string{r.ReasonCode, r.Refusal, r.Difference}, r.Notes...) {
		if detail != "" {
			s.printf("          %s", harmless(strings.ReplaceAll(detail, "\n", "\n          ")))
		}
	}
}

type listenCommand struct {
	ForwardTo string `required:"" help:"URL of the shop on loopback, such as http://127.0.0.1:3000/ipn." placeholder:"URL"`
}

// Run has the emulator send its notifications to a shop, and prints how that went.
func (c *listenCommand) Run(s *session) error {
	control, err := s.control()
	if err != nil {
		return err
	}
	if s.cli.Emulator {
		return wrong("Run amazonpay emulator in another terminal.", "the emulator inside ends with the command, so that nothing can happen in it meanwhile")
	}
	if err := control.post(s.ctx, "notifications", map[string]string{"url": c.ForwardTo}, nil); err != nil {
		return err
	}
	s.note("%s", s.wrap(s.err, 0, fmt.Sprintf("Notifications go to %s, signed as by AWS. The shop must trust topic account %s and the emulator's CA. Press Ctrl-C to stop.", c.ForwardTo, control.described.TopicAccount)))
	printed := map[string]string{}
	first := true
	err = control.follow(s.ctx, func() error {
		var all []emulator.Notification
		if err := control.get(s.ctx, "notifications", &all); err != nil {
			return err
		}
		for _, n := range all {
			said := fmt.Sprintf("%s %s", n.State, n.Reason)
			if n.Endpoint != c.ForwardTo || printed[n.MessageID] == said {
				continue
			}
			printed[n.MessageID] = said
			if first || n.State == "Pending" && n.Tries == 0 {
				continue
			}
			if err := s.printNotification(n); err != nil {
				return err
			}
		}
		first = false
		return nil
	})
	stop, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), 5*time.Second)
	defer cancel()
	_ = control.post(stop, "notifications/stop", map[string]string{"url": c.ForwardTo}, nil)
	return err
}

func (s *session) printNotification(n emulator.Notification) error {
	if s.cli.JSON {
		return s.printJSON(n)
	}
	p := s.paint(s.out)
	state := map[string]func(string) string{"Delivered": p.good, "Failed": p.bad}[n.State]
	if state == nil {
		state = p.doubt
	}
	s.printf("%s", strings.TrimSpace(state(oneLine(n.State))+"  "+oneLine(n.ObjectType+" "+n.ObjectID)+"  "+oneLine(n.Reason)))
	return nil
}
