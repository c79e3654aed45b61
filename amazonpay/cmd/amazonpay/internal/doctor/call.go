package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// try makes the signed call, once.
func (e *examination) try(ctx context.Context, config amazonpay.Config) error {
	client, err := amazonpay.New(config, amazonpay.WithRoundTripper(e.network.RoundTripper),
		amazonpay.WithAttemptTimeout(e.network.Timeout), amazonpay.WithClock(e.network.Now))
	if err != nil {
		return err
	}
	return webstore.New(client).CheckCredentials(ctx, amazonpay.WithoutRetry())
}

func (e *examination) checkSignedCall(ctx context.Context) Finding {
	e.config.PublicKeyID = e.setup.PublicKeyID.Text
	who := string(e.config.Environment) + ", region " + string(e.config.Region)
	err := e.try(ctx, e.config)
	if err == nil {
		return ok("the service accepted the key in " + who)
	}
	api, answered := errors.AsType[*amazonpay.APIError](err)
	if !answered {
		return e.noResult(err)
	}
	found := fmt.Sprintf("the service answered %d %s in %s", api.StatusCode, api.ReasonCode, who)
	if call, is := errors.AsType[*amazonpay.CallError](err); is && call.Meta.RequestID != "" {
		found += ", request id " + call.Meta.RequestID
	}
	f := e.refusal(ctx, found, api)
	f.Refused = f.Status == StatusFailed && api.ReasonCode != ""
	return f
}

// refusal explains an answer that is an error.
func (e *examination) refusal(ctx context.Context, found string, api *amazonpay.APIError) Finding {
	switch api.ReasonCode {
	case amazonpay.ReasonCodeUnauthorizedAccess:
		return warning(found, "The key is good: the signature was accepted. The account may not read reports, which this call does.", "Nothing, unless the shop reads reports.")
	case amazonpay.ReasonCodeInvalidRequestSignature:
		return e.wrongSignature(ctx, found, api.Signature)
	case amazonpay.ReasonCodeInvalidAuthentication:
		if f, elsewhere := e.elsewhere(ctx, found); elsewhere {
			return f
		}
		return failed(found, "The service does not know the public key id "+shown(e.config.PublicKeyID)+" here. It may be mistyped or deleted, or belong to the other environment.",
			"Compare it, character by character, with Seller Central, Integration Central, API keys, in the account and the environment that you want.")
	case amazonpay.ReasonCodeInvalidAccountStatus:
		return failed(found, "The key is good, but the merchant's account is not active.", "Complete the registration in Seller Central, or ask Amazon Pay's support with the request id.")
	default:
		return e.otherRefusal(ctx, found, api)
	}
}

func (e *examination) otherRefusal(ctx context.Context, found string, api *amazonpay.APIError) Finding {
	host := e.address.host
	switch status := api.StatusCode; {
	case status == http.StatusTooManyRequests:
		return failed(found, "There are too many requests for this account, so that the service did not look at the signature.", "Wait a minute, and try again. Other programs use the same account.")
	case status == http.StatusUpgradeRequired:
		return failed(found, "The service asks for a newer TLS. This program speaks TLS 1.3, so a proxy in between connects with an old version.", "Update the proxy, or exempt "+host+" from it.")
	case status >= http.StatusInternalServerError:
		return failed(found, "The service, or a gateway before it, has trouble. This says nothing about the setup.", "Try again in a few minutes.")
	case api.ReasonCode == "" && status >= http.StatusMultipleChoices && status < http.StatusBadRequest:
		return failed(found, "Something in between redirects: a captive portal or a gateway. The service does not.", "Sign in at the portal, or exempt "+host+" from the gateway.").run("curl -sv " + e.address.url())
	case api.ReasonCode == "":
		return failed(found, "The answer is not the service's: it is the page of a gateway, a firewall or a proxy in between.", "Exempt "+host+" from it.").run("curl -sv " + e.address.url())
	case status == http.StatusNotFound:
		if f, elsewhere := e.elsewhere(ctx, found); elsewhere {
			return f
		}
		return failed(found, "The path does not fit the key id: with a key id that begins with SANDBOX or LIVE it begins with /v2/, with another one with the environment.", "Copy the public key id again, with its prefix.")
	case strings.Contains(strings.ToLower(api.Message), "x-amz-pay-date"):
		return failed(found, "The service refuses the date of the request: this machine's clock is wrong, or jumps.", "Set the clock, and let NTP keep it right.").run(setClock)
	}
	return failed(found, "The service refused a harmless request. It says: "+shownMessage(api.Message), "Ask Amazon Pay's support with the request id.")
}

