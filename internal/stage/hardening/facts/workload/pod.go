package workload

import (
	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// pod is a pod specification inside an object.
type pod struct {
	Path   []any             `json:"path"`
	Mounts []container.Mount `json:"mounts"`
}

func hostMounts(spec map[string]any, at []any) []container.Mount {
	out := []container.Mount{}
	for i, v := range value.List(spec["volumes"]) {
		if host := value.Text(value.Object(value.Object(v)["hostPath"])["path"]); host != "" {
			out = append(out, container.NewMount("", "bind", host, "", false, value.Under(at, "volumes", i, "hostPath", "path")))
		}
	}
	return out
}
