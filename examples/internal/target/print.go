package target

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/signing"
)

// Step prints a step of the example: its title, pairs of a name and a value, and the details of the
// call. meta is nil if there was no call.
func (t *Target) Step(title string, meta *amazonpay.Meta, namesAndValues ...any) {
	t.steps++
	fmt.Printf("\n%d. %s\n", t.steps, title)
	for pair := range slices.Chunk(namesAndValues, 2) {
		t.line(fmt.Sprint(pair[0]), pair[len(pair)-1])
	}
	if meta == nil {
		return
	}
	if meta.RequestID != "" {
		t.line("request id", meta.RequestID)
	}
	if meta.IdempotencyKey != "" {
		t.line("idempotency key", meta.IdempotencyKey)
	}
	for i, a := range meta.Attempts {
		came := "no answer"
		if a.StatusCode != 0 {
			came = fmt.Sprint("status ", a.StatusCode)
		}
		t.line(fmt.Sprintf("attempt %d of %d", i+1, len(meta.Attempts)),
			fmt.Sprintf("signed for %s, %s after %s", a.Date.Format(signing.DateFormat), came, a.Duration.Round(time.Millisecond/10)))
	}
}

func (t *Target) line(name string, value any) {
	text := strings.TrimSpace(fmt.Sprint(value))
	if w, ok := value.(wanted); ok {
		text = w.text
		if !w.met {
			t.failed = true
		}
	}
	if text == "" {
		text = "none"
	}
	fmt.Printf("   %-18s %s\n", name, strings.ReplaceAll(text, "\n", "\n   "+strings.Repeat(" ", 19)))
}

type wanted struct {
	text string
	met  bool
}

// Want returns a value for [Target.Step] that must be one of the listed values. Otherwise the
// example fails at its end.
func Want[T comparable](got T, oneOf ...T) any {
	w := wanted{text: fmt.Sprint(got), met: slices.Contains(oneOf, got)}
	if !w.met {
		w.text += fmt.Sprintf(" (expected %v)", oneOf)
	}
	return w
}

// Say prints a sentence.
func (t *Target) Say(format string, args ...any) {
	fmt.Printf("\n"+format+"\n", args...)
}
