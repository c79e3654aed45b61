package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// strictly decodes a request of the named type.
func strictly(text []byte, in any, name string) error {
	var members any
	err := json.Unmarshal(text, &members)
	if err == nil {
		err = checkMembers(members, reflect.TypeOf(in), "")
	}
	if err == nil {
		err = json.Unmarshal(text, in)
	}
	if err != nil {
		return wrong("Run the command with --members to see what it takes; amazonpay call sends anything.", "%s: %s", name, explained(err))
	}
	return nil
}

// checkMembers returns an error for the first member that a type does not have. The option of
// encoding/json that does so does not reach below a type that decodes itself.
func checkMembers(value any, t reflect.Type, path string) error {
	t = pointed(t)
	switch value := value.(type) {
	case []any:
		for i, element := range value {
			if t.Kind() == reflect.Slice {
				if err := checkMembers(element, t.Elem(), fmt.Sprintf("%s.%d", path, i)); err != nil {
					return err
				}
			}
		}
	case map[string]any:
		known := membersOf(t)
		if len(known) == 0 {
			return nil
		}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			at := strings.TrimPrefix(path+"."+name, ".")
			i := slices.IndexFunc(known, func(m member) bool { return m.name == name })
			if i < 0 {
				return fmt.Errorf("there is no member %q, but %s", at, namesOf(known))
			}
			if err := checkMembers(value[name], known[i].is, at); err != nil {
				return err
			}
		}
	}
	return nil
}

func namesOf(members []member) string {
	var names []string
	for _, m := range members {
		names = append(names, m.name)
	}
	return cmp.Or(strings.Join(names, ", "), "none")
}

// memberType finds the type of a member.
func memberType(t reflect.Type, path string) (reflect.Type, error) {
	at := t
	for segment := range strings.SplitSeq(path, ".") {
		at = pointed(at)
		next := reflect.Type(nil)
		switch at.Kind() {
		case reflect.Slice:
			if _, err := strconv.Atoi(segment); err == nil {
				next = at.Elem()
			}
		case reflect.Map:
			next = at.Elem()
		case reflect.Struct:
			for _, m := range membersOf(at) {
				if m.name == segment {
					next = m.is
				}
			}
		default:
		}
		if next == nil {
			return nil, wrong("Run the command with --members to see all.", "-f %s: %s has no member %q, but %s", path, at.Name(), segment, namesOf(membersOf(at)))
		}
		at = next
	}
	return pointed(at), nil
}

func pointed(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// member is a member of a request's type.
type member struct {
	name string
	is   reflect.Type
}

func membersOf(t reflect.Type) (all []member) {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			all = append(all, member{name, field.Type})
		}
	}
	return all
}

var price = reflect.TypeFor[amazonpay.Price]()

// encodeAs encodes a text as the JSON of a type.
func encodeAs(t reflect.Type, text string) ([]byte, error) {
	if t == nil {
		return amazonpay.EncodeJSON(text)
	}
	switch {
	case t == price:
		amount, currency, ok := strings.Cut(strings.TrimSpace(text), " ")
		if !ok {
			return nil, errors.New("write a price as '14.00 USD'")
		}
		p, err := amazonpay.ParsePrice(amount, strings.TrimSpace(currency))
		if err != nil {
			return nil, err
		}
		return amazonpay.EncodeJSON(p)
	case t.Kind() == reflect.Bool:
		if text != "true" && text != "false" {
			return nil, errors.New("write true or false")
		}
		return []byte(text), nil
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		if _, err := strconv.ParseInt(text, 10, 64); err != nil {
			return nil, errors.New("write a whole number")
		}
		return []byte(text), nil
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Map:
		return nil, errors.New("it is a list or an object: write NAME:=JSON")
	case t.Kind() == reflect.Struct && len(membersOf(t)) > 0:
		return nil, errors.New("it is an object: write its members (NAME.MEMBER=TEXT), or NAME:=JSON")
	case t.Kind() == reflect.Struct && allDigits.MatchString(text): // a time in Unix seconds
		return []byte(text), nil
	}
	return amazonpay.EncodeJSON(text)
}

var allDigits = regexp.MustCompile(`^-?[0-9]+$`)

// printMembers lists what a request takes.
func (s *session) printMembers(t reflect.Type) error {
	rows := [][]string{{"MEMBER", "TYPE"}}
	rows = appendMembers(rows, "", t, nil)
	s.table(rows)
	return nil
}

func appendMembers(rows [][]string, prefix string, t reflect.Type, above []reflect.Type) [][]string {
	for _, m := range membersOf(t) {
		is, suffix := pointed(m.is), ""
		if is.Kind() == reflect.Slice {
			is, suffix = pointed(is.Elem()), ".0"
		}
		name := prefix + m.name + suffix
		rows = append(rows, []string{name, typeName(is)})
		if is != price && !slices.Contains(above, is) {
			rows = appendMembers(rows, name+".", is, append(slices.Clone(above), is))
		}
	}
	return rows
}

func typeName(t reflect.Type) string {
	switch {
	case t == price:
		return "price: 14.00 USD"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		return "whole number"
	case t.Kind() == reflect.Map:
		return "object"
	case t.Kind() == reflect.Struct && len(membersOf(t)) > 0:
		return "object"
	case t.Kind() == reflect.Struct:
		return "time"
	case t.Kind() == reflect.String && t.Name() != "string":
		return "text: " + t.Name()
	}
	return "text"
}
