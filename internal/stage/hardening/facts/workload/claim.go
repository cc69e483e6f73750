package workload

import "github.com/stella-ops/assure/internal/stage/hardening/facts/value"

// claimed notes which claims hold the data of stores, so that other workloads that
// write there can be found.
func (c *Cluster) claimed(r *resource, spec map[string]any) {
	if r.work == nil || r.work.Role != "store" {
		return
	}
	for _, v := range value.List(spec["volumes"]) {
		if name := value.Text(value.Object(value.Object(v)["persistentVolumeClaim"])["claimName"]); name != "" {
			id := identity{"PersistentVolumeClaim", "", r.namespace, name}
			if c.claims[id] == nil {
				c.claims[id] = r
			}
		}
	}
}

// owner names the other workload whose store keeps its data in the claim.
func (c *Cluster) owner(r *resource, m volumeMount) string {
	owner := c.claims[identity{"PersistentVolumeClaim", "", r.namespace, m.Source}]
	if m.Sort != "persistentVolumeClaim" || owner == nil || owner.identity() == r.identity() {
		return ""
	}
	return owner.kind + "/" + owner.name
}
