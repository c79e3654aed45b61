package doctor

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/keyid"
)

const seeSellerCentral = "Copy the public key id from Seller Central, Integration Central, API keys. It looks like SANDBOX-AF… or LIVE-AF…, and stands beside the key."

// mistaken lists what is set instead of a public key id.
var mistaken = []struct {
	form   *regexp.Regexp
	secret bool // it is not repeated
	what   string
}{
	{regexp.MustCompile(`-----|^MI[IGEHC][A-Za-z0-9+/]{20}`), true, "This is a key, not its id."},
	{regexp.MustCompile(`^amzn1\.application-oa2-client\.`), false, "This is a store id (client id): it belongs to the button and to checkout sessions, and signs nothing."},
	{regexp.MustCompile(`^amzn1\.oa2-cs\.`), true, "This is a client secret of Login with Amazon. Checkout v2 has no use for it."},
	{regexp.MustCompile(`^amzn1?\.`), true, "This is an id or a token of another kind (amzn…), not a public key id."},
	{regexp.MustCompile(`^(AKIA|ASIA)[A-Z0-9]{12,}$`), false, "This is an access key of MWS or AWS. Checkout v2 signs with a key pair of its own."},
	{regexp.MustCompile(`^A[A-Z0-9]{11,15}$`), false, "This has the form of a merchant id: a public key id is longer."},
	{regexp.MustCompile(`(?i)^(sandbox|live)[-_]?$`), false, "This is only the prefix of a public key id."},
	{regexp.MustCompile(`(?i)^[0-9a-f]{40}$|^[0-9a-f]{64}$|^([0-9a-f]{2}:)+[0-9a-f]{2}$`), false, "This is a fingerprint of a key, not its id."},
	{regexp.MustCompile(`[/\\]|\.(pem|key|txt|pub)$`), false, "This is a file name."},
}

func (e *examination) checkPublicKeyID() Finding {
	v := e.setup.PublicKeyID
	if v.Text == "" {
		return failed(v.Source+" is empty", "A client cannot sign without the id of its key.", seeSellerCentral)
	}
	for _, m := range mistaken {
		if !m.form.MatchString(bare(v.Text)) {
			continue
		}
		found := v.Source + " is " + shown(v.Text)
		if m.secret {
			found = v.Source + " is set, and holds something else"
		}
		return failed(found, m.what, seeSellerCentral)
	}
	err := keyid.Check(v.Text)
	switch {
	case err == nil:
		return ok(v.Source + " is " + shown(v.Text))
	case keyid.Check(bare(v.Text)) == nil && bare(v.Text) != v.Text:
		return v.unwrapped()
	}
	return failed(v.Source+" does not hold a public key id", reason(err), seeSellerCentral)
}

// regions maps what people set to the region that they mean.
var regions = func() map[string]amazonpay.Region {
	known := make(map[string]amazonpay.Region)
	for region, names := range map[amazonpay.Region]string{
		amazonpay.RegionNA: "usa, united states, united states of america, america, north america, northamerica, canada, ca, mexico, mx, usd, cad, " +
			"en_us, en-us, us-east, us-west, amazon.com, www.amazon.com, pay-api.amazon.com, north virginia, oregon",
		amazonpay.RegionEU: "europe, european union, germany, deutschland, ger, deu, eur, euro, gbp, gb, gbr, united kingdom, great britain, england, " +
			"france, frankreich, fr, fra, italy, italia, italien, it, ita, spain, españa, spanien, es, esp, austria, österreich, at, aut, belgium, be, " +
			"netherlands, nl, nld, luxembourg, lu, ireland, ie, irl, portugal, pt, prt, denmark, dk, dnk, sweden, se, swe, switzerland, schweiz, ch, che, " +
			"hungary, hu, cyprus, cy, chf, sek, dkk, de_de, de-de, en_gb, en-gb, fr_fr, fr-fr, it_it, it-it, es_es, es-es, " +
			"amazon.de, amazon.co.uk, amazon.fr, amazon.it, amazon.es, pay-api.amazon.eu, ireland, frankfurt",
		amazonpay.RegionJP: "japan, nippon, 日本, jpn, jpy, yen, ja, ja_jp, ja-jp, fe, far east, fareast, asia, apac, tokyo, amazon.co.jp, pay-api.amazon.jp",
	} {
		for name := range strings.SplitSeq(names, ", ") {
			known[name] = region
		}
	}
	return known
}()

// awsRegion matches the regions of AWS.
var awsRegion = regexp.MustCompile(`^(us|ca|mx|eu|ap)-(?:gov-)?[a-z]+-[0-9]$`)

// meant returns the region that a wrong name stands for, or "".
func meant(name string) amazonpay.Region {
	name = strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(bare(name)), "https://"), "/")
	if region := regions[name]; region != "" {
		return region
	}
	aws := awsRegion.FindStringSubmatch(name)
	switch {
	case aws == nil:
		return ""
	case aws[1] == "eu":
		return amazonpay.RegionEU
	case name == "ap-northeast-1" || name == "ap-northeast-3":
		return amazonpay.RegionJP
	case aws[1] == "ap":
		return ""
	}
	return amazonpay.RegionNA
}

