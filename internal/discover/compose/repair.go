package compose

import (
	"context"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// maxLoads bounds how often a set that does not load is loaded in part.
const maxLoads = 600

// repairer takes out of a set's own files what keeps them from loading, so that one bad
// item does not hide the rest. It asks the loader about smaller and smaller parts: the
// loader's messages name places only sometimes, and differ from run to run.
type repairer struct {
	ctx   context.Context
	set   *Set
	files []types.ConfigFile
	// docs are copies of the documents of each file, without aliases.
	docs [][]*yaml.Node
	// origin maps each node of a copy to the document's own node.
	origin map[*yaml.Node]*yaml.Node
	of     map[*yaml.Node]*source.Doc
	left   int
	err    error
}

// repair returns the set's files without what does not load, and reports what was taken
// out. It returns nil when no part of the set is to blame alone.
func (s *Set) repair(ctx context.Context, files []types.ConfigFile) []types.ConfigFile {
	r := &repairer{ctx: ctx, set: s, files: files, origin: map[*yaml.Node]*yaml.Node{}, of: map[*yaml.Node]*source.Doc{}, left: maxLoads}
	for _, name := range s.Files {
		var copies []*yaml.Node
		for _, d := range s.read[name] {
			copies = append(copies, r.copy(d, d.Root))
		}
		r.docs = append(r.docs, copies)
	}
	all := r.docs
	for i := range all {
		r.docs = make([][]*yaml.Node, len(all))
		for _, d := range all[i] {
			if r.docs[i] = []*yaml.Node{d}; !r.loads() {
				r.isolate(d, "")
			}
		}
	}
	r.docs = all
	if len(s.Faults) == 0 || !r.loads() {
		return nil
	}
	return r.variant()
}

// copy is a node without aliases: what is taken out must not take others along.
func (r *repairer) copy(d *source.Doc, n *yaml.Node) *yaml.Node {
	at := n
	n = source.Deref(n)
	if n == nil {
		return nil
	}
	out := *n
	out.Anchor, out.Content = "", make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		out.Content[i] = r.copy(d, child)
	}
	r.origin[&out], r.of[&out] = at, d
	return &out
}

// variant are the set's files with what the copies hold now.
func (r *repairer) variant() (out []types.ConfigFile) {
	for i, docs := range r.docs {
		var text []byte
		for _, d := range docs {
			if d == nil {
				continue
			}
			data, err := yaml.Marshal(d)
			if err != nil {
				r.err = err
				return nil
			}
			text = append(append(text, "---\n"...), data...)
		}
		if text != nil {
			out = append(out, types.ConfigFile{Filename: r.files[i].Filename, Content: text})
		}
	}
	return out
}

// loads reports whether what the copies hold now loads. Once the budget is spent,
// everything does.
func (r *repairer) loads() bool {
	if r.left--; r.left < 0 || r.ctx.Err() != nil {
		return true
	}
	_, r.err = r.set.model(r.ctx, r.variant(), r.set.effective())
	return r.err == nil
}

// isolate finds the smallest parts of a node that do not load by themselves, and takes
// them out. The key is the one whose value the node is.
func (r *repairer) isolate(n *yaml.Node, key string) {
	step := 1
	if n.Kind == yaml.MappingNode {
		step = 2
	}
	kept := slices.Clone(n.Content)
	for _, first := range r.order(n, key) {
		i := slices.Index(kept, first)
		child := kept[i : i+step]
		n.Content = r.alone(kept, child, key)
		if r.loads() {
			continue
		}
		why := r.err
		if value := child[step-1]; len(value.Content) > 0 {
			before := len(r.set.Faults)
			r.isolate(value, child[0].Value)
			if len(r.set.Faults) > before && r.loads() {
				continue
			}
			r.set.Faults = r.set.Faults[:before] // the whole is to blame, and is said once
		}
		r.blame(child, why)
		kept = slices.Delete(slices.Clone(kept), i, i+step)
	}
	n.Content = kept
}

// order lists the keys or items of a node, a service after the one that it extends.
func (r *repairer) order(n *yaml.Node, key string) (out []*yaml.Node) {
	if n.Kind != yaml.MappingNode {
		return slices.Clone(n.Content)
	}
	var add func(i, depth int)
	add = func(i, depth int) {
		if i < 0 || depth > len(n.Content) || slices.Contains(out, n.Content[i]) {
			return
		}
		if key == "services" {
			add(indexOf(n.Content, baseOf(n.Content[i+1])), depth+1)
		}
		if !slices.Contains(out, n.Content[i]) {
			out = append(out, n.Content[i])
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		add(i, 0)
	}
	return out
}

// alone is a node's content with one child, and the services that it extends.
func (r *repairer) alone(all, child []*yaml.Node, key string) []*yaml.Node {
	out := slices.Clone(child)
	if key != "services" || len(child) < 2 {
		return out
	}
	for name := baseOf(child[1]); name != ""; {
		i := indexOf(all, name)
		if i < 0 || slices.Contains(out, all[i]) {
			break
		}
		out = append(out, all[i], all[i+1])
		name = baseOf(all[i+1])
	}
	return out
}

// baseOf is the service of the same file that a service extends.
func baseOf(service *yaml.Node) string {
	name, file := extended(service)
	if file != nil {
		return ""
	}
	return name
}

// indexOf is the index of a key in the content of a mapping, -1 when it is not there.
func indexOf(content []*yaml.Node, key string) int {
	for i := 0; i+1 < len(content); i += 2 {
		if content[i].Value == key && key != "" {
			return i
		}
	}
	return -1
}

// blame reports a key with its value, or an item, that does not load.
func (r *repairer) blame(child []*yaml.Node, why error) {
	bad := child[len(child)-1]
	if len(child) == 2 && (len(bad.Content) > 0 || unknownKey(why)) {
		bad = child[0]
	}
	node, doc := r.origin[bad], r.of[bad]
	what := ""
	if len(child) == 2 {
		what = child[0].Value
	}
	r.set.Faults = append(r.set.Faults, &source.Error{
		Location: finding.Location{URI: doc.Name, Region: doc.Region(node)}, Rule: gap.ComposeItem,
		Message: r.set.plainWords(what, why),
	})
}
