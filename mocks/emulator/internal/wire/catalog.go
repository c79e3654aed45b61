package wire

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// Listed is an operation as the workbench offers it.
type Listed struct {
	Operation string   `json:"operation"`
	Method    string   `json:"method"`
	Path      string   `json:"path"`      // below /v2/; {id} and {sub} stand for ids
	TakesKey  bool     `json:"takesKey"`  // an idempotency key
	TakesBody bool     `json:"takesBody"` // JSON
	Simulates bool     `json:"simulates"` // it has simulation codes
	Query     []string `json:"query"`     // the names of its parameters
}

// Catalog lists all operations, sorted by name.
func Catalog() []Listed {
	var all []Listed
	for _, rt := range routes {
		all = append(all, Listed{
			Operation: rt.Operation, Method: rt.Method, Path: rt.path, TakesKey: rt.key != keyIgnored,
			TakesBody: rt.members != nil, Simulates: rt.simulates, Query: append([]string{}, rt.query...),
		})
	}
	slices.SortFunc(all, func(a, b Listed) int { return cmp.Compare(a.Operation, b.Operation) })
	return all
}

// Unsigned are the headers that a request of the workbench decides itself.
type Unsigned struct {
	Host, Region, IdempotencyKey, AuthToken, SimulationCode string
}

// Header returns the headers to sign.
func (u Unsigned) Header() http.Header {
	h := http.Header{"Accept": {"application/json"}, "Content-Type": {"application/json"}, headerHost: {u.Host}, headerRegion: {u.Region}}
	for name, value := range map[string]string{
		HeaderIdempotencyKey: u.IdempotencyKey, headerAuthToken: u.AuthToken, headerSimulation: u.SimulationCode,
	} {
		if value = strings.TrimSpace(value); value != "" {
			h.Set(name, value)
		}
	}
	return h
}
