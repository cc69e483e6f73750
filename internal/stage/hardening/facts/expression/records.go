package expression

import (
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// Records are the expressions of recording rules by name.
type Records map[string]parser.Expr

// Add notes a recording rule, so that alerts on its name are understood.
func (r Records) Add(rule map[string]any) {
	if name := value.Text(rule["record"]); name != "" {
		if e, err := Parse(value.Text(rule["expr"])); err == nil {
			r[name] = e
		}
	}
}
