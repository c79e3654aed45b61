package amazonpay

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

// SignRequest makes the signed request of a call and does not send it, for those who
// send requests themselves with an HTTP client of their own. It takes the same arguments as
// [Client.Call].
//
// Send it soon, once, and without following redirects: the signature is dated, and a
// second attempt needs a signature of its own. Read the idempotency key from its
// X-Amz-Pay-Idempotency-Key header. The date has the correction that earlier calls of
// the client have learnt. The error is a [*CallError].
func (c *Client) SignRequest(ctx context.Context, op Operation, in any, opts ...CallOption) (*http.Request, error) {
	if !c.made() || ctx == nil {
		return nil, &CallError{Operation: op.Name, Meta: &Meta{}, Err: errNoClient, Outcome: OutcomeNotSent}
	}
	p, err := c.prepare(ctx, op, in, opts)
	if err == nil {
		var req *http.Request
		if req, err = c.signed(ctx, p); err == nil {
			return req, nil
		}
	}
	return nil, &CallError{Operation: op.Name, Meta: &Meta{}, Err: err, Outcome: OutcomeNotSent}
}

func (c *Client) signed(ctx context.Context, p *call) (*http.Request, error) {
	if c.core.signer == nil {
		return nil, errNoKey
	}
	req, err := p.request(ctx)
	if err != nil {
		return nil, err
	}
	at := c.core.now()
	if doer, ok := c.core.doer.(interface{ ClockOffset() time.Duration }); ok {
		at = at.Add(doer.ClockOffset())
	}
	if err := c.core.signer.SignRequest(req, signing.HashPayload(p.body), at); err != nil {
		return nil, &transport.SigningError{Err: err}
	}
	return req, nil
}

var errNoKey = errors.New("amazonpay: the client has no private key, so it cannot sign")

// SignedHeaders returns the header of the request that [Client.SignRequest] makes, the
// getSignedHeaders of the Node SDK. The body that is sent with it must be the one that
// SignRequest's request has, byte for byte: [EncodeJSON] of in, where no [WithBodyField] adds to
// it.
func (c *Client) SignedHeaders(ctx context.Context, op Operation, in any, opts ...CallOption) (http.Header, error) {
	req, err := c.SignRequest(ctx, op, in, opts...)
	if err != nil {
		return nil, err
	}
	return req.Header, nil
}

// SignedButton is what a page needs to render a button: the payload and its signature,
// and the algorithm and key that made it, so that page and server cannot disagree. It
// encodes to JSON as the createCheckoutSessionConfig or signInConfig of
// amazon.Pay.renderButton.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/amazon-pay-script.html
type SignedButton struct {
	PayloadJSON string `json:"payloadJSON"`
	Signature   string `json:"signature"`
	Algorithm   string `json:"algorithm"`
	PublicKeyID string `json:"publicKeyId"`
}

// ButtonSignature signs the payload of a button, the generateButtonSignature of the
// official SDKs. The payload is signed verbatim and must reach the page unchanged, as
// [SignedButton] has it; [EncodeJSON] makes one from a value. It must be a JSON object in
// UTF-8. Signatures are random: two of one payload differ, and both stay valid.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/add-the-amazon-pay-button.html
func (c *Client) ButtonSignature(payload []byte) (SignedButton, error) {
	switch {
	case !c.made() || c.core.signer == nil:
		return SignedButton{}, errNoKey
	case !utf8.Valid(payload):
		return SignedButton{}, &FieldError{"payload", "is not valid UTF-8"}
	case !json.Valid(payload):
		return SignedButton{}, &FieldError{"payload", "is not valid JSON"}
	case !isObject(payload):
		return SignedButton{}, &FieldError{"payload", "is not a JSON object"}
	}
	signature, err := c.core.signer.SignPayload(payload)
	if err != nil {
		return SignedButton{}, err
	}
	return SignedButton{
		PayloadJSON: string(payload),
		Signature:   signature,
		Algorithm:   c.core.signer.Algorithm().String(),
		PublicKeyID: c.core.signer.PublicKeyID(),
	}, nil
}
