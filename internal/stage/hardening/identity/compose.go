package identity

import (
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// mount names a volume, tmpfs or device by source and target, in its short or long form.
// How it is mounted says how grave that is, not what it is.
func mount(root string, v any) string {
	if m := value.Object(v); m != nil {
		return pair(root, value.Text(m["source"]), value.Text(m["target"]))
	}
	parts := fields(value.Text(v))
	if len(parts) == 1 || !strings.HasPrefix(parts[1], "/") && !strings.HasPrefix(parts[1], "$") {
		return pair(root, "", parts[0]) // tmpfs: /run:size=1m
	}
	return pair(root, parts[0], parts[1])
}

func pair(root, from, to string) string {
	from, to = clean(from), clean(to)
	if inside, is := strings.CutPrefix(from, root+"/"); root != "" && is {
		from = inside
	}
	return short(strings.TrimPrefix(from+">"+to, ">"))
}

// clean tidies a path; a name or a variable stays as it is.
func clean(s string) string {
	if s = strings.TrimSpace(s); s == "" || strings.Contains(s, "$") || !strings.Contains(s, "/") {
		return s
	}
	return path.Clean(s)
}

// fields cuts at colons outside of ${...}.
func fields(s string) (out []string) {
	depth, from := 0, 0
	for i, r := range s {
		switch {
		case r == '{':
			depth++
		case r == '}':
			depth--
		case r == ':' && depth <= 0:
			out, from = append(out, s[from:i]), i+1
		}
	}
	return append(out, s[from:])
}

// everyInterface are the spellings of an address that means all of them.
var everyInterface = []string{"", "0.0.0.0", "::", "[::]", "0:0:0:0:0:0:0:0"}

// port names what is published where: address, port of the host, port inside, protocol.
func port(v any) string {
	m := value.Object(v)
	if m == nil {
		return shortPort(value.Text(v))
	}
	if inside := value.Text(m["containerPort"]); inside != "" {
		return portName(value.Text(m["hostIP"]), value.Text(m["hostPort"]), inside, value.Text(m["protocol"]))
	}
	inside := value.Text(m["target"])
	if inside == "" {
		inside = value.Text(m["targetPort"])
	}
	outside := value.Text(m["published"])
	if outside == "" {
		outside = value.Text(m["port"])
	}
	return portName(value.Text(m["host_ip"]), outside, inside, value.Text(m["protocol"]))
}

// shortPort reads [[address:]published:]target[/protocol].
func shortPort(s string) string {
	s, protocol, _ := strings.Cut(s, "/")
	parts := fields(s)
	inside := parts[len(parts)-1]
	address, outside := "", ""
	if n := len(parts); n > 1 {
		address, outside = strings.Join(parts[:n-2], ":"), parts[n-2]
	}
	return portName(address, outside, inside, protocol)
}

func portName(address, outside, inside, protocol string) string {
	if protocol == "" {
		protocol = "tcp"
	}
	if slices.Contains(everyInterface, address) {
		address = ""
	}
	address = strings.Trim(address, "[]")
	return short(address + ":" + outside + ":" + inside + "/" + strings.ToLower(protocol))
}
