package libcrypto_test

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
)

// vectors is what the official Node SDK signed; package signing checks its signatures.
type vectors struct {
	Requests []struct {
		Name    string `json:"name"`
		Request struct {
			Method  string         `json:"method"`
			Payload string         `json:"payload"`
			Query   map[string]any `json:"query"`
		} `json:"request"`
		WirePath      string            `json:"wirePath"`
		SignedHeaders map[string]string `json:"signedHeaders"`
	} `json:"requests"`
	Buttons []struct {
		Payload string `json:"payload"`
	} `json:"buttons"`
}

func loadVectors(t *testing.T) vectors {
	t.Helper()
	data, err := os.ReadFile("../testdata/node-sdk-2.3.4.json")
	require.NoError(t, err)
	var v vectors
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&v))
	require.Len(t, v.Requests, 40)
	require.Len(t, v.Buttons, 25)
	return v
}

var algorithms = []signing.Algorithm{signing.PSSV2, signing.PSSV1}

func TestNodeRequestsSignedAgain(t *testing.T) {
	t.Parallel()
	v := loadVectors(t)
	key := newSigner(t, testKey())
	for _, algorithm := range algorithms {
		signer, err := signing.NewSigner("SANDBOX-ABC123", key, algorithm)
		require.NoError(t, err)
		for _, recorded := range v.Requests {
			query := url.Values{}
			for _, name := range slices.Sorted(maps.Keys(recorded.Request.Query)) {
				switch value := recorded.Request.Query[name].(type) {
				case string:
					query.Set(name, value)
				case json.Number:
					query.Set(name, value.String())
				}
			}
			body := []byte(recorded.Request.Payload)
			r, err := http.NewRequestWithContext(t.Context(), recorded.Request.Method, "https://pay-api.amazon.eu"+recorded.WirePath, bytes.NewReader(body))
			require.NoError(t, err)
			r.URL.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
			var names []string // that Node signed
			for name, value := range recorded.SignedHeaders {
				lower := strings.ToLower(name)
				if lower == "authorization" {
					continue
				}
				r.Header.Set(name, value)
				if lower != "user-agent" { // which this SDK leaves to proxies
					names = append(names, lower)
				}
			}
			slices.Sort(names)
			at, err := time.Parse(time.RFC3339, recorded.SignedHeaders["x-amz-pay-date"])
			require.NoError(t, err)

			require.NoError(t, signer.SignRequest(r, signing.HashPayload(body), at), recorded.Name)
			require.NoError(t, signing.Verify(r, body, signer.PublicKey()), recorded.Name)
			require.Error(t, signing.Verify(r, append(body, ' '), signer.PublicKey()), recorded.Name)
			authorization, err := signing.ParseAuthorization(r.Header.Get("Authorization"))
			require.NoError(t, err)
			assert.Equal(t, algorithm, authorization.Algorithm)
			assert.Equal(t, strings.Join(names, ";"), authorization.SignedHeaders, recorded.Name)

			canonical, err := signing.NewCanonicalRequest(r, signing.HashPayload(body), at)
			require.NoError(t, err)
			verifyText(t, signer.PublicKey(), algorithm, canonical.String(), authorization.Signature)
		}
	}
}

func TestNodeButtonsSignedAgain(t *testing.T) {
	t.Parallel()
	v := loadVectors(t)
	key := newSigner(t, testKey())
	for _, algorithm := range algorithms {
		signer, err := signing.NewSigner("SANDBOX-ABC123", key, algorithm)
		require.NoError(t, err)
		for _, button := range v.Buttons {
			text, err := signer.SignPayload([]byte(button.Payload))
			require.NoError(t, err)
			require.NoError(t, signing.VerifyPayload(algorithm, []byte(button.Payload), text, signer.PublicKey()))
			signature, err := base64.StdEncoding.DecodeString(text)
			require.NoError(t, err)
			verifyText(t, signer.PublicKey(), algorithm, button.Payload, signature)
		}
	}
}

func verifyText(t *testing.T, key *rsa.PublicKey, algorithm signing.Algorithm, canonical string, signature []byte) {
	t.Helper()
	salt := map[signing.Algorithm]int{signing.PSSV2: 32, signing.PSSV1: 20}[algorithm]
	signed := sha256.Sum256([]byte(algorithm.StringToSign(canonical)))
	require.NoError(t, verifies(key, signed[:], signature, salt))
}
