package workload

import (
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// joins are how each kind of object finds others, in an order in which every step can
// use what the ones before it found.
var joins = []struct {
	group, kind string
	join        func(*Cluster, *resource)
}{
	{"autoscaling", "HorizontalPodAutoscaler", (*Cluster).scaler},
	{"networking.k8s.io", "NetworkPolicy", (*Cluster).policy},
	{"policy", "PodDisruptionBudget", (*Cluster).budget},
	{"", "Service", (*Cluster).service},
}

func (c *Cluster) join() {
	for _, j := range joins {
		for _, r := range c.resources {
			if r.kind == j.kind && r.group == j.group {
				j.join(c, r)
			}
		}
	}
}

// scaler joins an autoscaler with its target, whose least number of pods it decides.
func (c *Cluster) scaler(r *resource) {
	target := value.Object(r.spec()["scaleTargetRef"])
	group, _, _ := strings.Cut(value.Text(target["apiVersion"]), "/")
	for _, w := range c.named(r, identity{value.Text(target["kind"]), group, r.namespace, value.Text(target["name"])}) {
		if w.work != nil {
			w.work.Replicas = scalerMinimum(r)
			link(&w.related.Scalers, r)
			link(&r.related.Workloads, w)
		}
	}
}

func scalerMinimum(r *resource) int {
	if n, ok := value.Integer(r.spec()["minReplicas"]); ok {
		return n
	}
	return 1
}

func (c *Cluster) policy(r *resource) {
	for _, w := range c.selected(r, c.pods, r.namespace, newSelector(r.spec()["podSelector"]), podLabels) {
		link(&w.related.Policies, r)
		link(&r.related.Workloads, w)
	}
}

// budget joins a disruption budget; one without a selector selects nothing.
func (c *Cluster) budget(r *resource) {
	if value.Object(r.spec()["selector"]) == nil {
		return
	}
	for _, w := range c.selected(r, c.pods, r.namespace, newSelector(r.spec()["selector"]), podLabels) {
		link(&w.related.Budgets, r)
		link(&r.related.Workloads, w)
	}
}

// service joins a Service; one without a selector leads to nothing in the repository.
func (c *Cluster) service(r *resource) {
	if len(value.Object(r.spec()["selector"])) == 0 {
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
