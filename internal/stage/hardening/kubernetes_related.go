package hardening

import "strings"

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
		ref.Type = text(r.spec()["type"])
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

// joins are how each kind of object finds others, in an order in which every step can
// use what the ones before it found.
var joins = []struct {
	group, kind string
	join        func(*cluster, *resource)
}{
	{"autoscaling", "HorizontalPodAutoscaler", (*cluster).scaler},
	{"networking.k8s.io", "NetworkPolicy", (*cluster).policy},
	{"policy", "PodDisruptionBudget", (*cluster).budget},
	{"", "Service", (*cluster).service},
}

func (c *cluster) join() {
	for _, j := range joins {
		for _, r := range c.resources {
			if r.kind == j.kind && r.group == j.group {
				j.join(c, r)
			}
		}
	}
}

// scaler joins an autoscaler with its target, whose least number of pods it decides.
func (c *cluster) scaler(r *resource) {
	target := object(r.spec()["scaleTargetRef"])
	group, _, _ := strings.Cut(text(target["apiVersion"]), "/")
	for _, w := range c.named(r, identity{text(target["kind"]), group, r.namespace, text(target["name"])}) {
		if w.work != nil {
			w.work.Replicas = scalerMinimum(r)
			link(&w.related.Scalers, r)
			link(&r.related.Workloads, w)
		}
	}
}

func scalerMinimum(r *resource) int {
	if n, ok := integer(r.spec()["minReplicas"]); ok {
		return n
	}
	return 1
}

func (c *cluster) policy(r *resource) {
	for _, w := range c.selected(r, c.pods, r.namespace, newSelector(r.spec()["podSelector"]), podLabels) {
		link(&w.related.Policies, r)
		link(&r.related.Workloads, w)
	}
}

// budget joins a disruption budget; one without a selector selects nothing.
func (c *cluster) budget(r *resource) {
	if object(r.spec()["selector"]) == nil {
		return
	}
	for _, w := range c.selected(r, c.pods, r.namespace, newSelector(r.spec()["selector"]), podLabels) {
		link(&w.related.Budgets, r)
		link(&r.related.Workloads, w)
	}
}

// service joins a Service; one without a selector leads to nothing in the repository.
func (c *cluster) service(r *resource) {
	if len(object(r.spec()["selector"])) == 0 {
		return
	}
	for _, w := range c.selected(r, c.pods, r.namespace, exactSelector(r.spec()["selector"]), podLabels) {
		if w.work.Role == "store" && r.product == "" {
			r.product = w.work.Product
		}
		link(&w.related.Services, r)
		link(&r.related.Workloads, w)
	}
}
