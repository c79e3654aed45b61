package authtoken

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

const (
	refreshBefore   = time.Minute     // the end of a token
	unknownLifetime = 5 * time.Minute // of a token that does not tell its end
	leastLifetime   = 5 * time.Second // of a token that ends at once, as a wrong clock reads it
	refreshPause    = 5 * time.Second // after a refresh that failed while the old token is valid
	refreshTimeout  = 90 * time.Second
)

var errRefreshTimeout = fmt.Errorf("authtoken: getting an authorization token took longer than %s: %w", refreshTimeout, context.DeadlineExceeded)

var _ amazonpay.TokenInvalidator = (*Source)(nil)

// Source is the authorization token of one merchant, for [amazonpay.WithTokenSource]. It
// gets the token when it is first needed, and replaces it a minute before its end: the exp
// of the JWT, measured against the Date of the answer that brought it, so that a wrong
// local clock does no harm. A token that tells no end is replaced 5 minutes after it came. A token whose exp is near or past serves those who waited for it,
// and for 5 seconds those who come after them, so that a clock that is fast does not make
// each call get a token.
//
// In the last minute of a token one refresh runs in the background, and callers get the
// token that is still valid at once. A refresh that fails then is tried again by the first
// call after 5 seconds.
//
// All callers who need a token where none is valid wait for one refresh. A caller whose
// context ends leaves with its cause, and the refresh goes on for the others, for up to 90
// seconds. If it fails, it fails for all who waited; the next call tries again.
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
	token   amazonpay.Secret
	renewal time.Time // from when on a call starts its replacement
	end     time.Time // until when it serves meanwhile
	running *refresh  // nil where none is
}

// refresh is one call for a token, and what comes of it once done is closed.
type refresh struct {
	done  chan struct{}
	token amazonpay.Secret
	date  time.Time // of the answer that brought it; zero where it had none
	err   error
}

// Source returns the token source of the merchant who gave mwsAuthToken (amzn.mws.…) to
// the solution provider. It makes no call yet. The calls of the source itself never
// use a token source, whatever the defaults of the client are.
func (c *Client) Source(mwsAuthToken, merchantID string) *Source {
	return &Source{client: c, mwsAuthToken: amazonpay.NewSecret(mwsAuthToken), merchantID: merchantID}
}

// Token returns the merchant's token, and gets one first where none is valid. The error is
// that of [Client.GetAuthorizationToken], or the cause of ctx's end.
func (s *Source) Token(ctx context.Context) (string, error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	s.mu.Lock()
	now := time.Now()
	token, valid := s.token, s.token != (amazonpay.Secret{}) && now.Before(s.end)
	if s.running == nil && (!valid || !now.Before(s.renewal)) {
		s.running = &refresh{done: make(chan struct{})}
		go s.refresh(context.WithoutCancel(ctx), s.running)
	}
	running := s.running
	s.mu.Unlock()
	if valid {
		return token.Reveal(), nil
	}

	select {
	case <-running.done:
		return running.token.Reveal(), running.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// Invalidate drops the token if it is still the one that the source keeps.
func (s *Source) Invalidate(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == amazonpay.NewSecret(token) {
		s.token = amazonpay.Secret{}
	}
}

func (s *Source) refresh(ctx context.Context, r *refresh) {
	ctx, cancel := context.WithTimeoutCause(ctx, refreshTimeout, errRefreshTimeout)
	defer cancel()
	r.err = errNoResult
	defer s.finish(r) // also when a mock in a test ends this goroutine
	r.token, r.date, r.err = s.get(ctx)
}

var (
	errNoResult = errors.New("authtoken: the call for an authorization token did not return")
	errNoToken  = errors.New("authtoken: the answer has no authorization token")
)

func (s *Source) get(ctx context.Context) (token amazonpay.Secret, date time.Time, err error) {
	answer, err := s.client.GetAuthorizationToken(ctx, s.mwsAuthToken.Reveal(), s.merchantID, amazonpay.WithTokenSource(nil))
	if err != nil {
		return token, date, err
	}
	if answer.AuthorizationToken == token {
		return token, date, errNoToken
	}
	if answer.Meta != nil {
		date, _ = http.ParseTime(answer.Meta.Header.Get("Date"))
	}
	return answer.AuthorizationToken, date, nil
}

// finish keeps a new token, or puts the next attempt off, and lets the waiting callers go.
func (s *Source) finish(r *refresh) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if r.err != nil {
		s.renewal = now.Add(refreshPause)
	} else if left, ok := lifetime(r.token.Reveal(), r.date, now); ok {
		left = max(left, leastLifetime)
		s.token, s.end = r.token, now.Add(left)
		s.renewal = now.Add(max(left-refreshBefore, leastLifetime))
	} else {
		s.token, s.end = r.token, now.Add(unknownLifetime)
		s.renewal = s.end
	}
	s.running = nil
	close(r.done)
}

// lifetime returns how long a JWT that came now, in an answer of this date, is valid, if it
// is one and tells. Without a date the time since its iat tells, and without that the local
// clock. The signature is the service's to check.
func lifetime(token string, date, now time.Time) (time.Duration, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return 0, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return 0, false
	}
	var claims struct {
		Expires float64         `json:"exp"`
		Issued  json.RawMessage `json:"iat"` // an odd one must not hide exp
	}
	const maxSeconds = 253402300799 // the year 9999
	if json.Unmarshal(payload, &claims) != nil || claims.Expires <= 0 || claims.Expires > maxSeconds {
		return 0, false
	}
	end := time.Unix(int64(claims.Expires), 0)
	if !date.IsZero() {
		return end.Sub(date), true
	}
	var issued float64
	if json.Unmarshal(claims.Issued, &issued) == nil && issued > 0 && issued < claims.Expires {
		return end.Sub(time.Unix(int64(issued), 0)), true
	}
	return end.Sub(now), true
}

// LogValue shows the merchant's id alone.
func (s *Source) LogValue() slog.Value {
	return slog.GroupValue(slog.String("merchant_id", s.merchantID))
}

// Format prints what LogValue shows, whatever the verb.
func (s *Source) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.LogValue().String()) }
