package ipn_test

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
)

// Names come in either case, in the envelope and in the notification.
func TestNamesInEitherCase(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	m := s.Notify(charge, noon)
	m.Message = strings.NewReplacer("MerchantID", "merchantID", "ObjectType", "objectType", "ObjectId", "objectId").Replace(m.Message)
	body := bytes.Replace(s.Sign(m).JSON(), []byte("SigningCertURL"), []byte("SigningCertUrl"), 1)
	n, err := newVerifier(t, s).Verify(t.Context(), body)
	require.NoError(t, err)
	assert.Equal(t, merchantID, n.MerchantID)
	assert.Equal(t, charge.ObjectID, n.ObjectID)
}

// A line end would let a true message come under two ids: what was signed stays the same when the
// subject moves into the member before it.
func TestNoTextMovesBetweenMembers(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	calls := 0
	h := newVerifier(t, s).Handler(func(context.Context, *ipn.Notification) error { calls++; return nil })
	m := s.Notify(charge, noon)
	m.Subject = "Amazon Pay"
	m = s.Sign(m)
	moved := m
	moved.Subject, moved.MessageID = "", m.MessageID+"\nSubject\nAmazon Pay"
	assert.Equal(t, http.StatusOK, post(t, h, "Notification", m.JSON()))
	assert.Equal(t, http.StatusBadRequest, post(t, h, "Notification", moved.JSON()))
	assert.Equal(t, 1, calls)
}
