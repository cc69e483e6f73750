package kustomize

import (
	"strings"

	"go.yaml.in/yaml/v4"
	"sigs.k8s.io/kustomize/api/types"
	kube "sigs.k8s.io/yaml"

	"github.com/stella-ops/assure/internal/source"
)

// replacement is one entry with the node that says it.
type replacement struct {
	types.Replacement
	doc  *source.Doc
	path []any
}

// replacementsOf resolves the files of replacements and writes all into the
// specification.
func (c *closure) replacementsOf(k *kust) {
	var all []types.ReplacementField
	for i, f := range k.spec.Replacements {
		if f.Path == "" {
			k.replacements = append(k.replacements, &replacement{f.Replacement, k.doc, []any{"replacements", i}})
			continue
		}
		e := k.list("replacements", i, "path")
		if _, file, ok := c.document(k, e[0]); ok {
			c.replacementFile(k, file, e[0])
		}
	}
	for _, r := range k.replacements {
		c.growth.replacement(r.Replacement)
		all = append(all, types.ReplacementField{Replacement: r.Replacement})
	}
	k.spec.Replacements = all
}

// replacementFile reads a file with one replacement or a list of them.
func (c *closure) replacementFile(k *kust, f *file, e entry) {
	for _, d := range f.docs {
		nodes := []*yaml.Node{d.Root}
		paths := [][]any{nil}
		if d.Root != nil && d.Root.Kind == yaml.SequenceNode {
			nodes, paths = d.Root.Content, nil
			for i := range nodes {
				paths = append(paths, []any{i})
			}
		}
		k.weight.bytes += sizeOf(d.Root)
		for i, n := range nodes {
			r := &replacement{doc: d, path: paths[i]}
			if err := decode(n, &r.Replacement); err != nil || deepPaths(n) {
				c.refuse(e.at, "%q holds no readable replacements; correct it", clip(e.text))
				return
			}
			k.replacements = append(k.replacements, r)
		}
	}
}

func decode(n *yaml.Node, into any) error {
	text, err := yaml.Marshal(n)
	if err != nil {
		return err //nolint:wrapcheck // only its being there counts
	}
	return kube.UnmarshalStrict(text, into) //nolint:wrapcheck // only its being there counts
}

// fields are the steps of a field path; a bracketed step may hold dots.
func fields(path string) (out []string) {
	if path == "" {
		path = types.DefaultReplacementFieldPath
	}
	var step strings.Builder
	depth := 0
	for _, r := range path {
		switch {
		case r == '[':
			depth++
		case r == ']':
			depth--
		case r == '.' && depth == 0:
			out = append(out, step.String())
			step.Reset()
			continue
		}
		step.WriteRune(r)
	}
	return append(out, step.String())
}

// wild tells whether a step of a field path may stand for several.
func wild(step string) bool {
	return step == "*" || strings.HasPrefix(step, "[") || strings.Contains(step, "/")
}

// related tells whether one field path leads to a part of the other.
func related(a, b []string) bool {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] && !wild(a[i]) && !wild(b[i]) && !number(a[i]) && !number(b[i]) {
			return false
		}
	}
	return true
}

func number(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
