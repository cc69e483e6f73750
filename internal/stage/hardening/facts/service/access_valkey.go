package service

import (
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/storeconf"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// valkeyCommand is how a Valkey-like server is started.
type valkeyCommand struct {
	// file is its configuration file, at the place that names it.
	file string
	at   []any
	// options stand over the file's settings; acl is the place of --aclfile.
	options [][]string
	acl     []any
}

func (s scope) valkeyAccess(f Service) *access {
	c := valkeyStart(f.Words)
	a := storeconf.Access{}
	name := "the command"
	if c.file != "" {
		file, data, ok := s.given(c.file)
		if !ok {
			return unread(c.file, c.at)
		}
		name, a = file, storeconf.Valkey(data, c.options...)
	} else if c.acl != nil {
		a, c.at = storeconf.Valkey(nil, c.options...), c.acl
	}
	if a.ACL == "" {
		return judged(name, a, c.at)
	}
	if c.acl != nil {
		c.at = c.acl
	}
	users := s.read(a.ACL, c.at, storeconf.ACL)
	users.Restricted, users.Memory = users.Restricted || a.Restricted, a.Memory
	return users
}

// valkeyStart reads the words after the server's program: its file, then options, each
// with the words up to the next one.
func valkeyStart(words []container.Word) valkeyCommand {
	var c valkeyCommand
	started := false
	for i, w := range words {
		option := strings.HasPrefix(w.Text, "--")
		switch {
		case w.From == "healthcheck":
			return c
		case !started:
			started = container.IsServer(w.Text)
		case option:
			name := strings.ToLower(strings.TrimPrefix(w.Text, "--"))
			c.options = append(c.options, []string{name})
			if name == "aclfile" {
				c.acl = w.Path
			}
		case len(c.options) > 0:
			last := len(c.options) - 1
			c.options[last] = append(c.options[last], given(w))
		case c.file == "" && container.IsServer(words[i-1].Text) && w.Text != "":
			c.file, c.at = w.Text, w.Path
		}
	}
	return c
}

// given is a word's text; one that a variable makes counts as something: whether it has
// a value is judged elsewhere.
func given(w container.Word) string {
	if w.Text == "" && len(w.Variables) > 0 {
		return "$" + w.Variables[0]
	}
	return w.Text
}

// accounts is true when the image makes an account of its own at the first start.
func (s scope) accounts() bool {
	env := value.Object(s.svc["environment"])
	for _, key := range []string{"MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_ROOT_USERNAME_FILE"} {
		if _, ok := env[key]; ok {
			return true
		}
	}
	return false
}
