package doctor

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// address is where the service is.
type address struct {
	host string // without the port
	port string
}

func (a address) String() string { return net.JoinHostPort(a.host, a.port) }

// url returns the URL of the service's root.
func (a address) url() string {
	if a.port == "443" {
		return "https://" + a.host + "/"
	}
	return "https://" + a.String() + "/"
}

// find sets the address, once region and base URL are known to be right.
func (e *examination) find() {
	e.config.BaseURL = e.setup.BaseURL.Text
	e.address = address{hosts[e.config.Region], "443"}
	if base, err := url.Parse(e.config.BaseURL); err == nil && e.config.BaseURL != "" {
		e.address = address{base.Hostname(), cmp.Or(base.Port(), "443")}
	}
}

// proxyVariable returns the name of the environment variable that sets the proxy.
func (e *examination) proxyVariable() string {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy"} {
		if e.network.Getenv(name) != "" {
			return name
		}
	}
	return "HTTPS_PROXY"
}

func (e *examination) checkProxy(ctx context.Context) Finding {
	e.find()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.address.url(), http.NoBody)
	if err != nil {
		return failed("no URL can be made of the host", reason(err), "Check the base URL.")
	}
	name := e.proxyVariable()
	proxy, err := e.network.Proxy(req)
	switch {
	case err != nil: // which repeats the value: it can hold a password
		return failed(name+" is not the address of a proxy", "Its value cannot be read as a URL.",
			"Write it as http://host:port, with @, : and / in a password written as %40, %3A and %2F.").run("export " + name + "=http://proxy.example:3128")
	case proxy == nil:
		return ok("none for " + e.address.host)
	}
	ports := map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}
	found := name + " leads through " + proxy.Scheme + "://" + proxy.Host
	port, known := ports[proxy.Scheme]
	if !known {
		return failed(found, "A client knows proxies of the kinds http, https and socks5.", "Write it as http://host:port.").run("export " + name + "=http://proxy.example:3128")
	}
	at := address{proxy.Hostname(), cmp.Or(proxy.Port(), port)}
	conn, err := e.network.Dial(ctx, "tcp", at.String())
	if err != nil {
		cause, _ := whyNotConnected(err, at)
		next := "Correct the address of the proxy, or remove it if " + e.address.host + " can be reached without one."
		if proxy.Port() == "" {
			next += " No port is given, so " + port + " was tried: proxies mostly listen on 3128 or 8080."
		}
		return failed(found+", which cannot be reached", cause, next).run("unset " + name)
	}
	_ = conn.Close()
	e.proxy = proxy
	return ok(found)
}

func (e *examination) socks() bool {
	return e.proxy != nil && strings.HasPrefix(e.proxy.Scheme, "socks")
}

func (e *examination) checkName(ctx context.Context) Finding {
	host := e.address.host
	addresses, err := e.network.LookupHost(ctx, host)
	look := "getent hosts " + host
	if err != nil {
		dns, _ := errors.AsType[*net.DNSError](err)
		switch {
		case dns != nil && dns.IsNotFound && e.config.BaseURL != "":
			return failed(host+" has no address", "No host of this name exists.", "Check "+e.setup.BaseURL.Source+".").run(look)
		case dns != nil && dns.IsNotFound:
			return failed(host+" has no address", "The name server of this machine says that the host does not exist, which is not true: it filters names, or knows internal names only.",
				"Use another name server, or ask for a proxy.").run(look)
		case dns != nil && dns.IsTimeout || ctx.Err() != nil:
			return failed(host+" has no address", "The name server of this machine did not answer.", "Check the network, and the name servers in /etc/resolv.conf.").run(look)
		}
		return failed(host+" has no address", "The name server of this machine failed.", "Check the network, and the name servers in /etc/resolv.conf.").run(look)
	}
	found := host + " is " + strings.Join(addresses, ", ")
	for _, text := range addresses {
		ip := net.ParseIP(text)
		switch {
		case ip == nil:
		case ip.IsUnspecified():
			return failed(found, "This is no host's address: a filter of names (Pi-hole, a firewall) or the hosts file blocks the service.", "Allow "+host+" there.").run("grep -n " + host + " /etc/hosts; " + look)
		case e.config.BaseURL == "" && (ip.IsLoopback() || ip.IsPrivate()):
			return warning(found, "This is an address of a private network, not of Amazon: the hosts file, a proxy or a test server stands in between.",
				"If that is not intended, remove the entry.").run("grep -n " + host + " /etc/hosts; " + look)
		}
	}
	return ok(found)
}

