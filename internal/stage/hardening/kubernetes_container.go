package hardening

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// variable is an environment variable of a container.
type variable struct {
	Name string `json:"name"`
	// From is literal, secret, configmap, field or resource.
	From string `json:"from"`
	// Value is that of a literal.
	Value string `json:"value"`
	// Held is true for a literal that can be a secret itself.
	Held bool  `json:"held"`
	Path []any `json:"path"`
}

// volumeMount is a volume where a container sees it.
type volumeMount struct {
	Target  string `json:"target"`
	SubPath string `json:"sub_path"`
	// ReadOnly is true when the container cannot write there, also because of the
	// volume's sort.
	ReadOnly bool `json:"read_only"`
	// Sort is the volume's key: secret, configMap, hostPath, persistentVolumeClaim, ...
	Sort string `json:"sort"`
	// Source is the name of the secret, config map or claim, or the host's path.
	Source string `json:"source"`
	// Mode is the most open mode of the files of a secret or config map, 0 for other
	// sorts; ModePath leads to it or to where it is missing.
	Mode     int   `json:"mode"`
	ModePath []any `json:"mode_path"`
	// Owner is the other workload whose store keeps its data in this claim.
	Owner string `json:"owner"`
	Path  []any  `json:"path"`
}

// sources are the sorts of volumes with the key that names what is in them.
var sources = map[string]string{
	"secret": "secretName", "configMap": "name", "hostPath": "path", "persistentVolumeClaim": "claimName",
	"emptyDir": "", "projected": "", "csi": "driver", "ephemeral": "", "nfs": "path", "image": "reference",
	"downwardAPI": "",
}

// fixed are the sorts that no container can write.
var fixed = []string{"secret", "configMap", "projected", "image", "downwardAPI"}

// origins are the keys of valueFrom with the words for them.
var origins = [][2]string{
	{"secretKeyRef", "secret"}, {"configMapKeyRef", "configmap"}, {"fieldRef", "field"}, {"resourceFieldRef", "resource"},
}

func variablesOf(c map[string]any, at []any) []variable {
	out := []variable{}
	for i, v := range list(c["env"]) {
		e := object(v)
		x := variable{Name: text(e["name"]), From: "literal", Value: text(e["value"]), Path: under(at, "env", i)}
		for _, from := range origins {
			if object(e["valueFrom"])[from[0]] != nil {
				x.From = from[1]
			}
		}
		if x.From == "literal" {
			x.Held, x.Path = isLiteral(x.Value) && !strings.HasPrefix(x.Value, "$("), under(x.Path, "value")
		}
		out = append(out, x)
	}
	return out
}

func mountsOf(c, spec map[string]any, at, pod []any) []volumeMount {
	out := []volumeMount{}
	for i, v := range list(c["volumeMounts"]) {
		m := object(v)
		target := text(m["mountPath"])
		if target == "" {
			continue
		}
		x := volumeMount{
			Target: path.Clean("/" + target), SubPath: text(m["subPath"]) + text(m["subPathExpr"]),
			ReadOnly: m["readOnly"] == true, Path: under(at, "volumeMounts", i, "mountPath"),
		}
		x.fill(text(m["name"]), spec, pod)
		out = append(out, x)
	}
	return out
}

// fill adds what the pod says about the volume of that name.
func (m *volumeMount) fill(name string, spec map[string]any, pod []any) {
	m.ModePath = m.Path
	i := slices.IndexFunc(list(spec["volumes"]), func(v any) bool { return text(object(v)["name"]) == name })
	if i < 0 {
		return
	}
	volume := object(list(spec["volumes"])[i])
	for _, sort := range slices.Sorted(maps.Keys(sources)) {
		body, has := volume[sort]
		if !has {
			continue
		}
		m.Sort, m.Source = sort, text(object(body)[sources[sort]])
		m.ReadOnly = m.ReadOnly || slices.Contains(fixed, sort) || object(body)["readOnly"] == true
		if slices.Contains(fixed, sort) && sort != "image" {
			m.Mode, m.ModePath = fileMode(object(body), m.SubPath, under(pod, "volumes", i, sort))
		}
	}
}

// fileMode is the most open mode that files of a volume get: 0644 where none is said.
func fileMode(volume map[string]any, file string, at []any) (mode int, where []any) {
	mode, where = 0o644, under(at, "defaultMode")
	if n, ok := integer(volume["defaultMode"]); ok {
		mode = n
	}
	items := list(volume["items"])
	own := 0
	for i, v := range items {
		n, ok := integer(object(v)["mode"])
		if !ok || file != "" && text(object(v)["path"]) != file {
			continue
		}
		own++
		if n&0o077 != 0 || len(items) == 1 || file != "" {
			return n, under(at, "items", i, "mode")
		}
	}
	if own > 0 && own == len(items) {
		return 0o400, under(at, "items")
	}
	return mode, where
}

// claimed notes which claims hold the data of stores, so that other workloads that
// write there can be found.
func (c *cluster) claimed(r *resource, spec map[string]any) {
	if r.work == nil || r.work.Role != "store" {
		return
	}
	for _, v := range list(spec["volumes"]) {
		if name := text(object(object(v)["persistentVolumeClaim"])["claimName"]); name != "" {
			id := identity{"PersistentVolumeClaim", "", r.namespace, name}
			if c.claims[id] == nil {
				c.claims[id] = r
			}
		}
	}
}

// owner names the other workload whose store keeps its data in the claim.
func (c *cluster) owner(r *resource, m volumeMount) string {
	owner := c.claims[identity{"PersistentVolumeClaim", "", r.namespace, m.Source}]
	if m.Sort != "persistentVolumeClaim" || owner == nil || owner.identity() == r.identity() {
		return ""
	}
	return owner.kind + "/" + owner.name
}
