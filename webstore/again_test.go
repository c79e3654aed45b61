package webstore_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// fetching is a Caller and a Fetcher without a network: one outcome after the other, then the last one.
type fetching struct {
	outcomes []any // a status or an error
	urls     int
}

func (f *fetching) Call(_ context.Context, _ amazonpay.Operation, _, out any, _ ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	f.urls++
	return &amazonpay.Meta{}, json.Unmarshal([]byte(`{"id":"file_1","url":"https://store.example/1"}`), out)
}

func (f *fetching) Fetch(req *http.Request) (*http.Response, error) {
	outcome := f.outcomes[min(f.urls, len(f.outcomes))-1]
	if err, ok := outcome.(error); ok {
		return nil, err
	}
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
	}
	status, _ := outcome.(int)
	return &http.Response{StatusCode: status, ProtoMajor: 1, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)), Header: http.Header{}}, nil
}

// A store that is busy, or a network that breaks before the first byte, is tried with another URL after a pause.
func TestTransfersAgain(t *testing.T) {
	t.Parallel()
	reset := &net.OpError{Op: "read", Err: syscall.ECONNRESET}
	untrusted := errors.New("the certificate is not trusted")
	for name, row := range map[string]struct {
		outcomes []any
		urls     int
		pauses   int
		want     error
		status   int
	}{
		"busy, then free":      {[]any{503, 200}, 2, 1, nil, 0},
		"too many, then free":  {[]any{429, 200}, 2, 1, nil, 0},
		"reset, then free":     {[]any{reset, 200}, 2, 1, nil, 0},
		"closed, then free":    {[]any{io.ErrUnexpectedEOF, 403, 200}, 3, 1, nil, 0},
		"busy for ever":        {[]any{503}, 3, 2, nil, 503},
		"reset for ever":       {[]any{reset}, 3, 2, syscall.ECONNRESET, 0},
		"not to be trusted":    {[]any{untrusted, 200}, 1, 0, untrusted, 0},
		"refused for its form": {[]any{400, 200}, 1, 0, nil, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, transfer := range []func(context.Context, *webstore.Client) error{
				func(ctx context.Context, shop *webstore.Client) error {
					_, err := shop.DownloadReport(ctx, documentID, io.Discard)
					return err
				},
				func(ctx context.Context, shop *webstore.Client) error {
					_, err := shop.UploadEvidence(ctx, &webstore.UploadEvidenceRequest{Type: webstore.FileTypePDF, Body: strings.NewReader("x")})
					return err
				},
			} {
				synctest.Test(t, func(t *testing.T) {
					f := &fetching{outcomes: row.outcomes}
					start := time.Now()
					err := transfer(t.Context(), webstore.New(f))
					took := time.Since(start)
					assert.Equal(t, row.urls, f.urls)
					assert.GreaterOrEqual(t, took, time.Duration(row.pauses)*500*time.Millisecond)
					assert.LessOrEqual(t, took, time.Duration(row.pauses)*time.Second)
					failed, ok := errors.AsType[*webstore.TransferError](err)
					require.Equal(t, row.want != nil || row.status != 0, ok, err)
					if row.want != nil {
						require.ErrorIs(t, err, row.want)
					} else if ok {
						assert.Equal(t, row.status, failed.StatusCode)
					} else {
						require.NoError(t, err)
					}
				})
			}
		})
	}
}

func TestTransferEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		f := &fetching{outcomes: []any{503}}
		start := time.Now()
		_, err := webstore.New(f).DownloadReport(ctx, documentID, io.Discard)
		require.Error(t, err)
		assert.Equal(t, 1, f.urls)
		assert.Equal(t, 100*time.Millisecond, time.Since(start), "the pause ends with the context")
	})
}
