// Package registry asks image registries questions under strict bounds: who may be
// reached, how long, how much and how often. Everything a registry says is a claim
// until its bytes were hashed.
package registry

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"syscall"
	"time"
)

// AddressError is a connection that was refused because of where it would lead.
type AddressError struct {
	// Host is the name that was asked for, Address what it resolved to.
	Host, Address string
	// Kind says what the address is: private, loopback, link-local, …
	Kind string
	// Listable is true when naming the host in private-registries allows it.
	Listable bool
}

// Error names host and address.
func (e *AddressError) Error() string {
	return fmt.Sprintf("%s leads to the %s address %s, which is refused", e.Host, e.Kind, e.Address)
}

// guard decides which addresses may be connected.
type guard struct {
	// private are the hosts that may have private or loopback addresses.
	private []string
	// proxies are the proxies in use, as host:port; the operator chose them.
	proxies *sync.Map
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
}

// DialContext connects and checks the address that was really connected, so that no
// name, redirect or changing DNS answer leads where it must not.
func (g guard) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if g.dial == nil {
		d := net.Dialer{Timeout: 10 * time.Second, Control: func(_, to string, _ syscall.RawConn) error {
			return g.check(address, to)
		}}
		return d.DialContext(ctx, network, address)
	}
	conn, err := g.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if err := g.check(address, conn.RemoteAddr().String()); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// check judges the connected address to for the host that was asked for.
func (g guard) check(asked, to string) error {
	addr, err := netip.ParseAddrPort(to)
	if err != nil {
		return fmt.Errorf("read the connected address %q: %w", to, err)
	}
	ip := addr.Addr().Unmap()
	kind, never := classify(ip)
	_, proxy := g.proxies.Load(asked)
	if kind == "" || !never && (proxy || listed(g.private, asked)) {
		return nil
	}
	return &AddressError{Host: asked, Address: ip.String(), Kind: kind, Listable: !never}
}

// listed tells whether the list names the host: with its port, or without one for
// every port.
func listed(hosts []string, hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	return slices.Contains(hosts, hostport) || slices.Contains(hosts, host) || slices.Contains(hosts, "["+host+"]")
}

// The services that hand credentials to whoever asks on a cloud machine, beside the
// link-local address that most clouds use.
var metadata = [...]string{"100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"}

var privateRanges = [...]string{
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16",
	"198.18.0.0/15", "240.0.0.0/4", "fc00::/7",
}

// classify returns what is special about an address, "" when nothing is, and whether
// it is refused even to hosts that may be private.
func classify(a netip.Addr) (kind string, never bool) {
	a = embedded(a.WithZone(""))
	switch {
	case slices.Contains(metadata[:], a.String()):
		return "metadata", true
	case a.IsUnspecified():
		return "unspecified", true
	case a.IsLinkLocalUnicast():
		return "link-local", true
	case a.IsMulticast():
		return "multicast", true
	case a.IsLoopback():
		return "loopback", false
	}
	for _, r := range privateRanges {
		if netip.MustParsePrefix(r).Contains(a) {
			return "private", false
		}
	}
	return "", false
}

// embedded returns the IPv4 address that a NAT64 or 6to4 address stands for, because a
// gateway would connect that one.
func embedded(a netip.Addr) netip.Addr {
	if !a.Is6() {
		return a
	}
	b := a.As16()
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(a):
		return netip.AddrFrom4([4]byte(b[12:]))
	case netip.MustParsePrefix("2002::/16").Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return a
}

// proxy remembers the proxies that the operator's function chooses.
func (g guard) proxy(choose func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	if choose == nil {
		return nil
	}
	return func(req *http.Request) (*url.URL, error) {
		u, err := choose(req)
		if u != nil {
			port := u.Port()
			if port == "" {
				port = map[string]string{"https": "443", "socks5": "1080"}[u.Scheme]
			}
			g.proxies.Store(net.JoinHostPort(u.Hostname(), cmp.Or(port, "80")), true)
		}
		return u, err
	}
}
