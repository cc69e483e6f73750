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
}

func (s scope) limits() ceilings {
	l := value.Object(value.Lookup(s.svc, []any{"deploy", "resources", "limits"}))
	return ceilings{
		Memory: bounded(s.svc["mem_limit"]) || bounded(l["memory"]),
		CPUs:   bounded(s.svc["cpus"]) || bounded(s.svc["cpu_quota"]) || bounded(l["cpus"]),
		PIDs:   bounded(s.svc["pids_limit"]) || bounded(l["pids"]),
	}
}

// bounded reports whether v is a limit: nothing, zero and minus one mean none.
func bounded(v any) bool {
	t := strings.TrimSpace(value.Text(v))
	return t != "" && !strings.HasPrefix(t, "-") && strings.Trim(t, "0.") != ""
}
