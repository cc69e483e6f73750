package hardening

import (
	"fmt"
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

// view is what one overlay deploys: its own objects and those that no kustomization
// renders. For the latter it is everything, because any overlay may be laid over them.
type view struct {
	overlay  string
	spaces   map[string]*space
	overview overview
}

// survey notes what each namespace and the whole have, overlay by overlay: what one
// cluster has says nothing about another.
func (c *cluster) survey() {
	for _, r := range c.resources {
		if c.views[r.overlay] == nil {
			c.views[r.overlay] = &view{overlay: r.overlay, spaces: map[string]*space{}}
		}
	}
	for _, v := range c.views {
		for _, r := range c.resources {
			if v.overlay == "" || r.overlay == "" || r.overlay == v.overlay {
				v.add(r)
			}
		}
	}
}

func (v *view) add(r *resource) {
	v.overview.ForeignPolicies = v.overview.ForeignPolicies || foreignPolicy(r)
	if a := newAdmission(r); a != nil && r.kind != "ConfigMap" {
		v.overview.Verifies = v.overview.Verifies || len(a.Weak) == 0
	}
	own := r.overlay == v.overlay
	if r.work != nil && own && v.overview.speaker == nil {
		v.overview.speaker = r
	}
	switch {
	case r.isNamespace():
		if s := v.spaceOf(r.name); own {
			s.speaker = r
		}
	case r.work != nil:
		s := v.spaceOf(r.namespace)
		s.Workloads++
		if s.speaker == nil && own {
			s.speaker = r
		}
	case r.kind == "NetworkPolicy" && r.group == "networking.k8s.io":
		if p := newNetworkPolicy(r); p.Everything {
			s := v.spaceOf(r.namespace)
			s.DeniesIngress = s.DeniesIngress || p.Ingress && !p.AllowsIngress
			s.DeniesEgress = s.DeniesEgress || p.Egress && !p.AllowsEgress
		}
	}
}

func (r *resource) isNamespace() bool { return r.kind == "Namespace" && r.group == "" }

func (v *view) spaceOf(namespace string) *space {
	if v.spaces[namespace] == nil {
		v.spaces[namespace] = &space{}
	}
	return v.spaces[namespace]
}

// all is what is known of all objects, for one of them.
func (c *cluster) all(r *resource) overview {
	v := c.views[r.overlay]
	if v == nil {
		return overview{}
	}
	out := v.overview
	out.Speaks = out.speaker == r
	return out
}

// space is what is known of the object's namespace.
func (c *cluster) space(r *resource) space {
	name := r.namespace
	if r.isNamespace() {
		name = r.name
	}
	v := c.views[r.overlay]
	if v == nil || v.spaces[name] == nil {
		return space{}
	}
	out := *v.spaces[name]
	out.Speaks = out.speaker == r
	return out
}

// foreignPolicy tells whether the object is a policy of a network plug-in.
func foreignPolicy(r *resource) bool {
	return r.group != "networking.k8s.io" && strings.HasSuffix(r.kind, "NetworkPolicy")
}

// join joins the plan's Kubernetes objects. They are hostile text like all else: a
// panic must not cost the documents of other kinds. The objects are returned with the
// error as well.
func join(p *plan.Plan, roles map[string]string) (c *cluster, err error) {
	defer func() {
		if r := recover(); r != nil {
			c, err = newCluster(&plan.Plan{}, nil), fmt.Errorf("join Kubernetes objects: panic: %v", r)
			c.left = -1
		}
	}()
	if c = newCluster(p, roles); !c.whole() {
		err = errTooManyObjects
	}
	return c, err
}

// whole reports whether every join was followed to its end.
func (c *cluster) whole() bool { return c.left >= 0 }
