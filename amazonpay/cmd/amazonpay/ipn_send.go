package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
)

// answerTime is how long SNS waits for an endpoint.
const answerTime = 15 * time.Second

type ipnSend struct {
	URL                string `arg:"" help:"Endpoint of the shop, on this machine."`
	ObjectType         string `help:"Type of the object: CHARGE, REFUND, CHARGE_PERMISSION or CHARGEBACK." default:"CHARGE" group:"request"`
	ObjectID           string `help:"Id of the object." default:"S01-0000000-0000000-C000000" group:"request"`
	ChargePermissionID string `help:"Id of its charge permission." placeholder:"ID" group:"request"`
	MerchantID         string `help:"Merchant of the notification; the shop must expect it. The default is the account's." placeholder:"ID" group:"request"`
	Forgeries          bool   `help:"Send forged messages of every kind too, and list those that the shop accepted." group:"request"`

	CertificateOut string        `help:"Write the certificate that signs to this file, before anything is sent." predictor:"file" placeholder:"FILE" group:"request"`
	Certificates   string        `help:"Serve the certificates at this address of this machine, as SNS does, such as 127.0.0.1:9080." placeholder:"HOST:PORT" group:"request"`
	Wait           time.Duration `help:"Wait so long after the certificate is written or served, before anything is sent." group:"request"`
	CA             string        `help:"File with the CA of the endpoint, if it is https with a certificate of its own." name:"ca" predictor:"file" placeholder:"FILE" group:"request"`
	AllowRemote    bool          `help:"Send to another machine, which must be https." group:"request"`
}

// Help says what the shop must do.
func (*ipnSend) Help() string {
	return `The messages are signed by a stand-in for AWS SNS, with a new key each time. The shop must trust it while it is tested, and only then:

- trust topics of the account ` + ipntest.Account + ` (in Go: ipn.WithTopicAccounts);

- take the certificate from here. With --certificates ADDRESS it sends what it would send to https://sns.` + ipntest.Region + `.amazonaws.com to http://ADDRESS instead ` +
		`(in Go: ipn.WithRoundTripper). Or it takes the file of --certificate-out for every certificate; ` +
		`then forgeries that lie in the certificate are left out, since such a shop cannot tell them.

With --forgeries the genuine notification must be accepted first: a shop that refuses everything proves nothing. ` +
		`A forgery that is answered with 2xx ends the command with exit code 1.`
}

// Run sends notifications.
func (c *ipnSend) Run(s *session) error {
	endpoint, err := c.endpoint()
	if err != nil {
		return err
	}
	client, err := c.client(s)
	if err != nil {
		return err
	}
	n := ipntest.Notification{
		MerchantID: c.MerchantID, ObjectType: c.ObjectType, ObjectID: c.ObjectID, ChargePermissionID: c.ChargePermissionID,
	}
	if n.MerchantID == "" {
		a, err := s.account()
		if err != nil {
			return wrong("Give --merchant-id.", "it is not known for which merchant the notification is: %w", err)
		}
		if a.merchantID == "" {
			return wrong("Give --merchant-id.", "it is not known for which merchant the notification is")
		}
		n.MerchantID = a.merchantID
	}
	if c.Forgeries && c.Certificates == "" && c.CertificateOut == "" {
		return wrong("Add --certificates 127.0.0.1:9080 or --certificate-out sns.pem; amazonpay ipn send --help says what the shop must do.", "a shop that cannot get the certificate refuses everything")
	}
	sns, err := ipntest.New()
	if err != nil {
		return err
	}
	stop, err := c.offer(s, sns)
	if err != nil {
		return err
	}
	defer stop()
	m := sns.Notify(n, time.Now())
	answer := c.post(s.ctx, client, endpoint, m.Type, m.JSON())
	if s.ctx.Err() != nil {
		return failed("", "interrupted")
	}
	if !c.Forgeries {
		return answer.reportGenuine(s)
	}
	if answer.Status == 0 {
		return failed(notReached, "the shop answered %s", answer)
	}
	if !answer.accepted() {
		return failed("Have the shop accept the genuine message first: --help says how. Its log says why it does not.",
			"the shop answered the genuine notification with %s, so that its refusals prove nothing", answer)
	}
	return c.forge(s, client, endpoint, sns, n)
}

