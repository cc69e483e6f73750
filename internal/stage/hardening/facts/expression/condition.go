package expression

import (
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Condition is one condition on a field of an event or a label of a series.
type Condition struct {
	Field string `json:"field"`
	// Op is =, !=, =~ or !~.
	Op    string `json:"op"`
	Value string `json:"value"`
}

// Conditions are the label conditions of a whole expression.
func Conditions(e parser.Expr) []Condition {
	f := Comparison{Labels: []Condition{}}
	m := &measure{out: &f}
	m.note(e, false, 0)
	return f.Labels
}

// Meets reports whether a value meets the condition.
func (c Condition) Meets(value string) bool {
	types := map[string]labels.MatchType{"=": labels.MatchEqual, "!=": labels.MatchNotEqual, "=~": labels.MatchRegexp, "!~": labels.MatchNotRegexp}
	m, err := labels.NewMatcher(types[c.Op], c.Field, c.Value)
	return err == nil && m.Matches(value)
}
