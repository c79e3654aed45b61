package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"time"
)

func (e *examination) checkTLS(ctx context.Context) Finding {
	conn := tls.Client(e.conn, e.network.tls(e.address.host))
	err := conn.HandshakeContext(ctx)
	_ = e.conn.Close() // without a goodbye: nothing was said
	if err != nil {
		return e.wrongTLS(err)
	}
	state := conn.ConnectionState()
	return ok(tls.VersionName(state.Version) + "; the certificate was issued by " + issuer(state.PeerCertificates[0]))
}

// issuer names who issued a certificate.
func issuer(cert *x509.Certificate) string {
	name := cert.Issuer.CommonName
	if len(cert.Issuer.Organization) > 0 && !strings.Contains(name, cert.Issuer.Organization[0]) {
		name = strings.TrimPrefix(name+", ", ", ") + cert.Issuer.Organization[0]
	}
	if name == "" {
		return "an issuer without a name"
	}
	return "“" + name + "”"
}

// wrongTLS explains why there is no secure connection.
func (e *examination) wrongTLS(err error) Finding {
	host := e.address.host
	look := "openssl s_client -connect " + e.address.String() + " -servername " + host + " -showcerts </dev/null"
	unknown, isUnknown := errors.AsType[x509.UnknownAuthorityError](err)
	name, isName := errors.AsType[x509.HostnameError](err)
	invalid, isInvalid := errors.AsType[x509.CertificateInvalidError](err)
	plain, isPlain := errors.AsType[tls.RecordHeaderError](err)
	alert, _ := errors.AsType[*net.OpError](err)
	timeout, _ := errors.AsType[net.Error](err)
	switch {
	case isUnknown && unknown.Cert != nil:
		return failed("the certificate of "+host+" was issued by "+issuer(unknown.Cert),
			"This machine does not trust this issuer. Mostly it is a proxy or a virus scanner that reads HTTPS; in a container, the list of public issuers (ca-certificates) may be missing.",
			"Ask for "+host+" to be exempted, or add the CA of the proxy to those that this process trusts: SSL_CERT_FILE names a file with all of them. Never switch the check off: the requests carry money.").run(look)
	case isName && name.Certificate != nil:
		return failed("the certificate is for "+names(name.Certificate)+", not for "+host,
			"Another server answers under this name: a captive portal, the hosts file, or a base URL with a name or an address that the certificate does not have.",
			"Check the base URL, and what the name resolves to.").run(look)
	case isInvalid && invalid.Reason == x509.Expired:
		return e.wrongTime(invalid.Cert, look)
	case isInvalid:
		return failed("the certificate of "+host+" is not valid", reason(invalid), "Find out which machine in between made it.").run(look)
	case isPlain && strings.Contains(plain.Msg, "does not look like a TLS handshake"):
		return failed("what answers at "+e.address.String()+" does not speak TLS",
			"It is a plain HTTP server, or a proxy or portal in between.", "Check host and port.").run("curl -sv " + "http://" + e.address.String() + "/")
	case alert != nil && alert.Op == "remote error": // which crypto/tls calls an alert
		return failed("the server ended the handshake: "+alert.Err.Error(), "Both sides have no version or cipher in common, or a machine in between forbids the host.",
			"Find out which machine in between breaks TLS 1.2 and 1.3.").run(look)
	case errors.Is(err, context.DeadlineExceeded), timeout != nil && timeout.Timeout():
		return failed("the handshake got no answer", "The connection is open, but nothing answers: mostly a firewall that looks into it, or a network with a smaller MTU.",
			"Allow "+host+" in the firewall; in a VPN or a container, lower the MTU.").run(look)
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.ErrUnexpectedEOF):
		return failed("the connection was closed during the handshake", "Mostly a firewall that forbids the host by its name.", "Allow "+host+" in the firewall.").run(look)
	}
	return failed("there is no secure connection to "+host, "The TLS handshake failed.", "See what the server sends.").run(look)
}

// names lists the hosts of a certificate.
func names(cert *x509.Certificate) string {
	const most = 3
	list := cert.DNSNames
	for _, ip := range cert.IPAddresses {
		list = append(list, ip.String())
	}
	if len(list) == 0 {
		return "no host"
	}
	if len(list) > most {
		list = append(list[:most:most], "…")
	}
	return strings.Join(list, ", ")
}

const setClock = "timedatectl set-ntp true; date -u"

// wrongTime explains a certificate that is not valid at this time.
func (e *examination) wrongTime(cert *x509.Certificate, look string) Finding {
	now := e.network.Now().UTC()
	found := "the certificate is valid from " + cert.NotBefore.UTC().Format(time.DateTime) + " to " + cert.NotAfter.UTC().Format(time.DateTime) +
		"; this machine's clock says " + now.Format(time.DateTime) + " (all UTC)"
	if now.Before(cert.NotBefore) {
		return failed(found, "This machine's clock is wrong: it is behind. A certificate is not in use before it is valid.", "Set the clock, and let NTP keep it right.").run(setClock)
	}
	return failed(found, "Either the certificate has expired, or this machine's clock is ahead. The service renews its certificates in time, so that a proxy in between or the clock is to blame.",
		"Compare the clock with another one. If it is right, see who issued the certificate ("+issuer(cert)+").").run("date -u; " + look)
}
