package amazonpay_test

import (
	"context"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
)

// vault is a signer that is not a pointer and has another secret.
type vault struct {
	quickSigner

	Password string
}

// transcript collects everything that a program might log.
type transcript struct {
	mu    sync.Mutex
	lines []string
}

func (w *transcript) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, string(line))
	return len(line), nil
}

// add prints and logs a value in every way.
func (w *transcript) add(value any) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		_, _ = fmt.Fprintf(w, verb, value)
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(w, nil), slog.NewJSONHandler(w, nil)} {
		slog.New(handler).Info("value", slog.Any("value", value), slog.Group("group", slog.Any("value", value)))
	}
	for err, ok := value.(error); ok && err != nil; err = errors.Unwrap(err) {
		_, _ = fmt.Fprintf(w, "%v %+v %#v", err, err, err)
	}
}

// buyer is an answer with personal data, as a sub-client has it.
type buyer struct {
	amazonpay.Response

	BuyerID         string             `json:"buyerId"`
	ShippingAddress *amazonpay.Address `json:"shippingAddress"`
	BillingAddress  amazonpay.Address  `json:"billingAddress"`
}

func (b buyer) LogValue() slog.Value { return slog.StringValue("buyer " + b.BuyerID) }

func (b buyer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, b.LogValue().String()) }

type authorizationToken struct {
	amazonpay.Response

	Token amazonpay.Secret `json:"authorizationToken"`
}

// echo answers with the request's content, as a careless gateway does, and fails as net/http does,
// with the URL in the text.
type echo struct{ base http.RoundTripper }

func (e echo) RoundTrip(r *http.Request) (*http.Response, error) {
	text := r.URL.String() + " " + fmt.Sprint(r.Header)
	switch r.Header.Get("X-Test") {
	case "fail":
		return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: fmt.Errorf("dial: refused %s", r.URL.Path)}
	case "refuse":
		body, err := json.Marshal(map[string]string{"reasonCode": "InvalidAuthorizationToken", "message": text})
		if err != nil {
			return nil, err
		}
		return answer(http.StatusForbidden, string(body))(r)
	case "page":
		return answer(http.StatusBadGateway, "<html>"+text)(r)
	case "garbage":
		return answer(http.StatusOK, `{"shippingAddress":"`+r.URL.String()+`"}`)(r)
	}
	return e.base.RoundTrip(r)
}

