package ipntest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// The names of the other certificates in their URLs.
const (
	certExpired    = "expired"
	certFuture     = "future"
	certOtherName  = "othername"
	certWildcard   = "wildcard"
	certSelfSigned = "selfsigned"
	certOtherKey   = "otherkey"
	certRedirect   = "redirect"
	certHuge       = "huge"
	certGarbage    = "garbage"
	certMissing    = "missing"
	certSlow       = "slow"
	certChain      = "chain"
	certForeign    = "foreignchain"
)

// Forgery is a message that a verifier must refuse.
type Forgery struct {
	// Name describes what is wrong. It is unique.
	Name string
	// Kind is the part that is wrong: body, type, topic, merchant, time, version, url, certificate,
	// unavailable (the certificate cannot be fetched), signature or notification.
	Kind string
	// Header is the value of the header x-amz-sns-message-type.
	Header string
	// Body is the message.
	Body []byte
}

// Forgeries returns forged messages of every kind, derived from a notification that is accepted.
// Only one thing is wrong with each, so that a single check must stop it. The certificate of one of
// them is never answered.
func (s *SNS) Forgeries(n Notification, at time.Time) []Forgery {
	f := forger{s: s, genuine: s.Notify(n, at)}
	f.bodies()
	f.signatures(n, at)
	f.urls()
	f.certificates()
	f.others(n, at)
	return f.made
}

type forger struct {
	s       *SNS
	genuine Message
	made    []Forgery
}

func (f *forger) add(kind, name string, body []byte) {
	f.made = append(f.made, Forgery{Name: name, Kind: kind, Header: TypeNotification, Body: body})
}

// changed adds the genuine message with a change that is not signed.
func (f *forger) changed(kind, name string, change func(m *Message)) {
	m := f.genuine
	change(&m)
	f.add(kind, name, m.JSON())
}

// resigned adds the genuine message with a change, signed again.
func (f *forger) resigned(kind, name string, change func(m *Message)) {
	m := f.genuine
	change(&m)
	f.add(kind, name, f.s.Sign(m).JSON())
}

func (f *forger) bodies() {
	whole := f.genuine.JSON()
	replaced := func(old, now string) []byte { return bytes.Replace(whole, []byte(old), []byte(now), 1) }
	f.add("body", "nothing", nil)
	f.add("body", "no JSON", []byte("hello"))
	f.add("body", "a list", append(append([]byte("["), whole...), ']'))
	f.add("body", "cut off", whole[:len(whole)-20])
	f.add("body", "something behind it", append(bytes.Clone(whole), "{}"...))
	f.add("body", "not UTF-8", replaced("V2", "V\xff"))
	f.add("body", "a member twice", replaced("{", `{"MessageId":"another",`))
	f.add("body", "a member twice in another case", replaced("{", `{"message":"another",`))
	f.add("body", "a member with a letter that some take for another", replaced("{", `{"Meſsage":"another",`))
	f.add("body", "a member that is no text", replaced(`"SignatureVersion":"1"`, `"SignatureVersion":1`))
	f.add("body", "a megabyte", replaced("{", `{"Padding":"`+strings.Repeat("x", 1<<20)+`",`))
	for _, name := range []string{"MessageId", "TopicArn", "Message", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL"} {
		kind := "body"
		var members map[string]json.RawMessage
		if err := json.Unmarshal(whole, &members); err != nil { // cannot happen: it was just encoded
			panic("ipntest: " + err.Error())
		}
		delete(members, name)
		f.add(kind, "without "+name, encode(members))
	}
	f.changed("body", "a signature that is no base64", func(m *Message) { m.Signature = "!" + m.Signature })
	f.resigned("body", "a time in words", func(m *Message) { m.Timestamp = "yesterday" })
	f.resigned("body", "a message id with a line end", func(m *Message) { m.MessageID += "\nSubject\nHello" })
	f.resigned("type", "an unknown type", func(m *Message) { m.Type = "Surprise" })
	f.resigned("type", "a type in another case", func(m *Message) { m.Type = "notification" })
	f.add("type", "another type than the header says", whole)
	f.made[len(f.made)-1].Header = TypeSubscriptionConfirmation
}

