package settings

import (
	"maps"
	"slices"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// kubernetes adds the variables of containers and the data of ConfigMaps.
func (l *gatherer) kubernetes(d *plan.Document, base []any) {
	for _, c := range parts(d.Model) {
		env, at := map[string]any{}, map[string][]any{}
		for i, v := range value.List(c.obj["env"]) {
			if name := value.Text(value.Object(v)["name"]); value.Object(v)["value"] != nil {
				env[name], at[name] = value.Object(v)["value"], value.Under(base, value.Under(c.path, "env", i, "value")...)
			}
		}
		s := setting{From: "kubernetes", Service: c.name, Application: c.application}
		l.variables(s, env, func(key string) []any { return at[key] })
	}
	if value.Text(d.Model["kind"]) == "ConfigMap" {
		l.configMap(value.Text(value.Object(d.Model["metadata"])["name"]), value.Object(d.Model["data"]), value.Under(base, "data"))
	}
}

func (l *gatherer) configMap(name string, data map[string]any, at []any) {
	s := setting{From: "kubernetes", Service: "ConfigMap/" + name, Application: applicationOf(name, "")}
	l.variables(s, data, func(key string) []any { return value.Under(at, key) })
	for _, key := range slices.Sorted(maps.Keys(data)) {
		l.embedded(s, key, value.Text(data[key]), value.Under(at, key))
	}
}
