// Package nilcheck finds nil values in interfaces. Every package of the module may import it.
package nilcheck

import "reflect"

// IsNil reports whether v is nil, or an interface that holds a nil pointer, function, map or
// channel. Such a value passes a comparison with nil and panics when it is used. A nil slice is not
// nil here: its methods may work.
func IsNil(v any) bool {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Chan:
		return r.IsNil()
	default:
		return false
	}
}
