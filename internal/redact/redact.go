// Package redact finds secrets in texts that others wrote, also where they are spelled in another
// way: percent-encoded once or more, in other letter case, or cut.
package redact

import "strings"

const (
	leastRun = 8  // of a token: shorter runs may be any word
	mostRun  = 16 // of a token: longer runs tell too much
)

// Secrets are the secrets to look for. The zero value has none.
type Secrets struct{ list []secret }

type secret struct {
	text string // normalised
	run  int    // how many of its consecutive bytes give it away
}

// Token adds a token. Half of it gives it away, but no less than 8 bytes and no more than 16. A
// token of up to 8 bytes is found as a whole only.
func (s *Secrets) Token(token string) {
	s.Part(token, min(max(len(normalise(token).text)/2, leastRun), mostRun))
}

// Part adds a secret that any run of its consecutive bytes gives away. A shorter secret is found as
// a whole only.
func (s *Secrets) Part(text string, run int) {
	normal := string(normalise(text).text)
	if normal == "" {
		return
	}
	run = min(run, len(normal))
	s.list = append(s.list, secret{normal, run})
	// In a query a plus sign is a space.
	if other := strings.ReplaceAll(normal, "+", " "); other != normal {
		s.list = append(s.list, secret{other, run})
	}
	if other := strings.ReplaceAll(normal, " ", "+"); other != normal {
		s.list = append(s.list, secret{other, run})
	}
}

// In reports whether a text has one of the secrets.
func (s *Secrets) In(text string) bool { return len(s.Find(text)) > 0 }

// A Span is a part of a text, from one offset to before another.
type Span struct{ From, To int }

// Find returns where a text has one of the secrets, in order. No two spans touch.
func (s *Secrets) Find(text string) []Span {
	if len(s.list) == 0 || text == "" {
		return nil
	}
	normal := normalise(text)
	runs := string(normal.text)
	found := make([]bool, len(runs)) // bytes of a secret
	for _, secret := range s.list {
		shared := secret.shared(runs)
		known := 0 // where the last run that was found ends
		for i := 0; len(shared) > 0 && i+secret.run <= len(runs); i++ {
			if !shared[runs[i:i+secret.run]] {
				continue
			}
			for known = max(known, i); known < i+secret.run; known++ {
				found[known] = true
			}
		}
	}
	return normal.spans(found)
}

// shared returns the runs of a text that give the secret away, as true. A set keeps the time linear
// in both texts; it is as large as the text, which is mostly the shorter one.
func (s secret) shared(text string) map[string]bool {
	if len(text) < s.run {
		return nil
	}
	shared := make(map[string]bool, len(text)-s.run+1)
	for i := 0; i+s.run <= len(text); i++ {
		shared[text[i:i+s.run]] = false
	}
	found := false
	for i := 0; i+s.run <= len(s.text); i++ {
		if _, has := shared[s.text[i:i+s.run]]; has {
			shared[s.text[i:i+s.run]], found = true, true
		}
	}
	if !found {
		return nil
	}
	return shared
}

// normal is a text without percent encoding, in lower case.
type normal struct {
	text []byte
	from []int // where in the original each byte begins, and its end
}

// normalise decodes what is percent-encoded, however often, and makes ASCII letters small. It takes
// linear time, since each decoding makes the text shorter.
func normalise(text string) normal {
	n := normal{make([]byte, 0, len(text)), make([]int, 0, len(text)+1)}
	for i := range len(text) {
		n.text, n.from = append(n.text, lower(text[i])), append(n.from, i)
		for end := len(n.text); end >= 3 && n.text[end-3] == '%'; end = len(n.text) {
			high, low := hexDigit(n.text[end-2]), hexDigit(n.text[end-1])
			if high < 0 || low < 0 {
				break
			}
			n.text, n.from = n.text[:end-2], n.from[:end-2]
			n.text[end-3] = lower(byte(high<<4 | low)) //nolint:gosec // two digits
		}
	}
	n.from = append(n.from, len(text))
	return n
}

// spans returns what the found bytes are in the original.
func (n normal) spans(found []bool) []Span {
	var spans []Span
	for i, is := range found {
		switch {
		case !is:
		case i > 0 && found[i-1]:
			spans[len(spans)-1].To = n.from[i+1]
		default:
			spans = append(spans, Span{n.from[i], n.from[i+1]})
		}
	}
	return spans
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// hexDigit returns -1 for what is none. Letters are small here.
func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
