package change

import (
	"bytes"
	"path"
	"slices"
	"strings"

	node "go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

// maxAlike bounds the files of a directory that are compared.
const maxAlike = 2000

// prose are the names of files that no chart renders, where no template asks for files.
var prose = [...]string{"README", "LICENSE", "NOTICE", "CHANGELOG", "OWNERS", "CODEOWNERS", "values.schema.json"}

// Alike reports whether the change altered nothing that a tool would read in a file, or in
// any file below a directory (a path that ends in a slash): comments at most, and in a
// chart what it says about itself.
func (c *Change) Alike(file string) bool {
	if !strings.HasSuffix(file, "/") {
		return c.alikeFile(file)
	}
	names := slices.Concat(below(c.head.Plan, file), below(c.base.Plan, file))
	slices.Sort(names)
	names = slices.Compact(names)
	chart := slices.Contains(names, file+"Chart.yaml") && !c.asks(names)
	return len(names) > 0 && len(names) <= maxAlike && !slices.ContainsFunc(names, func(name string) bool {
		return !(chart && isProse(name)) && !c.alikeFile(name)
	})
}

func below(p *plan.Plan, dir string) (names []string) {
	for _, f := range p.Files {
		if dir == "./" || strings.HasPrefix(f.Name, dir) {
			names = append(names, f.Name)
		}
	}
	return names
}

// asks reports whether any of the templates reads files of its chart.
func (c *Change) asks(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		data, err := c.head.Plan.Tree.Read(name, source.MaxFileBytes)
		return strings.Contains(name, "templates/") && err == nil && (bytes.Contains(data, []byte(".Files")) || bytes.Contains(data, []byte(`"Files"`)))
	})
}

func isProse(name string) bool {
	base := path.Base(name)
	if strings.Contains(name, "/templates/") {
		return false
	}
	return path.Ext(base) == ".md" || slices.Contains(prose[:], base)
}

func (c *Change) alikeFile(name string) bool {
	old, err := c.base.Plan.Tree.Read(name, source.MaxFileBytes)
	if err != nil {
		return false
	}
	new, err := c.head.Plan.Tree.Read(name, source.MaxFileBytes)
	if err != nil {
		return false
	}
	return bytes.Equal(old, new) || yaml(name) && (isValues(name) || !marked(old) && !marked(new)) && equalYAML(old, new)
}

// isValues reports whether a file holds values of a chart, which are read as they are.
func isValues(name string) bool {
	return strings.HasPrefix(path.Base(name), "values") && !strings.Contains(name, "templates/")
}

// marked reports whether a text holds marks of a template, which may stand in comments.
func marked(text []byte) bool {
	return bytes.Contains(text, []byte("{{")) || bytes.Contains(text, []byte("#@")) || bytes.Contains(text, []byte("<%"))
}

// equalYAML reports whether two texts differ in comments and empty lines at most.
func equalYAML(a, b []byte) bool {
	was, err := source.Parse("", a)
	if err != nil {
		return false
	}
	is, err := source.Parse("", b)
	return err == nil && slices.EqualFunc(was, is, func(a, b *source.Doc) bool { return equalNodes(a.Root, b.Root) })
}

// equalNodes compares what is written, quotes and tags too: tools differ in what they make
// of them.
func equalNodes(a, b *node.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Kind == b.Kind && a.Tag == b.Tag && a.Style == b.Style && a.Anchor == b.Anchor && a.Value == b.Value &&
		slices.EqualFunc(a.Content, b.Content, equalNodes)
}
