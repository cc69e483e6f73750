package workload

import (
	"maps"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// Container is one container with the settings that hold for it.
type Container struct {
	Name string `json:"name"`
	// Sort is the key under which it stands: containers, initContainers,
	// ephemeralContainers, and in workflows container, script, steps or sidecars.
	Sort string `json:"sort"`
	// Security is the effective securityContext: the container's over the pod's.
	Security map[string]any `json:"security"`
	// Drop and Add are capabilities in upper case without CAP_.
	Drop []container.Capability `json:"drop"`
	Add  []container.Capability `json:"add"`
	// Secrets are literals in env.
	Secrets []container.Secret `json:"secrets"`
	// Env and Mounts are what it gets at run time.
	Env    []variable    `json:"env"`
	Mounts []volumeMount `json:"mounts"`
	Path   []any         `json:"path"`
}

// fill adds what depends on the pod and on other objects.
func (out *Container) fill(c *Cluster, r *resource, own, spec map[string]any, pod []any) {
	out.Env = variablesOf(own, out.Path)
	out.Mounts = mountsOf(own, spec, out.Path, pod)
	for i := range out.Mounts {
		out.Mounts[i].Owner = c.owner(r, out.Mounts[i])
	}
}

// inherited are the pod's security settings that containers take over.
var inherited = []string{"runAsNonRoot", "runAsUser", "runAsGroup", "seccompProfile"}

func newContainer(c, spec map[string]any, sort string, at []any) Container {
	out := Container{Name: value.Text(c["name"]), Sort: sort, Path: at, Security: map[string]any{}, Secrets: []container.Secret{}}
	shared := value.Object(spec["securityContext"])
	for _, key := range inherited {
		if v, ok := shared[key]; ok {
			out.Security[key] = v
		}
	}
	own := value.Object(c["securityContext"])
	maps.Copy(out.Security, own)
	caps := value.Object(own["capabilities"])
	out.Drop = capabilityList(caps["drop"], value.Under(at, "securityContext", "capabilities", "drop"))
	out.Add = capabilityList(caps["add"], value.Under(at, "securityContext", "capabilities", "add"))
	for i, v := range value.List(c["env"]) {
		key, val := value.Text(value.Object(v)["name"]), value.Text(value.Object(v)["value"])
		if container.IsSecretKey(key) && container.IsLiteral(val) {
			out.Secrets = append(out.Secrets, container.Secret{Key: key, From: "environment", Path: value.Under(at, "env", i, "value")})
		}
	}
	return out
}

func capabilityList(v any, at []any) []container.Capability {
	out := []container.Capability{}
	for i, c := range value.List(v) {
		out = append(out, container.Capability{Name: container.CapabilityName(value.Text(c)), Path: value.Under(at, i)})
	}
	return out
}