// shownMessage is the service's text, which the SDK has rid of tokens and signatures.
func shownMessage(text string) string {
	const most = 300
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// wrongSignature explains the refusal of a signature.
func (e *examination) wrongSignature(ctx context.Context, found string, hint *amazonpay.SignatureHint) Finding {
	if f, elsewhere := e.elsewhere(ctx, found); elsewhere {
		return f
	}
	compare := "openssl pkey -pubin -in public.pem -outform DER | openssl dgst -sha256"
	mine := "unknown"
	if hint != nil {
		mine = hint.KeyFingerprint
		if hint.ServiceHash != "" && hint.ServiceHash != hint.CanonicalHash {
			return failed(found+"; it computed another canonical request, with the hash "+hint.ServiceHash,
				"The request was changed on its way: by a proxy that rewrites headers, paths or queries.", "Exempt "+e.address.host+" from the proxy.").run("curl -sv " + e.address.url())
		}
	}
	return failed(found,
		"The private key does not belong to the public key id "+shown(e.config.PublicKeyID)+". The fingerprint of its public half is "+mine+".",
		"Compare it with the fingerprint of the public key that stands beside the id in Seller Central (save it as public.pem). If they differ, set the private key that belongs to the id, or the id that belongs to the key. "+
			"If they agree, the key is registered for the other environment or region.").run(compare)
}

// elsewhere tries the key in the other environment and the other regions.
func (e *examination) elsewhere(ctx context.Context, found string) (f Finding, accepted bool) {
	works := func(config amazonpay.Config) bool {
		err := e.try(ctx, config)
		return err == nil || amazonpay.HasReason(err, amazonpay.ReasonCodeUnauthorizedAccess)
	}
	other := e.config
	other.Environment = amazonpay.EnvironmentLive
	if e.config.Environment == amazonpay.EnvironmentLive {
		other.Environment = amazonpay.EnvironmentSandbox
	}
	// Of a key id with a prefix there is only one environment.
	if _, err := amazonpay.New(other, noNetwork); err == nil && works(other) {
		next, command := e.setup.Environment.set(string(other.Environment))
		return failed(found+"; it accepted the key in "+string(other.Environment), "The key belongs to the other environment, "+string(other.Environment)+".", next).run(command), true
	}
	if e.config.BaseURL != "" {
		return f, false
	}
	for _, region := range []amazonpay.Region{amazonpay.RegionNA, amazonpay.RegionEU, amazonpay.RegionJP} {
		other := e.config
		other.Region = region
		if region != e.config.Region && works(other) {
			next, command := e.setup.Region.set(string(region))
			return failed(found+"; "+regionOf(region)+" accepted the key", "The merchant is registered in another region, "+string(region)+".", next).run(command), true
		}
	}
	return f, false
}

// noResult explains a call that has no answer of the service.
func (e *examination) noResult(err error) Finding {
	if _, is := errors.AsType[*amazonpay.DecodeError](err); is {
		return failed("the answer has a success status, but is not the service's", "It is the page of a captive portal or a gateway in between.", "Sign in at the portal, or exempt "+e.address.host+" from the gateway.").
			run("curl -sv " + e.address.url())
	}
	if _, is := errors.AsType[*amazonpay.CallError](err); !is {
		return failed("no client can be made of this setup", reason(err), "Correct it.")
	}
	return e.noAnswer(err)
}
