package settings

import (
	"net/netip"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// listener is an address that an ASP.NET Core service listens on.
type listener struct {
	Address string `json:"address"`
	// Plain is true for HTTP without TLS that others can reach.
	Plain bool   `json:"plain"`
	From  string `json:"from"`
	Path  []any  `json:"path"`
}

func listeners(list []setting) []listener {
	out := []listener{}
	for _, s := range list {
		if s.Overridden || !s.Known {
			continue
		}
		switch {
		case s.Name == "urls", s.Name == "aspnetcore_urls",
			strings.HasPrefix(s.Name, "kestrel.endpoints.") && strings.HasSuffix(s.Name, ".url"):
			for _, a := range strings.Split(value.Text(s.Value), ";") {
				out = append(out, listener{strings.TrimSpace(a), plainHTTP(a), s.From, s.Path})
			}
		case s.Name == "aspnetcore_http_ports" && value.Text(s.Value) != "":
			out = append(out, listener{"port " + value.Text(s.Value), true, s.From, s.Path})
		}
	}
	return out
}

// plainHTTP reports whether an address has no TLS; nobody else reaches the loopback interface.
func plainHTTP(address string) bool {
	host, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(address)), "http://")
	if !ok {
		return false
	}
	host = strings.SplitN(host, "/", 2)[0]
	if i := strings.LastIndex(host, ":"); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host != "localhost" && (err != nil || !ip.IsLoopback())
}
