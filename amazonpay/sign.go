package amazonpay

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"unicode/utf8"

	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

// SignRequest returns the signed request of a call without sending it, for programs that send
// requests with another HTTP client. It takes the same arguments as [Client.Call].
//
// Send the request soon, once, and without following redirects: the signature is dated, and a
// second attempt requires a new signature. The idempotency key is in the X-Amz-Pay-Idempotency-Key
// header. The date is corrected by what earlier calls of the client have learnt about the clock.
// The error is a [*CallError].
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
	req, err := p.request().HTTP(ctx)
	if err != nil {
		return nil, err
	}
	at := c.core.now().Add(c.core.sender.ClockOffset())
	if err := c.core.signer.SignRequest(req, signing.HashPayload(p.body), at); err != nil {
		return nil, &transport.SigningError{Err: err}
	}
	return req, nil
}

var errNoKey = errors.New("amazonpay: the client has no private key, so it cannot sign")

// SignedHeaders returns the header of the request that [Client.SignRequest] makes. It is
// getSignedHeaders of the Node SDK. Send it with exactly the same body, byte for byte: [EncodeJSON]
// of in, unless [WithBodyField] adds to it.
func (c *Client) SignedHeaders(ctx context.Context, op Operation, in any, opts ...CallOption) (http.Header, error) {
	req, err := c.SignRequest(ctx, op, in, opts...)
	if err != nil {
		return nil, err
	}
	return req.Header, nil
}

// SignedButton is what a page requires to render a button: the payload, its signature, and the
// algorithm and key that made it, so that page and server cannot disagree. It encodes to JSON as
// the createCheckoutSessionConfig or signInConfig of amazon.Pay.renderButton. It prints and logs
// without the payload, which can hold an address.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/amazon-pay-script.html
type SignedButton struct {
	PayloadJSON string `json:"payloadJSON"`
	Signature   string `json:"signature"`
	Algorithm   string `json:"algorithm" log:"algorithm"`
	PublicKeyID string `json:"publicKeyId" log:"public_key_id"`
}

// ButtonSignature signs the payload of a button. It is generateButtonSignature of the official
// SDKs. The payload must be a JSON object in UTF-8; [EncodeJSON] makes one from a value. It is
// signed verbatim and must reach the page unchanged: use the one in the [SignedButton]. Signatures
// are random: two signatures of one payload differ, and both are valid.
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
