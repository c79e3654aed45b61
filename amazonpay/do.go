package amazonpay

import (
	"context"
	"errors"
	"net/http"
)

//go:generate go tool -modfile=../internal/tools/go.mod mockgen -typed -package mocks -write_package_comment=false -destination ../mocks/amazonpay.go . Caller,Fetcher

// Caller makes calls. [*Client] implements it. The clients of webstore, instore, delivery and
// authtoken take a Caller, so tests can pass a mock.
type Caller interface {
	Call(ctx context.Context, op Operation, in, out any, opts ...CallOption) (*Meta, error)
}

// Response is embedded in the typed answers of all operations. It carries the call's [Meta].
type Response struct {
	// Meta is the call's status, request id, attempts, idempotency key and raw JSON. It is nil only
	// in values that did not come from a call.
	Meta *Meta `json:"-"`
}

func (a *Response) setMeta(m *Meta) { a.Meta = m }

// Do makes a call whose answer is a T, which embeds [Response]. The typed methods of the
// sub-clients use it. Use it directly for custom types. On error the result is nil.
func Do[T any, P interface {
	*T
	setMeta(m *Meta)
}](ctx context.Context, c Caller, op Operation, in any, opts ...CallOption) (*T, error) {
	if c == nil {
		return nil, &CallError{Operation: op.Name, Meta: &Meta{}, Err: errors.New("amazonpay: the Caller is nil"), Outcome: unsent(opts), reads: op.Method == http.MethodGet}
	}
	out := new(T)
	meta, err := c.Call(ctx, op, in, out, opts...)
	if err != nil {
		return nil, err
	}
	P(out).setMeta(meta)
	return out, nil
}
