package service

import (
	"path"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// maxConfigBytes is far above any store's configuration file.
const maxConfigBytes = 1 << 20

// given reads the file that stands at a path of the container when it is one of the
// repository: by a bind mount, a config or a secret.
func (s scope) given(target string) (name string, data []byte, ok bool) {
	for _, m := range s.mounts() {
		rest, below := under(target, m.Target)
		if !below || m.Type != "bind" {
			continue
		}
		if source := s.inside(m.Source); source != "" {
			name = path.Join(source, rest)
		}
	}
	for _, of := range [...]struct{ key, dir string }{{"configs", "/"}, {"secrets", "/run/secrets/"}} {
		for _, item := range value.List(s.svc[of.key]) {
			source := granted(item, of.dir, target)
			if source == "" {
				continue
			}
			entry := value.Object(value.Object(s.doc.Model[of.key])[source])
			if content, written := entry["content"].(string); written {
				return of.key + " " + source, []byte(content), true
			}
			name = s.inside(value.Text(entry["file"]))
		}
	}
	if name == "" || s.plan.Tree == nil {
		return "", nil, false
	}
	data, err := s.plan.Tree.Read(name, maxConfigBytes)
	return name, data, err == nil
}

// under is the rest of a path below a folder, empty for the folder itself.
func under(name, dir string) (rest string, ok bool) {
	name, dir = path.Clean(name), path.Clean(dir)
	if name == dir {
		return "", true
	}
	return strings.CutPrefix(name, strings.TrimSuffix(dir, "/")+"/")
}

// granted is the source of a config or secret that stands at the target, else empty.
func granted(item any, dir, target string) string {
	source, at := value.Text(item), ""
	if m := value.Object(item); m != nil {
		source, at = value.Text(m["source"]), value.Text(m["target"])
	}
	if at == "" {
		at = source
	}
	if !path.IsAbs(at) {
		at = dir + at
	}
	if source == "" || path.Clean(at) != path.Clean(target) {
		return ""
	}
	return source
}
