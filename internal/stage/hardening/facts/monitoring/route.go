package monitoring

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/expression"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// urgent are values of labels that stand for an alert which must wake somebody.
var urgent = regexp.MustCompile(`(?i)^(critical|crit|page|emergency|disaster|fatal|p1|p0|sev-?[01])$`)

// maxRoutes bounds how deep routes are followed; the YAML reader bounds their number.
const maxRoutes = 32

// route returns the receivers of an alert with these labels, as Alertmanager does: the
// first child that matches takes it, unless it has continue.
func route(r map[string]any, alert map[string]string, depth int) []string {
	var out []string
	if depth < maxRoutes {
		for _, c := range value.List(r["routes"]) {
			child := value.Object(c)
			if child == nil || !takes(child, alert) {
				continue
			}
			if value.Text(child["receiver"]) == "" {
				child = maps.Clone(child)
				child["receiver"] = r["receiver"]
			}
			out = append(out, route(child, alert, depth+1)...)
			if child["continue"] != true {
				return out
			}
		}
	}
	if len(out) > 0 {
		return out
	}
	return []string{value.Text(r["receiver"])}
}

// takes reports whether a route takes an alert. A matcher that is not understood takes none.
func takes(r map[string]any, alert map[string]string) bool {
	conditions, ok := matchersOf(r)
	return ok && !slices.ContainsFunc(conditions, func(c expression.Condition) bool { return !c.Meets(alert[c.Field]) })
}

// marksOf are the label sets by which routes pick out urgent alerts, with what the
// routes above them ask for.
func marksOf(r any, above map[string]string, depth int) (marks []map[string]string) {
	if depth >= maxRoutes {
		return nil
	}
	for _, c := range value.List(value.Object(r)["routes"]) {
		mark, isUrgent := maps.Clone(above), false
		conditions, _ := matchersOf(value.Object(c))
		for _, cond := range conditions {
			value, urgent := exampleOf(cond)
			mark[cond.Field], isUrgent = value, isUrgent || urgent
		}
		if isUrgent {
			marks = append(marks, mark)
		}
		marks = append(marks, marksOf(c, mark, depth+1)...)
	}
	return marks
}

// exampleOf is a value that meets the condition, an urgent one if there is one.
func exampleOf(c expression.Condition) (value string, isUrgent bool) {
	if c.Op != "=" && c.Op != "=~" {
		return "", false
	}
	for i, v := range strings.Split(c.Value, "|") {
		v = strings.Trim(v, "()^$")
		if urgent.MatchString(v) {
			return v, true
		}
		if i == 0 {
			value = v
		}
	}
	return value, false
}