// endpoint returns the URL to send to. Forged messages must not reach the shop of somebody else by
// mistake.
func (c *ipnSend) endpoint() (string, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return "", wrong("Give a URL such as http://127.0.0.1:8080/ipn.", "%q is not an http or https URL", c.URL)
	}
	switch ip := net.ParseIP(u.Hostname()); {
	case u.Hostname() == "localhost", ip != nil && ip.IsLoopback():
		return u.String(), nil
	case !c.AllowRemote:
		return "", wrong("Add --allow-remote if the shop is yours.", "%s is not on this machine", u.Hostname())
	case u.Scheme != "https":
		return "", wrong("Use https.", "%s is not on this machine", u.Hostname())
	}
	return u.String(), nil
}

func (c *ipnSend) client(s *session) (*http.Client, error) {
	transport := &http.Transport{
		DialContext: (&net.Dialer{Timeout: answerTime}).DialContext, DisableKeepAlives: true, Proxy: nil,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
	}
	if c.CA != "" {
		text, err := s.content(c.CA)
		if err != nil {
			return nil, wrong("Give a PEM file.", "--ca: %w", err)
		}
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(text) {
			return nil, wrong("Give a PEM file.", "--ca %s has no certificate", c.CA)
		}
	}
	return &http.Client{
		Transport: transport, Timeout: answerTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// offer gives the shop the certificates.
func (c *ipnSend) offer(s *session, sns *ipntest.SNS) (stop func(), err error) {
	stop = func() {}
	if c.CertificateOut != "" {
		if err := writeFile(c.CertificateOut, sns.CertificatePEM()); err != nil {
			return nil, wrong("Give another file.", "--certificate-out: %w", err)
		}
	}
	if c.Certificates != "" {
		if stop, err = serveCertificates(s.ctx, c.Certificates, sns); err != nil {
			return nil, err
		}
	}
	if c.Wait > 0 {
		s.note("Waiting %v.", c.Wait)
		timer := time.NewTimer(c.Wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-s.ctx.Done():
			stop()
			return nil, failed("", "interrupted")
		}
	}
	return stop, nil
}

// serveCertificates answers at an address what SNS answers at its own.
func serveCertificates(ctx context.Context, address string, sns *ipntest.SNS) (stop func(), err error) {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, wrong("Give an address such as 127.0.0.1:9080.", "--certificates %q is not an address of this machine alone", address)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, wrong("Give another address.", "--certificates: %w", err)
	}
	server := &http.Server{
		ReadHeaderTimeout: answerTime,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked := r.Clone(r.Context())
			asked.URL.Scheme, asked.URL.Host = "https", "sns."+ipntest.Region+".amazonaws.com"
			answer, err := sns.RoundTrip(asked)
			if err != nil {
				return // the shop has gone
			}
			defer func() { _ = answer.Body.Close() }()
			maps.Copy(w.Header(), answer.Header)
			w.WriteHeader(answer.StatusCode)
			_, _ = io.Copy(w, answer.Body)
		}),
	}
	go func() { _ = server.Serve(listener) }()
	return func() { _ = server.Close() }, nil
}

// answered is the answer of a shop.
type answered struct {
	Status int    `json:"status,omitzero"` // 0 if there was none
	Error  string `json:"error,omitzero"`
}

func (a answered) accepted() bool { return a.Status/100 == 2 }

// String returns the status or why there is none.
func (a answered) String() string {
	if a.Status == 0 {
		return "nothing: " + a.Error
	}
	return fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status))
}

