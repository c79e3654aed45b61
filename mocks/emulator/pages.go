package emulator

import (
	"net"
	"net/http"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/site"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

// WithPages makes [Listen] and [Start] also serve checkout.js, the buyer's pages and the window in
// plain HTTP, at a loopback address of their own (127.0.0.1:8445; port 0 for a free one).
// An ordinary browser refuses a script from a server whose CA it does not trust, without asking;
// with this option it needs no certificate. [Description].ScriptURL and WindowURL, and the URLs to
// which the API sends buyers, then lead to that address. The API itself stays on HTTPS.
func WithPages(addr string) Option {
	return func(c *config) error {
		c.pagesAddr = addr
		return checkLoopback(addr)
	}
}

// plainPages serves the site, but not the API, without TLS.
type plainPages struct {
	server   *http.Server
	listener net.Listener
	url      string
}

func listenPages(addr string, s *Server) (*plainPages, error) {
	listener, err := bind(addr)
	if err != nil {
		return nil, err
	}
	p := &plainPages{listener: listener, url: "http://" + listener.Addr().String()}
	p.server = newServer(pagesOf(s.gate, s.site), s.headerTime)
	return p, nil
}

// close also closes a listener that is not served yet. Without [WithPages], p is nil.
func (p *plainPages) close() error {
	if p == nil {
		return nil
	}
	err := p.server.Close()
	_ = p.listener.Close() // an error if it was served: then the server has closed it
	return err
}

// pagesOf answers under the emulator's own names alone: without TLS, nothing else keeps a page of
// somebody else, whose name leads to this address, from being of the same origin.
func pagesOf(gate *wire.Gate, pages *site.Site) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !gate.IsOwn(r.Host) {
			http.Error(w, "The Amazon Pay emulator does not answer under this name: use 127.0.0.1 or localhost, or give the option WithHost.", http.StatusMisdirectedRequest)
			return
		}
		if !pages.Handles(r.URL.Path) {
			http.Error(w, "This address has checkout.js and the pages of the Amazon Pay emulator. The API is on HTTPS.", http.StatusNotFound)
			return
		}
		pages.ServeHTTP(w, r)
	})
}
