package pod

import (
	"maps"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// workflow finds the pods of an Argo workflow: what it says for all of them, and one for
// each template.
func (f *finder) workflow(path []any, spec map[string]any) bool {
	templates, _ := spec["templates"].([]any)
	var found []Pod
	for i, v := range append([]any{spec["templateDefaults"]}, templates...) {
		at := value.Under(path, "templates", i-1)
		if i == 0 {
			at = value.Under(path, "templateDefaults")
		}
		if p, ok := template(at, value.Object(v)); ok {
			p.Spec = under(spec, p.Spec)
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		p, ok := template(path, spec)
		if ok {
			f.pods = append(f.pods, p)
		}
		return ok
	}
	f.pods = append(append(f.pods, Pod{Path: path, Spec: spec}), found...)
	return true
}

// template finds the containers of one template.
func template(path []any, t map[string]any) (Pod, bool) {
	p := Pod{Path: path, Spec: t, Part: true}
	for _, sort := range []string{"container", "script"} {
		if !hasImage(t[sort]) {
			continue
		}
		body := value.Object(t[sort])
		p.Members = append(p.Members, Member{named(body, t, sort), sort, value.Under(path, sort), body})
	}
	if set := value.Object(t["containerSet"]); set != nil {
		p.list(value.Under(path, "containerSet"), set, "containers")
	}
	if len(p.Members) == 0 {
		return Pod{}, false
	}
	p.list(path, t, "initContainers")
	p.list(path, t, "sidecars")
	return p, true
}

// named is the name of a container that need not have one.
func named(body, around map[string]any, fallback string) string {
	for _, m := range []map[string]any{body, around} {
		if name := value.Text(m["name"]); name != "" {
			return name
		}
	}
	return fallback
}

// under lays the pod's own settings over those around it.
func under(around, own map[string]any) map[string]any {
	out := maps.Clone(own)
	security := maps.Clone(value.Object(around["securityContext"]))
	if security == nil {
		security = map[string]any{}
	}
	maps.Copy(security, value.Object(own["securityContext"]))
	out["securityContext"] = security
	return out
}
