package waiters_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/internal/waiters"
)

func TestWake(t *testing.T) {
	t.Parallel()
	var list waiters.List
	list.Wake("nobody waits")
	first, leaveFirst := list.Join("C1")
	second, leaveSecond := list.Join("C1")
	other, leaveOther := list.Join("C2")
	assert.Equal(t, 2, list.Len())

	list.Wake("C1")
	list.Wake("C1") // does not block, although nobody has read the first
	for _, woken := range []<-chan struct{}{first, second} {
		assert.Len(t, woken, 1)
		<-woken
	}
	assert.Empty(t, other)

	leaveFirst()
	list.Wake("C1")
	assert.Empty(t, first)
	assert.Len(t, second, 1)
	leaveSecond()
	leaveSecond() // again does nothing
	leaveOther()
	assert.Zero(t, list.Len(), "nothing is left")
}

func TestNilList(t *testing.T) {
	t.Parallel()
	var none *waiters.List
	woken, leave := none.Join("C1")
	none.Wake("C1")
	leave()
	assert.Nil(t, woken)
}

func TestOfClientOfAnotherType(t *testing.T) {
	t.Parallel()
	assert.Nil(t, waiters.OfClient("not a client"))
}
