package emulator

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
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

// member is what a request may hold at one place.
type member struct {
	kind     kind
	required bool
	max      int      // length in characters; 0: any
	zero     bool     // of a price: may be nothing
	capped   bool     // of a price: is that of one transaction, for which there is a maximum
	oneOf    []string // the only values; none: any
	members  members  // of an object; of a list or map the one entry "" for each element
}

type members map[string]member

func text(most int) member          { return member{kind: textKind, max: most} }
func oneOf(values ...string) member { return member{kind: textKind, oneOf: values} }
func link() member                  { return member{kind: urlKind, max: 512} }
func flag() member                  { return member{kind: flagKind} }
func count() member                 { return member{kind: countKind} }
func price() member                 { return member{kind: priceKind} }
func timestamp() member             { return member{kind: timeKind} }
func epoch() member                 { return member{kind: epochKind} }
func (m member) orZero() member     { m.zero = true; return m }
func (m member) limited() member    { m.capped = true; return m }
func structure(m members) member    { return member{kind: objectKind, members: m} }
func list(element member) member    { return member{kind: listKind, members: members{"": element}} }
func byName(element member) member  { return member{kind: mapKind, members: members{"": element}} }
func (m member) needed() member     { m.required = true; return m }
func (m members) with(o members) members {
	joined := maps.Clone(m)
	maps.Copy(joined, o)
	return joined
}

// check compares a request's members with the table. What others send in more than one form
// it brings into one: amounts and counts become texts, flags become booleans, null is as
// good as absent. Strict requests have that one form alone.
func (m members) check(o object, path string, c *call) *refusal {
	for _, name := range slices.Sorted(maps.Keys(o)) {
		_, known := m[name]
		switch {
		case o[name] == nil && c.strict:
			return invalid(path+name, "must not be null")
		case o[name] == nil:
			delete(o, name)
		case !known:
			return badRequest(unrecognizedField, "The member %s is not known here.", path+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		value, there := o[name]
		if !there {
			if m[name].required {
				return badRequest(missingParameterValue, "The member %s is required.", path+name)
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

func (m member) value(value any, path string, c *call) (any, *refusal) {
	switch m.kind {
	case textKind, urlKind:
		return m.textValue(value, path, c)
	case flagKind:
		switch {
		case value == true, value == "true" && !c.strict:
			return true, nil
		case value == false, value == "false" && !c.strict:
			return false, nil
		}
		return nil, invalid(path, "must be true or false")
	case countKind:
		if s := c.scalar(value); s != "" && len(s) < 10 && strings.Trim(s, "0123456789") == "" {
			return s, nil
		}
		return nil, invalid(path, c.wanted("a whole number of at most nine digits"))
	case priceKind:
		return m.priceValue(value, path, c)
	case timeKind:
		at, ok := parseStamp(c.scalar(value), c.strict)
		if !ok {
			return nil, invalid(path, "must be a timestamp such as 20060102T150405Z")
		}
		return at, nil
	case epochKind:
		at, ok := parseEpoch(value, c.strict)
		if !ok {
			return nil, invalid(path, "must be a number of seconds since 1970")
		}
		return at, nil
	case objectKind, addressKind:
		inner, ok := value.(object)
		if !ok {
			return nil, invalid(path, "must be an object")
		}
		if m.kind == addressKind {
			return m.addressValue(inner, path, c)
		}
		return inner, m.members.check(inner, path+".", c)
	case listKind:
		return m.listValue(value, path, c)
	case mapKind:
		return m.mapValue(value, path, c)
	}
	return value, nil
}

func (m member) textValue(value any, path string, c *call) (any, *refusal) {
	s, ok := value.(string)
	switch {
	case !ok:
		return nil, invalid(path, "must be a text")
	case s == "" && m.required:
		return nil, badRequest(missingParameterValue, "The member %s is empty.", path)
	case m.max > 0 && utf8.RuneCountInString(s) > m.max:
		return nil, badRequest(invalidParameterValue, "The member %s has %d characters: the maximum allowed characters length is %d.",
			path, utf8.RuneCountInString(s), m.max)
	case len(m.oneOf) > 0 && !slices.Contains(m.oneOf, s):
		return nil, invalid(path, "must be one of "+strings.Join(m.oneOf, ", "))
	case m.kind == urlKind && !isReturnURL(s, c.Env):
		return nil, invalid(path, "must be an https URL (in the sandbox http will do)")
	}
	return s, nil
}

func (m member) listValue(value any, path string, c *call) (any, *refusal) {
	elements, ok := value.([]any)
	if !ok {
		return nil, invalid(path, "must be a list")
	}
	if m.required && len(elements) == 0 {
		return nil, badRequest(missingParameterValue, "The member %s is empty.", path)
	}
	for i, element := range elements {
		normal, refused := m.members[""].value(element, path+"[]", c)
		if refused != nil {
			return nil, refused
		}
		elements[i] = normal
	}
	return elements, nil
}

func (m member) mapValue(value any, path string, c *call) (any, *refusal) {
	entries, ok := value.(object)
	if !ok {
		return nil, invalid(path, "must be an object")
	}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if entries[name] == nil && !c.strict {
			delete(entries, name)
			continue
		}
		normal, refused := m.members[""].value(entries[name], path+"."+name, c)
		if refused != nil {
			return nil, refused
		}
		entries[name] = normal
	}
	return entries, nil
}

var priceMembers = members{"amount": {}, "currencyCode": oneOf(currencies...).needed()}

// priceValue returns the price with its amount as answers have it.
func (m member) priceValue(value any, path string, c *call) (any, *refusal) {
	o, ok := value.(object)
	if !ok {
		return nil, invalid(path, "must be an object")
	}
	given, there := o["amount"]
	if !there || given == "" || given == nil && !c.strict {
		return nil, badRequest(missingParameterValue, "The member %s.amount is required.", path)
	}
	amount := c.scalar(given)
	if !c.strict {
		amount = withoutTrailingZeros(amount)
	}
	o["amount"] = amount // checked below, once the currency is known
	if refused := priceMembers.check(o, path+".", c); refused != nil {
		return nil, refused
	}
	parsed, ok := parseMoney(amount, o.text("currencyCode"))
	if !ok {
		return nil, invalid(path+".amount", c.wanted("a decimal number with at most two decimals (none for JPY)"))
	}
	if parsed.Minor == 0 && !m.zero {
		return nil, invalid(path+".amount", "must be more than zero")
	}
	if most := maxAmount(parsed.Currency); m.capped && most.Currency != "" && parsed.Minor > most.Minor {
		return nil, invalid(path+".amount", "must be at most "+most.String())
	}
	return parsed.price(), nil
}

// scalar returns a text, or the text of a JSON number from others; nothing for the rest.
func (c *call) scalar(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		if !c.strict {
			return v.String()
		}
	}
	return ""
}

func (c *call) wanted(what string) string {
	if c.strict {
		return "must be a text that holds " + what
	}
	return "must be " + what
}

func isReturnURL(s string, env environment) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && env == sandbox)
}

func invalid(path, rule string) *refusal {
	return badRequest(invalidParameterValue, "The member %s %s.", path, rule)
}
