package storeconf

import (
	"net/netip"
	"slices"
	"strings"
)

// Valkey reads a valkey.conf or redis.conf. The last of several settings of a name holds;
// further are those of the command line, which stand over the file's.
func Valkey(data []byte, further ...[]string) Access {
	c := valkey{last: map[string]line{}}
	for _, l := range lines(data, false) {
		c.set(l)
	}
	for _, words := range further {
		c.set(line{words: words})
	}
	return c.access()
}

// valkey is a configuration: the last line of each setting, and the lines of users.
type valkey struct {
	last    map[string]line
	users   []line
	renamed bool
}

func (c *valkey) set(l line) {
	if len(l.words) == 0 {
		return
	}
	switch name := strings.ToLower(l.words[0]); name {
	case "user":
		c.users = append(c.users, l)
	case "rename-command":
		c.renamed = c.renamed || len(l.words) > 1 && slices.Contains(destructive, strings.ToLower(l.words[1]))
	default:
		c.last[name] = l
	}
}

// value is a setting's first argument, empty without one.
func (c *valkey) value(name string) string {
	if l := c.last[name]; len(l.words) > 1 {
		return l.words[1]
	}
	return ""
}

func (c *valkey) access() Access {
	a := c.state()
	a.Restricted = a.Restricted || c.renamed
	a.Memory = strings.ContainsAny(c.value("maxmemory"), "123456789")
	a.ACL = c.value("aclfile")
	return a
}

func (c *valkey) state() Access {
	if len(c.users) > 0 {
		if a := judge(c.users); a.State == Open || c.value("requirepass") == "" {
			return a
		}
	}
	if pass := c.last["requirepass"]; c.value("requirepass") != "" {
		return Access{State: Closed, Literal: pass.number}
	}
	if include, ok := c.last["include"]; ok {
		return Access{State: Unknown, Why: "it includes another file", Line: include.number}
	}
	return c.reachable()
}

// reachable judges a store without a password by who can connect at all.
func (c *valkey) reachable() Access {
	bind := c.last["bind"]
	if len(bind.words) > 1 && !slices.ContainsFunc(bind.words[1:], outside) {
		return Access{State: Closed}
	}
	if mode := c.last["protected-mode"]; strings.EqualFold(c.value("protected-mode"), "yes") {
		if len(bind.words) > 1 {
			return Access{State: Unknown, Why: "protected mode has no password and a bound address", Line: mode.number}
		}
		return Access{State: Closed}
	} else if mode.number > 0 {
		return Access{State: Open, Why: "it sets no password and protected-mode no", Line: mode.number}
	}
	return Access{State: Open, Why: "it sets no password", Line: bind.number}
}

// outside is true for an address that others can reach; a leading hyphen means that it
// may be missing.
func outside(address string) bool {
	ip, err := netip.ParseAddr(strings.TrimPrefix(address, "-"))
	if err != nil {
		return !strings.EqualFold(address, "localhost")
	}
	return !ip.IsLoopback()
}
