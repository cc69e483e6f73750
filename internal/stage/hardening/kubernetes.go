package hardening

import (
	"maps"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
)

// kubernetes are the facts about one object.
type kubernetes struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Pod is where the pod's specification is, nil for an object without pods.
	Pod *pod `json:"pod"`
	// Containers of all sorts, in the order of the object.
	Containers []container `json:"containers"`
	// Store is the product when a Service leads to a store.
	Store string `json:"store"`
	// Namespace is default for an object that names none.
	Namespace string `json:"namespace"`
	// Workload is nil for an object that makes no pods; Policy and Budget are set for
	// objects of their kinds.
	Workload *workload      `json:"workload"`
	Policy   *networkPolicy `json:"policy"`
	Budget   *budget        `json:"budget"`
	// Admission is set for an object that has the cluster verify signatures.
	Admission *admission `json:"admission"`
	// Values are the secrets that a Secret or ConfigMap carries in the file.
	Values []secret `json:"values"`
	// Related are the objects that it selects or names, and those that do so with it.
	Related related `json:"related"`
	// Space is what is known of its namespace, Cluster of all objects.
	Space   space    `json:"space"`
	Cluster overview `json:"cluster"`
	// Typography are identifiers with typographic characters.
	Typography []typo `json:"typography"`
}

// pod is a pod specification inside an object.
type pod struct {
	Path   []any   `json:"path"`
	Mounts []mount `json:"mounts"`
}

// container is one container with the settings that hold for it.
type container struct {
	Name string `json:"name"`
	// Sort is containers, initContainers or ephemeralContainers.
	Sort string `json:"sort"`
	// Security is the effective securityContext: the container's over the pod's.
	Security map[string]any `json:"security"`
	// Drop and Add are capabilities in upper case without CAP_.
	Drop []capability `json:"drop"`
	Add  []capability `json:"add"`
	// Secrets are literals in env.
	Secrets []secret `json:"secrets"`
	// Env and Mounts are what it gets at run time.
	Env    []variable    `json:"env"`
	Mounts []volumeMount `json:"mounts"`
	Path   []any         `json:"path"`
}

// fill adds what depends on the pod and on other objects.
func (out *container) fill(c *cluster, r *resource, own, spec map[string]any, pod []any) {
	out.Env = variablesOf(own, out.Path)
	out.Mounts = mountsOf(own, spec, out.Path, pod)
	for i := range out.Mounts {
		out.Mounts[i].Owner = c.owner(r, out.Mounts[i])
	}
}

// podPaths lead to the pod's specification in objects that make pods, custom ones
// included.
var podPaths = [][]any{
	{"spec", "jobTemplate", "spec", "template", "spec"},
	{"spec", "template", "spec"},
	{"template", "spec"},
}

// podPath finds the pod's specification; a Pod is one itself.
func podPath(obj map[string]any) []any {
	paths := podPaths
	if text(obj["kind"]) == "Pod" {
		paths = [][]any{{"spec"}}
	}
	for _, p := range paths {
		if len(list(object(lookup(obj, p))["containers"])) > 0 {
			return p
		}
	}
	return nil
}

// inherited are the pod's security settings that containers take over.
var inherited = []string{"runAsNonRoot", "runAsUser", "runAsGroup", "seccompProfile"}

// facts are the facts about the object that a document holds.
func (c *cluster) facts(doc *plan.Document) kubernetes {
	r := c.of(doc)
	obj := r.obj
	k := kubernetes{
		Kind: r.kind, Name: r.name, Namespace: r.namespace, Containers: []container{}, Store: r.product,
		Workload: r.work, Related: r.related, Space: c.space(r), Cluster: c.all(r),
		Admission: newAdmission(r), Values: heldValues(r), Typography: typos(obj, []any{}),
	}
	switch {
	case r.kind == "NetworkPolicy" && r.group == "networking.k8s.io":
		k.Policy = newNetworkPolicy(r)
	case r.kind == "PodDisruptionBudget" && r.group == "policy":
		k.Budget = newBudget(r)
	}
	at := podPath(obj)
	if at == nil {
		return k
	}
	spec := object(lookup(obj, at))
	k.Pod = &pod{Path: at, Mounts: hostMounts(spec, at)}
	for _, sort := range []string{"initContainers", "containers", "ephemeralContainers"} {
		for i, v := range list(spec[sort]) {
			k.Containers = append(k.Containers, newContainer(object(v), spec, sort, under(at, sort, i)))
			k.Containers[len(k.Containers)-1].fill(c, r, object(v), spec, at)
		}
	}
	return k
}

func newContainer(c, spec map[string]any, sort string, at []any) container {
	out := container{Name: text(c["name"]), Sort: sort, Path: at, Security: map[string]any{}, Secrets: []secret{}}
	shared := object(spec["securityContext"])
	for _, key := range inherited {
		if v, ok := shared[key]; ok {
			out.Security[key] = v
		}
	}
	own := object(c["securityContext"])
	maps.Copy(out.Security, own)
	caps := object(own["capabilities"])
	out.Drop = capabilityList(caps["drop"], under(at, "securityContext", "capabilities", "drop"))
	out.Add = capabilityList(caps["add"], under(at, "securityContext", "capabilities", "add"))
	for i, v := range list(c["env"]) {
		key, value := text(object(v)["name"]), text(object(v)["value"])
		if isSecretKey(key) && isLiteral(value) {
			out.Secrets = append(out.Secrets, secret{Key: key, From: "environment", Path: under(at, "env", i, "value")})
		}
	}
	return out
}

func capabilityList(v any, at []any) []capability {
	out := []capability{}
	for i, c := range list(v) {
		out = append(out, capability{Name: capName(text(c)), Path: under(at, i)})
	}
	return out
}

func hostMounts(spec map[string]any, at []any) []mount {
	out := []mount{}
	for i, v := range list(spec["volumes"]) {
		if host := text(object(object(v)["hostPath"])["path"]); host != "" {
			out = append(out, newMount("", "bind", host, "", false, under(at, "volumes", i, "hostPath", "path")))
		}
	}
	return out
}

// storeBehind tells which store a Service leads to, by its ports, name and selector.
func storeBehind(obj map[string]any) string {
	spec := object(obj["spec"])
	if text(obj["kind"]) != "Service" {
		return ""
	}
	for _, v := range list(spec["ports"]) {
		for _, key := range []string{"targetPort", "port"} {
			first, last := portRange(text(object(v)[key]))
			if p := storeAt(first); p != "" && first == last {
				return p
			}
		}
	}
	names := []string{text(object(obj["metadata"])["name"])}
	for _, key := range slices.Sorted(maps.Keys(object(spec["selector"]))) {
		names = append(names, text(object(spec["selector"])[key]))
	}
	for _, n := range names {
		if p := productOf(strings.ToLower(n)); p != "" {
			return p
		}
	}
	return ""
}

// subject names the container that a path lies in, else the object.
func (k kubernetes) subject(path []any) string {
	name := k.Kind + "/" + k.Name
	for _, c := range k.Containers {
		if len(path) >= len(c.Path) && slices.Equal(path[:len(c.Path)], c.Path) {
			return name + "/" + c.Name
		}
	}
	return name
}
