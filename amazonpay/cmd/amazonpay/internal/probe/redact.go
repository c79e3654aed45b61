package probe

import (
	"regexp"
	"slices"
	"strings"
)

// A file has nothing that an answer had, except what is let through here: reason codes, states and
// names of members, if they look like those. All else that it says are words of this package, and
// the values that a probe looks for.

var (
	// A reason code has a small letter within: an id of a merchant has none.
	codeText   = regexp.MustCompile(`^[A-Z][A-Za-z]*[a-z][A-Za-z]*$`)
	memberText = regexp.MustCompile(`^[a-z][A-Za-z]*$`)
	// idText is the id of an object, which no file has, but the terminal and the path of a request.
	idText = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)
)

const (
	longestName = 50
	mostNames   = 20 // in a list
)

// hidden is shown for what must not be.
const hidden = "<hidden>"

// shown lets a reason code or a state through.
func shown(code string) string {
	if code == "" || len(code) >= 3 && len(code) <= longestName && codeText.MatchString(code) {
		return code
	}
	return hidden
}

// member lets the name of a member through.
func member(name string) string {
	if len(name) >= 2 && len(name) <= longestName && memberText.MatchString(name) {
		return name
	}
	return hidden
}

// joined are names in order, each once, with a space between them: some of them, if there are many.
func joined(names []string) string {
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > mostNames {
		names = append(names[:mostNames:mostNames], "…")
	}
	return strings.Join(names, " ")
}