// whyNotConnected explains why a TCP connection was not made, and what to do.
func whyNotConnected(err error, to address) (cause, next string) {
	dns, _ := errors.AsType[*net.DNSError](err)
	timeout, _ := errors.AsType[net.Error](err)
	switch {
	case dns != nil:
		return "The name " + to.host + " cannot be resolved.", "Check the name, and the name servers in /etc/resolv.conf."
	case errors.Is(err, syscall.ECONNREFUSED) && net.ParseIP(to.host).IsLoopback():
		return "Nothing listens there.", "Start what is to listen there, such as amazonpay emulator, or check the port."
	case errors.Is(err, syscall.ECONNREFUSED):
		return "Nothing listens there, or a firewall refuses connections to it.", "Check the port; allow outgoing connections to port " + to.port + "."
	case errors.Is(err, context.DeadlineExceeded), timeout != nil && timeout.Timeout():
		return "There was no answer in time: mostly a firewall that drops packets.", "Allow outgoing connections to " + to.String() + ", or set HTTPS_PROXY if this network requires a proxy."
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "There is no way to this address from this network.", "Check the network of this machine or container."
	}
	return "The connection failed.", "Check the network of this machine or container."
}

// tunnelError is the answer of a proxy that does not let through.
type tunnelError struct{ status int }

// Error returns the status.
func (r *tunnelError) Error() string { return fmt.Sprintf("the proxy answered %d", r.status) }

func (e *examination) checkConnection(ctx context.Context) Finding {
	at := e.address.String()
	look := "curl -sv -o /dev/null " + e.address.url()
	conn, err := e.open(ctx)
	if err == nil {
		e.conn = conn
		found := "to " + at
		if e.proxy != nil {
			found += " through the proxy"
		}
		return ok(found)
	}
	if e.proxy == nil {
		cause, next := whyNotConnected(err, e.address)
		return failed("none to "+at, cause, next).run(look)
	}
	found := "none to " + at + " through the proxy " + e.proxy.Host
	refused, is := errors.AsType[*tunnelError](err)
	switch {
	case !is:
		return failed(found, "What listens there does not answer as a proxy for HTTPS (CONNECT).", "Check the scheme (http is right for most proxies), host and port of "+e.proxyVariable()+".").run(look)
	case refused.status == http.StatusProxyAuthRequired && e.proxy.User == nil:
		return failed(found+": it answered 407", "The proxy asks for a user and a password.", "Write them into "+e.proxyVariable()+": http://user:password@host:port.").run(look)
	case refused.status == http.StatusProxyAuthRequired:
		return failed(found+": it answered 407", "The proxy does not accept the user and the password.", "Correct them in "+e.proxyVariable()+"; write @, : and / in them as %40, %3A and %2F.").run(look)
	case refused.status == http.StatusForbidden, refused.status == http.StatusMethodNotAllowed:
		return failed(fmt.Sprintf("%s: it answered %d", found, refused.status), "The proxy forbids this host.", "Ask its operator to allow CONNECT to "+at+".").run(look)
	}
	return failed(fmt.Sprintf("%s: it answered %d", found, refused.status), "The proxy cannot reach the service.", "Ask its operator; the proxy must resolve and reach "+at+".").run(look)
}

// open connects to the service, through the proxy if there is one.
func (e *examination) open(ctx context.Context) (net.Conn, error) {
	if e.proxy == nil {
		return e.network.Dial(ctx, "tcp", e.address.String())
	}
	secure := e.proxy.Scheme == "https"
	port := "80"
	if secure {
		port = "443"
	}
	conn, err := e.network.Dial(ctx, "tcp", address{e.proxy.Hostname(), cmp.Or(e.proxy.Port(), port)}.String())
	if err != nil {
		return nil, err
	}
	if secure {
		conn = tls.Client(conn, e.network.tls(e.proxy.Hostname()))
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if err := e.tunnel(conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// tunnel asks a proxy for a connection to the service.
func (e *examination) tunnel(conn net.Conn) error {
	text := "CONNECT " + e.address.String() + " HTTP/1.1\r\nHost: " + e.address.String() + "\r\n"
	if user := e.proxy.User; user != nil {
		password, _ := user.Password()
		text += "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)) + "\r\n"
	}
	if _, err := io.WriteString(conn, text+"\r\n"); err != nil {
		return err
	}
	const most = 64 << 10
	resp, err := http.ReadResponse(bufio.NewReader(io.LimitReader(conn, most)), &http.Request{Method: http.MethodConnect})
	if err != nil {
		return err
	}
	_ = resp.Body.Close() // of a tunnel it is empty
	if resp.StatusCode/100 != 2 {
		return &tunnelError{resp.StatusCode}
	}
	return nil
}

// regionOf is for findings: the region and its host.
func regionOf(region amazonpay.Region) string { return string(region) + " (" + hosts[region] + ")" }
