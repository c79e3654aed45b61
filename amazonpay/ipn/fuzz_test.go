package ipn_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
)

// Nothing that is not signed passes, whatever its form; what passes is what was signed.
func FuzzEnvelope(f *testing.F) {
	s := sharedSNS(f)
	v := newVerifier(f, s)
	genuine := s.Notify(charge, noon).JSON()
	f.Add(genuine)
	for _, forged := range s.Forgeries(charge, noon) {
		slow := forged.Name == "a certificate server that does not answer"
		if len(forged.Body) < 10_000 && !slow && forged.Header == ipntest.TypeNotification { // Verify sees no header
			f.Add(forged.Body)
		}
	}
	var signed ipntest.Message
	require.NoError(f, json.Unmarshal(genuine, &signed))
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := v.Verify(t.Context(), body)
		if err != nil {
			require.Nil(t, n)
			return
		}
		require.Equal(t, signed.Message, string(n.Raw))
		require.Equal(t, signed.MessageID, n.MessageID)
	})
}

// Whatever a true message holds is read without a panic, and needs its three members.
func FuzzNotification(f *testing.F) {
	s := sharedSNS(f)
	v, err := ipn.NewVerifier(ipn.WithTopicAccounts(ipntest.Account), ipn.WithAnyMerchantID(), ipn.WithRoundTripper(s), ipn.WithClock(func() time.Time { return noon }))
	require.NoError(f, err)
	for _, text := range []string{
		s.Notify(charge, noon).Message, `{"MerchantID":"A","objectType":"B","OBJECTID":"C"}`, `{"MerchantID":"A","merchantid":"A"}`, `{}`, `[]`, `"x"`, "", "{\"a\":\"\\ud800\"}",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m := s.Notify(charge, noon)
		m.Message = text
		n, err := v.Verify(t.Context(), s.Sign(m).JSON())
		if err != nil {
			require.Nil(t, n)
			return
		}
		require.NotEmpty(t, n.MerchantID)
		require.NotEmpty(t, n.ObjectType)
		require.NotEmpty(t, n.ObjectID)
	})
}
