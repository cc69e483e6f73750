package deps

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// advisories groups the hits of one package: one group for each advisory, whatever names
// it has, in the order of their names; in each the places in order, no version twice in
// a file.
func advisories(hits []hit) [][]hit {
	root := aliases(hits)
	groups := map[string][]hit{}
	for _, h := range hits {
		id := rootOf(root, h.vuln.VulnerabilityID)
		groups[id] = append(groups[id], h)
	}
	var all [][]hit
	for _, id := range slices.Sorted(maps.Keys(groups)) {
		all = append(all, ordered(groups[id]))
	}
	return all
}

// aliases joins the ids that one of the hits has side by side.
func aliases(hits []hit) map[string]string {
	root := map[string]string{}
	for _, h := range hits {
		for _, other := range h.vuln.VendorIDs {
			a, b := rootOf(root, h.vuln.VulnerabilityID), rootOf(root, other)
			if a != b {
				root[b] = a
			}
		}
	}
	return root
}

func rootOf(root map[string]string, id string) string {
	for next, ok := root[id]; ok; next, ok = root[id] {
		id = next
	}
	return id
}

func ordered(hits []hit) []hit {
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(a.at.Compare(b.at), strings.Compare(a.pkg.Version, b.pkg.Version), rank(a.vuln.VulnerabilityID)-rank(b.vuln.VulnerabilityID))
	})
	seen := map[[3]string]bool{}
	hits = slices.DeleteFunc(hits, func(h hit) bool {
		key := [3]string{h.at.URI, h.pkg.Name, h.pkg.Version}
		again := seen[key]
		seen[key] = true
		return again
	})
	// The one with the best known name gives the finding its own.
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.at.URI, b.at.URI) })
	return hits
}

// rank puts the names that everybody knows first.
func rank(id string) int {
	for i, prefix := range []string{"CVE-", "GHSA-"} {
		if strings.HasPrefix(id, prefix) {
			return i
		}
	}
	return 2
}

// otherNames are the ids of the advisory besides the finding's.
func otherNames(hits []hit) []string {
	var names []string
	for _, h := range hits {
		names = append(names, append([]string{h.vuln.VulnerabilityID}, h.vuln.VendorIDs...)...)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return slices.DeleteFunc(names, func(n string) bool { return n == hits[0].vuln.VulnerabilityID })
}
