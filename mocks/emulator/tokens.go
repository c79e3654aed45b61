package emulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// claims are what an authorization token says: until when who may act for whom.
type claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"` // acted for
	Audience string `json:"aud"` // may act
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp,omitzero"`
}

// jwtHeader is the only header that is issued; the MAC covers it, so no other is accepted.
var jwtHeader = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`))

// issueToken lets the merchant's delegate act for it, for ever if lifetime is zero.
func (s *Server) issueToken(m *merchant, now time.Time, lifetime time.Duration) string {
	c := claims{Issuer: "amazon-pay-emulator", Subject: m.id, Audience: m.delegate, IssuedAt: now.Unix()}
	if lifetime > 0 {
		c.Expires = now.Add(lifetime).Unix()
	}
	signed := jwtHeader + "." + base64.RawURLEncoding.EncodeToString(encode(c))
	return signed + "." + s.tokenMAC(signed)
}

func (s *Server) tokenMAC(signed string) string {
	mac := hmac.New(sha256.New, s.tokenSecret)
	mac.Write([]byte(signed))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// actedFor returns the merchant for whom the token lets the caller act.
func (s *Server) actedFor(token string, caller *merchant, now time.Time) (*merchant, *refusal) {
	wrong := forbidden(invalidAuthorizationToken, "The authorization token is not valid for this account.")
	signed, mac := "", ""
	if i := strings.LastIndexByte(token, '.'); i >= 0 {
		signed, mac = token[:i], token[i+1:]
	}
	if !hmac.Equal([]byte(mac), []byte(s.tokenMAC(signed))) {
		return nil, wrong
	}
	_, payload, _ := strings.Cut(signed, ".")
	var c claims
	decoded, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil || json.Unmarshal(decoded, &c) != nil || c.Audience != caller.id {
		return nil, wrong
	}
	if c.Expires != 0 && now.Unix() >= c.Expires {
		return nil, forbidden(invalidAuthorizationToken, "The authorization token has expired.")
	}
	if m := s.merchantNamed(c.Subject); m != nil {
		return m, nil
	}
	return nil, wrong
}

// authorizationToken hands a token to the merchant to whom another delegated.
func (s *Server) authorizationToken(c *call) (int, object, *refusal) {
	id := c.query.Get("merchantId")
	if id == "" {
		return 0, nil, badRequest(missingParameterValue, "The parameter merchantId is required.")
	}
	m := s.merchantNamed(id)
	if m == nil || m.mwsToken == "" || m.mwsToken != c.id || m.delegate != c.caller.id {
		return 0, nil, refuse(http.StatusUnauthorized, unauthorizedAccess, "The merchant has not delegated to this account with this token.")
	}
	return http.StatusOK, object{"authorizationToken": s.issueToken(m, c.now, s.tokenLifetime)}, nil
}
