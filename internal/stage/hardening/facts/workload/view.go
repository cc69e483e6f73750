package workload

// view is what one overlay deploys: its own objects and those that no kustomization
// renders. For the latter it is everything, because any overlay may be laid over them.
type view struct {
	overlay  string
	spaces   map[string]*space
	overview overview
}

// survey notes what each namespace and the whole have, overlay by overlay: what one
// cluster has says nothing about another.
func (c *Cluster) survey() {
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
	if r.group == "rbac.authorization.k8s.io" && (r.kind == "Role" || r.kind == "ClusterRole") {
		v.overview.Roles = append(v.overview.Roles, r.name)
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

func (v *view) spaceOf(namespace string) *space {
	if v.spaces[namespace] == nil {
		v.spaces[namespace] = &space{}
	}
	return v.spaces[namespace]
}
