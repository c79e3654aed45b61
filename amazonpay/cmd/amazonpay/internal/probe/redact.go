package probe

import "regexp"

// A file has nothing that an answer had, except what is let through here: reason codes, states and
// names of members, if they look like those. All else that it says are words of this package, and
// the values that a probe looks for.

var (
	codeText   = regexp.MustCompile(`^[A-Z][A-Za-z]{2,49}$`)
	memberText = regexp.MustCompile(`^[a-z][A-Za-z]{1,39}$`)
)

// hidden is shown for what must not be.
const hidden = "<hidden>"

// shown lets a reason code or a state through.
func shown(code string) string {
	if code == "" || codeText.MatchString(code) {
		return code
	}
	return hidden
}

// member lets the name of a member through.
func member(name string) string {
	if memberText.MatchString(name) {
		return name
	}
	return hidden
}
