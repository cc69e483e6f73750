package workload

import (
	"maps"
	"path"
	"slices"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

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

func mountsOf(c, spec map[string]any, at, pod []any) []volumeMount {
	out := []volumeMount{}
	for i, v := range value.List(c["volumeMounts"]) {
		m := value.Object(v)
		target := value.Text(m["mountPath"])
		if target == "" {
			continue
		}
		x := volumeMount{
			Target: path.Clean("/" + target), SubPath: value.Text(m["subPath"]) + value.Text(m["subPathExpr"]),
			ReadOnly: m["readOnly"] == true, Path: value.Under(at, "volumeMounts", i, "mountPath"),
		}
		x.fill(value.Text(m["name"]), spec, pod)
		out = append(out, x)
	}
	return out
}

// fill adds what the pod has on the volume of that name.
func (m *volumeMount) fill(name string, spec map[string]any, pod []any) {
	m.ModePath = m.Path
	i := slices.IndexFunc(value.List(spec["volumes"]), func(v any) bool { return value.Text(value.Object(v)["name"]) == name })
	if i < 0 {
		return
	}
	volume := value.Object(value.List(spec["volumes"])[i])
	for _, sort := range slices.Sorted(maps.Keys(sources)) {
		body, has := volume[sort]
		if !has {
			continue
		}
		m.Sort, m.Source = sort, value.Text(value.Object(body)[sources[sort]])
		m.ReadOnly = m.ReadOnly || slices.Contains(fixed, sort) || value.Object(body)["readOnly"] == true
		if slices.Contains(fixed, sort) && sort != "image" {
			m.Mode, m.ModePath = fileMode(value.Object(body), m.SubPath, value.Under(pod, "volumes", i, sort))
		}
	}
}

// fileMode is the most open mode that files of a volume get: 0644 by default.
func fileMode(volume map[string]any, file string, at []any) (mode int, where []any) {
	mode, where = 0o644, value.Under(at, "defaultMode")
	if n, ok := value.Integer(volume["defaultMode"]); ok {
		mode = n
	}
	items := value.List(volume["items"])
	own := 0
	for i, v := range items {
		n, ok := value.Integer(value.Object(v)["mode"])
		if !ok || file != "" && value.Text(value.Object(v)["path"]) != file {
			continue
		}
		own++
		if n&0o077 != 0 || len(items) == 1 || file != "" {
			return n, value.Under(at, "items", i, "mode")
		}
	}
	if own > 0 && own == len(items) {
		return 0o400, value.Under(at, "items")
	}
	return mode, where
}
