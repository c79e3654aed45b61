package buynow_test

import (
	"testing"

	"github.com/amazonpay-go/sdk/webstore/buynow"
	"github.com/amazonpay-go/sdk/webstore/buynow/buynowtest"
)

func TestMemoryStore(t *testing.T) {
	t.Parallel()
	buynowtest.TestStore(t, new(buynow.MemoryStore))
}
