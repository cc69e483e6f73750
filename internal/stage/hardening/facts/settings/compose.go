package settings

import (
	"maps"
	"slices"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// compose adds the environment of services and the configs written in the file.
func (l *gatherer) compose(d *plan.Document, base []any) {
	services := value.Object(d.Model["services"])
	for _, name := range slices.Sorted(maps.Keys(services)) {
		svc := value.Object(services[name])
		s := setting{From: "compose", Service: name, Application: applicationOf(name, value.Text(svc["image"]))}
		l.variables(s, value.Object(svc["environment"]), func(key string) []any {
			return value.Under(base, "services", name, "environment", key)
		})
		for _, v := range value.List(svc["configs"]) {
			source := value.Text(value.Object(v)["source"])
			content, ok := value.Lookup(d.Model, []any{"configs", source, "content"}).(string)
			file := value.Text(value.Object(v)["target"])
			if ok {
				l.embedded(s, file, content, value.Under(base, "configs", source, "content"))
			}
		}
	}
}
