package kustomize

import (
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// generator is an entry of configMapGenerator or secretGenerator.
type generator struct {
	kust  *kust
	key   string
	index int
}

// generated finds the generator of the object: the longest name that its own contains.
func (l *locator) generated(k *kust) {
	if k == nil {
		return
	}
	key, long := map[string]string{"ConfigMap": "configMapGenerator", "Secret": "secretGenerator"}[l.kind], -1
	for i := range length(k.doc.Root, key) {
		name := nodeAt(k.doc.Root, []any{key, i, "name"})
		if name == nil || !strings.Contains(l.called[0], name.Value) || len(name.Value) <= long {
			continue
		}
		l.made, long = &generator{k, key, i}, len(name.Value)
	}
	if l.made != nil {
		l.called = append(l.called, nodeAt(k.doc.Root, []any{key, l.made.index, "name"}).Value)
	}
}

func (g *generator) self() finding.Location { return g.kust.at(g.key, g.index, "name") }

// value finds where the generator names what it puts into data.
func (g *generator) value(path []any) spot {
	if len(path) == 2 && path[0] == "metadata" && path[1] == "name" {
		return spot{at: g.self(), grade: source.Item, same: true}
	}
	if len(path) == 0 || path[0] != "data" && path[0] != "binaryData" {
		return spot{}
	}
	if len(path) == 2 {
		if key, ok := path[1].(string); ok {
			if s, ok := g.datum(key); ok {
				return s
			}
		}
	}
	return spot{at: g.self(), grade: source.Rendered, same: true}
}

// datum is the literal, file or environment file that holds a key.
func (g *generator) datum(key string) (spot, bool) {
	for _, list := range [...]string{"literals", "files"} {
		for _, e := range g.kust.list(g.key, g.index, list) {
			name, _, named := strings.Cut(e.text, "=")
			if !named {
				name = e.text[strings.LastIndex(e.text, "/")+1:]
			}
			if name == key {
				return spot{at: e.at, grade: source.Item, same: true}, true
			}
		}
	}
	for _, list := range [...]string{"envs", "env"} {
		if e := g.kust.list(g.key, g.index, list); len(e) > 0 {
			return spot{at: e[0].at, grade: source.Rendered, same: true}, true
		}
	}
	return spot{}, false
}
