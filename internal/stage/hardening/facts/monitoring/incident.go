package monitoring

import (
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/expression"
)

// incident is an event that a SIEM must notice, as fields by their plain names, and its
// harmless twins.
type incident struct {
	name  string
	event map[string]string
	twins []map[string]string
}

var incidents = [...]incident{
	{"refused-bypass", map[string]string{"status": "401", "bypass": "true"}, []map[string]string{
		{"status": "200", "bypass": "true"}, {"status": "401", "bypass": "false"},
	}},
	{"unexpected-scope", map[string]string{"scope": "scope.nobody.expects"}, nil},
}

// plainField is a field's name without prefix and spelling: Http.StatusCode is status.
func plainField(name string) string {
	name = strings.ToLower(name[strings.LastIndexAny(name, ".|:")+1:])
	switch name = strings.NewReplacer("_", "", "-", "").Replace(name); name {
	case "status", "statuscode", "httpstatus", "httpstatuscode", "responsestatus", "responsecode":
		return "status"
	case "bypass", "bypassed", "isbypass", "networkbypass", "bypassnetwork", "bypassused":
		return "bypass"
	case "scope", "scopes", "tokenscope", "tokenscopes":
		return "scope"
	}
	return name
}

// caughtBy reports whether conditions that must all hold let the incident through and keep
// each twin out. An incident without twins must be picked out by exclusion.
func (i incident) caughtBy(all []expression.Condition) bool {
	if !holds(all, i.event) {
		return false
	}
	for _, twin := range i.twins {
		if holds(all, twin) {
			return false
		}
	}
	return len(i.twins) > 0 || slices.ContainsFunc(all, func(c expression.Condition) bool {
		return i.event[plainField(c.Field)] != "" && (c.Op == "!=" || c.Op == "!~")
	})
}

// holds reports whether the conditions on an event's fields hold; others may.
func holds(all []expression.Condition, event map[string]string) bool {
	return !slices.ContainsFunc(all, func(c expression.Condition) bool {
		value, ok := event[plainField(c.Field)]
		return ok && !c.Meets(value)
	})
}
