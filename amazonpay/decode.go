package amazonpay

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
)

// decode decodes an answer. Members whose JSON type does not match their field are skipped and
// named. It returns an error if the answer is not JSON, or if its top level does not fit.
//
// An answer that fits is decoded once. All answers do unless the service changes.
func decode(answer []byte, out any) (undecoded []string, err error) {
	if err = json.Unmarshal(answer, out); err == nil || !json.Valid(answer) {
		return nil, err
	}
	target := reflect.TypeOf(out).Elem()
	s := new(search)
	rest := s.fitting(answer, "", 0, func(part []byte) bool {
		return json.Unmarshal(part, reflect.New(target).Interface()) == nil
	})
	again := reflect.New(target)
	if rest == nil || s.tooMuch || json.Unmarshal(rest, again.Interface()) != nil {
		return nil, err
	}
	reflect.ValueOf(out).Elem().Set(again.Elem())
	return s.undecoded, nil
}

// Limits of the search. No answer of the service comes near them. A hostile answer must cost
// little.
const (
	maxFitting   = 20  // levels
	maxUndecoded = 100 // members
	maxPath      = 256 // bytes
)

// search finds the parts of an answer that fit.
type search struct {
	undecoded []string
	tooMuch   bool
}

// lost records a member that does not fit, and returns nil in its place.
func (s *search) lost(path string) []byte {
	s.undecoded = append(s.undecoded, path)
	s.tooMuch = s.tooMuch || len(s.undecoded) > maxUndecoded
	return nil
}

// fitting returns a JSON value without the members that do not fit, or nil if nothing fits. An
// element of a list that does not fit becomes null, so that the others keep their indexes.
func (s *search) fitting(value []byte, path string, depth int, fits func([]byte) bool) (rest []byte) {
	if fits(value) {
		return value
	}
	if len(path) > maxPath {
		s.tooMuch = true
		return nil
	}
	value = bytes.TrimSpace(value)
	switch opening := value[0]; {
	case depth == maxFitting:
	case opening == '{' && fits([]byte("{}")):
		return s.fittingMembers(value, path, depth, fits)
	case opening == '[' && fits([]byte("[]")):
		return s.fittingElements(value, path, depth, fits)
	case opening == '"' && fits([]byte(`"{}"`)): // an object in a string, as in shippingAddressList
		if inner, err := unquote(value); err == nil && json.Valid([]byte(inner)) && isObject([]byte(inner)) {
			rest = s.fitting([]byte(inner), path, depth+1, func(part []byte) bool { return fits(quote(string(part))) })
			return quote(string(rest))
		}
	}
	return s.lost(path)
}

func (s *search) fittingMembers(value []byte, path string, depth int, fits func([]byte) bool) (rest []byte) {
	members := json.NewDecoder(bytes.NewReader(value))
	_, _ = members.Token() // the brace; the value is valid
	rest = []byte("{")
	for members.More() && !s.tooMuch {
		token, _ := members.Token()
		name, _ := token.(string)
		var member json.RawMessage
		_ = members.Decode(&member)
		inner := name
		if path != "" {
			inner = path + "." + name
		}
		before := append(quote(name), ':')
		kept := s.fitting(member, inner, depth+1, func(part []byte) bool { return fits(around("{", before, part, "}")) })
		if kept == nil {
			continue
		}
		if len(rest) > 1 {
			rest = append(rest, ',')
		}
		rest = append(append(rest, before...), kept...)
	}
	return append(rest, '}')
}

func (s *search) fittingElements(value []byte, path string, depth int, fits func([]byte) bool) (rest []byte) {
	elements := json.NewDecoder(bytes.NewReader(value))
	_, _ = elements.Token()
	rest = []byte("[")
	for i := 0; elements.More() && !s.tooMuch; i++ {
		var element json.RawMessage
		_ = elements.Decode(&element)
		kept := s.fitting(element, path+"["+strconv.Itoa(i)+"]", depth+1, func(part []byte) bool { return fits(around("[", nil, part, "]")) })
		if kept == nil {
			kept = []byte("null")
		}
		if i > 0 {
			rest = append(rest, ',')
		}
		rest = append(rest, kept...)
	}
	return append(rest, ']')
}

// around returns the part in its place in the answer, without its neighbours.
func around(opening string, name, part []byte, closing string) []byte {
	whole := make([]byte, 0, len(opening)+len(name)+len(part)+len(closing))
	return append(append(append(append(whole, opening...), name...), part...), closing...)
}

// quote returns the text as a JSON string.
func quote(text string) []byte {
	quoted, err := json.Marshal(text)
	if err != nil { // impossible for text
		return []byte(`""`)
	}
	return quoted
}