// https://github.com/amzn/amazon-payments-magento-2-plugin logs whole bodies with the buyer's data.
// No log record, error or value of the SDK, however it is printed, shows a key, a token or personal
// data.
func TestNothingSecretIsShown(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	merchants := server.Description().Merchants
	seen := new(transcript)
	tee := teeHandler{
		slog.NewTextHandler(seen, &slog.HandlerOptions{Level: slog.LevelDebug}), slog.NewJSONHandler(seen, &slog.HandlerOptions{Level: slog.LevelDebug}),
	}
	cfg := emulatedConfig(server)
	client, err := amazonpay.New(cfg, amazonpay.WithRoundTripper(echo{server.RoundTripper()}), quickly, amazonpay.WithLogger(slog.New(tee)))
	require.NoError(t, err)
	withKey := cfg
	withKey.PrivateKeyPEM, withKey.PrivateKey = amazonpay.Secret{}, testKey()
	seen.add(cfg)
	seen.add(&cfg)
	seen.add(withKey)
	seen.add([]amazonpay.Config{withKey})
	seen.add(client)
	seen.add(struct{ Client *amazonpay.Client }{client})
	answered, err := client.Call(t.Context(), amazonpay.Operation{
		Name: "GetBuyer", Method: http.MethodGet, Path: "buyers/{buyerToken}", PathValues: map[string]string{"buyerToken": merchants[0].BuyerToken},
	}, nil, nil)
	require.NoError(t, err)
	require.Contains(t, string(answered.Raw), "susie@example.com", "there is something to hide")
	seen.add(*answered)
	seen.add(struct{ Meta amazonpay.Meta }{*answered})
	options, err := amazonpay.ResolveOptions(amazonpay.WithAuthToken(merchants[1].AuthToken), amazonpay.WithHeader("X-Buyer", merchants[0].BuyerToken))
	require.NoError(t, err)
	seen.add(options)
	// Unexported fields of a program, for which fmt does not call Format.
	seen.add(struct{ pay amazonpay.Config }{cfg})
	seen.add(struct{ options []amazonpay.CallOption }{[]amazonpay.CallOption{
		amazonpay.WithAuthToken(merchants[1].AuthToken), amazonpay.WithHeader("X-Buyer", merchants[0].BuyerToken),
		amazonpay.WithBodyField("buyerToken", merchants[0].BuyerToken),
	}})
	withVault := withKey
	withVault.PrivateKey = vault{Password: "vault-password"}
	seen.add(withVault)
	encoded, err := json.Marshal([]any{cfg, withKey, withVault, client})
	require.NoError(t, err)
	_, _ = seen.Write(encoded)

	path := func(name, template, value string) amazonpay.Operation {
		parameter := template[strings.IndexByte(template, '{')+1 : len(template)-1]
		return amazonpay.Operation{Name: name, Method: http.MethodGet, Path: template, PathValues: map[string]string{parameter: value}}
	}
	buyers := path("GetBuyer", "buyers/{buyerToken}", merchants[0].BuyerToken)
	mws := path("GetAuthorizationToken", "authorizationTokens/{mwsAuthToken}", merchants[1].MWSAuthToken)
	mws.Query = values("merchantId", merchants[1].MerchantID)

	// Every operation with every result.
	var issued string
	for _, way := range []string{"", "fail", "refuse", "page", "garbage"} {
		opts := []amazonpay.CallOption{amazonpay.WithHeader("X-Test", way)}
		if way != "" {
			opts = append(opts, amazonpay.WithAuthToken(merchants[1].AuthToken))
		}
		person, err := amazonpay.Do[buyer](t.Context(), client, buyers, nil, opts...)
		seen.add(person)
		seen.add(err)
		switch way {
		case "garbage":
			require.NoError(t, err)
			require.Equal(t, []string{"shippingAddress"}, person.Meta.Undecoded, "a member that holds the token")
			seen.add(person.Meta)
		case "":
			require.NoError(t, err)
			require.Contains(t, string(person.Meta.Raw), "Susie Smith", "there is something to hide")
			require.Equal(t, "Susie Smith", person.ShippingAddress.Name)
			seen.add(person.Meta)
			seen.add(*person.ShippingAddress)
			seen.add(person.ShippingAddress)
			encoded, err := json.Marshal(person.Meta)
			require.NoError(t, err)
			_, _ = seen.Write(encoded)
		default:
			require.Error(t, err, way)
			seen.add(callError(t, err).Meta)
			seen.add(callError(t, err).Meta.Attempts)
		}
		token, err := amazonpay.Do[authorizationToken](t.Context(), client, mws, nil, opts...)
		seen.add(token)
		seen.add(err)
		if way == "" {
			require.NoError(t, err)
			issued = token.Token.Reveal()
			require.NotEmpty(t, issued)
		}
	}

	for _, opt := range []amazonpay.CallOption{
		amazonpay.WithAuthToken(merchants[1].AuthToken), amazonpay.WithAuthToken(merchants[1].AuthToken + "\n"),
		amazonpay.WithHeader("X-Token", merchants[1].AuthToken), amazonpay.WithHeader("Authorization", merchants[1].AuthToken),
		amazonpay.WithTokenSource(&simple{merchants[1].AuthToken}), amazonpay.WithTokenSource(&simple{merchants[1].AuthToken + "\n"}),
		amazonpay.WithBodyField("name", "Susie Smith"),
	} {
		seen.add(opt)
		seen.add([]amazonpay.CallOption{opt})
		derived := client.With(opt)
		seen.add(derived)
		_, err = derived.Call(t.Context(), buyers, nil, nil)
		seen.add(err)
		resolved, err := amazonpay.ResolveOptions(opt)
		seen.add(err)
		seen.add(resolved.AuthToken)
	}

	// Declines, failures of the service, and a refused token.
	permissionID := permission(t, server, client)
	_, err = client.Call(t.Context(), chargeOp, chargeOf(permissionID), nil, amazonpay.WithSimulationCode("SoftDeclined"))
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeSoftDeclined), "%v", err)
	seen.add(err)
	require.NoError(t, server.FailNext(4, emulator.Fault{Status: http.StatusServiceUnavailable}))
	_, err = client.Call(t.Context(), buyers, nil, nil)
	seen.add(err)
	require.NoError(t, server.FailNext(4, emulator.Fault{Kind: emulator.FaultKindReset}))
	_, err = client.Call(t.Context(), mws, nil, nil)
	seen.add(err)
	_, err = client.Call(t.Context(), buyers, nil, nil, amazonpay.WithAuthToken(merchants[1].AuthToken+"x"))
	seen.add(err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = client.Call(ctx, buyers, nil, nil)
	seen.add(err)
	bad := buyers
	bad.PathValues = map[string]string{"buyerToken": merchants[0].BuyerToken + "/x"}
	_, err = client.Call(t.Context(), bad, nil, nil)
	seen.add(err)

	secrets := map[string]string{
		"auth token": merchants[1].AuthToken, "issued token": issued, "MWS token": merchants[1].MWSAuthToken, "buyer token": merchants[0].BuyerToken,
		"buyer token, escaped": url.PathEscape(merchants[0].BuyerToken), "name": "Susie Smith", "e-mail": "susie@example.com", "phone": "800-555-0100",
		"address": "10 Ditka Ave", "address line 2": "Suite 2500", "post code": "60602", "city": "Chicago",
		"exponent": testKey().D.String(), "prime": testKey().Primes[0].String(),
		"prime in JSON": base64.StdEncoding.EncodeToString(testKey().Primes[0].Bytes()), "PEM": "-----BEGIN",
		"PEM in base64": base64.StdEncoding.EncodeToString([]byte(merchants[0].PrivateKeyPEM))[:64], "password": "vault-password",
	}
	for i, line := range strings.Split(strings.TrimSpace(merchants[0].PrivateKeyPEM), "\n") {
		secrets[fmt.Sprintf("line %d of the key", i)] = line
	}
	require.Greater(t, len(secrets), 30)
	for name, secret := range maps.Clone(secrets) {
		secrets[name+" in hex"] = fmt.Sprintf("%x", secret)
		secrets[name+" in bytes"] = strings.Trim(fmt.Sprintf("%d", []byte(secret)), "[]")
	}
	require.Greater(t, len(seen.lines), 500)
	logged := 0
	for _, line := range seen.lines {
		if strings.Contains(line, "amazon pay ") {
			logged++
		}
		for name, secret := range secrets {
			shown := strings.Contains(line, secret)
			if name == "post code" { // whose five digits also stand in times of day
				shown = postCode.MatchString(line)
			}
			if shown {
				assert.Fail(t, "the "+name+" is shown", "%s", line)
			}
		}
	}
	require.Greater(t, logged, 50, "the log was on")
}

