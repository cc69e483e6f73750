package expression

import "regexp"

// logCondition is a label matcher or a label filter of LogQL.
var logCondition = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_.]*)\s*(=~|!~|!=|==|=)\s*(?:"((?:[^"\\]|\\.)*)"|` + "`([^`]*)`" + `|([0-9]+|true|false)\b)`)

// logStream is a stream selector, which every LogQL query has.
var logStream = regexp.MustCompile(`\{[^{}]*\}`)

// LogQL returns the conditions that every line must meet. Queries that join filters
// with or have none that must hold.
func LogQL(query string) ([]Condition, bool) {
	if len(query) > maxExpression || !logStream.MatchString(query) {
		return nil, false
	}
	out := []Condition{}
	for _, m := range logCondition.FindAllStringSubmatch(query, -1) {
		op := m[2]
		if op == "==" {
			op = "="
		}
		out = append(out, Condition{m[1], op, m[3] + m[4] + m[5]})
	}
	return out, true
}
