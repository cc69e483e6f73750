package compose

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/discover/interpolate"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// Limits of one Compose set.
const (
	maxSetFiles = 200
	maxLayers   = 1000
	maxEnvBytes = 1 << 20
)

// layer is one YAML document of a Compose set, with what decides about its meaning.
type layer struct {
	doc *source.Doc
	env Environment
	// dir is the directory that relative paths of the document start from.
	dir string
	// rel is dir as seen from the set's directory.
	rel string
	// main is true for the files that the set lists itself.
	main bool
	// via are the files that include one another down to this one, outermost first.
	via []include
}

func (l *layer) lookup(name string) (string, bool) { return l.env.lookup(name) }

// include is one step of including: the file that does, and where it says so.
type include struct {
	file string
	at   finding.Location
}

// closure is a set of Compose files with all that they include and extend. Nothing but
// its files may be opened while the set is loaded.
type closure struct {
	tree *source.Tree
	// root is the set's project directory.
	root string
	// layers, lowest precedence first.
	layers []*layer
	// read are the files that were read, and the documents of those that were parsed.
	read map[string][]*source.Doc
	// spoken are the keys of read, once all of it is known.
	spoken map[string]bool
	// envFiles are the files of variables that were read.
	envFiles []string
	// order is files in the order of precedence, lowest first.
	Order []string
	// included files are judged as part of this set.
	Included map[string]bool
	// based are the files whose own bases were followed.
	based map[string]bool
	// dirs are all directories that relative paths may start from.
	dirs map[string]bool
	// Lost are the references that are not followed, without giving up the rest: to other
	// places, or to files that cannot be read. Absent are their paths, and stubs the
	// services that were to come from there.
	Lost   []error
	absent map[string]bool
	stubs  map[string]bool
}

func newClosure(tree *source.Tree, root string) *closure {
	return &closure{
		tree: tree, root: root, read: map[string][]*source.Doc{},
		Included: map[string]bool{}, based: map[string]bool{}, dirs: map[string]bool{}, stubs: map[string]bool{}, absent: map[string]bool{},
	}
}

// add reads one file of the set, below it what it includes, and what it extends.
func (c *closure) add(name, dir string, env Environment, main bool, via []include) error {
	var names []string
	for _, in := range via {
		names = append(names, in.file)
	}
	if slices.Contains(names, name) {
		return fmt.Errorf("%s includes itself: %s", name, strings.Join(append(names, name), " → "))
	}
	if len(c.layers) >= maxLayers {
		return fmt.Errorf("%s: more than %d includes; include each file once", name, maxLayers)
	}
	docs, err := c.parse(name)
	if err != nil {
		return err
	}
	c.dirs[dir] = true
	for _, d := range docs {
		l := c.layer(d, env, dir)
		l.main, l.via = main, via
		if err := c.includes(l); err != nil {
			return err
		}
		if err := c.bases(l); err != nil {
			return err
		}
		c.layers = append(c.layers, l)
	}
	c.note(name)
	return nil
}

func (c *closure) layer(d *source.Doc, env Environment, dir string) *layer {
	rel, err := filepath.Rel(filepath.FromSlash(c.root), filepath.FromSlash(dir))
	if err != nil {
		rel = dir
	}
	return &layer{doc: d, env: env, dir: dir, rel: filepath.ToSlash(rel)}
}

func (c *closure) note(name string) {
	if !slices.Contains(c.Order, name) {
		c.Order = append(c.Order, name)
	}
}

func (c *closure) parse(name string) ([]*source.Doc, error) {
	if docs, ok := c.read[name]; ok {
		return docs, nil
	}
	if len(c.read) >= maxSetFiles {
		return nil, fmt.Errorf("%s: the set has more than %d files", name, maxSetFiles)
	}
	data, err := c.tree.Read(name, source.MaxFileBytes)
	if err != nil {
		return nil, err
	}
	docs, err := source.Parse(name, data)
	if err != nil {
		return nil, err
	}
	c.read[name] = docs
	return docs, nil
}

// resolve turns a path of a document into a slash path of the tree, or refuses it.
func (c *closure) resolve(l *layer, n *yaml.Node, dir, p string) (string, error) {
	name, err := source.Inside(c.tree.Dir(), dir, p)
	if err != nil {
		return "", c.refuse(l, n, gap.Outside, err.Error())
	}
	return name, nil
}

func (c *closure) refuse(l *layer, n *yaml.Node, rule, msg string) error {
	return &source.Error{Location: finding.Location{URI: l.doc.Name, Region: l.doc.Region(n)}, Message: msg, Rule: rule}
}

// path reads a scalar as a path of the tree, with its variables replaced.
func (c *closure) path(l *layer, n *yaml.Node, dir string) (string, error) {
	p, err := interpolate.Expand(n.Value, l.lookup)
	if err != nil {
		return "", c.refuse(l, n, gap.ComposeItem, err.Error())
	}
	return c.resolve(l, n, dir, p)
}

// away tells a reference to a file that is fetched from elsewhere, and notes it.
func (c *closure) away(l *layer, n *yaml.Node) bool {
	p, err := interpolate.Expand(n.Value, l.lookup)
	if err != nil || !source.IsRemote(p) {
		return false
	}
	c.Lost = append(c.Lost, &source.Error{
		Location: finding.Location{URI: l.doc.Name, Region: l.doc.Region(n)}, Rule: gap.RemoteSource,
		Message: fmt.Sprintf("%q is fetched when the stack starts, so it is not read and what it adds is not judged; commit a copy and refer to that", p),
	})
	return true
}

// lose notes a reference to a file that cannot be read, so that the rest is judged.
func (c *closure) lose(l *layer, n *yaml.Node, err error) {
	if p, known := interpolate.Expand(n.Value, l.lookup); known == nil {
		c.absent[p] = true
	}
	c.Lost = append(c.Lost, err)
}

// items are the members of a list.
func items(n *yaml.Node) (out []*yaml.Node) {
	if n = source.Deref(n); n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	for _, item := range n.Content {
		out = append(out, source.Deref(item))
	}
	return out
}

// scalars are the scalar members of a list, or the one scalar itself.
func scalars(n *yaml.Node) []*yaml.Node {
	if n = source.Deref(n); n != nil && n.Kind == yaml.ScalarNode {
		return []*yaml.Node{n}
	}
	return slices.DeleteFunc(items(n), func(i *yaml.Node) bool { return i.Kind != yaml.ScalarNode })
}

// words are all keys of all mappings in the set's files, asked for once all are read.
func (c *closure) words() map[string]bool {
	if c.spoken != nil {
		return c.spoken
	}
	words := map[string]bool{}
	for _, docs := range c.read {
		for _, d := range docs {
			keys(d.Root, words)
		}
	}
	c.spoken = words
	return words
}

func keys(n *yaml.Node, words map[string]bool) {
	if n == nil {
		return
	}
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			words[source.Deref(child).Value] = true
		}
		keys(child, words)
	}
}

// refers tells whether any file of the set may hold a variable.
func (c *closure) refers() bool {
	for _, docs := range c.read {
		if slices.ContainsFunc(docs, func(d *source.Doc) bool { return mentions(d.Root) }) {
			return true
		}
	}
	return false
}

func mentions(n *yaml.Node) bool {
	return n != nil && (strings.Contains(n.Value, "$") || slices.ContainsFunc(n.Content, mentions))
}
