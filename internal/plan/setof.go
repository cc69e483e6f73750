package plan

import (
	"path"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/source"
)

// newSet reads the files of a set and all they refer to.
func newSet(tree *source.Tree, files []string, env environment) *set {
	dir := path.Dir(files[0])
	s := &set{dir: dir, files: files, env: env, closure: newClosure(tree, dir)}
	for _, f := range files {
		if s.broken = s.add(f, dir, s.env, true, nil); s.broken != nil {
			s.brokenFile = f
			break
		}
	}
	return s
}

// origins are the keys that say where a service's program comes from; a service without
// any of them cannot be started.
var origins = [...]string{"image", "build", "extends", "provider"}

// completes tells whether some service of the set can be started only together with the
// base file, which one of the other sets has read.
func (s *set) completes(base string, others []*set) bool {
	i := slices.IndexFunc(others, func(o *set) bool { return o.closure.files[base] != nil })
	if i < 0 || s.broken != nil {
		return false
	}
	based := serviceNodes(others[i].closure.files[base])
	for name, node := range serviceNodes(s.closure.files[s.files[0]]) {
		keys := source.Keys(node)
		if based[name] != nil && !slices.ContainsFunc(origins[:], func(k string) bool { return slices.Contains(keys, k) }) {
			return true
		}
	}
	return false
}

func serviceNodes(docs []*source.Doc) map[string]*yaml.Node {
	out := map[string]*yaml.Node{}
	for _, d := range docs {
		_, services := source.Child(d.Root, "services")
		for _, name := range source.Keys(services) {
			_, out[name] = source.Child(services, name)
		}
	}
	return out
}

// composeSections are the top-level keys by which a Compose file is known.
var composeSections = [...]string{"services", "include", "networks", "volumes", "secrets", "configs", "models"}
