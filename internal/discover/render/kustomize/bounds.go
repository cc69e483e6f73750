package kustomize

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// Bounds of one kustomization with all that it reaches. What the library makes of a
// source can be much larger than the source, so that the products are bounded too.
const (
	maxKustomizations = 300
	maxVisits         = 1_000
	maxDepth          = 32
	maxObjects        = 4_000
	maxSource         = 64 << 20
	maxOutput         = 64 << 20
	// maxPath bounds how deep a path can nest what it makes.
	maxPath = 1 << 10
	// maxSpread bounds the bytes of kustomizations and patches times the objects that
	// they may change.
	maxSpread = 256 << 20
	// maxCopies bounds the operations of which each can double an object.
	maxCopies = 4
	// maxChained bounds the replacements of which each can double a text.
	maxChained = 20
	// maxGrown bounds what replacements, variables and settings can make of one object.
	maxGrown = 64 << 20
)

// weight is how much a kustomization makes the library do.
type weight struct {
	// bytes are its own instructions.
	bytes int
	// objects are those that it and its bases bring, visits the kustomizations read for
	// that, spread its bytes times objects, each as often as it is used.
	objects, visits, spread int
}

// weigh adds up what a kustomization reaches.
func (k *kust) weigh() {
	w := &k.weight
	w.visits = 1
	for _, list := range [...][]*kust{k.bases, k.components} {
		for _, sub := range list {
			w.objects = capped(w.objects + sub.weight.objects)
			w.visits = capped(w.visits + sub.weight.visits)
			w.spread = capped(w.spread + sub.weight.spread)
		}
	}
	for _, sub := range k.components { // they change what the kustomization has
		w.spread = capped(w.spread + sub.weight.bytes*w.objects)
	}
	w.spread = capped(w.spread + capped(w.bytes)*max(1, w.objects))
}

// capped keeps sums and products within an int.
func capped(n int) int { return min(n, 1<<30) }

// within refuses a kustomization that is too much work, with the reason.
func (c *closure) within(k *kust) bool {
	w, msg := k.weight, ""
	switch {
	case w.visits > maxVisits:
		msg = fmt.Sprintf("uses more than %d kustomizations, each counted as often as it is used", maxVisits)
	case w.objects > maxObjects:
		msg = fmt.Sprintf("makes more than %d objects", maxObjects)
	case w.spread > maxSpread:
		msg = fmt.Sprintf("has patches and settings that would be written to too many objects (%d MiB)", w.spread>>20)
	default:
		msg = c.excess()
	}
	if msg != "" {
		c.out.Fail(gap.RenderFailed, k.at(), "kustomization is not rendered: it %s; split it", msg)
	}
	return msg == ""
}

// documents are all of the closure.
func (c *closure) documents() (docs []*source.Doc) {
	for _, f := range c.files {
		docs = append(docs, f.docs...)
	}
	for _, k := range c.kusts {
		if k == nil {
			continue
		}
		docs = append(docs, k.doc)
		for _, p := range k.patches {
			docs = append(docs, p.docs...)
		}
	}
	return docs
}

func scalars(n *yaml.Node, do func(string)) {
	if n == nil {
		return
	}
	if n.Kind == yaml.ScalarNode {
		do(n.Value)
	}
	for _, child := range n.Content {
		scalars(child, do)
	}
}

// perNode is what a node costs in memory beside its text, roughly.
const perNode = 32

// sizeOf is the size of a node with its aliases written out.
func sizeOf(n *yaml.Node) int { return expanded(n, map[*yaml.Node]int{}) }

func expanded(n *yaml.Node, sizes map[*yaml.Node]int) int {
	if n == nil {
		return 0
	}
	if s, ok := sizes[n]; ok {
		return s
	}
	size := perNode + len(n.Value)
	if n.Kind == yaml.AliasNode {
		size = expanded(n.Alias, sizes)
	}
	for _, child := range n.Content {
		size = capped(size + expanded(child, sizes))
	}
	sizes[n] = size
	return size
}
