package storeconf

import (
	"net/netip"
	"slices"
	"strings"
)

// HostBased reads PostgreSQL's pg_hba.conf, of which the first line that fits decides.
func HostBased(data []byte) Access {
	a := Access{State: Closed}
	for _, l := range lines(data, true) {
		switch kind := strings.ToLower(l.words[0]); {
		case strings.HasPrefix(kind, "include"):
			return Access{State: Unknown, Why: "it includes another file", Line: l.number}
		case !strings.HasPrefix(kind, "host") || len(l.words) < 5:
		case refusesAll(l.words):
			return a
		case slices.Contains(l.words[4:], "trust") && !loopback(l.words[3]):
			return Access{State: Open, Why: "it trusts " + l.words[3] + " without a password", Line: l.number}
		}
	}
	return a
}

// refusesAll is true for a line after which nobody comes.
func refusesAll(w []string) bool {
	return strings.EqualFold(w[0], "host") && w[1] == "all" && w[2] == "all" && w[3] == "all" && w[4] == "reject"
}

func loopback(address string) bool {
	if address == "samehost" || address == "localhost" {
		return true
	}
	if p, err := netip.ParsePrefix(address); err == nil {
		return p.Addr().IsLoopback() && p.Bits() >= 8
	}
	ip, err := netip.ParseAddr(address)
	return err == nil && ip.IsLoopback()
}

// MySQL reads a my.cnf: only what switches the accounts off is of interest.
func MySQL(data []byte) Access {
	for _, l := range lines(data, true) {
		name, value, given := strings.Cut(strings.Join(l.words, ""), "=")
		if strings.ReplaceAll(strings.ToLower(name), "_", "-") != "skip-grant-tables" {
			continue
		}
		if !given || !slices.Contains([]string{"0", "off", "false"}, strings.ToLower(value)) {
			return Access{State: Open, Why: "it switches accounts off with skip-grant-tables", Line: l.number}
		}
	}
	return Access{}
}

// Mongo reads a mongod.conf, which demands accounts only where it says so.
func Mongo(data []byte) Access {
	section := ""
	for i, text := range strings.Split(string(data), "\n") {
		name, value, _ := strings.Cut(strings.TrimSpace(text), ":")
		if text != "" && !strings.HasPrefix(text, " ") && !strings.HasPrefix(text, "\t") {
			section = name
		}
		value = strings.Trim(strings.TrimSpace(value), `"'`)
		if section != "security" && name != "security.authorization" && name != "security.keyFile" {
			continue
		}
		switch name = strings.TrimPrefix(name, "security."); {
		case name == "authorization" && value == "enabled", name == "keyFile" && value != "":
			return Access{State: Closed}
		case name == "authorization":
			return Access{State: Open, Why: "it sets security.authorization to " + value, Line: i + 1}
		}
	}
	return Access{State: Open, Why: "it does not set security.authorization"}
}
