package compose

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/discover/interpolate"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// maxRelated bounds the further places of one value.
const maxRelated = 20

// Related are the places that explain the value of a path: what it overrides, the
// aliases, extends and includes that brought it to its service, and the lines of .env
// that gave its variables. It costs more than Locate and is meant for findings.
func (l *Locator) Related(path []any) []finding.Related {
	known := l.known(path)
	best, weaker, found := l.best(path[:known])
	if best == nil {
		return nil
	}
	at, _ := l.Locate(path)
	out := l.aliases(best.view, path[:known], at)
	for _, e := range best.bases {
		out = append(out, finding.Related{Location: e, Message: "extended here"})
	}
	for _, in := range best.via {
		out = append(out, finding.Related{Location: in.at, Message: "included here"})
	}
	if found && known == len(path) {
		out = append(out, l.overridden(path, weaker)...)
		out = append(out, l.given(best, path)...)
	}
	return out[:min(len(out), maxRelated)]
}

// aliases are those that the path passes on its way through a view, and the values of
// merge keys that it overrides.
func (l *Locator) aliases(v view, path []any, at finding.Location) (out []finding.Related) {
	used := func(list []*yaml.Node) {
		for _, alias := range list {
			out = append(out, v.doc.Used(alias, at))
		}
	}
	if v.depth > 0 {
		_, services := source.Child(v.doc.Root, path[0])
		used(source.Passed(services, source.Deref(v.from).Value))
	}
	var shadowed []*yaml.Node
	l.walk(v, path, func(node *yaml.Node, step any, value *yaml.Node) {
		shadowed = nil
		if name, ok := step.(string); ok && node.Kind == yaml.MappingNode {
			used(source.Passed(node, name))
			shadowed = source.Shadowed(node, name)
		} else if value.Kind == yaml.AliasNode {
			used([]*yaml.Node{value})
		}
	})
	for _, n := range shadowed {
		if n.Kind == yaml.ScalarNode {
			out = append(out, overridden(v.doc, n))
		}
	}
	return out
}

func overridden(d *source.Doc, n *yaml.Node) finding.Related {
	return finding.Related{Location: finding.Location{URI: d.Name, Region: d.Region(n)}, Message: "the value here is overridden"}
}

// overridden are the values that weaker views have for a path. Items of lists and
// members of mappings are merged, they do not override each other.
func (l *Locator) overridden(path []any, weaker []view) (out []finding.Related) {
	path = replaced(path)
	if slices.ContainsFunc(path, func(step any) bool { _, index := source.Index(step); return index }) {
		return nil
	}
	switch decoded.At(l.model, path).(type) {
	case map[string]any, []any:
		if len(replaced(decoded.Join(path, 0))) != len(path) {
			return nil
		}
	}
	for _, v := range weaker {
		if t := l.walk(v, path, nil); t.steps == len(path) && t.place != nil {
			out = append(out, overridden(t.doc, t.place))
		}
	}
	return out
}

// replaced cuts a path at a list that an override replaces as a whole.
func replaced(path []any) []any {
	switch {
	case len(path) > 3 && (path[2] == "command" || path[2] == "entrypoint"):
		return path[:3]
	case len(path) > 4 && path[2] == "healthcheck" && path[3] == "test":
		return path[:4]
	}
	return path
}

// given are the lines of environment files that set the variables of a value.
func (l *Locator) given(t *trace, path []any) (out []finding.Related) {
	if t.end == nil || t.end.Kind != yaml.ScalarNode {
		return nil
	}
	names := []string{}
	for _, v := range interpolate.Variables(t.end.Value, nil, t.lookup) {
		names = append(names, v.Name)
	}
	if name := decoded.Text(path[len(path)-1]); len(path) > 3 && path[2] == "environment" && (t.end.Value == "" || t.end.Value == name) {
		names = append(names, name)
	}
	for _, name := range names {
		if at, ok := t.env.places[name]; ok {
			out = append(out, finding.Related{Location: at, Message: "variable " + name + " is set here"})
		}
	}
	return out
}
