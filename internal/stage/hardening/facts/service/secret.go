package service

import (
	"regexp"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// inURL is a password in the address of a server.
var inURL = regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.-]*://[^\s:/@]*:([^\s/@]+)@`)

// secretsIn lists the secret literals of one mapping of keys to values.
func (s scope) secretsIn(from string, values map[string]any, base []any) []container.Secret {
	var out []container.Secret
	for _, key := range value.Keys(values) {
		at := value.Under(base, key)
		literal, isDefault := s.literal(value.Text(values[key]), at)
		held := container.IsSecretKey(key) && container.IsLiteral(literal)
		if m := inURL.FindStringSubmatch(literal); m != nil && !held {
			held = container.IsLiteral(m[1])
		}
		if held {
			out = append(out, container.Secret{Key: key, From: from, Default: isDefault, Path: at})
		}
	}
	return out
}

// literal is the part of a value that stands in the file: the value itself, or the
// default of the one variable that it is made of.
func (s scope) literal(v string, at []any) (literal string, isDefault bool) {
	used := s.vars.at(at)
	if len(used) == 0 {
		return v, false
	}
	for _, u := range used {
		if u.Default != nil && container.IsLiteral(*u.Default) {
			return *u.Default, true
		}
	}
	return "", false
}

func (s scope) secrets() []container.Secret {
	out := []container.Secret{}
	out = append(out, s.secretsIn("environment", value.Object(s.svc["environment"]), s.at("environment"))...)
	out = append(out, s.secretsIn("label", value.Object(s.svc["labels"]), s.at("labels"))...)
	build := value.Object(s.svc["build"])
	return append(out, s.secretsIn("argument", value.Object(build["args"]), s.at("build", "args"))...)
}
