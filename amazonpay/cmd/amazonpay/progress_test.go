package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestProgress(t *testing.T) {
	t.Parallel()
	var screen bytes.Buffer
	b := &bars{out: &screen}
	b.begin("A1\x1b[2J", 2, 3)
	b.show(0, 2000)
	b.show(2000, 2000)
	b.end()
	assert.Contains(t, screen.String(), "A1[2J (2 of 3)")

	s := newSession(t.Context(), nil, &bytes.Buffer{}, &screen)
	screen.Reset()
	b = s.progress() // a buffer is no terminal
	b.begin("A1", 1, 1)
	b.show(1, 2)
	b.end()
	assert.Empty(t, screen.String())
}

func TestSize(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 123_456: "123.4 kB", 5_550_000: "5.5 MB"} {
		assert.Equal(t, want, size(n))
	}
}
