package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// includes adds the included files below the layer: earlier entries beat later ones.
func (c *closure) includes(l *layer) error {
	_, list := source.Child(l.doc.Root, "include")
	entries := items(list)
	for _, entry := range slices.Backward(entries) {
		err := c.include(l, entry)
		if path := onlyPath(entry); err != nil && path != nil && len(c.layers) < maxLayers {
			c.lose(l, path, err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// onlyPath is the one file that an entry includes, nil when it lists several or files of
// variables.
func onlyPath(entry *yaml.Node) *yaml.Node {
	if entry.Kind == yaml.ScalarNode {
		return entry
	}
	_, env := source.Child(entry, "env_file")
	_, p := source.Child(entry, "path")
	if p = source.Deref(p); env != nil || p == nil || p.Kind != yaml.ScalarNode {
		return nil
	}
	return p
}

func (c *closure) include(l *layer, entry *yaml.Node) error {
	paths, envFiles := []*yaml.Node{entry}, []*yaml.Node(nil)
	dir := ""
	if entry.Kind == yaml.MappingNode {
		_, p := source.Child(entry, "path")
		paths = scalars(p)
		if len(paths) == 0 {
			return c.refuse(l, entry, gap.ComposeItem, "include names no file")
		}
		_, e := source.Child(entry, "env_file")
		envFiles = scalars(e)
		if _, pd := source.Child(entry, "project_directory"); pd != nil {
			var err error
			if dir, err = c.path(l, pd, l.dir); err != nil {
				return err
			}
		}
	}
	if len(paths) == 1 && c.away(l, paths[0]) {
		return nil
	}
	first, err := c.path(l, paths[0], l.dir)
	if err != nil {
		return err
	}
	if dir == "" {
		dir = path.Dir(first)
	}
	env, err := c.environment(l, entry, dir, envFiles)
	if err != nil {
		return err
	}
	for _, n := range paths {
		name, err := c.path(l, n, l.dir)
		if err != nil {
			return err
		}
		c.Included[name] = true
		via := append(slices.Clip(l.via), include{l.doc.Name, finding.Location{URI: l.doc.Name, Region: l.doc.Region(n)}})
		if err := c.add(name, dir, env, false, via); err != nil {
			return c.through(l, n, err)
		}
	}
	return nil
}

// through says where a file that cannot be read was named; errors with a place of
// their own keep it.
func (c *closure) through(l *layer, n *yaml.Node, err error) error {
	if _, ok := errors.AsType[*source.Error](err); ok {
		return err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return c.refuse(l, n, gap.MissingFile, fmt.Sprintf("file %q does not exist", n.Value))
	}
	return c.refuse(l, n, gap.Unreadable, err.Error())
}

// environment is what an included file is interpolated with: its own .env or the named
// files, below what the including file knows.
func (c *closure) environment(l *layer, entry *yaml.Node, dir string, files []*yaml.Node) (Environment, error) {
	env := l.env
	if len(files) == 0 {
		own, err := c.readEnv(path.Join(dir, ".env"), env)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return env, c.through(l, entry, err)
		}
		return own.below(env), nil
	}
	for _, n := range files {
		if n.Value == "/dev/null" {
			continue
		}
		name, err := c.path(l, n, l.dir)
		if err != nil {
			return env, err
		}
		own, err := c.readEnv(name, env)
		if err != nil {
			return env, c.through(l, n, err)
		}
		env = own.below(env)
	}
	return env, nil
}

// readEnv reads a file of variables, and notes it.
func (c *closure) readEnv(name string, known Environment) (Environment, error) {
	env, err := ReadEnv(c.tree, name, known)
	if err == nil {
		c.envFiles = append(c.envFiles, name)
	}
	return env, err
}
