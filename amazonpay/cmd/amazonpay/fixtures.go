package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/tidwall/gjson"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// story is a file of fixtures: a payment from its first request to its last.
type story struct {
	Name  string `yaml:"name"`
	Steps []step `yaml:"steps"`
}

// step is one of call, trigger and advance, with what belongs to it.
type step struct {
	Call     string         `yaml:"call"`    // an operation, as the SDK names it
	Trigger  string         `yaml:"trigger"` // an event of emulator trigger
	Advance  string         `yaml:"advance"` // a duration
	ID       any            `yaml:"id"`      // one, or a list
	With     map[string]any `yaml:"with"`    // the request, or what the event takes
	As       string         `yaml:"as"`      // the name of the answer for later steps
	Key      string         `yaml:"key"`     // the idempotency key
	Simulate string         `yaml:"simulate"`
	Refused  string         `yaml:"refused"` // the reason code of the refusal that must come
	Check    map[string]any `yaml:"check"`   // members of the answer, and what they must be
}

type fixturesCommand struct {
	File string `arg:"" help:"YAML file of a story, or - for standard input. The README of the command line has one." predictor:"file" placeholder:"FILE"`
}

// Run plays a story.
func (c *fixturesCommand) Run(s *session) error {
	text, err := s.read(c.File)
	if err != nil {
		return err
	}
	var told story
	if file, err := parser.ParseBytes(text, 0); err == nil && len(ast.FilterFile(ast.AliasType, file)) > 0 {
		return wrong("Write it out.", "%s has an alias (*name): a few lines of them can fill the memory", sourceName(c.File))
	}
	if err := yaml.UnmarshalWithOptions(text, &told, yaml.Strict()); err != nil {
		return wrong("A story has name and steps. A step has call, trigger or advance, and with it id, with, as, key, simulate, refused and check.", "%s: %s", sourceName(c.File), yaml.FormatError(err, false, true))
	}
	t, err := s.theater()
	if err != nil {
		return err
	}
	client, err := s.clientOf(t.control.account)
	if err != nil {
		return err
	}
	p := &player{
		theater: t, caller: &caller{Client: client, session: s, account: t.control.account},
		answers: map[string]string{
			"account": fmt.Sprintf(`{"storeId":%q,"merchantId":%q}`, t.control.account.storeID, t.control.account.merchantID),
			"run":     fmt.Sprintf(`{"id":%q}`, rand.Text()[:16]),
		},
	}
	for i, next := range told.Steps {
		if err := p.play(next); err != nil {
			return fmt.Errorf("%s, step %d (%s): %w", sourceName(c.File), i+1, next.name(), err)
		}
	}
	if s.cli.JSON {
		answers := map[string]json.RawMessage{}
		for name, answer := range p.answers {
			answers[name] = json.RawMessage(answer)
		}
		return s.printJSON(answers)
	}
	return nil
}

func (n step) name() string {
	switch {
	case n.Call != "":
		return n.Call
	case n.Trigger != "":
		return n.Trigger
	}
	return "advance " + n.Advance
}

// player plays a story.
type player struct {
	*theater

	caller  *caller
	answers map[string]string // the JSON of each named answer
}

func (p *player) play(n step) error {
	given := 0
	for _, part := range []string{n.Call, n.Trigger, n.Advance} {
		if part != "" {
			given++
		}
	}
	if given != 1 {
		return wrong("Write one of call, trigger and advance in each step.", "it has %d of them", given)
	}
	answer, refusal, err := p.do(n)
	if err != nil {
		return err
	}
	if refusal != n.Refused {
		if refusal == "" {
			return failed("", "it was to be refused with %s, and succeeded", n.Refused)
		}
		return failed("", "it was to be refused with %s, and was with %s", n.Refused, refusal)
	}
	if n.As != "" {
		p.answers[n.As] = answer
	}
	var said strings.Builder
	for _, path := range slices.Sorted(maps.Keys(n.Check)) {
		want, err := p.filled(n.Check[path])
		if err != nil {
			return err
		}
		is := gjson.Get(answer, path)
		if is.String() != fmt.Sprint(want) {
			return failed("", "%s is %q, and was to be %q", path, is.String(), fmt.Sprint(want))
		}
		said.WriteString("  " + path + " " + is.String())
	}
	if refusal != "" {
		said.WriteString("  refused: " + refusal)
	}
	if !p.s.cli.JSON {
		p.s.printf("%s %s%s", p.s.paint(p.s.out).good("ok"), n.name(), oneLine(said.String()))
	}
	return nil
}