func (f *forger) signatures(n Notification, at time.Time) {
	other := n
	other.ObjectID += "0"
	f.changed("signature", "another notification", func(m *Message) { m.Message = f.s.Notify(other, at).Message })
	f.changed("signature", "another message id", func(m *Message) { m.MessageID = newUUID() })
	f.changed("signature", "a subject that was not signed", func(m *Message) { m.Subject = "Hello" })
	f.changed("signature", "another time", func(m *Message) { m.Timestamp = stamp(at.Add(time.Millisecond)) })
	f.changed("signature", "another topic of the account", func(m *Message) { m.TopicARN += "-2" })
	f.changed("signature", "a signature of nothing", func(m *Message) { m.Signature = base64.StdEncoding.EncodeToString(make([]byte, 256)) })
	f.changed("signature", "a short signature", func(m *Message) { m.Signature = "AAAA" })
	f.changed("signature", "a signature of another message", func(m *Message) { m.Signature = f.s.Notify(n, at).Signature })
	f.changed("signature", "SHA-1 as version 2", func(m *Message) { m.SignatureVersion = "2" })
	f.changed("signature", "SHA-256 as version 1", func(m *Message) { m.Signature = f.s.sign(m.stringToSign(), "2") })

	subscribed := f.s.Confirmation(TypeSubscriptionConfirmation, at)
	confirmation := func(name string, change func(m *Message)) {
		m := subscribed
		change(&m)
		f.add("signature", name, m.JSON())
		f.made[len(f.made)-1].Header = m.Type
	}
	confirmation("a confirmation with another token", func(m *Message) {
		m.SubscribeURL, m.Token = strings.ReplaceAll(m.SubscribeURL, m.Token, "other"), "other"
	})
	confirmation("a confirmation that leads elsewhere", func(m *Message) { m.SubscribeURL = "https://evil.example/" })
	confirmation("a confirmation of another kind", func(m *Message) { m.Type = TypeUnsubscribeConfirmation })
	f.changed("signature", "a notification as a confirmation", func(m *Message) {
		m.Type, m.SubscribeURL, m.Token = TypeSubscriptionConfirmation, subscribed.SubscribeURL, subscribed.Token
	})
	f.made[len(f.made)-1].Header = TypeSubscriptionConfirmation

	for name, version := range map[string]string{"version 3": "3", "version 01": "01", "version 1 and a blank": "1 "} {
		f.changed("version", name, func(m *Message) { m.SignatureVersion = version })
	}
}

