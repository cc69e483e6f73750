package settings

import (
	"net/netip"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// bypass is a network whose callers need no token.
type bypass struct {
	Network string `json:"network"`
	// Bits of the address that are fixed, of Of in all.
	Bits     int   `json:"bits"`
	Of       int   `json:"of"`
	Loopback bool  `json:"loopback"`
	Path     []any `json:"path"`
}

// bypasses are the networks that the authority's client lets in without a token. What
// is no network is left to the application, which refuses it.
func bypasses(settings []setting) []bypass {
	out := []bypass{}
	for _, s := range settings {
		if !strings.HasPrefix(s.Name, "concelier.authority.bypassnetworks") || s.Overridden {
			continue
		}
		for _, word := range strings.FieldsFunc(value.Text(s.Value), func(r rune) bool { return strings.ContainsRune(",; ", r) }) {
			if n, ok := network(word); ok {
				out = append(out, bypass{word, n.Bits(), n.Addr().BitLen(), n.Addr().IsLoopback(), s.Path})
			}
		}
	}
	return out
}

func network(s string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	n, err := netip.ParsePrefix(s)
	return n, err == nil
}
