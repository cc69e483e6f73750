package hardening

import (
	"net/netip"
	"strconv"
	"strings"
)

// port is a published port or range.
type port struct {
	// Published is the host's port or range as written, empty for a random one.
	Published string `json:"published"`
	HostIP    string `json:"host_ip"`
	// First and Last are the container's ports, 0 when they cannot be told.
	First    int    `json:"first"`
	Last     int    `json:"last"`
	Protocol string `json:"protocol"`
	// Loopback is true when only the host itself can connect.
	Loopback bool  `json:"loopback"`
	Path     []any `json:"path"`
}

func (s scope) ports() []port {
	out := []port{}
	for i, v := range list(s.svc["ports"]) {
		p := shortPort(text(v))
		if m := object(v); m != nil {
			p = longPort(m)
		}
		p.Loopback = loopback(p.HostIP)
		p.Path = s.at("ports", i)
		out = append(out, p)
	}
	return out
}

func longPort(m map[string]any) port {
	p := port{Published: text(m["published"]), HostIP: text(m["host_ip"]), Protocol: text(m["protocol"])}
	p.First, p.Last = portRange(text(m["target"]))
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
	p.First, p.Last = portRange(target)
	return p
}

// portRange reads 80 or 8000-8010; anything else is 0, 0.
func portRange(s string) (first, last int) {
	from, to, isRange := strings.Cut(s, "-")
	if !isRange {
		to = from
	}
	a, err1 := strconv.ParseUint(from, 10, 16)
	b, err2 := strconv.ParseUint(to, 10, 16)
	if err1 != nil || err2 != nil || a > b {
		return 0, 0
	}
	return int(a), int(b)
}

func loopback(ip string) bool {
	addr, err := netip.ParseAddr(ip)
	return err == nil && addr.IsLoopback()
}
