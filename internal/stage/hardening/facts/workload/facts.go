// Package workload holds the facts about Kubernetes objects, joined with the objects they
// select or name.
package workload

import (
	"slices"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/typography"
)

// Facts are the facts about one object.
type Facts struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Pod is where the pod's specification is, nil for an object without pods.
	Pod *specification `json:"pod"`
	// Pods are all of them: a custom resource may make several.
	Pods []specification `json:"pods"`
	// Containers of all sorts, in the order of the object.
	Containers []Container `json:"containers"`
	// Store is the product when a Service leads to a store.
	Store string `json:"store"`
	// Namespace is default for an object that names none.
	Namespace string `json:"namespace"`
	// Workload is nil for an object that makes no pods; Policy and Budget are set for
	// objects of their kinds.
	Workload *workload      `json:"workload"`
	Policy   *networkPolicy `json:"policy"`
	Budget   *budget        `json:"budget"`
	// Admission is set for an object that has the cluster verify signatures.
	Admission *admission `json:"admission"`
	// Values are the secrets that a Secret or ConfigMap carries in the file.
	Values []container.Secret `json:"values"`
	// Related are the objects that it selects or names, and those that do so with it.
	Related related `json:"related"`
	// Space is what is known of its namespace, Cluster of all objects.
	Space   space    `json:"space"`
	Cluster overview `json:"cluster"`
	// Malformed are the parts of its pods that the API server refuses, Opaque those of a
	// custom resource from which pods are made in a way of its own.
	Malformed []Flaw `json:"malformed"`
	Opaque    []Flaw `json:"opaque"`
	// Typography are identifiers with typographic characters.
	Typography []typography.Typo `json:"typography"`
}

// Facts are the facts about the object that a document holds.
func (c *Cluster) Facts(doc *plan.Document) Facts {
	r := c.of(doc)
	obj := r.obj
	k := Facts{
		Kind: r.kind, Name: r.name, Namespace: r.namespace, Pods: []specification{}, Containers: []Container{}, Store: r.product,
		Workload: r.work, Related: r.related, Space: c.space(r), Cluster: c.all(r),
		Admission: newAdmission(r), Values: heldValues(r), Typography: typography.Find(obj, []any{}),
	}
	switch {
	case r.kind == "NetworkPolicy" && r.group == "networking.k8s.io":
		k.Policy = newNetworkPolicy(r)
	case r.kind == "PodDisruptionBudget" && r.group == "policy":
		k.Budget = newBudget(r)
	}
	k.pods(c, r)
	return k
}

// Subject names the container that a path lies in, else the object.
func (k Facts) Subject(path []any) string {
	name := k.Kind + "/" + k.Name
	for _, c := range k.Containers {
		if len(path) >= len(c.Path) && slices.Equal(path[:len(c.Path)], c.Path) {
			return name + "/" + c.Name
		}
	}
	return name
}
