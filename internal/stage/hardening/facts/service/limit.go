package service

import (
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// ceilings are which resources of a service are bounded.
type ceilings struct {
	Memory bool `json:"memory"`
	CPUs   bool `json:"cpus"`
	PIDs   bool `json:"pids"`
	// Path leads to the first key that says there is no limit, else to where limits go.
	Path []any `json:"path"`
}

// limitKeys are where each limit may stand.
var limitKeys = [...][][]any{
	{{"mem_limit"}, {"deploy", "resources", "limits", "memory"}},
	{{"cpus"}, {"cpu_quota"}, {"deploy", "resources", "limits", "cpus"}},
	{{"pids_limit"}, {"deploy", "resources", "limits", "pids"}},
}

func (s scope) limits() ceilings {
	c := ceilings{Path: s.at("deploy", "resources", "limits")}
	found := false
	for i, set := range []*bool{&c.Memory, &c.CPUs, &c.PIDs} {
		var lifted []any
		if *set, lifted = s.limit(limitKeys[i]); lifted != nil && !*set && !found {
			c.Path, found = s.at(lifted...), true
		}
	}
	return c
}

// limit reports whether one of the keys holds a limit, and the first that lifts it.
func (s scope) limit(keys [][]any) (set bool, lifted []any) {
	for _, key := range keys {
		v := value.Lookup(s.svc, key)
		set = set || bounded(v)
		if lifted == nil && v != nil && !bounded(v) {
			lifted = key
		}
	}
	return set, lifted
}

// bounded reports whether v is a limit: nothing, zero and minus one mean none.
func bounded(v any) bool {
	t := strings.TrimSpace(value.Text(v))
	return t != "" && !strings.HasPrefix(t, "-") && strings.Trim(t, "0.") != ""
}