var postCode = regexp.MustCompile(`(^|[^0-9.])60602([^0-9]|$)`)

// teeHandler logs to two handlers.
type teeHandler struct{ one, two slog.Handler }

func (h teeHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h teeHandler) Handle(ctx context.Context, r slog.Record) error {
	return errors.Join(h.one.Handle(ctx, r), h.two.Handle(ctx, r.Clone()))
}

func (h teeHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return teeHandler{h.one.WithAttrs(attrs), h.two.WithAttrs(attrs)}
}

func (h teeHandler) WithGroup(name string) slog.Handler {
	return teeHandler{h.one.WithGroup(name), h.two.WithGroup(name)}
}

// printout collects the output of a test that failed with a diff.
type printout struct{ strings.Builder }

func (p *printout) Errorf(format string, args ...any) { _, _ = fmt.Fprintf(p, format, args...) }

// caller is a Caller as a function, into which printers cannot look.
type caller func(out any) error

func (c caller) Call(_ context.Context, _ amazonpay.Operation, _, out any, _ ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	return &amazonpay.Meta{}, c(out)
}

// The diff of a test library calls no methods and prints every field, and mocks compare options.
func TestNoDiffShowsAKeyOrAToken(t *testing.T) {
	t.Parallel()
	// No value here is in use: printing what another goroutine changes is a race.
	pem := emulator.Start(t).Description().Merchants[0].PrivateKeyPEM
	cfg := amazonpay.Config{PublicKeyID: "SANDBOX-A1", PrivateKeyPEM: amazonpay.NewSecret(pem), Region: amazonpay.RegionUS}
	client, err := amazonpay.New(cfg)
	require.NoError(t, err)
	const secret, mws, issued = "Atza|a-token-that-nobody-sees", "amzn.mws.a-token-that-nobody-sees", "Atza|issued-and-seen-by-nobody"
	source := authtoken.New(caller(func(out any) error {
		return json.Unmarshal([]byte(`{"authorizationToken":"`+issued+`"}`), out)
	})).Source(mws, "A0EXAMPLE")
	token, err := source.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, issued, token)
	source.Invalidate("another") // which waits until the refresh has let go of the source
	options := []amazonpay.CallOption{
		amazonpay.WithAuthToken(secret), amazonpay.WithHeader("X-Buyer", secret), amazonpay.WithBodyField("buyerToken", secret),
		amazonpay.WithTokenSource(source),
	}
	resolved, err := amazonpay.ResolveOptions(options[:3]...)
	require.NoError(t, err)
	signer, err := signing.NewSigner("SANDBOX-A1", testKey(), signing.PSSV2)
	require.NoError(t, err)

	var shown printout
	for _, value := range []any{amazonpay.NewSecret(secret), cfg, client, client.With(options...), options, resolved.AuthToken, signer} {
		assert.Equal(&shown, []any{}, []any{value, &value})
	}
	require.Contains(t, shown.String(), "WithHeader", "the printer looks inside")
	require.Contains(t, shown.String(), cfg.PublicKeyID, "the printer looks inside")
	forbidden := append(strings.Split(strings.TrimSpace(pem), "\n"), issued, mws, secret, secret[5:], testKey().D.String(), fmt.Sprintf("%x", secret), "0x41, 0x74, 0x7a")
	for _, word := range testKey().D.Bits()[:3] {
		forbidden = append(forbidden, strconv.FormatUint(uint64(word), 10))
	}
	for _, text := range forbidden {
		assert.False(t, strings.Contains(shown.String(), text), text) //nolint:testifylint // the whole text is long
	}
}

