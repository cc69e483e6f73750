package workload

import "github.com/stella-ops/assure/internal/stage/hardening/facts/value"

// related are the objects that an object is joined with, by selector or by name.
type related struct {
	Policies  []reference `json:"policies"`
	Budgets   []reference `json:"budgets"`
	Scalers   []reference `json:"scalers"`
	Services  []reference `json:"services"`
	Routes    []reference `json:"routes"`
	Monitors  []reference `json:"monitors"`
	Gateways  []reference `json:"gateways"`
	Workloads []reference `json:"workloads"`
}

func newRelated() related {
	none := []reference{}
	return related{none, none, none, none, none, none, none, none}
}

// reference is a related object with its key figures.
type reference struct {
	// Document is its index among the plan's documents.
	Document  int    `json:"document"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Role and Product are those of a workload, or of what a Service leads to.
	Role    string `json:"role"`
	Product string `json:"product"`
	// Replicas is the least number of pods that a workload or a scaler keeps.
	Replicas int `json:"replicas"`
	// Type is that of a Service.
	Type string `json:"type"`
	// Policy is set for a NetworkPolicy.
	Policy *networkPolicy `json:"policy"`
	// RPS is a route's limit of requests a second, 0 without one.
	RPS float64 `json:"rps"`

	to *resource
}

// maxRelated bounds each list: rules ask whether there is one and how strict it is.
const maxRelated = 50

func (r *resource) reference() reference {
	ref := reference{Document: r.index, Kind: r.kind, Namespace: r.namespace, Name: r.name, to: r}
	if r.work != nil {
		ref.Role, ref.Product, ref.Replicas = r.work.Role, r.work.Product, r.work.Replicas
	}
	switch r.kind {
	case "NetworkPolicy":
		ref.Policy = newNetworkPolicy(r)
	case "HorizontalPodAutoscaler":
		ref.Replicas = scalerMinimum(r)
	case "Service":
		ref.Type = value.Text(r.spec()["type"])
		ref.Product = r.product
	}
	return ref
}

// link adds an object to a list once.
func link(to *[]reference, r *resource) {
	if len(*to) >= maxRelated {
		return
	}
	for _, known := range *to {
		if known.to == r {
			return
		}
	}
	*to = append(*to, r.reference())
}
