package registry

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/images/reference"
)

// Options configure a client.
type Options struct {
	// Insecure are hosts that may be asked by plain HTTP, without credentials.
	Insecure []string
	// Private are hosts that may have private or loopback addresses.
	Private []string
	// Auth are credentials by host, Token is for ghcr.io, DockerConfig a config.json.
	Auth         []config.RegistryAuth
	Token        string
	DockerConfig []byte
	// Dial and Proxy are seams; nil means the system's dialer and no proxy.
	Dial  func(ctx context.Context, network, address string) (net.Conn, error)
	Proxy func(*http.Request) (*url.URL, error)
	// Timeout bounds one request with its answer; zero means 30 seconds.
	Timeout time.Duration
	// Wait sleeps before a request is repeated; nil means to really sleep.
	Wait func(ctx context.Context, d time.Duration) error

	// TLS is a seam; nil trusts the authorities of the system.
	TLS *tls.Config
}

// Client asks registries. It is safe for concurrent use and asks everything once.
type Client struct {
	gate     *gate
	keys     keychain
	insecure []string

	pings     Once[*transport.Challenge]
	sessions  Once[*http.Client]
	digests   Once[string]
	manifests Once[Manifest]
	referrers Once[[]Descriptor]
}

// New returns a client. An error means that the credentials cannot be read.
func New(o Options) (*Client, error) {
	keys, err := newKeychain(o.Auth, o.Token, o.DockerConfig)
	if err != nil {
		return nil, err
	}
	return &Client{gate: newGate(o), keys: keys, insecure: o.Insecure}, nil
}

// endpoint is the host that serves the registry's API.
func endpoint(host string) string {
	if host == "docker.io" {
		return "index.docker.io"
	}
	return host
}

// session returns an HTTP client that is logged in to the repository.
func (c *Client) session(ctx context.Context, ref reference.Reference) (*http.Client, *transport.Challenge, error) {
	host := endpoint(ref.Host)
	reg, err := c.registry(host)
	if err != nil {
		return nil, nil, wrap(host, err)
	}
	ping, err := c.pings.Get(ctx, host, func() (*transport.Challenge, error) { return transport.Ping(ctx, reg, c.gate) })
	if Is(wrap(host, err), Absent) {
		err = &Error{Unreachable, host, errors.New("it is no image registry (404 for /v2/)")}
	}
	if err != nil {
		return nil, nil, wrap(host, err)
	}
	client, err := c.sessions.Get(ctx, ref.Name(), func() (*http.Client, error) { return c.login(ctx, reg, ref, ping) })
	return client, ping, wrap(host, err)
}

func (c *Client) registry(host string) (name.Registry, error) {
	if listed(c.insecure, host) {
		return name.NewRegistry(host, name.Insecure)
	}
	return name.NewRegistry(host)
}

// login does the token handshake. Credentials are never sent by plain HTTP.
func (c *Client) login(ctx context.Context, reg name.Registry, ref reference.Reference, ping *transport.Challenge) (*http.Client, error) {
	auth := c.keys.For(ref.Host)
	if ping.Insecure {
		auth = authn.Anonymous
	}
	token := &transport.Token{}
	if strings.EqualFold(ping.Scheme, "bearer") {
		t, err := transport.Exchange(ctx, reg, auth, c.gate, []string{reg.Repo(ref.Path).Scope(transport.PullScope)}, ping)
		if err != nil {
			return nil, err
		}
		token = t
		if t.AccessToken != "" {
			token.Token = t.AccessToken
		}
	}
	rt, err := transport.FromToken(reg, auth, c.gate, ping, token)
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: rt, CheckRedirect: fewRedirects}, nil
}

// fewRedirects bounds redirects; where each leads is the gate's to judge.
func fewRedirects(_ *http.Request, via []*http.Request) error {
	if len(via) >= 5 {
		return errors.New("it redirects without end")
	}
	return nil
}