// Programs embed Config in their own configuration, and print and encode it in many ways.
func TestNoEncodingShowsAKeyOrAToken(t *testing.T) {
	t.Parallel()
	cfg := amazonpay.Config{PublicKeyID: "SANDBOX-A1", PrivateKey: vault{Password: "vault-password"}, PrivateKeyPEM: amazonpay.NewSecret("a-key")}
	resolved, err := amazonpay.ResolveOptions(amazonpay.WithHeader("X-Token", "a-key"), amazonpay.WithBodyField("token", "a-key"), amazonpay.WithAuthToken("a-key"))
	require.NoError(t, err)
	for _, value := range []any{cfg, &cfg, resolved} {
		inJSON, err := json.Marshal(value)
		require.NoError(t, err)
		inXML, err := xml.Marshal(value)
		require.NoError(t, err)
		for _, text := range []string{string(inJSON), string(inXML), fmt.Sprint(value), value.(fmt.Stringer).String()} { //nolint:forcetypeassert,errcheck // for printers that ask for String alone
			assert.NotContains(t, text, "vault-password")
			assert.NotContains(t, text, "a-key")
			assert.NotContains(t, text, "YS1rZXk", "in base64")
		}
	}
	field, _ := reflect.TypeFor[amazonpay.Config]().FieldByName("PrivateKey")
	for _, format := range []string{"json", "toml", "xml", "yaml"} {
		assert.Equal(t, "-", field.Tag.Get(format), format)
	}
	_, ok := any(cfg.PrivateKeyPEM).(encoding.TextMarshaler)
	assert.True(t, ok, "what TOML and YAML ask for")
}

// A message of the service may repeat a token in another spelling, or cut it. The rest of the
// message stays.
func TestMessagesShowNoSpellingOfAToken(t *testing.T) {
	t.Parallel()
	const (
		authToken  = "Atza|LongerThanHalf0123456789abcdefghijkl+/=="
		buyerToken = "eyJhbGciOiJSU0EtT0FFUCJ9..48V1_ALb6US04U3b|5eym8TW"
		signature  = "kZ0p9s8d7f6g5h4j3k2l1+/QwErTyUiOpAsDfGh="
		kept       = "request 9d2ff6a5-0bb7-4bcc-9fcd-0d6a0cc0e3ba of charge S01-5105180-3221187-C022511 by amzn1.account.AGF2OUSOI"
	)
	op := amazonpay.Operation{Name: "GetBuyer", Method: http.MethodGet, Path: "buyers/{buyerToken}", PathValues: map[string]string{"buyerToken": buyerToken}}
	said := func(message string) string {
		body, err := json.Marshal(map[string]string{"reasonCode": "InvalidParameterValue", "message": message})
		require.NoError(t, err)
		_, err = newClient(t, newNetwork(answer(http.StatusBadRequest, string(body)))).Call(t.Context(), op, nil, nil, amazonpay.WithAuthToken(authToken))
		api, ok := asAPIError(err)
		require.True(t, ok, "%v", err)
		return api.Message
	}
	for name, part := range map[string]string{"auth token": authToken, "buyer token": buyerToken, "signature": strings.Repeat(signature, 9)} {
		once := url.QueryEscape(part)
		spellings := map[string]string{
			"as it is": part, "escaped": once, "escaped in small letters": strings.ToLower(once), "escaped twice": url.QueryEscape(once),
			"large": strings.ToUpper(part), "small": strings.ToLower(part), "cut": part[:len(part)-8], "without its head": part[8:],
		}
		if name != "signature" { // whose text is not known, but its length
			spellings["half"], spellings["escaped and cut"] = part[:16], once[:24]
		}
		for kind, spelled := range spellings {
			message := said("[" + spelled + "…] is refused: " + kept)
			assert.Equal(t, "[[redacted]…] is refused: "+kept, message, "%s: %s", name, kind)
			// The message is cut within the token.
			for _, before := range []int{1023, 1020, 1009, 1024 - len(spelled)} {
				message = said(strings.Repeat(".", before) + spelled + strings.Repeat(" more", 300))
				assert.Equal(t, strings.Repeat(".", before)+"[redacted]…", message, "%s: %s: %d", name, kind, before)
			}
		}
	}
	assert.Equal(t, kept, said(kept))
}
