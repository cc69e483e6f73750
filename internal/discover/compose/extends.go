package compose

import (
	"path"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/source"
)

// bases reads the files that services extend.
func (c *closure) bases(l *layer) error {
	for _, section := range []string{"services", "jobs"} {
		_, services := source.Child(l.doc.Root, section)
		for _, name := range source.Keys(services) {
			_, service := source.Child(services, name)
			base, n := extended(service)
			if n == nil {
				continue
			}
			if c.away(l, n) {
				c.stubs[base] = true
				continue
			}
			file, err := c.path(l, n, l.dir)
			if err != nil {
				c.stubs[base] = true
				c.lose(l, n, err)
				continue
			}
			if c.based[file] {
				continue
			}
			c.based[file] = true
			docs, err := c.parse(file)
			if err != nil {
				c.stubs[base] = true
				c.lose(l, n, c.through(l, n, err))
				continue
			}
			c.dirs[path.Dir(file)] = true
			c.note(file)
			for _, d := range docs {
				if err := c.bases(c.layer(d, l.env, path.Dir(file))); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// extended reads a service's extends: the name of the base and, when it stands in
// another file, the node of that file's path.
func extended(service *yaml.Node) (string, *yaml.Node) {
	_, n := source.Child(service, "extends")
	if n = source.Deref(n); n == nil {
		return "", nil
	}
	if n.Kind == yaml.ScalarNode {
		return n.Value, nil
	}
	_, name := source.Child(n, "service")
	_, file := source.Child(n, "file")
	if name = source.Deref(name); name == nil || name.Kind != yaml.ScalarNode {
		return "", nil
	}
	if file = source.Deref(file); file != nil && file.Kind != yaml.ScalarNode {
		file = nil
	}
	return name.Value, file
}
