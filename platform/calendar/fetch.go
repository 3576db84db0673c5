package calendar

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"rekindle/problem"
)

// Reader fetches calendars from the addresses that coaches give. Whoever types an address must not be able to make this machine ask its
// own network: only https is spoken, and only with public addresses, looked at when the connection is made, also after a redirect.
// The zero Reader is ready.
type Reader struct {
	Timeout time.Duration             // of all of it; 0: 20 seconds
	Most    int64                     // bytes, unpacked; 0: 5 MB
	Roots   *x509.CertPool            // who may vouch for a server; nil: the system's
	Allow   func(netip.AddrPort) bool // whom to speak with; nil: with every public address
}

const (
	usualTimeout  = 20 * time.Second
	usualMost     = 5 << 20
	mostRedirects = 5
)

// CheckAddress says what is wrong with the address of a calendar, and gives it as it is kept: webcal:// is https:// by another name.
func CheckAddress(text string) (string, error) {
	text = strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(text, "webcal://"); ok {
		text = "https://" + rest
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(text) > 2000 {
		return "", problem.New(problem.Invalid, "It is not the address of a calendar").On("address").
			Instead("Copy the secret address in iCal format from your calendar; it begins with https:// or webcal://.")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !public(ip) {
		return "", notPublic()
	}
	u.Fragment = ""
	return u.String(), nil
}

func notPublic() *problem.Problem {
	return problem.New(problem.Invalid, "The address leads into a private network").On("address").Instead("Give one that can be reached from anywhere.")
}

// Fetch gives what stands at an address. The problem says in words for a coach what failed.
func (r Reader) Fetch(ctx context.Context, address string) ([]byte, error) {
	timeout, most := r.Timeout, r.Most
	if timeout == 0 {
		timeout = usualTimeout
	}
	if most == 0 {
		most = usualMost
	}
	ctx, stop := context.WithTimeout(ctx, timeout)
	defer stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, problem.New(problem.Invalid, "It is not the address of a calendar").On("address")
	}
	request.Header.Set("Accept", "text/calendar, text/plain;q=0.5, */*;q=0.1")
	request.Header.Set("User-Agent", "calendar-reader")
	transport := &http.Transport{
		Proxy:                  nil, // a proxy would resolve the name by itself, where nobody looks
		DialContext:            (&net.Dialer{Timeout: timeout, Control: r.guard}).DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: r.Roots, MinVersion: tls.VersionTLS12},
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: 64 << 10,
	}
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport, CheckRedirect: func(next *http.Request, before []*http.Request) error {
		switch {
		case len(before) >= mostRedirects:
			return problem.New(problem.Invalid, "The address leads from one to the next and to no end")
		case next.URL.Scheme != "https" || next.URL.User != nil:
			return problem.New(problem.Invalid, "The address leads to one that is not https")
		}
		next.Header.Del("Referer") // the address is a secret
		return nil
	}}
	response, err := client.Do(request)
	if err != nil {
		return nil, failed(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, problem.New(problem.Unavailable, "The calendar's server answers %d", response.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, most+1))
	if err != nil {
		return nil, failed(err)
	}
	if int64(len(data)) > most {
		return nil, problem.New(problem.Invalid, "The calendar is larger than %d MB", most>>20)
	}
	return data, nil
}

// failed says why an address could not be read, without the address, which is a secret.
func failed(err error) error {
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		return p
	}
	say := func(text string) error { return problem.New(problem.Unavailable, "%s", text).Because(unwrapURL(err)) }
	var timeout interface{ Timeout() bool }
	_, dns := errors.AsType[*net.DNSError](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return say("The calendar's server does not answer in time")
	case dns:
		return say("The calendar's server is not known by that name")
	case certificate:
		return say("Nobody known vouches for the calendar's server")
	}
	return say("The calendar's server cannot be reached")
}

// unwrapURL takes the address off an error.
func unwrapURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// guard refuses a connection to an address that is not public. It sees the address that is really spoken with, after the name was
// resolved.
func (r Reader) guard(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if r.Allow != nil {
		if r.Allow(to) {
			return nil
		}
	} else if public(to.Addr()) {
		return nil
	}
	return notPublic()
}

// reserved are the ranges, beside those that netip knows, that belong to nobody in the public network (IANA's special-purpose
// registries), or through which one of those can be spoken with.
var reserved = func() (all []netip.Prefix) {
	for _, p := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10"} {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}()

// public reports whether an address belongs to the public network.
func public(ip netip.Addr) bool {
	ip = ip.Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return false
	}
	for _, p := range reserved {
		if p.Contains(ip.WithZone("")) {
			return false
		}
	}
	return true
}
