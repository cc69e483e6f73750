package compose

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// Bounds of how often, and how much of, a set that does not load is loaded in part.
const (
	MaxLoads  = 1000
	maxLoaded = 32 << 20
)

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
	// left and bytes are how often and how much may still be loaded.
	left, bytes int
	// dropped are items that were taken out when the budget was spent.
	dropped []*yaml.Node
	// subject is the service, network or the like that is looked into.
	subject string
	err     error
}

// repair returns the set's files without what does not load, and reports what was taken
// out. It returns nil when no part of the set is to blame alone.
func (s *Set) repair(ctx context.Context, files []types.ConfigFile) []types.ConfigFile {
	r := &repairer{ctx: ctx, set: s, files: files, origin: map[*yaml.Node]*yaml.Node{}, of: map[*yaml.Node]*source.Doc{}, left: s.Loads, bytes: maxLoaded}
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
				r.isolate(d, "", 0)
			}
		}
	}
	r.docs = all
	r.left, r.bytes = 1, math.MaxInt
	r.rest()
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
// nothing is known to.
func (r *repairer) loads() bool {
	files := r.variant()
	for _, f := range files {
		r.bytes -= len(f.Content)
	}
	if r.left--; r.spent() {
		return false
	}
	_, err := r.set.model(r.ctx, files, r.set.effective())
	r.err = one(err)
	return r.err == nil
}

// spent reports whether no more may be loaded.
func (r *repairer) spent() bool { return r.left < 0 || r.bytes < 0 || r.ctx.Err() != nil }

// isolate finds the smallest parts of a node that do not load by themselves, and takes
// them out. The key is the one whose value the node is.
func (r *repairer) isolate(n *yaml.Node, key string, depth int) {
	step := 1
	if n.Kind == yaml.MappingNode {
		step = 2
	}
	p := &part{node: n, key: key, step: step, depth: depth, kept: slices.Clone(n.Content)}
	if !r.without(p) {
		r.search(p, r.order(n, key))
	}
	n.Content = p.kept
}

// part is a node in which bad children are searched.
type part struct {
	node        *yaml.Node
	key         string
	step, depth int
	// kept are the children that have not been taken out.
	kept []*yaml.Node
}

func (p *part) child(first *yaml.Node) []*yaml.Node {
	i := slices.Index(p.kept, first)
	return p.kept[i : i+p.step]
}

// search tries children together, and in halves when they do not load.
func (r *repairer) search(p *part, firsts []*yaml.Node) {
	if len(firsts) == 0 {
		return
	}
	p.node.Content = r.together(p, firsts)
	switch {
	case r.loads():
	case r.spent() && p.depth > 0:
		r.drop(p, firsts)
	case len(firsts) == 1:
		r.single(p, p.child(firsts[0]))
	default:
		r.search(p, firsts[:len(firsts)/2])
		r.search(p, firsts[len(firsts)/2:])
	}
}

// Depths of a section, whose children are services and the like, and of the value of a
// key of theirs.
const (
	itemDepth  = 1
	valueDepth = 3
)

// single looks into a child that does not load, and takes it out when no part of it is
// to blame alone.
func (r *repairer) single(p *part, child []*yaml.Node) {
	why := r.err
	r.enter(p, child)
	if !r.named(p, child) {
		r.fault(child[0], misnamed(child[0].Value))
		p.take(child)
		return
	}
	if value := child[p.step-1]; len(value.Content) > 0 {
		before := len(r.set.Faults)
		r.isolate(value, child[0].Value, p.depth+1)
		if !r.spent() && len(r.set.Faults) > before && r.loads() || p.depth < itemDepth && r.spent() {
			return
		}
		if !r.spent() {
			r.set.Faults = r.set.Faults[:before] // the whole is to blame, and is reported once
		}
	}
	if r.spent() {
		r.drop(p, child[:1])
		return
	}
	r.enter(p, child)
	r.blame(p, child, why)
	p.take(child)
}

// enter notes which service, network or other key the search is in.
func (r *repairer) enter(p *part, child []*yaml.Node) {
	if p.depth <= itemDepth && p.step == 2 {
		r.subject = clip(child[0].Value)
	}
}

func (p *part) take(child []*yaml.Node) {
	i := slices.Index(p.kept, child[0])
	p.kept = slices.Delete(slices.Clone(p.kept), i, i+p.step)
}

// drop takes out children about which nothing is known because the budget is spent. Of
// an item nothing stays: it would be judged by what is left of it.
func (r *repairer) drop(p *part, firsts []*yaml.Node) {
	if p.depth > itemDepth {
		return // the whole item goes
	}
	for _, first := range firsts {
		r.dropped = append(r.dropped, first)
		p.take(p.child(first))
	}
}

// together is the content of some children, and the services that they extend.
func (r *repairer) together(p *part, firsts []*yaml.Node) (out []*yaml.Node) {
	held := map[*yaml.Node]bool{}
	for _, first := range firsts {
		all := r.alone(p.kept, p.child(first), p.key)
		for i := 0; i < len(all); i += p.step {
			if !held[all[i]] {
				held[all[i]] = true
				out = append(out, all[i:i+p.step]...)
			}
		}
	}
	return out
}

// rest reports what was taken out unseen.
func (r *repairer) rest() {
	if len(r.dropped) == 0 {
		return
	}
	first := slices.MinFunc(r.dropped, func(a, b *yaml.Node) int { return r.place(a).Compare(r.place(b)) })
	r.set.Faults = append(r.set.Faults, &source.Error{
		Location: r.place(first), Rule: gap.TooMany,
		Message: fmt.Sprintf("%d items from here on were not judged: the file holds more that does not load than is searched for; correct what is reported before them", len(r.dropped)),
	})
}

func (r *repairer) place(n *yaml.Node) finding.Location {
	doc := r.of[n]
	return finding.Location{URI: doc.Name, Region: doc.Region(r.origin[n])}
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
func (r *repairer) blame(p *part, child []*yaml.Node, why error) {
	bad := child[len(child)-1]
	if len(child) == 2 && (len(bad.Content) > 0 || unknownKey(why)) {
		bad = child[0]
	}
	what := ""
	if len(child) == 2 {
		what = child[0].Value
	}
	if len(child) == 1 && len(bad.Content) > 2 && bySchema.MatchString(why.Error()) {
		r.fault(bad, "this item holds keys or values that Compose does not accept here; see the Compose specification")
		return
	}
	r.fault(bad, r.set.plainWords(what, len(child) == 1 || p.depth == itemDepth, why))
}

func (r *repairer) fault(at *yaml.Node, msg string) {
	r.set.Faults = append(r.set.Faults, &source.Error{
		Location: r.place(at), Rule: gap.ComposeItem, Subject: r.subject, Message: msg,
	})
}
