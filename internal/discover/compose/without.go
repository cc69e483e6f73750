package compose

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Bounds of the mappings from which one entry, or two, are left out at a time.
const (
	mostEntries = 32
	mostPairs   = 8
)

// without looks for the entries of a mapping without which it loads: within a value, an
// entry alone says little, since others are required beside it. It reports whether the
// question is settled: more than one answer blames the whole, as does none in an item of
// a list.
func (r *repairer) without(p *part) bool {
	n, item := len(p.kept)/2, p.key == ""
	if p.step != 2 || p.depth < valueDepth || n < 2 || n > mostEntries {
		return false
	}
	answers := r.answers(p, quoted(p.kept, r.err))
	if len(answers) == 0 {
		answers = r.answers(p, singles(p.kept))
	}
	if len(answers) == 0 && n <= mostPairs {
		answers = r.answers(p, pairs(p.kept))
	}
	if len(answers) == 1 {
		r.each(p, answers[0])
	}
	return len(answers) > 0 || item
}

// quoted are the keys that the loader calls unknown: a guess that spares many loads.
func quoted(content []*yaml.Node, why error) [][]*yaml.Node {
	if why == nil || !unknownKey(why) {
		return nil
	}
	var keys []*yaml.Node
	for i := 0; i+1 < len(content); i += 2 {
		if strings.Contains(why.Error(), "'"+content[i].Value+"'") {
			keys = append(keys, content[i])
		}
	}
	return [][]*yaml.Node{keys}
}

// answers are the sets of keys without which, and with something left, a part loads; two
// are enough to know that it is not one.
func (r *repairer) answers(p *part, sets [][]*yaml.Node) (out [][]*yaml.Node) {
	for _, keys := range sets {
		if len(out) == 2 {
			break
		}
		if p.node.Content = p.except(keys); len(keys) > 0 && len(p.node.Content) > 0 && r.loads() {
			out = append(out, keys)
		}
	}
	return out
}

// each looks into the entries to blame, one beside all that is good.
func (r *repairer) each(p *part, keys []*yaml.Node) {
	for i, key := range keys {
		if p.node.Content = p.except(keys[i+1:]); !r.loads() {
			r.single(p, p.child(key))
		}
	}
}

// except is what is kept of a mapping, without some keys.
func (p *part) except(keys []*yaml.Node) (out []*yaml.Node) {
	for i := 0; i+1 < len(p.kept); i += 2 {
		if !slices.Contains(keys, p.kept[i]) {
			out = append(out, p.kept[i:i+2]...)
		}
	}
	return out
}

func singles(content []*yaml.Node) (out [][]*yaml.Node) {
	for i := 0; i+1 < len(content); i += 2 {
		out = append(out, content[i:i+1])
	}
	return out
}

func pairs(content []*yaml.Node) (out [][]*yaml.Node) {
	for i := 0; i+1 < len(content); i += 2 {
		for j := i + 2; j+1 < len(content); j += 2 {
			out = append(out, []*yaml.Node{content[i], content[j]})
		}
	}
	return out
}

// named reports whether the name of a child of a section is accepted, by giving it the
// least value that is.
func (r *repairer) named(p *part, child []*yaml.Node) bool {
	key, text, known := least(p.key)
	if p.depth != itemDepth || p.step != 2 || !known || child[0].Tag == "!!merge" {
		return true
	}
	value := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	if key != "" {
		value.Content = []*yaml.Node{{Kind: yaml.ScalarNode, Value: key}, {Kind: yaml.ScalarNode, Value: text}}
	}
	p.node.Content = []*yaml.Node{child[0], value}
	ok := r.loads()
	p.node.Content = r.together(p, child[:1])
	return ok || r.spent()
}
