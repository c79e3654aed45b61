package amazonpay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/amazonpay-go/sdk/internal/bucket"
	"github.com/amazonpay-go/sdk/transport"
)

// policy is what package transport is told about one call: when an attempt may begin, and what
// follows from it. It decodes the body of an error once, for all uses.
type policy struct {
	core    *core
	call    *call
	queue   queueID
	earlier int // attempts, made before this Send
	number  int // of the last attempt of this Send
}

var _ transport.Policy = (*policy)(nil)

// Admit waits for the rate limit.
func (j *policy) Admit(ctx context.Context) error { return j.core.limiter.admit(ctx, j.queue) }

// Judge passes an attempt's result to the rate limits and observers, and decides whether to retry.
func (j *policy) Judge(ctx context.Context, a Attempt, answer *transport.Answer, mayRepeat bool) transport.Verdict {
	j.number++
	var said refusal
	if answer != nil {
		if !isSuccess(answer.Status) {
			said = readRefusal(answer.Body)
		}
		j.call.refusal = said
	}
	j.call.saw(a, answer, said)
	j.core.limiter.learn(j.queue, a.StatusCode)
	j.core.observeAttempt(ctx, j, a, answer, said.reason)
	switch {
	case answer == nil:
		return transport.Verdict{Repeat: mayRepeat && j.spend(ctx)}
	case !retryableStatus(answer.Status), said.processingFailure(answer.Status):
		return transport.Verdict{DateRefused: said.dateRefused(answer.Status)}
	}
	throttled := answer.Status == http.StatusTooManyRequests // which is about one merchant, and no outage
	return transport.Verdict{Repeat: mayRepeat && (throttled || j.spend(ctx))}
}

// retryableStatus reports whether an answer of this status may be followed by another attempt.
func retryableStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// refusal is what the body of an error says.
type refusal struct {
	reason  ReasonCode
	message string
}

// readRefusal reads the body of an error. A message of another form must not hide the code. A body
// that is longer than any error of the service is not read.
func readRefusal(body []byte) refusal {
	var members struct {
		ReasonCode ReasonCode `json:"reasonCode"`
		Message    any        `json:"message"`
	}
	if len(body) > maxErrorBytes || json.Unmarshal(body, &members) != nil {
		return refusal{message: "the answer is not the service's JSON"}
	}
	message, _ := members.Message.(string)
	return refusal{members.ReasonCode, message}
}

// processingFailure knows the one 500 that is an answer about money: the same key would only replay
// it.
func (r refusal) processingFailure(status int) bool {
	return status == http.StatusInternalServerError && r.reason == ReasonCodeProcessingFailure
}

// dateRefused knows the answer to a date that is ahead of the service's clock.
func (r refusal) dateRefused(status int) bool {
	return status == http.StatusBadRequest && r.reason == ReasonCodeInvalidHeaderValue &&
		strings.Contains(strings.ToLower(r.message), "x-amz-pay-date")
}

func isSuccess(status int) bool { return status >= 200 && status <= 299 }

// spend takes a retry from the budget, and logs if there is none.
func (j *policy) spend(ctx context.Context) bool {
	if j.core.budget.take() {
		return true
	}
	j.core.logger.LogAttrs(ctx, slog.LevelWarn, "amazon pay attempt is not repeated: the retry budget is spent",
		slog.String("operation", j.call.op.Name), slog.String("method", j.call.op.Method), slog.Int("attempt", j.number))
	return false
}

const (
	defaultBudget = 100
	mostBudget    = 1_000_000

	retriesPerAnswer = 0.1
	retriesPerSecond = 0.1 // so that a program that seldom calls always has some
)

// WithRetryBudget changes how many retries all calls of a client together may make while the
// service is out, so that they do not multiply its load. The default is 100, the highest value
// 1,000,000. A negative value means no limit.
//
// Each retry takes one, except after a 429, which is no outage. Each second gives back a tenth, and
// so does each call that ends with an answer whose status is not retried. While none is left, a
// call ends with the result of its last attempt, without a wait. A client and the clients that
// [Client.With] derives from it share one budget.
func WithRetryBudget(retries int) Option {
	return func(s *settings) error {
		switch {
		case retries == 0:
			return errors.New("amazonpay: WithRetryBudget: 0 retries: for no retries at all, use WithRetryPolicy with a negative MaxRetries")
		case retries > mostBudget:
			return fmt.Errorf("amazonpay: WithRetryBudget: %d retries is above the maximum of %d", retries, mostBudget)
		}
		s.budget = retries
		return nil
	}
}

// retryBudget is how many retries are left. A nil one has no end.
type retryBudget struct {
	mu   sync.Mutex
	left bucket.Bucket
}

func newRetryBudget(most int) *retryBudget {
	if most < 0 {
		return nil
	}
	return &retryBudget{left: bucket.New(float64(most), retriesPerSecond, float64(most), time.Now())}
}

// take takes one retry, if there is one.
func (b *retryBudget) take() bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.left.Take(time.Now())
}

func (b *retryBudget) answered() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left.Give(retriesPerAnswer, time.Now())
}
