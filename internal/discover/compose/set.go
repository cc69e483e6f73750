// Package compose reads Compose files: what a set of them means as one model, and the place of
// each of its values in the files.
package compose

import (
	"path"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/source"
)

// New reads the files of a set and all they refer to.
func New(tree *source.Tree, files []string, env Environment) *Set {
	dir := path.Dir(files[0])
	s := &Set{Dir: dir, Files: files, env: env, Loads: MaxLoads, closure: newClosure(tree, dir)}
	for _, f := range files {
		if s.Broken = s.add(f, dir, s.env, true, nil); s.Broken != nil {
			s.BrokenFile = f
			break
		}
	}
	return s
}

// origins are the keys that say where a service's program comes from; a service without
// any of them cannot be started.
var origins = [...]string{"image", "build", "extends", "provider"}

// Completes tells whether some service of the set can be started only together with the
// base file, which one of the other sets has read.
func (s *Set) Completes(base string, others []*Set) bool {
	i := slices.IndexFunc(others, func(o *Set) bool { return o.read[base] != nil })
	if i < 0 || s.Broken != nil {
		return false
	}
	based := serviceNodes(others[i].read[base])
	for name, node := range serviceNodes(s.read[s.Files[0]]) {
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

// Sections are the top-level keys by which a Compose file is known.
var Sections = [...]string{"services", "include", "networks", "volumes", "secrets", "configs", "models"}
