package workload

import (
	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
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
	// Signed is the path of a label that claims the image is signed, nil without one.
	Signed []any `json:"signed"`

	labels map[string]any
}

// scaling are the kinds whose pods replace each other.
var scaling = map[string]bool{
	"Deployment": true, "StatefulSet": true, "ReplicaSet": true, "ReplicationController": true,
}

// newWorkload is nil for an object that makes no pods.
func newWorkload(r *resource, roles map[string]string) *workload {
	at := container.PodPath(r.obj)
	if at == nil {
		return nil
	}
	w := &workload{Scales: scaling[r.kind], labels: value.Object(value.Lookup(r.obj, labelPath(at)))}
	if w.Scales {
		w.Replicas = 1
		if n, ok := value.Integer(r.spec()["replicas"]); ok {
			w.Replicas = n
		}
	}
	w.Role, w.Product = workloadRole(r, value.Object(value.Lookup(r.obj, at)), roles)
	w.Signed = signedLabel(r.obj, at)
	return w
}

// labelPath leads to the labels of the pods whose specification is at the path.
func labelPath(at []any) []any { return value.Under(at[:len(at)-1], "metadata", "labels") }
