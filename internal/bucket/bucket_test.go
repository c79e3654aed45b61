package bucket_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/internal/bucket"
)

func at(seconds float64) time.Time {
	return time.Unix(1_800_000_000, 0).Add(time.Duration(seconds * float64(time.Second)))
}

func TestTake(t *testing.T) {
	t.Parallel()
	b := bucket.New(2, 0.5, 2, at(0))
	assert.True(t, b.Take(at(0)))
	assert.True(t, b.Take(at(0)))
	assert.False(t, b.Take(at(1.9)))
	assert.True(t, b.Take(at(2)))
	assert.False(t, b.Take(at(3)))
	assert.False(t, b.Take(at(-100)), "a clock that goes back brings nothing")
	assert.True(t, b.Take(at(1_000)))
	assert.True(t, b.Take(at(1_000)))
	assert.False(t, b.Take(at(1_000)), "never more than its size")
}

func TestWait(t *testing.T) {
	t.Parallel()
	b := bucket.New(10, 4, 1, at(0))
	assert.Zero(t, b.Wait(1, at(0)))
	assert.Equal(t, 250*time.Millisecond, b.Wait(2, at(0)))
	assert.Equal(t, 2*time.Second, b.Wait(9, at(0)))
	assert.Equal(t, 1750*time.Millisecond, b.Wait(9, at(0.25)))
	assert.Equal(t, time.Duration(1), b.Wait(math.Nextafter(2, 3), at(0.25)), "never 0 while a token is missing")
	b.Rate = 1e-300
	assert.Equal(t, time.Duration(1e18), b.Wait(9, at(0.25)), "no overflow")
}

func TestGiveAndDrain(t *testing.T) {
	t.Parallel()
	b := bucket.New(3, 1, 3, at(0))
	b.Drain(at(0))
	assert.Zero(t, b.Count(at(0)))
	b.Give(0.25, at(0))
	assert.InDelta(t, 0.25, b.Count(at(0)), 1e-9)
	b.Give(0.25, at(1))
	assert.InDelta(t, 1.5, b.Count(at(1)), 1e-9)
	b.Give(100, at(1))
	assert.InDelta(t, 3, b.Count(at(1)), 0)
	b.Drain(at(5))
	assert.InDelta(t, 0.5, b.Count(at(5.5)), 1e-9)
}
