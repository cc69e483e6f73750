package inventory

import (
	"slices"

	"github.com/aquasecurity/trivy/pkg/fanal/types"
)

// node is a package of a lock file that also holds the graph. Trivy follows the graph
// from one root and takes what it does not reach for development: members of a
// workspace, renamed and path dependencies. Here every package of the repository is a
// root.
type node struct {
	pkg types.Package
	// root packages come from no registry: what they need is not for development only.
	root bool
	// own packages are the repository's, and have no advisories.
	own bool
	// needs are the ids of what it needs outside development, all those of what it needs;
	// nil when the lock file does not name what only development needs.
	needs, all []string
}

// resolve returns the packages that are not the repository's, with relationship and Dev.
func (f *file) resolve(nodes []node) []types.Package {
	byID := map[string]*node{}
	var open []string
	direct := map[string]bool{}
	for i, n := range nodes {
		byID[n.pkg.ID] = &nodes[i]
		if n.root {
			open = append(open, n.pkg.ID)
			for _, id := range n.needs {
				direct[id] = true
			}
		}
	}
	reached := reach(byID, open, func(n *node) []string { return n.needs })
	known := reach(byID, open, func(n *node) []string { return n.all })
	var pkgs []types.Package
	for _, n := range nodes {
		f.need(n.pkg.ID, n.needs)
		if n.own {
			f.Own = append(f.Own, n.pkg)
			continue
		}
		n.pkg.Relationship = types.RelationshipIndirect
		if direct[n.pkg.ID] {
			n.pkg.Relationship = types.RelationshipDirect
		}
		// What nothing reaches at all may be anything.
		n.pkg.Dev = len(open) > 0 && !reached[n.pkg.ID] && known[n.pkg.ID]
		pkgs = append(pkgs, n.pkg)
	}
	return pkgs
}

// reach returns the ids that can be reached from the given ones.
func reach(byID map[string]*node, from []string, needs func(*node) []string) map[string]bool {
	reached := map[string]bool{}
	for open := slices.Clone(from); len(open) > 0; {
		id := open[len(open)-1]
		open = open[:len(open)-1]
		if n := byID[id]; n != nil && !reached[id] {
			reached[id] = true
			open = append(open, needs(n)...)
		}
	}
	return reached
}
