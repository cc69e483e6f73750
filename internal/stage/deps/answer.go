package deps

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aquasecurity/go-version/pkg/version"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
	trivy "github.com/aquasecurity/trivy/pkg/types"
)

// upgrade is what to do about a package.
type upgrade struct {
	// to is the lowest version that mends everything that can be mended; empty when
	// there is none. all is true when nothing is left then.
	to  string
	all bool
	// count is the number of advisories that hold for the package.
	count int
}

// maxCandidates bounds how many versions are tried.
const maxCandidates = 100

// smallest finds the lowest fixed version that no advisory holds for, or else the lowest
// that leaves the fewest. What mends one advisory may have another, so the versions that
// mend those are tried as well.
func smallest(hits []hit) (upgrade, error) {
	up := upgrade{count: len(advisories(slices.Clone(hits)))}
	left := map[string]int{}
	for open := fixed(hits); len(open) > 0 && len(left) < maxCandidates; open = open[1:] {
		to := open[0]
		if _, tried := left[to]; tried || !above(to, hits) {
			continue
		}
		h := hits[0]
		vulns, err := h.driver.DetectVulnerabilities(h.pkg.ID, h.pkg.Name, to)
		if err != nil {
			return up, fmt.Errorf("match %s %s: %w", h.pkg.Name, to, err)
		}
		left[to] = len(vulns)
		for _, v := range vulns {
			open = append(open, fixedBy(v)...)
		}
	}
	best := -1
	for _, to := range slices.SortedStableFunc(maps.Keys(left), order) {
		if best < 0 || left[to] < best {
			up.to, best = to, left[to]
		}
	}
	up.all = best == 0
	return up, nil
}

func above(candidate string, hits []hit) bool {
	return !slices.ContainsFunc(hits, func(h hit) bool { return order(candidate, h.pkg.Version) <= 0 })
}

// order compares versions; those that are not in the usual form are equal.
func order(a, b string) int {
	va, errA := version.Parse(a)
	vb, errB := version.Parse(b)
	if errA != nil || errB != nil {
		return 0
	}
	return va.Compare(vb)
}

// fixed lists the versions that mend the hits, the lowest first.
func fixed(hits []hit) []string {
	var versions []string
	for _, h := range hits {
		for _, v := range fixedBy(h.vuln) {
			if !slices.Contains(versions, v) {
				versions = append(versions, v)
			}
		}
	}
	slices.SortStableFunc(versions, order)
	return versions
}

// fixedBy are the versions that mend one, without the operators of ranges.
func fixedBy(v trivy.DetectedVulnerability) (versions []string) {
	for text := range strings.SplitSeq(v.FixedVersion, ",") {
		if text = strings.TrimLeft(text, " ><=~^"); text != "" {
			versions = append(versions, text)
		}
	}
	return versions
}

func remediation(hits []hit, up upgrade) string {
	name, own := hits[0].pkg.Name, fixed(hits)
	if len(own) == 0 {
		text := "Replace " + name + ", or accept the finding with a reason and a date until a fixed version exists."
		if up.to != "" && up.count > 1 {
			text += fmt.Sprintf(" %s mends others of its %d advisories.", up.to, up.count)
		}
		return text
	}
	to := up.to
	if to == "" {
		to = strings.Join(own, ", ")
	}
	text := "Upgrade " + name + " to " + to + " or later"
	if up.count > 1 && up.all {
		text += fmt.Sprintf(", which mends all %d of its advisories", up.count)
	}
	text += "."
	if path := hits[0].path; len(path) > 1 {
		text += " It comes through " + strings.Join(path[:len(path)-1], " > ") + "; a newer " + path[0] + " may bring it."
	}
	return text
}

func properties(hits []hit, up upgrade) map[string]string {
	v := hits[0].vuln
	all := map[string]string{
		"installed":    installed(hits),
		"fixed":        strings.Join(fixed(hits), ", "),
		"upgrade":      up.to,
		"ecosystem":    string(hits[0].kind),
		"aliases":      strings.Join(otherNames(hits), ", "),
		"status":       v.Status.String(),
		"relationship": relationship(hits),
		"purl":         strings.Join(exact(hits), " "),
		"product":      strings.Join(products(hits), " "),
	}
	if len(hits[0].path) > 1 {
		all["path"] = strings.Join(hits[0].path, " > ")
	}
	if !slices.ContainsFunc(hits, func(h hit) bool { return !h.pkg.Dev }) {
		all["dev"] = "true"
	}
	if unknownSeverity(rating(v)) {
		all["severity"] = "the database does not rate it; treated as medium"
	}
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	return all
}

// relationship is direct when one of the hits is, or when the way to it is no way.
func relationship(hits []hit) string {
	best := ""
	for _, h := range hits {
		switch {
		case h.pkg.Relationship == types.RelationshipDirect || len(h.path) == 1:
			return "direct"
		case h.pkg.Relationship == types.RelationshipIndirect || len(h.path) > 1:
			best = "indirect"
		}
	}
	return best
}

// exact are the package URLs of all versions; none when there are too many to be told
// apart, so that what is accepted by package is not accepted here.
func exact(hits []hit) []string {
	urls := distinct(hits, func(h hit) string { return packageURL(h.kind, h.pkg, true) })
	if len(urls) > maxTargets {
		return nil
	}
	return urls
}

// products are the package URLs of what contains the package wherever it was found.
func products(hits []hit) []string {
	own := slices.Clone(hits[0].own)
	for _, h := range hits[1:] {
		own = slices.DeleteFunc(own, func(u string) bool { return !slices.Contains(h.own, u) })
	}
	return own
}
