package wire

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

type kind int

const (
	textKind  kind = iota
	flagKind       // true, false, or the texts of them
	countKind      // a whole number of at most nine digits, as the .NET SDK reads it, or the text of one
	priceKind
	urlKind
	timeKind  // one of the forms of a timestamp
	epochKind // seconds since 1970, or of others milliseconds
	objectKind
	addressKind // addressDetails of an additional payment button
	listKind
	mapKind // an object with any names; members has the one entry "" for all values
)

// Member is what a request may hold at one place.
type Member struct {
	kind     kind
	required bool
	max      int      // length in characters; 0: any
	zero     bool     // of a price: may be nothing
	capped   bool     // of a price: at most the maximum of one transaction
	oneOf    []string // the only values; none: any
	Members  Members  // of an object; of a list or map the one entry "" for each element
}

// Members are the members that an object of a request may have.
type Members map[string]Member

// Text is a text of at most so many characters; 0 means any number.
func Text(most int) Member { return Member{kind: textKind, max: most} }

// OneOf is a text that has one of these values.
func OneOf(values ...string) Member { return Member{kind: textKind, oneOf: values} }

// Link is a URL.
func Link() Member               { return Member{kind: urlKind, max: 512} }
func flag() Member               { return Member{kind: flagKind} }
func count() Member              { return Member{kind: countKind} }
func price() Member              { return Member{kind: priceKind} }
func timestamp() Member          { return Member{kind: timeKind} }
func epoch() Member              { return Member{kind: epochKind} }
func (m Member) orZero() Member  { m.zero = true; return m }
func (m Member) limited() Member { m.capped = true; return m }

// Structure is an object.
func Structure(m Members) Member { return Member{kind: objectKind, Members: m} }

// List is a list.
func List(element Member) Member   { return Member{kind: listKind, Members: Members{"": element}} }
func byName(element Member) Member { return Member{kind: mapKind, Members: Members{"": element}} }

// Required returns the member as a required member.
func (m Member) Required() Member { m.required = true; return m }

// With returns these members and others.
func (m Members) With(o Members) Members {
	joined := maps.Clone(m)
	maps.Copy(joined, o)
	return joined
}

