package workload

import "strings"

// space are the facts about an object's namespace.
type space struct {
	// Speaks is true for the one object at which to report on the namespace: its own,
	// else its first workload.
	Speaks    bool `json:"speaks"`
	Workloads int  `json:"workloads"`
	// DeniesIngress and DeniesEgress are true when traffic that no policy allows is
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
	// Roles are the names of the roles that are judged with the rest.
	Roles []string `json:"roles"`
	// Speaks is true for the one object at which to report on all: the first workload.
	Speaks bool `json:"speaks"`

	speaker *resource
}

func (r *resource) isNamespace() bool { return r.kind == "Namespace" && r.group == "" }

// all is what is known of all objects, for one of them.
func (c *Cluster) all(r *resource) overview {
	v := c.views[r.overlay]
	if v == nil {
		return overview{}
	}
	out := v.overview
	out.Speaks = out.speaker == r
	return out
}

// space is what is known of the object's namespace.
func (c *Cluster) space(r *resource) space {
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

// foreignPolicy reports whether the object is a policy of a network plug-in.
func foreignPolicy(r *resource) bool {
	return r.group != "networking.k8s.io" && strings.HasSuffix(r.kind, "NetworkPolicy")
}
