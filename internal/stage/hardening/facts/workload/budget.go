package workload

import (
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// budget are the facts about a PodDisruptionBudget.
type budget struct {
	// Path leads to the figure that decides, or to the specification.
	Path []any `json:"path"`
	// Written is that figure as in the file.
	Written string `json:"written"`
	// Pods is how many pods its workloads keep at least, 0 when unknown.
	Pods int `json:"pods"`
	// Blocks is true when no pod may ever be evicted.
	Blocks bool `json:"blocks"`
	// Void is true when all pods may be evicted at once.
	Void bool `json:"void"`
}

// newBudget computes what a disruption budget comes to.
func newBudget(r *resource) *budget {
	b := &budget{Path: []any{"spec"}, Pods: podsOf(r.related.Workloads)}
	key := "minAvailable"
	if r.spec()["maxUnavailable"] != nil {
		key = "maxUnavailable"
	}
	if b.Written = value.Text(r.spec()[key]); b.Written == "" {
		b.Void = true
		return b
	}
	b.Path = value.Under(b.Path, key)
	part, all, none := share(b.Written, b.Pods)
	if key == "minAvailable" {
		b.Blocks, b.Void = all || b.Pods > 0 && part >= b.Pods, none
		return b
	}
	b.Blocks, b.Void = none, all || b.Pods > 0 && part >= b.Pods
	return b
}

// podsOf sums what workloads keep, each object once; 0 when one keeps no fixed number.
func podsOf(workloads []reference) int {
	sum, seen := 0, map[identity]bool{}
	for _, w := range workloads {
		if !w.to.work.Scales || len(workloads) == maxRelated {
			return 0
		}
		if !seen[w.to.identity()] {
			sum += w.Replicas
		}
		seen[w.to.identity()] = true
	}
	return sum
}

// share reads a number of pods or a percentage, which rounds up, and reports whether it
// means all pods or none whatever their number.
func share(v string, pods int) (n int, all, none bool) {
	number, percent := strings.CutSuffix(v, "%")
	n, err := strconv.Atoi(number)
	switch {
	case err != nil || n < 0:
		return 0, false, false
	case percent:
		return (min(n, 100)*pods + 99) / 100, n >= 100, n == 0
	default:
		return n, false, n == 0
	}
}
