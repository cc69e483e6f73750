package registry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/images/reference"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"1.1.1.1": "", "2606:4700::1": "", "2002:101:101::": "", "64:ff9b::101:101": "",
		"0.0.0.0": "unspecified, never", "::": "unspecified, never",
		"169.254.169.254": "link-local, never", "fe80::1": "link-local, never", "fe80::1%eth0": "link-local, never",
		"100.100.100.200": "metadata, never", "168.63.129.16": "metadata, never", "fd00:ec2::254": "metadata, never",
		"224.0.0.1": "multicast, never", "ff02::1": "multicast, never",
		"127.0.0.1": "loopback", "127.9.9.9": "loopback", "::1": "loopback",
		"10.0.0.1": "private", "172.16.0.1": "private", "192.168.1.1": "private", "100.64.0.1": "private",
		"0.1.2.3": "private", "255.255.255.255": "private", "fd12::1": "private",
		"64:ff9b::a9fe:a9fe": "link-local, never", "2002:a9fe:a9fe::1": "link-local, never", "64:ff9b::a00:1": "private",
	} {
		kind, never := classify(netip.MustParseAddr(address))
		if never {
			kind += ", never"
		}
		if kind != want {
			t.Errorf("%s is %q, want %q", address, kind, want)
		}
	}
}

func TestListed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		host, asked string
		want        bool
	}{
		{"r.corp:5000", "r.corp:5000", true}, {"r.corp:5000", "r.corp:443", false}, {"r.corp", "r.corp:443", true},
		{"r.corp", "xr.corp:443", false}, {"r.corp", "r.corp.evil:443", false}, {"[::1]", "[::1]:443", true}, {"::1", "[::1]:443", true},
		{"r.corp", "r.corp", true}, {"", ":443", true},
	} {
		if got := listed([]string{tc.host}, tc.asked); got != tc.want {
			t.Errorf("%s lists %s: %v", tc.host, tc.asked, got)
		}
	}
}

func TestP24_CredentialsBelongToOneHost(t *testing.T) {
	t.Parallel()
	docker := fmt.Sprintf(`{"credsStore":"osxkeychain","credHelpers":{"x":"y"},"auths":{
		"https://index.docker.io/v1/":{"auth":%q},"quay.io":{"username":"u","password":"p"},
		"idp.io":{"identitytoken":"it"},"empty.io":{},"given.io":{"auth":"!!"}}}`, base64.StdEncoding.EncodeToString([]byte("me:pass:word")))
	k, err := newKeychain([]config.RegistryAuth{{Username: "db", Password: "db"}, {Host: "Given.io", Username: "a", Password: "b"}}, "ghs_token", []byte(docker))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, host := range []string{"docker.io", "quay.io", "idp.io", "empty.io", "given.io", "ghcr.io", "evil.ghcr.io", "", "x"} {
		a, err := k.For(host).Authorization()
		if err != nil {
			t.Fatal(err)
		}
		got[host] = a.Username + "|" + a.Password + "|" + a.IdentityToken
	}
	want := map[string]string{
		"docker.io": "me|pass:word|", "quay.io": "u|p|", "idp.io": "||it", "empty.io": "||", "given.io": "a|b|",
		"ghcr.io": "x-access-token|ghs_token|", "evil.ghcr.io": "||", "": "||", "x": "||",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{`{"auths":["s3cret"]}`, "s3cret", strings.Repeat(" ", maxDockerConfig+1)} {
		if _, err := New(Options{DockerConfig: []byte(bad)}); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%.20s: %v", bad, err)
		}
	}
}

// secret is a TLS registry that records who sends it credentials.
type secret struct {
	*httptest.Server
	mu   sync.Mutex
	seen []string
}

