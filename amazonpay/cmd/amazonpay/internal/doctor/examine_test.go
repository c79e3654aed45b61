package doctor_test

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func checks(all []doctor.Finding) (names []doctor.Check) {
	for _, f := range all {
		names = append(names, f.Check)
	}
	return names
}

func TestARightSetupIsOK(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*lab){
		"a file":   func(*lab) {},
		"a text":   func(l *lab) { l.keyText(l.keyPEM) },
		"base URL": func(l *lab) { l.setup.BaseURL.Text = l.server.Description().BaseURL },
		"plain key id": func(l *lab) {
			l.setup.PublicKeyID.Text = l.server.Description().Merchants[0].KeyIDs.Plain
			l.setup.Environment.Text = "sandbox"
		},
		"live": func(l *lab) { l.setup.PublicKeyID.Text = l.server.Description().Merchants[0].KeyIDs.Live },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			change(l)
			all := l.examine()
			for _, f := range all {
				assert.Equal(t, doctor.StatusOK, f.Status, "%+v", f)
				assert.NotEmpty(t, f.Found)
			}
			assert.GreaterOrEqual(t, len(all), 11)
		})
	}
}

func TestThroughAProxy(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	server := emulator.Start(t, emulator.WithProxy("127.0.0.1:0"))
	proxy, err := url.Parse(server.Description().ProxyURL)
	require.NoError(t, err)
	l.network.Proxy = func(*http.Request) (*url.URL, error) { return proxy, nil }
	delete(l.routes, na)
	all := l.examine()
	assert.Nil(t, first(all, doctor.StatusFailed), "%+v", all)
	assert.NotContains(t, checks(all), doctor.CheckName, "the proxy resolves the name")
	assert.Equal(t, doctor.StatusOK, all[len(all)-1].Status)
}

func TestACustomRoundTripper(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.network = doctor.Network{RoundTripper: l.server.RoundTripper()}
	all := l.examine()
	assert.Equal(t, []doctor.Check{
		doctor.CheckKeyGiven, doctor.CheckKeyFile, doctor.CheckKey, doctor.CheckPublicKeyID, doctor.CheckRegion, doctor.CheckEnvironment,
		doctor.CheckClock, doctor.CheckSignedCall,
	}, checks(all))
	assert.Nil(t, first(all, doctor.StatusFailed), "%+v", all)
}

func TestOfSeveralMistakesTheOthersAreChecked(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.keyFile("")
	l.setup.PublicKeyID.Text = ""
	l.setup.Region.Text = "Germany"
	status := make(map[doctor.Check]doctor.Status)
	for _, f := range l.examine() {
		status[f.Check] = f.Status
	}
	for _, check := range []doctor.Check{doctor.CheckKey, doctor.CheckPublicKeyID, doctor.CheckRegion} {
		assert.Equal(t, doctor.StatusFailed, status[check], check)
	}
	for _, check := range []doctor.Check{doctor.CheckEnvironment, doctor.CheckProxy, doctor.CheckName, doctor.CheckConnection, doctor.CheckTLS, doctor.CheckClock, doctor.CheckSignedCall} {
		assert.Equal(t, doctor.StatusSkipped, status[check], check)
	}
}

func TestFindingsComeAsTheyAreKnown(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	dialled := false
	l.dialled[na] = func(ctx context.Context) (net.Conn, error) {
		dialled = true
		return (&net.Dialer{}).DialContext(ctx, "tcp", l.routes[na])
	}
	for f := range doctor.Examine(t.Context(), l.setup, l.network) {
		if f.Check == doctor.CheckRegion {
			break
		}
	}
	assert.False(t, dialled, "nothing is done after a break")
}

func TestExamineEndsWithTheContext(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	ctx, cancel := context.WithCancel(t.Context())
	l.dialled[na] = func(ctx context.Context) (net.Conn, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	}
	var all []doctor.Finding
	for f := range doctor.Examine(ctx, l.setup, l.network) {
		all = append(all, f)
	}
	assert.NotContains(t, checks(all), doctor.CheckConnection, "it was interrupted, which says nothing")
	assert.Equal(t, doctor.CheckName, all[len(all)-1].Check)
}

func TestEachCheckHasATimeout(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.network.Timeout = 50 * time.Millisecond
	l.dialled[na] = func(ctx context.Context) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	began := time.Now()
	f := first(l.examine(), doctor.StatusFailed)
	require.NotNil(t, f)
	assert.Equal(t, doctor.CheckConnection, f.Check)
	assert.Less(t, time.Since(began), 10*time.Second)
}

func TestFromEnv(t *testing.T) {
	t.Parallel()
	values := map[string]string{
		"AMAZON_PAY_PUBLIC_KEY_ID": "id", "AMAZON_PAY_PRIVATE_KEY": "text", "AMAZON_PAY_PRIVATE_KEY_FILE": "file", "AMAZON_PAY_REGION": "eu", "AMAZON_PAY_ENVIRONMENT": "live",
	}
	got := doctor.FromEnv(func(name string) string { return values[name] })
	assert.Equal(t, doctor.Setup{
		PublicKeyID:      doctor.Value{Text: "id", Source: "AMAZON_PAY_PUBLIC_KEY_ID"},
		PrivateKey:       amazonpay.NewSecret("text"),
		PrivateKeySource: "AMAZON_PAY_PRIVATE_KEY",
		PrivateKeyFile:   doctor.Value{Text: "file", Source: "AMAZON_PAY_PRIVATE_KEY_FILE"},
		Region:           doctor.Value{Text: "eu", Source: "AMAZON_PAY_REGION"},
		Environment:      doctor.Value{Text: "live", Source: "AMAZON_PAY_ENVIRONMENT"},
	}, got)
}
