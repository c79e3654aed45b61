package authtoken

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

const (
	refreshBefore   = time.Minute     // the end of a token
	unknownLifetime = 5 * time.Minute // of a token that does not tell its end
	refreshTimeout  = 90 * time.Second
)

var errRefreshTimeout = fmt.Errorf("authtoken: getting an authorization token took longer than %s: %w", refreshTimeout, context.DeadlineExceeded)

var _ amazonpay.TokenInvalidator = (*Source)(nil)

// Source is the authorization token of one merchant, for [amazonpay.WithTokenSource]. It
// gets the token when it is first needed and keeps it until a minute before the end that
// the token tells (the exp of the JWT), or for 5 minutes where it tells none. A token that is
// already that near to its end serves the callers who waited for it and is not kept.
//
// All callers who need a new token at the same time wait for one refresh. A caller whose
// context ends leaves with its cause, and the refresh goes on for the others, for up to 90
// seconds. A refresh that fails fails for all who waited, unless the old token is still
// valid, which then serves; the next call tries again.
//
// When the service refuses a token with InvalidAuthorizationToken, the [amazonpay.Client]
// drops it here and makes its call once more with a new one.
//
// A Source is safe for concurrent use. Make one for each merchant and keep it.
type Source struct {
	client       *Client
	mwsAuthToken amazonpay.Secret
	merchantID   string

	mu      sync.Mutex
	token   string
	renewal time.Time // when the token is to be replaced
	end     time.Time // until when it may serve if that fails
	running *refresh  // nil where none is
}

// refresh is one call for a token, and what comes of it once done is closed.
type refresh struct {
	done  chan struct{}
	token string
	err   error
}

// Source returns the token source of the merchant who gave mwsAuthToken (amzn.mws.…) to
// the solution provider. It makes no call yet. The calls of the source itself never
// use a token source, whatever the defaults of the client are.
func (c *Client) Source(mwsAuthToken, merchantID string) *Source {
	return &Source{client: c, mwsAuthToken: amazonpay.NewSecret(mwsAuthToken), merchantID: merchantID}
}

// Token returns the merchant's token, and gets a new one first where that is needed. The
// error is that of [Client.GetAuthorizationToken], or the cause of ctx's end.
func (s *Source) Token(ctx context.Context) (string, error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	s.mu.Lock()
	if s.token != "" && time.Now().Before(s.renewal) {
		defer s.mu.Unlock()
		return s.token, nil
	}
	if s.running == nil {
		s.running = &refresh{done: make(chan struct{})}
		go s.refresh(context.WithoutCancel(ctx), s.running)
	}
	running := s.running
	s.mu.Unlock()

	select {
	case <-running.done:
		return running.token, running.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// Invalidate drops the token if it is still the one that the source keeps.
func (s *Source) Invalidate(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == token {
		s.token = ""
	}
}

func (s *Source) refresh(ctx context.Context, r *refresh) {
	ctx, cancel := context.WithTimeoutCause(ctx, refreshTimeout, errRefreshTimeout)
	defer cancel()
	r.err = errNoResult
	defer s.finish(r) // also when a mock in a test ends this goroutine
	r.token, r.err = s.get(ctx)
}

var (
	errNoResult = errors.New("authtoken: the call for an authorization token did not return")
	errNoToken  = errors.New("authtoken: the answer has no authorization token")
)

func (s *Source) get(ctx context.Context) (string, error) {
	answer, err := s.client.GetAuthorizationToken(ctx, s.mwsAuthToken.Reveal(), s.merchantID, amazonpay.WithTokenSource(nil))
	if err != nil {
		return "", err
	}
	token := answer.AuthorizationToken.Reveal()
	if token == "" {
		return "", errNoToken
	}
	return token, nil
}

// finish keeps a new token, or falls back on the old one, and lets the waiting callers
// go.
func (s *Source) finish(r *refresh) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	switch {
	case r.err == nil:
		s.token = r.token
		if end, ok := endOf(r.token); ok {
			s.renewal, s.end = end.Add(-refreshBefore), end
		} else {
			s.renewal, s.end = now.Add(unknownLifetime), now.Add(unknownLifetime)
		}
	case s.token != "" && now.Before(s.end):
		r.token, r.err = s.token, nil
	}
	s.running = nil
	close(r.done)
}

// endOf returns the time after which a JWT is not valid, if it is one and tells. The
// signature is the service's to check.
func endOf(token string) (time.Time, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return time.Time{}, false
	}
	const maxSeconds = 253402300799 // the year 9999
	var claims struct {
		Expires float64 `json:"exp"`
	}
	if json.Unmarshal(payload, &claims) != nil || claims.Expires <= 0 || claims.Expires > maxSeconds {
		return time.Time{}, false
	}
	return time.Unix(int64(claims.Expires), 0), true
}

// LogValue shows the merchant's id alone.
func (s *Source) LogValue() slog.Value {
	return slog.GroupValue(slog.String("merchant_id", s.merchantID))
}

// Format prints what LogValue shows, whatever the verb.
func (s *Source) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.LogValue().String()) }
