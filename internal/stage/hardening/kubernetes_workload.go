package hardening

import (
	"strconv"
	"strings"
)

// workload are the facts about an object that makes pods.
type workload struct {
	// Role is store, backend, ingress or other, Product the store's family.
	Role    string `json:"role"`
	Product string `json:"product"`
	// Scales is true for the kinds that keep a number of equal pods.
	Scales bool `json:"scales"`
	// Replicas is the least number of those pods.
	Replicas int `json:"replicas"`
	// Signed is the path of a label that says the image is signed, nil without one.
	Signed []any `json:"signed"`

	labels map[string]any
}

// scaling are the kinds whose pods replace each other.
var scaling = map[string]bool{
	"Deployment": true, "StatefulSet": true, "ReplicaSet": true, "ReplicationController": true,
}

// newWorkload is nil for an object that makes no pods.
func newWorkload(r *resource, roles map[string]string) *workload {
	at := podPath(r.obj)
	if at == nil {
		return nil
	}
	w := &workload{Scales: scaling[r.kind], labels: object(lookup(r.obj, labelPath(at)))}
	if w.Scales {
		w.Replicas = 1
		if n, ok := integer(r.spec()["replicas"]); ok {
			w.Replicas = n
		}
	}
	w.Role, w.Product = workloadRole(r, object(lookup(r.obj, at)), roles)
	w.Signed = signedLabel(r.obj, at)
	return w
}

// labelPath leads to the labels of the pods whose specification is at the path.
func labelPath(at []any) []any { return under(at[:len(at)-1], "metadata", "labels") }

// workloadRole is the role of the first container that has one, by the workload's name
// or its own.
func workloadRole(r *resource, spec map[string]any, roles map[string]string) (role, product string) {
	for _, v := range list(spec["containers"]) {
		for _, name := range []string{r.name, text(object(v)["name"])} {
			if role, product = containerRole(object(v), name, roles[r.name]); role != "other" {
				return role, product
			}
		}
	}
	return "other", ""
}

// containerRole judges a container as a service of a Compose file.
func containerRole(c map[string]any, name, configured string) (role, product string) {
	env := map[string]any{}
	for _, v := range list(c["env"]) {
		env[text(object(v)["name"])] = text(object(v)["value"])
	}
	e := evidence{Image: c["image"], Environment: env}
	e.Words = append(split(c["command"], "entrypoint", nil), split(c["args"], "command", nil)...)
	for _, v := range list(c["ports"]) {
		number, _ := integer(object(v)["containerPort"])
		e.Ports = append(e.Ports, portSpan{First: number, Last: number})
	}
	return e.role(name, configured)
}

// signedLabel finds the label that claims a verified signature.
func signedLabel(obj map[string]any, at []any) []any {
	for _, labels := range [][]any{labelPath(at), {"metadata", "labels"}} {
		values := object(lookup(obj, labels))
		for _, key := range sortedKeys(values) {
			word := key[strings.LastIndex(key, "/")+1:]
			if on, _ := strconv.ParseBool(text(values[key])); on && strings.EqualFold(word, "CosignVerified") {
				return under(labels, key)
			}
		}
	}
	return nil
}

// integer reads a whole number, however YAML or JSON wrote it.
func integer(v any) (int, bool) {
	switch n := v.(type) {
	case int:
		return n, true
	case int64:
		return int(n), true
	case uint64:
		return int(n), true
	case float64:
		return int(n), n == float64(int(n))
	}
	return 0, false
}
