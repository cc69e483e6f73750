package service

import (
	"net/netip"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// port is a published port or range.
type port struct {
	// Published is the host's port or range as written, empty for a random one.
	Published string `json:"published"`
	HostIP    string `json:"host_ip"`
	// First and Last are the container's ports, 0 when unknown.
	First    int    `json:"first"`
	Last     int    `json:"last"`
	Protocol string `json:"protocol"`
	// Loopback is true when only the host itself can connect.
	Loopback bool  `json:"loopback"`
	Path     []any `json:"path"`
}

func (s scope) ports() []port {
	out := []port{}
	for i, v := range value.List(s.svc["ports"]) {
		p := shortPort(value.Text(v))
		if m := value.Object(v); m != nil {
			p = longPort(m)
		}
		p.HostIP = s.inForce(p.HostIP)
		p.Loopback = loopback(p.HostIP)
		p.Path = s.at("ports", i)
		out = append(out, p)
	}
	return out
}

func longPort(m map[string]any) port {
	p := port{Published: value.Text(m["published"]), HostIP: value.Text(m["host_ip"]), Protocol: value.Text(m["protocol"])}
	p.First, p.Last = container.PortRange(value.Text(m["target"]))
	return p
}

// shortPort reads [[ip:]published:]target[/protocol]; an IPv6 address is in brackets.
func shortPort(s string) port {
	s, proto, _ := strings.Cut(s, "/")
	p := port{Protocol: proto}
	target := s
	if i := strings.LastIndex(s, ":"); i >= 0 {
		p.Published, target = s[:i], s[i+1:]
	}
	if i := strings.LastIndex(p.Published, ":"); i >= 0 {
		p.HostIP, p.Published = strings.Trim(p.Published[:i], "[]"), p.Published[i+1:]
	}
	p.First, p.Last = container.PortRange(target)
	return p
}

func loopback(ip string) bool {
	addr, err := netip.ParseAddr(ip)
	return err == nil && addr.IsLoopback()
}
