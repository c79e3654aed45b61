package doctor

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// The environment variables of [amazonpay.ConfigFromEnv].
const (
	envPublicKeyID    = "AMAZON_PAY_PUBLIC_KEY_ID"
	envPrivateKey     = "AMAZON_PAY_PRIVATE_KEY"
	envPrivateKeyFile = "AMAZON_PAY_PRIVATE_KEY_FILE"
	envRegion         = "AMAZON_PAY_REGION"
	envEnvironment    = "AMAZON_PAY_ENVIRONMENT"
	baseURL           = "the base URL"
)

// Value is one value of a setup, and what it comes from.
type Value struct {
	Text string
	// Source is the name under which findings mention the value: the name of an environment
	// variable, or a phrase such as "the region of profile shop". If it is empty, the environment
	// variable of [amazonpay.ConfigFromEnv] is named.
	Source string
}

// Setup is what a client is made of, before anything has checked it.
type Setup struct {
	PublicKeyID    Value
	PrivateKey     amazonpay.Secret // PEM text
	PrivateKeyFile Value
	Region         Value
	Environment    Value
	BaseURL        Value // empty: the host of the region

	// PrivateKeySource is the Source of PrivateKey.
	PrivateKeySource string
}

// FromEnv returns the setup that environment variables hold: the one that
// [amazonpay.ConfigFromEnv] reads. getenv is [os.Getenv] outside tests.
func FromEnv(getenv func(name string) string) Setup {
	value := func(name string) Value { return Value{getenv(name), name} }
	return Setup{
		PublicKeyID:      value(envPublicKeyID),
		PrivateKey:       amazonpay.NewSecret(getenv(envPrivateKey)),
		PrivateKeySource: envPrivateKey,
		PrivateKeyFile:   value(envPrivateKeyFile),
		Region:           value(envRegion),
		Environment:      value(envEnvironment),
	}
}

// named fills in the sources that are empty.
func (s Setup) named() Setup {
	for _, v := range []struct {
		source *string
		name   string
	}{
		{&s.PublicKeyID.Source, envPublicKeyID},
		{&s.PrivateKeySource, envPrivateKey},
		{&s.PrivateKeyFile.Source, envPrivateKeyFile},
		{&s.Region.Source, envRegion},
		{&s.Environment.Source, envEnvironment},
		{&s.BaseURL.Source, baseURL},
	} {
		if *v.source == "" {
			*v.source = v.name
		}
	}
	return s
}

var variable = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// set tells how to change a value, and returns the command for it if it is an environment variable.
func (v Value) set(to string) (next, command string) {
	if variable.MatchString(v.Source) {
		command = "export " + v.Source + "=" + to
	}
	return "Set " + v.Source + " to " + to + ".", command
}

// shown quotes a value in a finding. A value that is too long for what it should be can be a key,
// and is only described.
func shown(text string) string {
	const most = 60
	if len(text) > most || strings.ContainsAny(text, "\r\n") {
		return fmt.Sprintf("a text of %d bytes", len(text))
	}
	return fmt.Sprintf("%q", text)
}

// bare returns a value without the spaces and quotes that shells and env files leave around it.
func bare(text string) string {
	return strings.Trim(text, " \t\r\n\"'`\u201c\u201d\u2018\u2019\ufeff\u00a0")
}

// unwrapped is the failure of a value that is right but for spaces or quotes around it.
func (v Value) unwrapped() Finding {
	next, command := v.set(bare(v.Text))
	return failed(v.Source+" is "+shown(v.Text),
		"There are spaces or quotes around the value, and they are a part of it.",
		next+" In an env file that is not read by a shell, write values without quotes.").run(command)
}

// reason is the text of an error of the SDK without the package and the field of Config that it
// names.
func reason(err error) string {
	text := strings.TrimPrefix(strings.TrimPrefix(err.Error(), "amazonpay: "), "signing: ")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
