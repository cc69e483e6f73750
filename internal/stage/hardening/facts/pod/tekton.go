package pod

import (
	"maps"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// task finds the pod of a Tekton task: its steps, with what the step template says for
// all of them, and its sidecars. A run lays a pod template around its tasks.
func (f *finder) task(path []any, spec map[string]any) bool {
	if around := value.Object(spec["podTemplate"]); around != nil && !anyImage(around["containers"]) {
		f.pods = append(f.pods, Pod{Path: value.Under(path, "podTemplate"), Spec: around, Part: true})
	}
	if !anyImage(spec["steps"]) {
		return false
	}
	p := Pod{Path: path, Spec: spec, Part: true}
	p.list(path, spec, "steps")
	for i := range p.Members {
		p.Members[i].Body = stepOf(value.Object(spec["stepTemplate"]), p.Members[i].Body)
	}
	p.list(path, spec, "sidecars")
	f.pods = append(f.pods, p)
	return true
}

// stepOf is a step with what it takes over from the template.
func stepOf(template, step map[string]any) map[string]any {
	if template == nil {
		return step
	}
	out := maps.Clone(template)
	maps.Copy(out, step)
	security := map[string]any{}
	maps.Copy(security, value.Object(template["securityContext"]))
	maps.Copy(security, value.Object(step["securityContext"]))
	out["securityContext"] = security
	return out
}
