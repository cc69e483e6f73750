package plan

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// includes adds the included files below the layer: earlier entries beat later ones.
func (c *closure) includes(l *layer, stack []string) error {
	_, list := source.Child(l.doc.Root, "include")
	entries := items(list)
	for _, entry := range slices.Backward(entries) {
		if err := c.include(l, entry, stack); err != nil {
			return err
		}
	}
	return nil
}

func (c *closure) include(l *layer, entry *yaml.Node, stack []string) error {
	paths, envFiles := []*yaml.Node{entry}, []*yaml.Node(nil)
	dir := ""
	if entry.Kind == yaml.MappingNode {
		_, p := source.Child(entry, "path")
		paths = scalars(p)
		_, e := source.Child(entry, "env_file")
		envFiles = scalars(e)
		if _, pd := source.Child(entry, "project_directory"); pd != nil {
			var err error
			if dir, err = c.path(l, pd, l.dir); err != nil {
				return err
			}
		}
	}
	if len(paths) == 0 {
		return c.refuse(l, entry, "include names no file")
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
		c.included[name] = true
		if err := c.add(name, dir, env, false, stack); err != nil {
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
		return c.refuse(l, n, fmt.Sprintf("file %q does not exist", n.Value))
	}
	return c.refuse(l, n, err.Error())
}

// environment is what an included file is interpolated with: its own .env or the named
// files, below what the including file knows.
func (c *closure) environment(l *layer, entry *yaml.Node, dir string, files []*yaml.Node) (map[string]string, error) {
	env := maps.Clone(l.env)
	if len(files) == 0 {
		own, err := readEnv(c.tree, path.Join(dir, ".env"), l.env)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, c.refuse(l, entry, err.Error())
		}
		return overlay(own, env), nil
	}
	for _, n := range files {
		if n.Value == "/dev/null" {
			continue
		}
		name, err := c.path(l, n, l.dir)
		if err != nil {
			return nil, err
		}
		own, err := readEnv(c.tree, name, env)
		if err != nil {
			return nil, c.through(l, n, err)
		}
		env = overlay(own, env)
	}
	return env, nil
}

func overlay(low, high map[string]string) map[string]string {
	out := maps.Clone(low)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, high)
	return out
}

// readEnv reads a .env file of the tree; known variables may be used in its values.
func readEnv(tree *source.Tree, name string, known map[string]string) (map[string]string, error) {
	if info, err := fs.Stat(tree.FS(), name); err == nil && info.IsDir() {
		return nil, fs.ErrNotExist // .env is also a usual name for a Python environment
	}
	data, err := tree.Read(name, maxEnvBytes)
	if err != nil {
		return nil, err
	}
	env, err := dotenv.ParseWithLookup(bytes.NewReader(data), func(k string) (string, bool) { v, ok := known[k]; return v, ok })
	if err != nil {
		// The parser's message may quote the file, which may hold secrets.
		return nil, &source.Error{Location: finding.Top(name), Message: "not readable as an environment file; check its quotes and names"}
	}
	return env, nil
}
