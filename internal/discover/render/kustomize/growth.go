package kustomize

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/stella-ops/assure/internal/source"
)

// growth notes what can make the library's output grow beyond its sources: each copy
// can double an object, each replacement that writes where another reads a text, and a
// path with wild steps writes to many places.
type growth struct {
	copies int
	// reads are the field paths of which values are taken, writes those that they go to.
	reads, writes [][]string
	// settings is the longest text of a kustomization or JSON patch.
	settings int
}

// patch counts the copying operations of a JSON patch.
func (g *growth) patch(n *yaml.Node) {
	if n = source.Deref(n); n == nil || n.Kind != yaml.SequenceNode {
		return
	}
	scalars(n, g.text)
	for _, op := range n.Content {
		if _, v := source.Child(op, "op"); v != nil && strings.EqualFold(source.Deref(v).Value, "copy") {
			g.copies++
		}
	}
}

func (g *growth) text(s string) { g.settings = max(g.settings, len(s)) }

func (g *growth) replacement(r types.Replacement) {
	if r.Source != nil {
		g.reads = append(g.reads, fields(r.Source.FieldPath))
	}
	for _, t := range r.Targets {
		if t == nil {
			continue
		}
		for _, p := range t.FieldPaths {
			g.writes = append(g.writes, fields(p))
		}
		if len(t.FieldPaths) == 0 {
			g.writes = append(g.writes, fields(""))
		}
	}
}

// excess says what can grow too large, empty when nothing can.
func (c *closure) excess() string {
	g := &c.growth
	vars := c.settingsOf()
	if g.copies > maxCopies {
		return fmt.Sprintf("has more than %d copy operations in its patches, each of which can double an object", maxCopies)
	}
	chained, read, wide := g.chained(), g.settings, 1
	for _, d := range c.documents() {
		wide = max(wide, widest(d.Root))
		for _, path := range g.reads {
			read = max(read, sizeAt(d.Root, path))
		}
	}
	if chained > maxChained || max(1, read)<<chained > maxGrown {
		return fmt.Sprintf("has %d replacements that write where others read, each of which can double a text", chained)
	}
	if vars*read > maxGrown || g.settings*wide > maxGrown || g.written(wide)*read > maxGrown {
		return "has replacements, variables or settings that could make an object too large"
	}
	return ""
}

// settingsOf notes the texts and variables of the kustomizations and counts the uses of
// variables.
func (c *closure) settingsOf() (uses int) {
	vars := false
	for _, k := range c.kusts {
		if k == nil {
			continue
		}
		scalars(k.doc.Root, c.growth.text)
		for _, v := range k.legacy().vars {
			vars = true
			c.growth.reads = append(c.growth.reads, fields(v.FieldRef.FieldPath))
		}
	}
	if !vars {
		return 0
	}
	for _, d := range c.documents() {
		scalars(d.Root, func(s string) { uses += strings.Count(s, "$(") })
	}
	return uses
}

// chained counts the writes that lead to what another replacement reads.
func (g *growth) chained() (n int) {
	for _, w := range g.writes {
		for _, r := range g.reads {
			if related(r, w) {
				n++
				break
			}
		}
	}
	return n
}

// written is how many places the replacements write to in one object, at most.
func (g *growth) written(wide int) (n int) {
	for _, w := range g.writes {
		places := 1
		for _, step := range w {
			if wild(step) {
				places = capped(places * wide)
			}
		}
		n = capped(n + places)
	}
	return n
}

// widest is the length of the longest list.
func widest(n *yaml.Node) (most int) {
	if n == nil {
		return 0
	}
	most = len(n.Content)
	for _, child := range n.Content {
		most = max(most, widest(child))
	}
	return most
}

// sizeAt is the size of the largest value that a field path leads to.
func sizeAt(n *yaml.Node, path []string) (most int) {
	n = source.Deref(n)
	if n == nil || len(path) == 0 {
		return sizeOf(n)
	}
	switch n.Kind {
	case yaml.SequenceNode:
		for _, item := range n.Content {
			most = max(most, sizeAt(item, path[1:]))
		}
	case yaml.MappingNode:
		_, v := source.Child(n, path[0])
		most = sizeAt(v, path[1:])
	}
	return most
}

// deepPaths tells whether a document has a path that could nest very deep.
func deepPaths(n *yaml.Node) (deep bool) {
	n = source.Deref(n)
	if n == nil {
		return false
	}
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && isPath(n.Content[i-1].Value) {
			scalars(source.Deref(child), func(s string) { deep = deep || len(s) > maxPath })
		}
		if deep = deep || deepPaths(child); deep {
			return true
		}
	}
	return false
}

func isPath(key string) bool {
	key = strings.ToLower(key)
	return key == "path" || key == "from" || strings.HasPrefix(key, "fieldpath")
}
