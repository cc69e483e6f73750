package compose

import (
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/source/decoded"
)

// port is a published port as text: numbers, ranges or placeholders.
type port struct{ host, published, target, protocol string }

// splitPort reads Compose's short form [HOST:][PUBLISHED:]TARGET[/PROTOCOL].
func splitPort(s string) (p port, ok bool) {
	s, p.protocol, _ = strings.Cut(s, "/")
	if p.protocol == "" {
		p.protocol = "tcp"
	}
	if rest, found := strings.CutPrefix(s, "["); found {
		host, after, closed := strings.Cut(rest, "]:")
		if !closed {
			return p, false
		}
		p.host, s = host, after
	}
	parts := splitColons(s)
	p.target = parts[len(parts)-1]
	if len(parts) > 1 {
		p.published = parts[len(parts)-2]
	}
	if len(parts) > 2 {
		if p.host != "" {
			return p, false
		}
		p.host = strings.Join(parts[:len(parts)-2], ":")
	}
	return p, portText(p.target) && (p.published == "" || portText(p.published))
}

// splitColons cuts at colons outside of ${…}.
func splitColons(s string) (parts []string) {
	depth, start := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			depth--
		case ':':
			if depth <= 0 {
				parts = append(parts, s[start:i])
				start = i + 1
			}
		}
	}
	return append(parts, s[start:])
}

// portText accepts a number, a range of two in order, and anything with a placeholder.
func portText(s string) bool {
	if strings.Contains(s, "${") || strings.Contains(s, maskOpen) {
		return true
	}
	first, last, ok := portRange(s)
	return ok && first <= last
}

// portRange reads "80" or "80-90".
func portRange(s string) (first, last int, ok bool) {
	a, b, isRange := strings.Cut(s, "-")
	first, err := strconv.Atoi(a)
	if err != nil || first < 0 || first > 65535 {
		return 0, 0, false
	}
	if !isRange {
		return first, first, true
	}
	last, err = strconv.Atoi(b)
	return first, last, err == nil && last <= 65535
}

// long is the port in Compose's long form; a single target is a number.
func (p port) long() map[string]any {
	m := map[string]any{"mode": "ingress", "protocol": strings.ToLower(p.protocol), "target": any(p.target)}
	if n, err := strconv.Atoi(p.target); err == nil {
		m["target"] = n
	}
	if p.published != "" {
		m["published"] = p.published
	}
	if p.host != "" {
		m["host_ip"] = p.host
	}
	return m
}

// portOf reads the long form back.
func portOf(m map[string]any) port {
	p := port{decoded.Text(m["host_ip"]), decoded.Text(m["published"]), decoded.Text(m["target"]), decoded.Text(m["protocol"])}
	if p.protocol == "" {
		p.protocol = "tcp"
	}
	return p
}
