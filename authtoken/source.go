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
	unknownLifetime = 5 * time.Minute // of a token without an expiry
	leastLifetime   = 5 * time.Second // of a token that seems expired, by a wrong clock
	refreshPause    = 5 * time.Second // after a refresh that failed while the old token is valid
	refreshTimeout  = 90 * time.Second
)

var errRefreshTimeout = fmt.Errorf("authtoken: no authorization token within %s: %w", refreshTimeout, context.DeadlineExceeded)

var _ amazonpay.TokenInvalidator = (*Source)(nil)

// Source is the authorization token of one merchant, for [amazonpay.WithTokenSource]. It gets the
// token at the first call, and replaces it a minute before it expires. The expiry is the exp of the
// JWT, compared with the Date header of the token's response, so a wrong local clock does no harm.
// A token without an expiry is replaced after 5 minutes. A token that has expired, or is about to,
// is still given to the callers that waited for it, and to others for 5 seconds. Otherwise a fast
// clock would make each call get a token.
//
// In the last minute of a token, one refresh runs in the background, and callers get the old token
// at once. If the refresh fails, the first call after 5 seconds tries again.
//
// If there is no valid token, all callers wait for one refresh. If a caller's context ends, it
// leaves with the context's cause; the refresh continues for the others, for up to 90 seconds. If
// it fails, it fails for all waiting callers, and the next call tries again.
//
// If the service refuses a token with InvalidAuthorizationToken, the [amazonpay.Client] drops it
// here and repeats its call once with a new one.
//
// With a [Store], a refresh first looks there. It gets a token, and stores it, only if the stored
// one is about to expire or is the one that was refused. If the store fails, the refresh fails.
//
// A Source is safe for concurrent use. Keep one per merchant.
type Source struct {
	client       *Client
	mwsAuthToken amazonpay.Secret
	merchantID   string

	mu      sync.Mutex
	current grant
	refused amazonpay.Secret // by the service, last
	running *refresh         // nil if there is none
}

// grant is a token and its times by the local clock.
type grant struct {
	token   amazonpay.Secret
	renewal time.Time // when calls start to replace the token
	end     time.Time // until when the token serves
}

// refresh is one call for a token, and its result once done is closed.
type refresh struct {
	done chan struct{}
	got  grant
	err  error
}

// Source returns the token source of the merchant who gave mwsAuthToken (amzn.mws.…) to the
// solution provider. It makes no call. The source's own calls never use a token source, whatever
// the defaults of the client are.
func (c *Client) Source(mwsAuthToken, merchantID string) *Source {
	return &Source{client: c, mwsAuthToken: amazonpay.NewSecret(mwsAuthToken), merchantID: merchantID}
}

// Token returns the merchant's token, and gets one first if none is valid. The error is from
// [Client.GetAuthorizationToken], or the cause of ctx's end.
func (s *Source) Token(ctx context.Context) (string, error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	s.mu.Lock()
	now := time.Now()
	token, valid := s.current.token, s.current.token != (amazonpay.Secret{}) && now.Before(s.current.end)
	if s.running == nil && (!valid || !now.Before(s.current.renewal)) {
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
		return running.got.token.Reveal(), running.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// Invalidate drops the token if the source still has it.
func (s *Source) Invalidate(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if refused := amazonpay.NewSecret(token); s.current.token == refused {
		s.current.token, s.refused = amazonpay.Secret{}, refused
	}
}

func (s *Source) refresh(ctx context.Context, r *refresh) {
	ctx, cancel := context.WithTimeoutCause(ctx, refreshTimeout, errRefreshTimeout)
	defer cancel()
	r.err = errNoResult
	defer s.finish(r) // also if a mock in a test ends this goroutine
	if s.client.store == nil {
		r.got, r.err = s.get(ctx)
	} else {
		r.got, r.err = s.shared(ctx)
	}
}

var (
	errNoResult = errors.New("authtoken: the call for an authorization token did not return")
	errNoToken  = errors.New("authtoken: the answer has no authorization token")
)

// get calls the service.
func (s *Source) get(ctx context.Context) (grant, error) {
	answer, err := s.client.GetAuthorizationToken(ctx, s.mwsAuthToken.Reveal(), s.merchantID, amazonpay.WithTokenSource(nil))
	if err != nil {
		return grant{}, err
	}
	if answer.AuthorizationToken == (amazonpay.Secret{}) {
		return grant{}, errNoToken
	}
	var date time.Time // zero if the answer has none
	if answer.Meta != nil {
		date, _ = http.ParseTime(answer.Meta.Header.Get("Date"))
	}
	now := time.Now()
	g := grant{token: answer.AuthorizationToken}
	if left, ok := lifetime(g.token.Reveal(), date, now); ok {
		left = max(left, leastLifetime)
		g.renewal, g.end = now.Add(max(left-refreshBefore, leastLifetime)), now.Add(left)
	} else {
		g.renewal, g.end = now.Add(unknownLifetime), now.Add(unknownLifetime)
	}
	return g, nil
}

// finish keeps a new token, or postpones the next attempt, and releases the waiting callers.
func (s *Source) finish(r *refresh) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.err != nil {
		s.current.renewal = time.Now().Add(refreshPause)
	} else {
		s.current = r.got
	}
	s.running = nil
	close(r.done)
}

// lifetime returns how long a JWT is valid, if it is one and says so: measured from the date of its
// answer, else from its iat, else by the local clock. The service checks the signature.
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
		Issued  json.RawMessage `json:"iat"` // an unexpected one must not hide exp
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
