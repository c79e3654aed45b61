package web

import (
	"context"
	"log/slog"
	"net"
	"net/http"

	"riverqueue.com/riverui"
)

// Admin returns the operator's pages: progress at /, River UI at /jobs/, and /metrics. They have no
// password, and answer only requests for a loopback address: serve them on loopback, and reach them
// from elsewhere through a tunnel (ssh -L). ctx ends River UI's work in the background.
func Admin(ctx context.Context, c Config) (http.Handler, error) {
	jobs, err := riverui.NewHandler(&riverui.HandlerOpts{
		Endpoints: riverui.NewEndpoints(c.Engine.River, nil), Logger: c.Engine.Logger, Prefix: "/jobs",
	})
	if err != nil {
		return nil, err
	}
	if err := jobs.Start(ctx); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.progress)
	mux.Handle("GET /static/", http.FileServerFS(staticFiles))
	mux.Handle("/jobs/", riverPolicy(jobs))
	if c.Metrics != nil {
		mux.Handle("GET /metrics", c.Metrics)
	}
	return secure(onlyLoopback(http.NewCrossOriginProtection().Handler(mux))), nil
}

// riverPolicy is for River UI, whose pages load more than ours.
func riverPolicy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; base-uri 'none'; frame-ancestors 'none'")
		next.ServeHTTP(w, r)
	})
}

// onlyLoopback refuses requests for another host: a name on the internet can lead to loopback, and
// then that site's scripts would read these pages in the operator's browser, and cancel jobs.
func onlyLoopback(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if ip := net.ParseIP(host); host != "localhost" && host != "[::1]" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "These pages have no password: they are only at a loopback address. From another machine, use a tunnel such as ssh -L.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// progress shows the operator's page.
func (c Config) progress(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	view, err := c.overview(r.Context(), query.Get("period"), text(query.Get("q")), text(query.Get("after")))
	if err != nil {
		c.Engine.Logger.ErrorContext(r.Context(), "the progress cannot be read", slog.Any("error", err))
		http.Error(w, "The database does not answer. The page tries again when it is loaded again.", http.StatusServiceUnavailable)
		return
	}
	c.show(w, r, http.StatusOK, "progress.html", view)
}
