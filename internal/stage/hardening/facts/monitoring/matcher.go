package monitoring

import (
	"regexp"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/expression"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// matcher is one condition of a route: name="value", with or without quotes.
var matcher = regexp.MustCompile(`^\s*"?([A-Za-z_][A-Za-z0-9_]*)"?\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}]*?))\s*$`)

// matchersOf are the conditions of a route in all three spellings, and those of the
// operator's objects.
func matchersOf(r map[string]any) ([]expression.Condition, bool) {
	var out []expression.Condition
	for _, key := range []string{"match", "match_re"} {
		op := map[string]string{"match": "=", "match_re": "=~"}[key]
		values := value.Object(r[key])
		for _, name := range value.Keys(values) {
			out = append(out, expression.Condition{Field: name, Op: op, Value: value.Text(values[name])})
		}
	}
	for _, m := range value.List(r["matchers"]) {
		if o := value.Object(m); o != nil {
			op := value.Text(o["matchType"])
			if op == "" {
				op = map[bool]string{true: "=~", false: "="}[o["regex"] == true]
			}
			out = append(out, expression.Condition{Field: value.Text(o["name"]), Op: op, Value: value.Text(o["value"])})
			continue
		}
		found := matcher.FindStringSubmatch(strings.Trim(value.Text(m), "{}"))
		if found == nil {
			return nil, false
		}
		out = append(out, expression.Condition{Field: found[1], Op: found[2], Value: found[3] + found[4]})
	}
	return out, true
}
