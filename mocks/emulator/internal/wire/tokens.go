package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// claims are the content of an authorization token: who may act for whom, and until when.
type claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"` // acted for
	Audience string `json:"aud"` // may act
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp,omitzero"`
}

// jwtHeader is the only header that is issued; the MAC covers it, so no other is accepted.
var jwtHeader = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`))

// IssueToken lets the merchant's delegate act for it, for ever if lifetime is zero.
func (g *Gate) IssueToken(m *Merchant, now time.Time, lifetime time.Duration) string {
	c := claims{Issuer: "amazon-pay-emulator", Subject: m.ID, Audience: m.Delegate, IssuedAt: now.Unix()}
	if lifetime > 0 {
		c.Expires = now.Add(lifetime).Unix()
	}
	signed := jwtHeader + "." + base64.RawURLEncoding.EncodeToString(ledger.Encode(c))
	return signed + "." + g.TokenMAC(signed)
}

// TokenMAC returns the code that proves that the emulator has issued a text.
func (g *Gate) TokenMAC(signed string) string {
	mac := hmac.New(sha256.New, g.Secret)
	mac.Write([]byte(signed))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// actedFor returns the merchant for whom the token lets the caller act.
func (g *Gate) actedFor(token string, caller *Merchant, now time.Time) (*Merchant, *ledger.Refusal) {
	wrong := forbidden(ledger.InvalidAuthorizationToken, "The authorization token is not valid for this account.")
	signed, mac := "", ""
	if i := strings.LastIndexByte(token, '.'); i >= 0 {
		signed, mac = token[:i], token[i+1:]
	}
	if !hmac.Equal([]byte(mac), []byte(g.TokenMAC(signed))) {
		return nil, wrong
	}
	_, payload, _ := strings.Cut(signed, ".")
	var c claims
	decoded, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil || json.Unmarshal(decoded, &c) != nil || c.Audience != caller.ID {
		return nil, wrong
	}
	if c.Expires != 0 && now.Unix() >= c.Expires {
		return nil, forbidden(ledger.InvalidAuthorizationToken, "The authorization token has expired.")
	}
	if m := g.Merchants.Named(c.Subject); m != nil {
		return m, nil
	}
	return nil, wrong
}

// delegate returns a token with which the caller may act for a merchant that has given it mwsToken.
func (g *Gate) delegate(caller, merchantID, mwsToken string, now time.Time) (token string, ok bool) {
	m := g.Merchants.Named(merchantID)
	if m == nil || m.MWSToken == "" || m.MWSToken != mwsToken || m.Delegate != caller {
		return "", false
	}
	return g.IssueToken(m, now, g.TokenLifetime), true
}
