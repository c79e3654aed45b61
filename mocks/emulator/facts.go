package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// Facts are what is known of the service, by the names of [KnownFacts], where its documentation is
// silent. They encode to JSON as an object of texts. They decode from such an object, and from the
// file that the command "amazonpay probe" writes, whose member facts is one.
type Facts map[string]string

// Fact is one thing about the service that the documentation leaves open.
type Fact struct {
	Name    string   // such as idempotency.updateCharge
	Says    string   // what it is about
	Values  []string // that [WithFacts] accepts
	Default string   // what the emulator does without [WithFacts]; one of Values
}

// KnownFacts returns all facts that [WithFacts] accepts, sorted by name.
func KnownFacts() []Fact {
	all := make([]Fact, len(ledger.Known))
	for i, known := range ledger.Known {
		all[i] = Fact{Name: known.Name, Says: known.Says, Values: slices.Clone(known.Values), Default: known.Values[0]}
	}
	return all
}

// WithFacts makes the emulator behave as the service was found to. Absent facts keep their default.
// An unknown name or value is an error that names those that are known. The facts are no part of a
// state file. Several options add up.
func WithFacts(facts Facts) Option {
	return func(c *config) error {
		if err := ledger.Facts(facts).Check(); err != nil {
			return err
		}
		joined := maps.Clone(c.facts)
		if joined == nil {
			joined = make(Facts, len(facts))
		}
		maps.Copy(joined, facts)
		c.facts = joined
		return nil
	}
}

// UnmarshalJSON reads an object of texts, or an object whose member facts is one. Each name may
// stand once. It does not check the names and values: [WithFacts] does.
func (f *Facts) UnmarshalJSON(text []byte) error {
	members, err := membersOf(text)
	if inner, is := members["facts"]; is && err == nil {
		if members, err = membersOf(inner); err != nil {
			err = fmt.Errorf("facts: %w", err)
		}
	}
	read := make(Facts, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		var value any
		if err == nil && json.Unmarshal(members[name], &value) == nil {
			var isText bool
			if read[name], isText = value.(string); !isText {
				err = fmt.Errorf("the value of %s is not a text", ledger.Quoted(name))
			}
		}
	}
	if err != nil {
		return fmt.Errorf("emulator: the facts cannot be read: %w", err)
	}
	*f = read
	return nil
}

// membersOf reads an object each of whose members stands once.
func membersOf(text []byte) (map[string]json.RawMessage, error) {
	if !json.Valid(text) {
		return nil, json.Unmarshal(text, new(any)) // which says where
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		return nil, errors.Join(errors.New("want an object of texts"), err)
	}
	members := make(map[string]json.RawMessage)
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		if _, twice := members[name]; twice {
			return nil, fmt.Errorf("%s stands twice", ledger.Quoted(name))
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		members[name] = value
	}
	return members, nil
}

// maxAges are the values of date.maxAge.
var maxAges = map[string]time.Duration{
	"1m": time.Minute, "5m": 5 * time.Minute, "15m": 15 * time.Minute, "1h": time.Hour, "24h": 24 * time.Hour,
	ledger.NoLimit: 100 * 365 * 24 * time.Hour,
}

// believe applies the facts to what is there when the emulator begins.
func (s *Server) believe() error {
	if s.maxAge != 0 && s.facts["date.maxAge"] != "" {
		return errors.New("emulator: WithMaxAge and the fact date.maxAge set the same: give one of them")
	}
	if s.maxAge == 0 {
		s.maxAge = maxAges[ledger.Facts(s.facts).Value("date.maxAge")]
	}
	s.world.Learn(ledger.Facts(s.facts))
	return nil
}
