package settings

import (
	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// part is a container of an object, with the pod that it runs in.
type part struct {
	// name is Kind/name/container.
	name        string
	application string
	sort        string
	spec, obj   map[string]any
	path        []any
}

// parts are the containers of an object.
func parts(obj map[string]any) (out []part) {
	at := container.PodPath(obj)
	if at == nil {
		return nil
	}
	spec := value.Object(value.Lookup(obj, at))
	owner := value.Text(obj["kind"]) + "/" + value.Text(value.Object(obj["metadata"])["name"])
	for _, sort := range []string{"initContainers", "containers", "ephemeralContainers"} {
		for i, v := range value.List(spec[sort]) {
			c := value.Object(v)
			name := value.Text(c["name"])
			out = append(out, part{owner + "/" + name, applicationOf(name, value.Text(c["image"])), sort, spec, c, value.Under(at, sort, i)})
		}
	}
	return out
}
