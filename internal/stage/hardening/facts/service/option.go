package service

import (
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// option is one security_opt, split at = or the older colon.
type option struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	// On is the value as a switch, by every spelling that the engine takes.
	On   bool  `json:"on"`
	Path []any `json:"path"`
}

func (s scope) security() []option {
	out := []option{}
	for i, v := range value.List(s.svc["security_opt"]) {
		o := parseOption(value.Text(v))
		o.Path = s.at("security_opt", i)
		out = append(out, o)
	}
	return out
}

func parseOption(s string) option {
	key, value, ok := strings.Cut(s, "=")
	if !ok {
		key, value, ok = strings.Cut(s, ":")
	}
	if !ok {
		return option{Key: s, On: true}
	}
	on, _ := strconv.ParseBool(value)
	return option{Key: key, Value: value, On: on}
}

// noNewPrivileges is decided by the last of several options, as in the engine.
func noNewPrivileges(options []option) (on bool) {
	for _, o := range options {
		if o.Key == "no-new-privileges" {
			on = o.On
		}
	}
	return on
}