// Check compares a request's members with the table. What others send in more than one form
// it brings into one: amounts and counts become texts, flags become booleans, null is as
// good as absent. Strict requests have that one form alone.
func (m Members) Check(o ledger.Object, path string, c *ledger.Call) *ledger.Refusal {
	for _, name := range slices.Sorted(maps.Keys(o)) {
		_, known := m[name]
		switch {
		case o[name] == nil && c.Strict:
			return ledger.Invalid(path+name, "must not be null")
		case o[name] == nil:
			delete(o, name)
		case !known || unrecognized(path+name, c):
			return ledger.BadRequest(ledger.UnrecognizedField, "The member %s is not known here.", path+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		value, there := o[name]
		if !there {
			if m[name].required {
				return ledger.BadRequest(ledger.MissingParameterValue, "The member %s is required.", path+name)
			}
			continue
		}
		normal, refused := m[name].value(value, path+name, c)
		if refused != nil {
			return refused
		}
		o[name] = normal
	}
	return nil
}

func (m Member) value(value any, path string, c *ledger.Call) (any, *ledger.Refusal) {
	switch m.kind {
	case textKind, urlKind:
		return m.textValue(value, path, c)
	case flagKind:
		switch {
		case value == true, value == "true" && !c.Strict:
			return true, nil
		case value == false, value == "false" && !c.Strict:
			return false, nil
		}
		return nil, ledger.Invalid(path, "must be true or false")
	case countKind:
		if s := scalar(c, value); s != "" && len(s) < 10 && strings.Trim(s, "0123456789") == "" {
			return s, nil
		}
		return nil, ledger.Invalid(path, wanted(c, "a whole number of at most nine digits"))
	case priceKind:
		return m.priceValue(value, path, c)
	case timeKind:
		at, ok := ledger.ParseStamp(scalar(c, value), c.Strict)
		if !ok {
			return nil, ledger.Invalid(path, "must be a timestamp such as 20060102T150405Z")
		}
		return at, nil
	case epochKind:
		return epochValue(value, path, c)
	case objectKind, addressKind:
		inner, ok := value.(ledger.Object)
		if !ok {
			return nil, ledger.Invalid(path, "must be an object")
		}
		if m.kind == addressKind {
			return m.addressValue(inner, path, c)
		}
		return inner, m.Members.Check(inner, path+".", c)
	case listKind:
		return m.listValue(value, path, c)
	case mapKind:
		return m.mapValue(value, path, c)
	}
	return value, nil
}

func (m Member) textValue(value any, path string, c *ledger.Call) (any, *ledger.Refusal) {
	s, ok := value.(string)
	most := m.longest(path, c)
	switch {
	case !ok:
		return nil, ledger.Invalid(path, "must be a text")
	case s == "" && m.required:
		return nil, ledger.BadRequest(ledger.MissingParameterValue, "The member %s is empty.", path)
	case most > 0 && utf8.RuneCountInString(s) > most:
		return nil, ledger.BadRequest(ledger.InvalidParameterValue, "The member %s has %d characters: the maximum allowed characters length is %d.",
			path, utf8.RuneCountInString(s), most)
	case !spells(path, s, c):
		return nil, ledger.Invalid(path, "is not spelled so")
	case len(m.oneOf) > 0 && !slices.Contains(m.oneOf, s):
		return nil, ledger.Invalid(path, "must be one of "+strings.Join(m.oneOf, ", "))
	case m.kind == urlKind && !isReturnURL(s, c.Env):
		return nil, ledger.Invalid(path, "must be an https URL (in the sandbox http will do)")
	}
	return s, nil
}

func (m Member) listValue(value any, path string, c *ledger.Call) (any, *ledger.Refusal) {
	elements, ok := value.([]any)
	if !ok {
		return nil, ledger.Invalid(path, "must be a list")
	}
	if m.required && len(elements) == 0 {
		return nil, ledger.BadRequest(ledger.MissingParameterValue, "The member %s is empty.", path)
	}
	for i, element := range elements {
		normal, refused := m.Members[""].value(element, path+"[]", c)
		if refused != nil {
			return nil, refused
		}
		elements[i] = normal
	}
	return elements, nil
}

func (m Member) mapValue(value any, path string, c *ledger.Call) (any, *ledger.Refusal) {
	entries, ok := value.(ledger.Object)
	if !ok {
		return nil, ledger.Invalid(path, "must be an object")
	}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if entries[name] == nil && !c.Strict {
			delete(entries, name)
			continue
		}
		normal, refused := m.Members[""].value(entries[name], path+"."+name, c)
		if refused != nil {
			return nil, refused
		}
		entries[name] = normal
	}
	return entries, nil
}

var priceMembers = Members{"amount": {}, "currencyCode": OneOf(ledger.Currencies...).Required()}

// priceValue returns the price with its amount as answers have it.
func (m Member) priceValue(value any, path string, c *ledger.Call) (any, *ledger.Refusal) {
	o, ok := value.(ledger.Object)
	if !ok {
		return nil, ledger.Invalid(path, "must be an object")
	}
	given, there := o["amount"]
	if !there || given == "" || given == nil && !c.Strict {
		return nil, ledger.BadRequest(ledger.MissingParameterValue, "The member %s.amount is required.", path)
	}
	amount := scalar(c, given)
	if !c.Strict && c.Facts.Is("amounts.trailingZeros", ledger.Accepted) {
		amount = ledger.WithoutTrailingZeros(amount)
	}
	o["amount"] = amount // checked below, once the currency is known
	if refused := priceMembers.Check(o, path+".", c); refused != nil {
		return nil, refused
	}
	parsed, ok := ledger.ParseMoney(amount, o.Text("currencyCode"))
	if !ok {
		return nil, ledger.Invalid(path+".amount", wanted(c, "a decimal number with at most two decimals (none for JPY)"))
	}
	if parsed.Minor == 0 && !m.zero {
		return nil, ledger.Invalid(path+".amount", "must be more than zero")
	}
	if most := ledger.MaxAmount(parsed.Currency); m.capped && most.Currency != "" && parsed.Minor > most.Minor {
		return nil, ledger.Invalid(path+".amount", "must be at most "+most.String())
	}
	return parsed.Price(), nil
}

// scalar returns a text, or the text of a JSON number from others; nothing for the rest.
func scalar(c *ledger.Call, value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		if !c.Strict {
			return v.String()
		}
	}
	return ""
}

func wanted(c *ledger.Call, what string) string {
	if c.Strict {
		return "must be a text that holds " + what
	}
	return "must be " + what
}

func isReturnURL(s string, env ledger.Environment) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && env == ledger.Sandbox)
}
