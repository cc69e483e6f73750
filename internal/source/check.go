package source

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
)

// checker enforces the limits over all documents of a stream.
type checker struct {
	name  string
	text  *text
	nodes int
	sizes map[*yaml.Node]int
}

// document refuses what later steps must not meet: too many nodes, deep nesting, keys
// given twice, and aliases that contain themselves or expand too far.
func (c *checker) document(n *yaml.Node) error {
	if n == nil {
		return nil
	}
	if err := c.tree(n, 1); err != nil {
		return err
	}
	c.sizes = map[*yaml.Node]int{}
	size, err := c.expanded(n, 1)
	if err == nil && size > maxExpanded {
		err = c.limit(n, "aliases expand to more than %d values; write fewer of them", maxExpanded)
	}
	return err
}

func (c *checker) tree(n *yaml.Node, depth int) error {
	if c.nodes++; c.nodes > maxNodes {
		return c.limit(n, "YAML has more than %d values; split the file", maxNodes)
	}
	if depth > maxDepth {
		return c.limit(n, "YAML is nested deeper than %d levels", maxDepth)
	}
	if n.Kind == yaml.MappingNode {
		if err := c.keys(n); err != nil {
			return err
		}
	}
	for _, child := range n.Content {
		if err := c.tree(child, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) keys(n *yaml.Node) error {
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := Deref(n.Content[i])
		if key.Kind != yaml.ScalarNode {
			return c.fail(key, "a key must be a plain value")
		}
		if seen[key.Value] {
			return c.fail(key, "key %q is given twice in one mapping; remove one", key.Value)
		}
		seen[key.Value] = true
	}
	return nil
}

// expanded counts the values below n as if every alias were written out, remembering
// each node's count so that a bomb costs no more than its text.
func (c *checker) expanded(n *yaml.Node, depth int) (int, error) {
	if size, ok := c.sizes[n]; ok {
		if size < 0 {
			return 0, c.fail(n, "anchor %q contains itself", n.Anchor)
		}
		return size, nil
	}
	if depth > maxDepth {
		return 0, c.limit(n, "aliases nest deeper than %d levels", maxDepth)
	}
	c.sizes[n] = -1
	size := 1
	children := n.Content
	if n.Kind == yaml.AliasNode {
		children = []*yaml.Node{n.Alias}
	}
	for _, child := range children {
		s, err := c.expanded(child, depth+1)
		if err != nil {
			return 0, err
		}
		size = min(size+s, maxExpanded+1)
	}
	c.sizes[n] = size
	return size, nil
}

func (c *checker) fail(n *yaml.Node, format string, args ...any) error {
	at := finding.Location{URI: c.name, Region: c.text.node(n)}
	return &Error{Location: at, Message: fmt.Sprintf(format, args...)}
}

// limit refuses what is well formed but larger than what is read.
func (c *checker) limit(n *yaml.Node, format string, args ...any) error {
	at := finding.Location{URI: c.name, Region: c.text.node(n)}
	return &Error{Location: at, Message: fmt.Sprintf(format, args...), Rule: gap.TooLarge}
}

// Deref follows an alias to the node that it stands for.
func Deref(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}