func newSecret(t *testing.T, handler func(*secret, http.ResponseWriter, *http.Request)) *secret {
	t.Helper()
	s := &secret{}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.seen = append(s.seen, r.URL.Path+" "+r.Header.Get("Authorization"))
		s.mu.Unlock()
		handler(s, w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *secret) host() string { return strings.TrimPrefix(s.URL, "https://") }

func client(t *testing.T, o Options, servers ...*secret) *Client {
	t.Helper()
	pool := x509.NewCertPool()
	for _, s := range servers {
		pool.AddCert(s.Certificate())
		o.Private = append(o.Private, s.host())
	}
	o.TLS = &tls.Config{RootCAs: pool}
	o.Wait = func(context.Context, time.Duration) error { return nil }
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestP16_CredentialsStayWithTheirHost(t *testing.T) {
	t.Parallel()
	other := newSecret(t, func(_ *secret, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") })
	reg := newSecret(t, func(_ *secret, w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") == "":
			w.Header().Set("WWW-Authenticate", `Basic realm="r"`)
			w.WriteHeader(401)
		case strings.Contains(r.URL.Path, "/manifests/"):
			http.Redirect(w, r, other.URL+"/elsewhere", http.StatusTemporaryRedirect)
		}
	})
	c := client(t, Options{Auth: []config.RegistryAuth{{Host: reg.host(), Username: "u", Password: "p"}}}, reg, other)
	ref := reference.Reference{Host: reg.host(), Path: "app"}
	if _, err := c.Manifest(t.Context(), ref, "1"); err != nil {
		t.Fatal(err)
	}
	basic := " Basic " + base64.StdEncoding.EncodeToString([]byte("u:p"))
	if diff := cmp.Diff([]string{"/v2/ ", "/v2/app/manifests/1" + basic}, reg.seen); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"/elsewhere "}, other.seen); diff != "" {
		t.Error(diff)
	}
}

func TestBearerToken(t *testing.T) {
	t.Parallel()
	reg := newSecret(t, func(s *secret, w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/token" && r.URL.Query().Get("scope") == "repository:acme/app:pull":
			fmt.Fprint(w, `{"access_token":"abc"}`)
		case r.Header.Get("Authorization") == "Bearer abc":
			fmt.Fprint(w, "{}")
		default:
			w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="%s/token",service="s"`, s.URL))
			w.WriteHeader(401)
		}
	})
	c := client(t, Options{Auth: []config.RegistryAuth{{Host: reg.host(), Username: "u", Password: "p"}}}, reg)
	ref := reference.Reference{Host: reg.host(), Path: "acme/app"}
	if _, err := c.Manifest(t.Context(), ref, "1"); err != nil {
		t.Fatal(err)
	}
	want := []string{"/v2/ ", "/token Basic " + base64.StdEncoding.EncodeToString([]byte("u:p")), "/v2/acme/app/manifests/1 Bearer abc"}
	if diff := cmp.Diff(want, reg.seen); diff != "" {
		t.Error(diff)
	}
}

func TestP17_NoCredentialsByPlainHTTP(t *testing.T) {
	t.Parallel()
	var seen []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		if strings.Contains(r.URL.Path, "/manifests/") {
			fmt.Fprint(w, "{}")
		}
	}))
	t.Cleanup(srv.Close)
	host := strings.TrimPrefix(srv.URL, "http://")
	c := client(t, Options{Insecure: []string{host}, Auth: []config.RegistryAuth{{Host: host, Username: "u", Password: "p"}}})
	if _, err := c.Manifest(t.Context(), reference.Reference{Host: host, Path: "app"}, "1"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"", ""}, seen); diff != "" {
		t.Error(diff)
	}
}

// An attacker's name server may answer with a public address first and a private one
// when we connect: only the connected address counts.
func TestP16_ConnectedAddressCounts(t *testing.T) {
	t.Parallel()
	for remote, kind := range map[string]Kind{"169.254.169.254:443": Refused, "10.1.2.3:443": Refused, "[fd00::1]:443": Refused} {
		c := client(t, Options{Dial: func(context.Context, string, string) (net.Conn, error) { return fakeConn{remote: remote}, nil }})
		_, err := c.Manifest(t.Context(), reference.Reference{Host: "registry.example.com", Path: "app"}, "1")
		var address *AddressError
		if !Is(err, kind) || !errors.As(err, &address) || address.Host != "registry.example.com:443" {
			t.Errorf("%s: %v", remote, err)
		}
	}
}

type fakeConn struct {
	net.Conn
	remote string
}

func (c fakeConn) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(c.remote))
}
func (c fakeConn) Close() error { return nil }

func TestProxyMayBePrivate(t *testing.T) {
	t.Parallel()
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.Host)
		w.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(proxy.Close)
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := client(t, Options{Proxy: http.ProxyURL(u)})
	_, err = c.Manifest(t.Context(), reference.Reference{Host: "registry.example.com", Path: "app"}, "1")
	if !Is(err, Unreachable) || len(asked) == 0 || asked[0] != "CONNECT registry.example.com:443" {
		t.Errorf("err %v, asked %v", err, asked)
	}
	_, err = c.Manifest(t.Context(), reference.Reference{Host: "169.254.169.254", Path: "app"}, "1")
	if !Is(err, Refused) {
		t.Errorf("a proxy hides a metadata address: %v", err)
	}
}

func TestBlobsThatClaimTooMuchAreNotRead(t *testing.T) {
	t.Parallel()
	c := client(t, Options{Dial: func(context.Context, string, string) (net.Conn, error) {
		t.Error("it was asked for")
		return nil, errors.New("no")
	}})
	zero := "sha256:" + strings.Repeat("0", 64)
	_, err := c.Blob(t.Context(), reference.Reference{Host: "r.example", Path: "a"}, Descriptor{Size: maxBlob + 1, Digest: zero})
	if !Is(err, TooLarge) {
		t.Error(err)
	}
	if _, err = c.Blob(t.Context(), reference.Reference{Host: "r.example", Path: "a"}, Descriptor{Digest: "../x"}); !Is(err, Contradiction) {
		t.Error(err)
	}
}

func TestErrorsHideAddresses(t *testing.T) {
	t.Parallel()
	err := wrap("r", fmt.Errorf("Get %q: odd", "https://r/token?password=s3cret"))
	if strings.Contains(err.Error(), "s3cret") {
		t.Error(err)
	}
}

func FuzzNextPage(f *testing.F) {
	f.Add(`</v2/app/referrers/x?n=1>; rel="next"`)
	f.Add(`<https://evil/v2/app/referrers/x>; rel=next`)
	f.Add(`<//evil/v2/app/referrers/x>;rel=next, <a>`)
	f.Add(`<%zz>; rel=next`)
	f.Fuzz(func(t *testing.T, link string) {
		req := httptest.NewRequest(http.MethodGet, "https://r.example/v2/app/referrers/sha256:00", nil)
		resp := &http.Response{Request: req, Header: http.Header{"Link": {link}}}
		next, err := nextPage(resp, reference.Reference{Host: "r.example", Path: "app"})
		if err == nil && next != "" && !strings.HasPrefix(next, "referrers/") {
			t.Fatalf("%q leads to %q", link, next)
		}
	})
}