// ForgedCertificateURLs returns URLs from which a verifier must never fetch a certificate, by a
// description of what is wrong.
func (s *SNS) ForgedCertificateURLs() map[string]string {
	good := s.CertificateURL()
	host, path := "sns."+Region+".amazonaws.com", strings.TrimPrefix(good, "https://sns."+Region+".amazonaws.com")
	return map[string]string{
		"http":                       "http://" + host + path,
		"no scheme":                  "//" + host + path,
		"a file":                     "file://" + host + path,
		"upper-case scheme":          "HTTPS://" + host + path,
		"a bucket named sns":         "https://sns.s3-us-west-2.amazonaws.com" + path,
		"a bucket in a new region":   "https://sns.s3.us-east-1.amazonaws.com" + path,
		"a longer host":              "https://" + host + ".evil.example" + path,
		"a host before it":           "https://evil.example/" + host + path,
		"a prefix":                   "https://evil-" + host + path,
		"a subdomain":                "https://x." + host + path,
		"user info":                  "https://" + host + "@evil.example" + path,
		"user info before it":        "https://user:secret@" + host + path,
		"empty user info":            "https://@" + host + path,
		"a trailing dot":             "https://" + host + "." + path,
		"an upper-case host":         "https://SNS.us-east-1.AMAZONAWS.COM" + path,
		"punycode":                   "https://xn--sns-.us-east-1.amazonaws.com" + path,
		"a letter that looks alike":  "https://sns.us-east-1.amazonaws.сom" + path,
		"a port":                     "https://" + host + ":8443" + path,
		"the usual port":             "https://" + host + ":443" + path,
		"a port of nothing":          "https://" + host + ":" + path,
		"IPv6":                       "https://[::1]" + path,
		"an address":                 "https://127.0.0.1" + path,
		"the metadata of a machine":  "https://169.254.169.254" + path,
		"an escaped host":            "https://sns%2eus-east-1.amazonaws.com" + path,
		"a region that is none":      "https://sns.anything.amazonaws.com" + path,
		"another region":             "https://sns.eu-west-1.amazonaws.com" + path,
		"China's domain":             "https://" + host + ".cn" + path,
		"a query":                    good + "?x=1",
		"an empty query":             good + "?",
		"a fragment":                 good + "#x",
		"an empty fragment":          good + "#",
		"another path":               "https://" + host + "/x.pem",
		"a deeper path":              "https://" + host + "/x" + path,
		"up and down":                "https://" + host + "/x/.." + path,
		"an escaped path":            "https://" + host + strings.Replace(path, "-", "%2d", 1),
		"an escaped slash":           "https://" + host + "/%2e%2e" + path,
		"two slashes":                "https://" + host + "/" + path,
		"a backslash":                "https://" + host + `\` + "@evil.example" + path,
		"another ending":             strings.TrimSuffix(good, ".pem") + ".crt",
		"a longer ending":            good + ".evil",
		"a line end":                 good + "\n",
		"a blank":                    " " + good,
		"a tab inside":               strings.Replace(good, "/Simple", "/\tSimple", 1),
		"a NUL":                      good + "\x00",
		"a name with dots":           "https://" + host + "/SimpleNotificationService-..pem",
		"no name":                    "https://" + host + "/SimpleNotificationService-.pem",
		"a relative place":           path,
		"no URL":                     "certificate",
		"a control character inside": strings.Replace(good, "amazonaws", "amazon\x7faws", 1),
	}
}

func (f *forger) urls() {
	for name, url := range f.s.ForgedCertificateURLs() {
		f.changed("url", "certificate at: "+name, func(m *Message) { m.SigningCertURL = url })
	}
}

func (f *forger) certificates() {
	at := func(kind, name, file string) {
		f.changed(kind, name, func(m *Message) { m.SigningCertURL = urlOf(file) })
	}
	at("certificate", "an expired certificate", certExpired)
	at("certificate", "a certificate of the future", certFuture)
	at("certificate", "a certificate for another name", certOtherName)
	at("certificate", "a certificate for a wildcard", certWildcard)
	at("certificate", "a self-signed certificate", certSelfSigned)
	at("certificate", "a certificate of another kind of key", certOtherKey)
	at("certificate", "a chain to no root that is trusted", certForeign)
	at("unavailable", "a redirect to the certificate", certRedirect)
	at("unavailable", "a huge certificate", certHuge)
	at("unavailable", "a page in place of the certificate", certGarbage)
	at("unavailable", "no certificate", certMissing)
	at("unavailable", "a certificate server that does not answer", certSlow)
}

func (f *forger) others(n Notification, at time.Time) {
	f.resigned("topic", "a topic of another account", func(m *Message) { m.TopicARN = strings.Replace(TopicARN, Account, "999999999999", 1) })
	f.resigned("topic", "a queue", func(m *Message) { m.TopicARN = strings.Replace(TopicARN, ":sns:", ":sqs:", 1) })
	f.resigned("topic", "a topic with more behind it", func(m *Message) { m.TopicARN += ":" + Account })
	f.resigned("topic", "a topic in no region", func(m *Message) { m.TopicARN = strings.Replace(TopicARN, Region, "s3", 1) })
	f.resigned("body", "a topic with a line end", func(m *Message) { m.TopicARN += "\n" })
	f.resigned("url", "a topic of another region than the certificate", func(m *Message) { m.TopicARN = strings.Replace(TopicARN, Region, "eu-west-1", 1) })

	f.resigned("time", "sixteen days old", func(m *Message) { m.Timestamp = stamp(at.AddDate(0, 0, -16)) })
	f.resigned("time", "an hour ahead", func(m *Message) { m.Timestamp = stamp(at.Add(time.Hour)) })

	foreign := n
	foreign.MerchantID = "A9FOREIGN"
	f.add("merchant", "for another merchant", f.s.Notify(foreign, at).JSON())
	for name, change := range map[string]func(n *Notification){
		"no merchant":    func(n *Notification) { n.MerchantID = "" },
		"no object type": func(n *Notification) { n.ObjectType = "" },
		"no object":      func(n *Notification) { n.ObjectID = "" },
	} {
		lacking := n
		change(&lacking)
		f.add("notification", name, f.s.Notify(lacking, at).JSON())
	}
	inner := func(name, text string) {
		f.resigned("notification", name, func(m *Message) { m.Message = text })
	}
	inner("a notification that is no JSON", "Your card was charged")
	inner("a notification that is a list", "["+f.genuine.Message+"]")
	inner("two merchants in one notification", strings.Replace(f.genuine.Message, "{", `{"merchantID":"A9FOREIGN",`, 1))
	inner("a notification with something behind it", f.genuine.Message+"{}")
	inner("a merchant that is no text", strings.Replace(f.genuine.Message, `"MerchantID":"`+n.MerchantID+`"`, `"MerchantID":["`+n.MerchantID+`"]`, 1))
}
