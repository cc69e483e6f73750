package hardening

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
)

// space are the facts about an object's namespace.
type space struct {
	// Speaks is true for the one object at which to report on the namespace: its own,
	// else its first workload.
	Speaks    bool `json:"speaks"`
	Workloads int  `json:"workloads"`
	// DeniesIngress and DeniesEgress tell whether traffic that no policy allows is
	// refused for every pod.
	DeniesIngress bool `json:"denies_ingress"`
	DeniesEgress  bool `json:"denies_egress"`

	speaker *resource
}

// overview is what is known of all objects together.
type overview struct {
	// ForeignPolicies is true when a network plug-in's own kind of policy is there:
	// its effect is not read.
	ForeignPolicies bool `json:"foreign_policies"`
	// Verifies is true when an object has the cluster refuse images without a valid
	// signature.
	Verifies bool `json:"verifies"`
	// Speaks is true for the one object at which to report on all: the first workload.
	Speaks bool `json:"speaks"`

	speaker *resource
}

// survey notes what each namespace and the whole have.
func (c *cluster) survey() {
	for _, r := range c.resources {
		c.overview.ForeignPolicies = c.overview.ForeignPolicies || foreignPolicy(r)
		if a := newAdmission(r); a != nil && r.kind != "ConfigMap" {
			c.overview.Verifies = c.overview.Verifies || len(a.Weak) == 0
		}
		if r.work != nil && c.overview.speaker == nil {
			c.overview.speaker = r
		}
		switch {
		case r.kind == "Namespace" && r.group == "":
			s := c.spaceOf(r.name)
			s.speaker = r
		case r.work != nil:
			s := c.spaceOf(r.namespace)
			s.Workloads++
			if s.speaker == nil {
				s.speaker = r
			}
		case r.kind == "NetworkPolicy" && r.group == "networking.k8s.io":
			if p := newNetworkPolicy(r); p.Everything {
				s := c.spaceOf(r.namespace)
				s.DeniesIngress = s.DeniesIngress || p.Ingress && !p.AllowsIngress
				s.DeniesEgress = s.DeniesEgress || p.Egress && !p.AllowsEgress
			}
		}
	}
}

func (c *cluster) spaceOf(namespace string) *space {
	if c.spaces[namespace] == nil {
		c.spaces[namespace] = &space{}
	}
	return c.spaces[namespace]
}

// all is what is known of all objects, for one of them.
func (c *cluster) all(r *resource) overview {
	out := c.overview
	out.Speaks = out.speaker == r
	return out
}

// space is what is known of the object's namespace.
func (c *cluster) space(r *resource) space {
	name := r.namespace
	if r.kind == "Namespace" && r.group == "" {
		name = r.name
	}
	s := c.spaces[name]
	if s == nil {
		return space{}
	}
	out := *s
	out.Speaks = s.speaker == r
	return out
}

// foreignPolicy tells whether the object is a policy of a network plug-in.
func foreignPolicy(r *resource) bool {
	return r.group != "networking.k8s.io" && strings.HasSuffix(r.kind, "NetworkPolicy")
}

// cluster joins the plan's Kubernetes objects. They are hostile text like all else: a
// panic must not cost the documents of other kinds.
func (s *Stage) cluster(p *plan.Plan) (c *cluster, err error) {
	defer func() {
		if r := recover(); r != nil {
			c, err = newCluster(&plan.Plan{}, nil), fmt.Errorf("join Kubernetes objects: panic: %v", r)
			c.left = -1
		}
	}()
	if c = newCluster(p, s.cfg.Roles); !c.whole() {
		err = errTooManyObjects
	}
	return c, err
}

// firstObject is where to report on all Kubernetes objects of a plan.
func firstObject(p *plan.Plan) *plan.Document {
	i := slices.IndexFunc(p.Documents, func(d plan.Document) bool { return d.Kind == plan.Kubernetes })
	return &p.Documents[max(0, i)]
}

// whole tells whether every join was followed to its end.
func (c *cluster) whole() bool { return c.left >= 0 }
