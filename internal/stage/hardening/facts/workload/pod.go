package workload

import (
	"slices"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/pod"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// specification is a pod specification inside an object.
type specification struct {
	Path   []any             `json:"path"`
	Mounts []container.Mount `json:"mounts"`
	// Part is true when something else completes it: its lack of a setting says nothing.
	Part bool `json:"part"`
}

// Flaw is a part of the object that cannot be judged because of its type.
type Flaw struct {
	// Subjects are the containers, and the object where its pod is meant, that rules
	// cannot decide about.
	Subjects []string `json:"subjects"`
	Message  string   `json:"message"`
	Path     []any    `json:"path"`
}

// pods adds what stands in the object's pods.
func (k *Facts) pods(c *Cluster, r *resource) {
	found := pod.Find(r.obj)
	for _, p := range found {
		s := specification{Path: p.Path, Mounts: hostMounts(p.Spec, p.Path), Part: p.Part}
		k.Pods = append(k.Pods, s)
		if k.Pod == nil {
			k.Pod = &specification{Path: p.Path, Mounts: []container.Mount{}, Part: p.Part}
		}
		k.Pod.Mounts = append(k.Pod.Mounts, s.Mounts...)
		for _, m := range p.Members {
			x := newContainer(m.Body, p.Spec, m.Sort, m.Path)
			x.Name = m.Name
			x.fill(c, r, m.Body, p.Spec, p.Path)
			k.Containers = append(k.Containers, x)
		}
	}
	k.Malformed = k.flaws(pod.Flaws(r.obj, found))
	k.Opaque = k.flaws(pod.Opaque(r.obj, found))
}

func (k *Facts) flaws(list []pod.Flaw) []Flaw {
	out := []Flaw{}
	for _, f := range list {
		out = append(out, Flaw{k.concerned(f.Path), f.Message, f.Path})
	}
	return out
}

// concerned are the subjects that what stands at the path is about.
func (k *Facts) concerned(path []any) []string {
	all := []string{k.Name}
	for _, c := range k.Containers {
		if len(path) >= len(c.Path) && slices.Equal(path[:len(c.Path)], c.Path) {
			return []string{c.Name}
		}
		all = append(all, c.Name)
	}
	return all
}

func hostMounts(spec map[string]any, at []any) []container.Mount {
	out := []container.Mount{}
	for i, v := range value.List(spec["volumes"]) {
		if host := value.Text(value.Object(value.Object(v)["hostPath"])["path"]); host != "" {
			out = append(out, container.NewMount("", "bind", host, "", false, value.Under(at, "volumes", i, "hostPath", "path")))
		}
	}
	return out
}
