package change

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source/difference"
)

// workloads are the kinds that run pods, with where their objects say which.
var workloads = map[string]string{
	"Pod": "spec", "Deployment": templated, "StatefulSet": templated, "DaemonSet": templated, "ReplicaSet": templated,
	"ReplicationController": templated, "Job": templated, "CronJob": "spec.jobTemplate.spec.template.spec",
}

const templated = "spec.template.spec"

// containerLists are the lists of a pod's containers; one is renamed within its own.
var containerLists = [...]string{"containers", "initContainers", "ephemeralContainers"}

// sort is what a thing may become: another one of its class, and a workload any workload.
func (t *thing) sort() string {
	if t.kind == plan.Kubernetes && workloads[t.class] != "" {
		return "workload"
	}
	return t.class
}

// pod is the specification of the pods that an object runs; nil for any other thing.
func (t *thing) pod() map[string]any {
	if t.kind != plan.Kubernetes || workloads[t.class] == "" {
		return nil
	}
	v := t.model
	for _, key := range strings.Split(workloads[t.class], ".") {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	pod, _ := v.(map[string]any)
	return pod
}

// samePods compares two workloads of different kinds by the pods that they run.
func samePods(from, to *thing) float64 {
	return from.part(from.pod()).Similarity(to.part(to.pod()))
}

// part is what a piece of the thing is made of.
func (t *thing) part(v any) difference.Profile {
	p := difference.Profile{Parts: map[uint64]int{}}
	t.leaves(&p, "", v)
	return p
}

// container is one of a pod, without its name.
type container struct {
	name, image string
	profile     difference.Profile
}

// containers are those of one list that the other object has under no such name.
func (t *thing) containers(list string, other *thing) (out []container) {
	known := map[string]bool{}
	for _, c := range items(other.pod()[list]) {
		known[scalar(c["name"])] = true
	}
	for _, c := range items(t.pod()[list]) {
		if name, _ := c["name"].(string); name != "" && !known[name] && len(out) < maxCandidates {
			rest := maps.Clone(c)
			delete(rest, "name")
			image, _ := c["image"].(string)
			out = append(out, container{name, repository(image), t.part(rest)})
		}
	}
	return out
}

func items(v any) (out []map[string]any) {
	list, _ := v.([]any)
	for _, item := range list {
		if m, is := item.(map[string]any); is {
			out = append(out, m)
		}
	}
	return out
}

// recalled are the containers of an object that have another name in what became of it:
// they run the same image and are the same in most else.
func recalled(from, to *thing) map[string]string {
	names := map[string]string{}
	for _, list := range containerLists {
		pairContainers(names, from.containers(list, to), to.containers(list, from))
	}
	return names
}

func pairContainers(names map[string]string, gone, come []container) {
	type pair struct {
		from, to string
		score    float64
	}
	var all []pair
	for _, a := range gone {
		for _, b := range come {
			if score := a.profile.Similarity(b.profile); a.image != "" && a.image == b.image && score >= otherName {
				all = append(all, pair{a.name, b.name, score})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b pair) int { return cmp.Compare(b.score, a.score) })
	taken := map[string]bool{}
	for _, p := range all {
		if names[p.from] == "" && !taken[p.to] {
			names[p.from], taken[p.to] = p.to, true
		}
	}
}

// inPod is a subject and a key of a finding, already under the new name of its object, as
// they read with the new kind and the new name of a container.
func inPod(subject, key string, from, to *thing, names map[string]string) (string, string) {
	if rest, is := strings.CutPrefix(key, workloads[from.class]+"."); is && from.sort() == "workload" && to.sort() == "workload" {
		key = workloads[to.class] + "." + rest
	}
	for _, prefix := range to.prefixes {
		rest, is := strings.CutPrefix(subject, prefix+"/")
		if now := names[rest]; is && now != "" {
			return prefix + "/" + now, strings.Replace(key, "ontainers[name="+rest+"]", "ontainers[name="+now+"]", 1)
		}
	}
	return subject, key
}
