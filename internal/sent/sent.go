// Package sent sees whether any byte of a request can have left this process.
package sent

import (
	"bytes"
	"context"
	"net/http/httptrace"
	"sync/atomic"
)

// Watch watches one request on its way to the network. It works only if the request reaches an
// [net/http.Transport], or another round tripper that calls [httptrace]. The zero value is ready to
// use. net/http may hold a lock while it calls the trace, so nothing here waits.
type Watch struct {
	Body Body

	trace  httptrace.ClientTrace
	wanted atomic.Bool
	had    atomic.Int32
}

// Context returns the context for the request.
func (w *Watch) Context(ctx context.Context) context.Context {
	w.trace.GetConn = func(string) { w.wanted.Store(true) }
	w.trace.GotConn = func(httptrace.GotConnInfo) { w.had.Add(1) }
	return httptrace.WithClientTrace(ctx, &w.trace)
}

// Connections is how many connections the request got. It may have gone out on each of them.
func (w *Watch) Connections() int { return int(w.had.Load()) }

// Unsent reports whether a connection was looked for, none was had, and nobody read the body. If
// somebody did, another round tripper may have sent the request in its own way.
func (w *Watch) Unsent() bool { return w.wanted.Load() && w.had.Load() == 0 && !w.Body.wasRead() }

// Body is a request body. It can be looked at without reading it, by [io.ReaderAt], but not
// rewound.
type Body struct{ bytes bytes.Reader }

// Reset gives the body its content.
func (b *Body) Reset(content []byte) { b.bytes.Reset(content) }

// Read reads what was not read yet.
func (b *Body) Read(p []byte) (int, error) { return b.bytes.Read(p) }

// ReadAt looks at the body.
func (b *Body) ReadAt(p []byte, at int64) (int, error) { return b.bytes.ReadAt(p, at) }

// Close does nothing.
func (*Body) Close() error { return nil }

func (b *Body) wasRead() bool { return int64(b.bytes.Len()) != b.bytes.Size() }