// do does what a step says. refusal is the reason code if the service refused, as the step wants.
func (p *player) do(n step) (answer, refusal string, err error) {
	ids, err := p.ids(n.ID)
	if err != nil {
		return "", "", err
	}
	with, err := p.filled(n.With)
	if err != nil {
		return "", "", err
	}
	body, err := json.Marshal(with)
	if err != nil {
		return "", "", err
	}
	switch {
	case n.Advance != "":
		if _, err := time.ParseDuration(n.Advance); err != nil {
			return "", "", wrong("Write a duration such as 36h.", "advance: %w", err)
		}
		return "{}", "", p.control.post(p.s.ctx, "clock", map[string]string{"advance": n.Advance}, nil)
	case n.Trigger != "":
		return p.happen(n, ids, body)
	}
	op, ok := operations[n.Call]
	if !ok {
		return "", "", wrong("Use a name of the SDK, such as CreateCharge.", "there is no operation %q", n.Call)
	}
	var in any
	if op.request != nil {
		in = reflect.New(op.request).Interface()
		if n.With == nil {
			body = []byte("{}")
		}
		if err := strictly(body, in, op.request.Name()); err != nil {
			return "", "", err
		}
	}
	if len(ids) < op.ids {
		return "", "", wrong("Write id: with the id, or with a list of ids.", "%s takes %d", n.Call, op.ids)
	}
	var opts []amazonpay.CallOption
	if n.Key != "" {
		key, err := p.filled(n.Key)
		if err != nil {
			return "", "", err
		}
		opts = append(opts, amazonpay.WithIdempotencyKey(fmt.Sprint(key)))
	}
	if n.Simulate != "" {
		opts = append(opts, amazonpay.WithSimulationCode(n.Simulate))
	}
	err = op.call(p.s.ctx, p.caller, ids, in, opts...)
	if api, isAPI := errors.AsType[*amazonpay.APIError](err); isAPI && n.Refused != "" {
		refusal, err = string(api.ReasonCode), nil
	}
	if err != nil {
		return "", "", err
	}
	return string(p.caller.meta.Raw), refusal, nil
}

// happen makes an event happen.
func (p *player) happen(n step, ids []string, body []byte) (answer, refusal string, err error) {
	i := slices.IndexFunc(events, func(e event) bool { return e.name == n.Trigger })
	if i < 0 {
		return "", "", wrong("Run amazonpay emulator trigger to see all.", "there is no event %q", n.Trigger)
	}
	path := events[i].path
	if strings.Contains(path, "{id}") {
		if len(ids) != 1 {
			return "", "", wrong("Write id: with what it happens to.", "%s needs one id", n.Trigger)
		}
		path = events[i].of(ids[0])
	}
	var raw, order json.RawMessage
	if n.With != nil {
		order = body
	} else if events[i].reason != "" {
		order, _ = json.Marshal(map[string]string{"reasonCode": events[i].reason}) //nolint:errchkjson // texts alone
	}
	var in any
	if order != nil {
		in = order
	}
	err = p.control.post(p.s.ctx, path, in, &raw)
	return string(raw), "", err
}

func (p *player) ids(given any) (ids []string, err error) {
	list, isList := given.([]any)
	if !isList && given != nil {
		list = []any{given}
	}
	for _, one := range list {
		filled, err := p.filled(one)
		if err != nil {
			return nil, err
		}
		ids = append(ids, fmt.Sprint(filled))
	}
	return ids, nil
}

var reference = regexp.MustCompile(`\$\{([A-Za-z0-9_-]+)\.([A-Za-z0-9_.-]+)\}`)

// filled replaces ${name.member} in all texts of a value by the member of the answer of that name.
func (p *player) filled(v any) (any, error) {
	switch v := v.(type) {
	case string:
		var missing error
		text := reference.ReplaceAllStringFunc(v, func(match string) string {
			parts := reference.FindStringSubmatch(match)
			answer, known := p.answers[parts[1]]
			member := gjson.Get(answer, parts[2])
			if !known || !member.Exists() {
				missing = wrong("Name an answer with as:, and a member that it has.", "%s leads to nothing", match)
			}
			return member.String()
		})
		return text, missing
	case map[string]any:
		filled := make(map[string]any, len(v))
		for name, value := range v {
			var err error
			if filled[name], err = p.filled(value); err != nil {
				return nil, err
			}
		}
		return filled, nil
	case []any:
		filled := make([]any, len(v))
		for i, value := range v {
			var err error
			if filled[i], err = p.filled(value); err != nil {
				return nil, err
			}
		}
		return filled, nil
	}
	return v, nil
}
