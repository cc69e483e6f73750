package dast

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/stage/dast/probe"
	"github.com/stella-ops/assure/internal/stage/dast/web"
)

// outside tests a target that runs already. It only reads, unless the configuration
// says that the target is our own.
func (t *test) outside(ctx context.Context) error {
	levels, errs := web.ParseRules(t.o.RulesFile)
	if len(errs) > 0 {
		return fmt.Errorf("read %s: %w", t.cfg.RulesFile, errors.Join(errs...))
	}
	if t.o.Offline {
		return errors.New("dast.target.url names a target outside of the stack, and --offline forbids to contact it; drop one of the two")
	}
	if t.cfg.Engine == "zap" {
		return errors.New("dast.engine is zap, but a target outside of the stack is scanned by the builtin engine alone, because ZAP would not keep to the target's address; set dast.engine to builtin")
	}
	e, dial, err := t.reach(ctx)
	if err != nil {
		return err
	}
	at := probe.Target{Base: e.base, Service: e.service, Dial: dial, Token: t.o.Token}
	t.set.Cover("targets", 1)
	if err := t.ask(ctx, t.connection(at), t.wellbeing(e, at)); err != nil {
		return err
	}
	scanner := t.o.Scanner
	if scanner == nil {
		scanner = builtin{t.options(e, levels)}
	}
	if err := t.scan(ctx, e, scanner, web.Target{Base: e.base, Service: e.service, Seeds: t.cfg.Target.Paths, Dial: dial}); err != nil {
		return err
	}
	if !t.cfg.Target.Own {
		t.set.Notes = append(t.set.Notes, "methods, tokens and the rate limit were not asked for, because the target was only to be read; set dast.target.own if it is yours")
		return nil
	}
	return t.ask(ctx, t.refusals(at), t.rate(e, at))
}

// reach resolves the target once, makes sure that its address may be used, and returns
// a dialer for that address alone: a name cannot change what it means later.
func (t *test) reach(ctx context.Context) (endpoint, probe.DialFunc, error) {
	base, err := url.Parse(t.cfg.Target.URL)
	if err != nil {
		return endpoint{}, nil, fmt.Errorf("read target: %w", err)
	}
	if base.Path == "" {
		base.Path = "/"
	}
	host, port := base.Hostname(), base.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[base.Scheme]
	}
	addr, err := t.address(ctx, host)
	if err != nil {
		return endpoint{}, nil, fmt.Errorf("the target %s may not be tested: %w", base, err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return endpoint{}, nil, fmt.Errorf("read target: %w", err)
	}
	dial := func(ctx context.Context, network, asked string) (net.Conn, error) {
		if asked != net.JoinHostPort(host, port) {
			return nil, fmt.Errorf("%s is not the target", asked)
		}
		return (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, network, net.JoinHostPort(addr.String(), port))
	}
	service := t.cfg.Target.Service
	if service == "" {
		service = host
	}
	return endpoint{service: service, port: number, base: base}, dial, nil
}

// address finds the target's address. Every address that the name has must be allowed.
func (t *test) address(ctx context.Context, host string) (netip.Addr, error) {
	if literal, err := netip.ParseAddr(host); err == nil {
		return literal, t.permit(literal, true)
	}
	resolve := t.o.Resolve
	if resolve == nil {
		resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	all, err := resolve(ctx, host)
	if err != nil || len(all) == 0 {
		return netip.Addr{}, fmt.Errorf("look up %s: %w", host, errors.Join(err, errNoAddress))
	}
	for _, a := range all {
		if err := t.permit(a, host == "localhost"); err != nil {
			return netip.Addr{}, err
		}
	}
	return all[0].Unmap(), nil
}

var errNoAddress = errors.New("the name has no address that can be used")

// permit judges an address. Where clouds keep credentials nobody tests; a private
// address must have been written out, or allowed, because a name that leads to one may
// be somebody's trick.
func (t *test) permit(a netip.Addr, written bool) error {
	a = a.Unmap().WithZone("")
	switch {
	case !a.IsValid(), a.IsUnspecified(), a.IsMulticast(), a.IsLinkLocalUnicast(), a == netip.AddrFrom4([4]byte{255, 255, 255, 255}), slices.Contains(metadata(), a):
		return fmt.Errorf("%s is no address of a service: link-local, multicast and metadata addresses are always refused", a)
	case written || !a.IsPrivate() && !a.IsLoopback() && !shared.Contains(a):
		return nil
	}
	for _, p := range t.cfg.Target.AllowAddresses {
		if prefix, err := netip.ParsePrefix(p); err == nil && prefix.Contains(a) {
			return nil
		}
	}
	return fmt.Errorf("its name leads to the private address %s; allow its network under dast.target.allow-addresses if that is meant", a)
}

// shared is the address space between providers and customers (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

// metadata are addresses of cloud services outside of the link-local networks.
func metadata() []netip.Addr {
	return []netip.Addr{netip.MustParseAddr("fd00:ec2::254"), netip.MustParseAddr("100.100.100.200"), netip.MustParseAddr("168.63.129.16")}
}

// cut is what remains to be said of a step that took too long.
func (t *test) cut(o overrun, err error) finding.Gap {
	return finding.Gap{
		Rule: gap.StackNotTested, Location: t.at("services"), Subject: o.step, Remediation: "Raise dast.budget." + o.step + ".",
		Message: t.stack.Mask(err.Error()) + "; what came before counts, and is incomplete",
	}
}