// post sends a message as SNS does.
func (c *ipnSend) post(ctx context.Context, client *http.Client, endpoint, header string, body []byte) answered {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(body))
	if err != nil {
		return answered{Error: err.Error()}
	}
	r.Header.Set("Content-Type", "text/plain; charset=UTF-8")
	r.Header.Set("User-Agent", "Amazon Simple Notification Service Agent")
	r.Header.Set("X-Amz-Sns-Message-Type", header)
	r.Header.Set("X-Amz-Sns-Topic-Arn", ipntest.TopicARN)
	res, err := client.Do(r)
	if err != nil {
		return answered{Error: err.Error()}
	}
	_, _ = io.CopyN(io.Discard, res.Body, 1<<20)
	_ = res.Body.Close()
	return answered{Status: res.StatusCode}
}

// notReached is the next step if there was no answer.
const notReached = "Is the shop running, and is this its endpoint?"

// reportGenuine prints what the shop answered to a genuine notification.
func (a answered) reportGenuine(s *session) error {
	if s.cli.JSON {
		if err := s.printJSON(a); err != nil {
			return err
		}
	} else if a.accepted() {
		s.printf("%s the shop accepted the notification: %s", s.paint(s.out).good("ok"), a)
	} else {
		s.printf("%s the shop answered %s", s.paint(s.out).bad("failed"), a)
		next := "amazonpay ipn send --help says what the shop must do to accept it; its log says why it does not."
		if a.Status == 0 {
			next = notReached
		}
		s.note("%s %s", s.paint(s.err).strong("next: "), next)
	}
	if !a.accepted() {
		return told(exitFailed)
	}
	return nil
}

// needsCertificates are the kinds of forgeries that a shop with one fixed certificate cannot tell.
var needsCertificates = []string{"certificate", "unavailable"}

// forge sends forged messages. None may be accepted.
func (c *ipnSend) forge(s *session, client *http.Client, endpoint string, sns *ipntest.SNS, n ipntest.Notification) error {
	type forged struct {
		Name string `json:"name"`
		Kind string `json:"kind"`
		answered
	}
	sent := struct {
		Sent     int      `json:"sent"`
		LeftOut  int      `json:"leftOut,omitzero"`
		Accepted []forged `json:"accepted"`
		Unclear  []forged `json:"unclear,omitzero"` // no answer
	}{Accepted: []forged{}}
	forgeries := sns.Forgeries(n, time.Now())
	bar := s.progress()
	defer bar.end()
	for i, f := range forgeries {
		if c.Certificates == "" && slices.Contains(needsCertificates, f.Kind) {
			sent.LeftOut++
			continue
		}
		bar.begin(f.Kind+": "+f.Name, i+1, len(forgeries))
		bar.show(0, 1)
		answer := c.post(s.ctx, client, endpoint, f.Header, f.Body)
		if s.ctx.Err() != nil {
			return failed("", "interrupted after %d forgeries", sent.Sent)
		}
		sent.Sent++
		switch {
		case answer.accepted():
			sent.Accepted = append(sent.Accepted, forged{f.Name, f.Kind, answer})
		case answer.Status == 0:
			sent.Unclear = append(sent.Unclear, forged{f.Name, f.Kind, answer})
		}
	}
	bar.end()
	var code error
	if len(sent.Accepted) > 0 {
		code = told(exitFailed)
	}
	if s.cli.JSON {
		return errors.Join(s.printJSON(sent), code)
	}
	p := s.paint(s.out)
	for _, f := range sent.Accepted {
		s.printf("%s accepted (%d): %s: %s", p.bad("failed"), f.Status, f.Kind, f.Name)
	}
	for _, f := range sent.Unclear {
		s.printf("%s no answer: %s: %s", p.doubt("unclear"), f.Kind, f.Name)
	}
	said := fmt.Sprintf("%d forgeries sent, %d accepted", sent.Sent, len(sent.Accepted))
	if sent.LeftOut > 0 {
		said += fmt.Sprintf("; %d need --certificates", sent.LeftOut)
	}
	if code == nil {
		said = p.good("ok") + " the genuine notification was accepted; " + said
	}
	s.printf("%s.", said)
	return code
}
