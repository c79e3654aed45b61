package emulator

import (
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

// maxLog is how many requests the log keeps.
const maxLog = 10_000

// Request is an entry of the log: a request to the API, and how the emulator answered it.
type Request struct {
	Time      time.Time `json:"time"`
	RequestID string    `json:"requestId"` // as in the answer
	// Operation is the name of the SDK's operation, such as CreateCheckoutSession or InStoreCharge. It
	// is empty if the path or method is unknown.
	Operation string `json:"operation"`
	Method    string `json:"method"`
	Target    string `json:"target"` // path and query as sent
	UserAgent string `json:"userAgent"`
	// Strict reports that the User-Agent was this SDK's. Only one spelling is then accepted:
	// SignedHeaders in lower case, sorted, without repeats and complete; the basic date; the region's
	// own name; the host as in the Host header; accept, content-type, date, host and region present;
	// RFC 3986 encoding and sorted parameters; an idempotency key with each POST and with
	// UpdateCharge, UpdateDispute and UpdateMerchantAccount, and with nothing else;
	// application/json; in bodies, amounts and counts as texts without needless decimals, booleans as
	// booleans, no null, and a softDescriptor only with captureNow or AuthorizeWithCapture.
	Strict         bool   `json:"strict"`
	PublicKeyID    string `json:"publicKeyId"`
	SignedDate     string `json:"signedDate"` // the header x-amz-pay-date
	IdempotencyKey string `json:"idempotencyKey"`
	MerchantID     string `json:"merchantId"` // acted for
	BodyHash       string `json:"bodyHash"`   // SHA-256, lower-case hex
	// CanonicalRequest is the request as it arrived: the text that must be signed if Strict, and
	// otherwise the first of its forms that may be signed.
	CanonicalRequest string `json:"canonicalRequest"`
	// Difference says, for a wrong signature, in which line the signed text differs from the expected
	// one, or how else the signature was made wrong, if one of the usual mistakes explains it.
	Difference string `json:"difference"`
	// Notes name two things that were accepted: which of x-amz-pay-host and x-amz-pay-region were
	// missing or not signed, in requests of other SDKs, and that addressDetails were
	// percent-encoded. Nothing else that is accepted from others is noted.
	Notes      []string `json:"notes"`
	Verified   bool     `json:"verified"`   // the signature was right
	Replayed   bool     `json:"replayed"`   // answered from the idempotency key
	Fault      string   `json:"fault"`      // the fault of [Server.FailNext] or [Server.FailSome]
	Status     int      `json:"status"`     // of the answer, sent or lost; 0 if the connection was reset
	ReasonCode string   `json:"reasonCode"` // empty for a success, or if a fault gave none
	Refusal    string   `json:"refusal"`    // the reason in words
}

// Requests returns the last 10,000 requests to the API in the order of answering. A request is in
// the log before its answer is sent.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request{}, s.log[max(0, len(s.log)-maxLog):]...) // in JSON never null
}

func (s *Server) record(entry *Request) {
	if entry.Notes == nil { // in JSON never null
		entry.Notes = []string{}
	}
	// A stranger must not be able to fill the memory.
	entry.Method, entry.Target, entry.UserAgent = wire.Cut(entry.Method, 32), wire.Cut(entry.Target, 2048), wire.Cut(entry.UserAgent, 256)
	entry.CanonicalRequest, entry.Refusal = wire.Cut(entry.CanonicalRequest, 4096), wire.Cut(entry.Refusal, 1024)
	entry.PublicKeyID, entry.SignedDate, entry.IdempotencyKey = wire.Cut(entry.PublicKeyID, 256), wire.Cut(entry.SignedDate, 64), wire.Cut(entry.IdempotencyKey, 64)
	entry.Difference = wire.Cut(entry.Difference, 4096)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.log) >= maxLog+maxLog/10 { // seldom, since it moves them all
		s.log = append(s.log[:0], s.log[len(s.log)-maxLog+1:]...)
	}
	s.log = append(s.log, *entry)
	s.news.wake()
}
