package transport

import "context"

// Policy decides what a [Client] cannot know, since it does not read bodies. A value serves one
// call of [Client.Send], which calls it from one goroutine.
type Policy interface {
	// Admit is called before each attempt is dated and signed, and may wait, but no longer than
	// ctx lasts: the place of a rate limit. After an error that attempt is not made. The call then
	// ends with the result of the attempt before, or, before the first one, with this error.
	Admit(ctx context.Context) error

	// Judge is told of each attempt as soon as it has ended, with its answer or nil. mayRepeat
	// reports whether another attempt is possible: the request may be repeated, attempts are left,
	// and the answer asks for no wait beyond the limits. Judge has the last word, so it is the
	// place of a retry budget.
	Judge(ctx context.Context, a Attempt, answer *Answer, mayRepeat bool) Verdict
}

// Verdict is what follows from an attempt. The zero value ends the call with its result.
type Verdict struct {
	// Repeat asks for another attempt after a wait. It has no effect unless mayRepeat was true.
	Repeat bool

	// DateRefused reports that the service refused the X-Amz-Pay-Date and did no work. The request
	// is then signed again at once, one second behind the answer's Date: once a call, whether or
	// not the request may be repeated, and without counting as a retry.
	DateRefused bool
}