func (e *examination) checkRegion() Finding {
	v := e.setup.Region
	const which = "Set it to the region where the merchant is registered: na (or us), eu (or de, uk) or jp."
	client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.Region(v.Text), Environment: amazonpay.EnvironmentSandbox}, noNetwork)
	if err == nil {
		e.config.Region = client.Region()
		return ok(v.Source + " is " + shown(v.Text) + ": " + hosts[client.Region()])
	}
	right := meant(v.Text)
	switch unquoted := bare(v.Text); {
	case unquoted == "":
		return failed(v.Source+" is empty", "Without a region, the service's host is not known.", which)
	case isRegion(unquoted):
		return v.unwrapped()
	case right == "":
		return failed(v.Source+" is "+shown(v.Text), "Amazon Pay has no region of this name.", which)
	}
	next, command := v.set(string(right))
	return failed(v.Source+" is "+shown(v.Text),
		"This is not the name of a region of Amazon Pay: most likely "+string(right)+" is meant.", next).run(command)
}

func isRegion(name string) bool {
	_, err := amazonpay.New(amazonpay.Config{Region: amazonpay.Region(name), Environment: amazonpay.EnvironmentSandbox}, noNetwork)
	return err == nil
}

// hosts are the hosts of the service.
var hosts = map[amazonpay.Region]string{
	amazonpay.RegionNA: "pay-api.amazon.com",
	amazonpay.RegionEU: "pay-api.amazon.eu",
	amazonpay.RegionJP: "pay-api.amazon.jp",
}

// noNetwork makes a client that is only asked about its configuration.
var noNetwork = amazonpay.WithDoer(unsent{})

type unsent struct{}

// Do is never called.
func (unsent) Do(*http.Request) (*http.Response, error) { return nil, http.ErrNotSupported }

// environments maps what people set to the environment that they mean.
var environments = map[string]amazonpay.Environment{
	"prod": amazonpay.EnvironmentLive, "production": amazonpay.EnvironmentLive, "prd": amazonpay.EnvironmentLive, "productive": amazonpay.EnvironmentLive,
	"real": amazonpay.EnvironmentLive, "release": amazonpay.EnvironmentLive, "life": amazonpay.EnvironmentLive, "lives": amazonpay.EnvironmentLive, "liv": amazonpay.EnvironmentLive,
	"test": amazonpay.EnvironmentSandbox, "testing": amazonpay.EnvironmentSandbox, "tst": amazonpay.EnvironmentSandbox, "sand-box": amazonpay.EnvironmentSandbox,
	"sand_box": amazonpay.EnvironmentSandbox, "sanbox": amazonpay.EnvironmentSandbox, "sandobx": amazonpay.EnvironmentSandbox, "sb": amazonpay.EnvironmentSandbox,
	"sbx": amazonpay.EnvironmentSandbox, "dev": amazonpay.EnvironmentSandbox, "develop": amazonpay.EnvironmentSandbox, "development": amazonpay.EnvironmentSandbox,
	"staging": amazonpay.EnvironmentSandbox, "stage": amazonpay.EnvironmentSandbox, "qa": amazonpay.EnvironmentSandbox, "local": amazonpay.EnvironmentSandbox,
	"demo": amazonpay.EnvironmentSandbox, "sandbox-": amazonpay.EnvironmentSandbox, "live-": amazonpay.EnvironmentLive,
}

func (e *examination) checkEnvironment() Finding {
	v, id := e.setup.Environment, e.setup.PublicKeyID.Text
	client, err := amazonpay.New(amazonpay.Config{PublicKeyID: id, Region: amazonpay.RegionNA, Environment: amazonpay.Environment(v.Text)}, noNetwork)
	if err == nil {
		e.config.Environment = client.Environment()
		by := "the public key id says so"
		if v.Text != "" {
			by = v.Source + " says so"
		}
		return ok(string(client.Environment()) + ": " + by)
	}
	const both = "Set it to sandbox (test money) or live (real money)."
	switch plain := strings.ToLower(bare(v.Text)); {
	case plain == "":
		return failed(v.Source+" is empty", "The public key id does not begin with SANDBOX or LIVE, so nothing says which environment is meant.", both)
	case environments[plain] != "":
		next, command := v.set(string(environments[plain]))
		return failed(v.Source+" is "+shown(v.Text),
			"This is not the name of an environment of Amazon Pay: most likely "+string(environments[plain])+" is meant.", next).run(command)
	case plain != string(amazonpay.EnvironmentSandbox) && plain != string(amazonpay.EnvironmentLive):
		return failed(v.Source+" is "+shown(v.Text), "Amazon Pay has two environments, and neither has this name.", both)
	case plain != strings.ToLower(v.Text):
		return v.unwrapped()
	}
	return failed(v.Source+" is "+shown(v.Text)+", "+e.setup.PublicKeyID.Source+" is "+shown(id),
		"They contradict each other: a key id that begins with SANDBOX or LIVE works in that environment alone.",
		"Set the key id and the private key of the environment that you want; leave "+v.Source+" empty, or change it too.")
}

func (e *examination) checkBaseURL() Finding {
	v := e.setup.BaseURL
	_, err := amazonpay.New(amazonpay.Config{Region: amazonpay.RegionNA, Environment: amazonpay.EnvironmentSandbox, BaseURL: v.Text}, noNetwork)
	if err != nil { // which does not repeat the URL: it can hold a password
		return failed(v.Source+" is not one that a client takes", reason(err), "Write it as https://host or https://host:port, or leave it out for the host of the region.")
	}
	return ok(v.Source + " is " + shown(v.Text))
}
