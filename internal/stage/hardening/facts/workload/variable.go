package workload

import (
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// variable is an environment variable of a container.
type variable struct {
	Name string `json:"name"`
	// From is literal, secret, configmap, field or resource.
	From string `json:"from"`
	// Value is that of a literal.
	Value string `json:"value"`
	// Held is true for a literal that can be a secret itself.
	Held bool  `json:"held"`
	Path []any `json:"path"`
}

// origins are the keys of valueFrom with the words for them.
var origins = [][2]string{
	{"secretKeyRef", "secret"}, {"configMapKeyRef", "configmap"}, {"fieldRef", "field"}, {"resourceFieldRef", "resource"},
}

func variablesOf(c map[string]any, at []any) []variable {
	out := []variable{}
	for i, v := range value.List(c["env"]) {
		e := value.Object(v)
		x := variable{Name: value.Text(e["name"]), From: "literal", Value: value.Text(e["value"]), Path: value.Under(at, "env", i)}
		for _, from := range origins {
			if value.Object(e["valueFrom"])[from[0]] != nil {
				x.From = from[1]
			}
		}
		if x.From == "literal" {
			x.Held, x.Path = container.IsLiteral(x.Value) && !strings.HasPrefix(x.Value, "$("), value.Under(x.Path, "value")
		}
		out = append(out, x)
	}
	return out
}
