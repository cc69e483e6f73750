package dast

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/dast/probe"
	"github.com/stella-ops/assure/internal/stage/dast/runtime"
	"github.com/stella-ops/assure/internal/stage/dast/stack"
)

// Patience with the target's port.
const (
	dialTimeout = 3 * time.Second
	retryPause  = 250 * time.Millisecond
)

// endpoint is a port of a service.
type endpoint struct {
	service string
	port    int
	base    *url.URL
}

// choose finds the service to test: the configured one, else what the stack offers to
// the outside, else what it offers at all. It waits until the port accepts connections.
func (t *test) choose(ctx context.Context, services []stack.Service) (endpoint, error) {
	candidates := t.candidates(services)
	if len(candidates) == 0 {
		return endpoint{service: t.cfg.Target.Service}, errors.New("no running service offers a TCP port that could be tested")
	}
	c := candidates[0]
	e := endpoint{service: c.Service, port: c.Port}
	for _, other := range candidates[1:] {
		if other.Service != e.service || other.Port != e.port {
			t.set.Notes = append(t.set.Notes, fmt.Sprintf("port %d of service %s was not scanned; choose it with dast.target", other.Port, other.Service))
		}
	}
	host := net.JoinHostPort(e.service, strconv.Itoa(e.port))
	if err := t.wait(ctx, host); err != nil {
		return e, fmt.Errorf("service %s does not accept connections on port %d within %s: %w", e.service, e.port, t.cfg.Ready, err)
	}
	scheme := t.cfg.Target.Scheme
	if scheme == "" {
		scheme = c.Scheme
	}
	if scheme == "" {
		scheme = t.scheme(ctx, host)
	}
	e.base = &url.URL{Scheme: scheme, Host: host, Path: "/"}
	return e, nil
}

// candidates lists what could be tested, best first.
func (t *test) candidates(services []stack.Service) []plan.Endpoint {
	var all []plan.Endpoint
	for _, s := range services {
		if s.Exited || !s.Addr.IsValid() || t.cfg.Target.Service != "" && s.Name != t.cfg.Target.Service {
			continue
		}
		if runtime.IsStore(t.declared[s.Name]) && t.cfg.Target.Service == "" {
			continue
		}
		all = append(all, t.ports(s)...)
	}
	slices.SortStableFunc(all, func(a, b plan.Endpoint) int { return rank(a) - rank(b) })
	return all
}

// ports lists the ports of one service: the configured one alone, those that the plan
// knows, or those that the image exposes.
func (t *test) ports(s stack.Service) (ports []plan.Endpoint) {
	if t.cfg.Target.Port != 0 {
		ports = []plan.Endpoint{{Service: s.Name, Port: t.cfg.Target.Port}}
	}
	known := func(port int) bool {
		return slices.ContainsFunc(ports, func(e plan.Endpoint) bool { return e.Port == port })
	}
	for _, e := range t.plan.Endpoints {
		if e.Service != s.Name || !slices.Contains(t.doc.Files, e.Location.URI) || e.Port == 0 {
			continue
		}
		if t.cfg.Target.Port == 0 && !known(e.Port) {
			ports = append(ports, e)
		} else if e.Port == t.cfg.Target.Port {
			ports[0].Scheme = e.Scheme
		}
	}
	for _, port := range s.Exposed {
		if t.cfg.Target.Port == 0 && !known(port) {
			ports = append(ports, plan.Endpoint{Service: s.Name, Port: port})
		}
	}
	return ports
}

// rank orders endpoints: published before hidden, known protocols before unknown ones.
func rank(e plan.Endpoint) (r int) {
	if !e.Published {
		r += 2
	}
	if e.Scheme == "" {
		r++
	}
	return r
}

func (t *test) dialer() probe.DialFunc { return dialer(t.stack.Services()) }

// dialer connects to services of the stack by their names, and to nothing else.
func dialer(services []stack.Service) probe.DialFunc {
	addrs := map[string]string{}
	for _, s := range services {
		if _, ok := addrs[s.Name]; !ok && !s.Exited && s.Addr.IsValid() {
			addrs[s.Name] = s.Addr.String()
		}
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, err
		}
		ip, ok := addrs[host]
		if !ok || !strings.HasPrefix(network, "tcp") {
			return nil, fmt.Errorf("%s is not a service of the stack", addr)
		}
		return (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, network, net.JoinHostPort(ip, port))
	}
}

// wait tries to connect until it works.
func (t *test) wait(ctx context.Context, host string) error {
	ctx, cancel := context.WithTimeout(ctx, t.cfg.Ready)
	defer cancel()
	dial := t.dialer()
	for {
		conn, err := dial(ctx, "tcp", host)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(retryPause):
		}
	}
}

// scheme finds out whether a port speaks TLS.
func (t *test) scheme(ctx context.Context, host string) string {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := t.dialer()(ctx, "tcp", host)
	if err != nil {
		return "http"
	}
	defer conn.Close()
	// The certificate is of no interest here; the probes judge the connection.
	client := tls.Client(conn, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}) //nolint:gosec // see above
	var header tls.RecordHeaderError
	if err := client.HandshakeContext(ctx); errors.As(err, &header) || errors.Is(err, context.DeadlineExceeded) {
		return "http"
	}
	return "https"
}

// seeds are paths to start from: the configured ones and those of the health check.
func (t *test) seeds(e endpoint) []string {
	return slices.Compact(append(slices.Clone(t.cfg.Target.Paths), t.healthPaths(e)...))
}

// healthPaths are the paths that the service's own health check asks for.
func (t *test) healthPaths(e endpoint) (seeds []string) {
	if h := t.declared[e.service].HealthCheck; h != nil {
		for _, word := range h.Test {
			for _, field := range strings.Fields(word) {
				u, err := url.Parse(strings.Trim(field, `"';`))
				if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Path != "" {
					seeds = append(seeds, u.Path)
				}
			}
		}
	}
	return seeds
}
