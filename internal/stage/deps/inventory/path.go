package inventory

import (
	"slices"

	"github.com/aquasecurity/trivy/pkg/fanal/types"
)

// Path is the shortest way from a direct dependency to the package, ids of packages,
// both ends included; nil when the lock file does not tell.
func (l *Lock) Path(p types.Package) []string {
	if l.parents == nil {
		l.index()
	}
	from := map[string]string{p.ID: ""}
	for open := []string{p.ID}; len(open) > 0; open = open[1:] {
		id := open[0]
		if l.direct[id] {
			return way(from, id)
		}
		for _, parent := range l.parents[id] {
			if _, seen := from[parent]; !seen {
				from[parent] = id
				open = append(open, parent)
			}
		}
	}
	return nil
}

// way follows the steps back to the package that the search began with.
func way(from map[string]string, id string) (path []string) {
	for ; id != ""; id = from[id] {
		path = append(path, id)
	}
	return path
}

// index turns the graph around and finds the direct dependencies: those that the lock
// file calls so, or that the repository's own packages need.
func (l *Lock) index() {
	l.parents, l.direct = map[string][]string{}, map[string]bool{}
	for id, needs := range l.Needs {
		for _, need := range needs {
			l.parents[need] = append(l.parents[need], id)
		}
	}
	for _, parents := range l.parents {
		slices.Sort(parents)
	}
	for _, p := range l.Packages {
		if p.Relationship == types.RelationshipDirect {
			l.direct[p.ID] = true
		}
	}
	for _, own := range l.Own {
		for _, need := range l.Needs[own.ID] {
			l.direct[need] = true
		}
	}
}
