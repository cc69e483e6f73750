package dast

import (
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
)

// Rules of ZAP by what in the Compose file they are about.
var (
	transportRules = []int{10011, 10035, 10040, 10041, 10042, 10105}
	productRules   = []int{10009, 10034, 10036, 10037, 10039, 10061}
	debugRules     = []int{10023, 10052, 10056, 90022}
)

// place is where the Compose file decides about what an alert says: the port that
// speaks without TLS, the image that names its version, the variable that switches
// debugging on. Everything else is on the service.
func (t *test) place(e endpoint, plugin int) finding.Location {
	path := []any{"services", e.service}
	switch {
	case slices.Contains(transportRules, plugin):
		path = append(path, t.port(e)...)
	case slices.Contains(productRules, plugin):
		path = append(path, t.origin(e))
	case slices.Contains(debugRules, plugin):
		path = append(path, t.debugging(e)...)
	}
	return t.at(path...)
}

// port is the entry that publishes the endpoint.
func (t *test) port(e endpoint) []any {
	for i, p := range t.declared[e.service].Ports {
		if int(p.Target) == e.port {
			return []any{"ports", i}
		}
	}
	return nil
}

// origin is where the service's program comes from.
func (t *test) origin(e endpoint) string {
	if s := t.declared[e.service]; s.Image == "" && s.Build != nil {
		return "build"
	}
	return "image"
}

// debugging is a variable that switches debugging on.
func (t *test) debugging(e endpoint) []any {
	env := t.declared[e.service].Environment
	names := make([]string, 0, len(env))
	for name, value := range env {
		if value != nil && debugs(name, *value) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []any{"environment", slices.Min(names)}
}

// debugs tells whether a variable such as NODE_ENV=development makes frameworks show
// their errors.
func debugs(name, value string) bool {
	name, value = strings.ToUpper(name), strings.ToLower(strings.TrimSpace(value))
	if strings.HasSuffix(name, "DEBUG") {
		return slices.Contains([]string{"1", "true", "yes", "on"}, value)
	}
	return (strings.HasSuffix(name, "_ENV") || strings.HasSuffix(name, "ENVIRONMENT")) && strings.HasPrefix(value, "dev")
}
