package site

import (
	"net/http"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

// Config connects the site to its emulator.
type Config struct {
	Gate *wire.Gate
	// Change runs f on the ledger, at the emulator's time, under the lock that guards it, and wakes
	// everyone waiting for changes. Look is for functions that change nothing of the ledger.
	Change func(f func(w *ledger.Ledger, now time.Time))
	Look   func(f func(w *ledger.Ledger, now time.Time))

	API func(w http.ResponseWriter, r *http.Request) // answers a request to the API, as to one from the network

	Wake         func()                 // those who watch the window
	News         func() <-chan struct{} // closed at the next change
	Leaving      <-chan struct{}        // closed when the emulator is to end
	ControlToken string
}

// Site serves checkout.js, the buyer's pages, the signed URLs, the window and the control
// endpoints.
type Site struct {
	Config
	control *http.ServeMux
	buttons []refusedButton // the latest that did not work; guarded by the lock of Look
}

// New returns the site of an emulator. [Site.Read] and [Site.Do] add control endpoints.
func New(c Config) *Site {
	p := &Site{Config: c, control: http.NewServeMux()}
	p.control.HandleFunc("GET "+controlPrefix+"events", p.serveEvents)
	p.control.HandleFunc("GET "+WindowPrefix+"{$}", p.serveWindow)
	for name, kind := range map[string]string{
		"element.js": "text/javascript; charset=utf-8", "window.js": "text/javascript; charset=utf-8", "window.css": "text/css; charset=utf-8",
		"workbench.js": "text/javascript; charset=utf-8", "workbench.css": "text/css; charset=utf-8",
	} {
		p.control.HandleFunc("GET "+WindowPrefix+name, func(w http.ResponseWriter, _ *http.Request) { serveFile(w, name, kind) })
	}
	p.serveWorkbench()
	p.control.HandleFunc(controlPrefix, func(w http.ResponseWriter, _ *http.Request) {
		refused := ledger.Refuse(http.StatusNotFound, ledger.ResourceNotFound, "Unknown endpoint: see mocks/emulator/README.md.")
		wire.WriteJSON(w, int(refused.Status), wire.ReplyTo(refused).Body)
	})
	return p
}

// Forget forgets the buttons that did not work. The caller holds the lock.
func (p *Site) Forget() { p.buttons = nil }

// Handles reports whether the site serves a path.
func (p *Site) Handles(path string) bool {
	return path == ScriptPath || strings.HasPrefix(path, pagesPrefix) || strings.HasPrefix(path, controlPrefix)
}

// ServeHTTP answers a request to checkout.js, the pages, the signed URLs, the window or the control
// endpoints.
func (p *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, presignedPrefix):
		p.servePresigned(w, r)
	case strings.HasPrefix(path, controlPrefix):
		p.serveControl(w, r)
	case path == ScriptPath:
		p.serveScript(w, r)
	default:
		p.servePages(w, r)
	}
}
