package deps

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aquasecurity/go-version/pkg/version"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
	trivy "github.com/aquasecurity/trivy/pkg/types"

	"github.com/stella-ops/assure/internal/stage/deps/inventory"
)

// upgrade is what to do about a package.
type upgrade struct {
	// to is the lowest version that fixes everything that can be fixed; empty when
	// there is none. all is true when nothing is left then.
	to  string
	all bool
	// count is the number of advisories that hold for the package.
	count int
}

// maxCandidates bounds how many versions are tried.
const maxCandidates = 100

// smallest finds the lowest fixed version that no advisory holds for, or else the lowest
// that leaves the fewest. What fixes one advisory may have another, so the versions that
// fix those are tried as well.
func smallest(hits []hit) (upgrade, error) {
	up := upgrade{count: len(advisories(slices.Clone(hits)))}
	t := trials{hits: hits, left: map[string]int{}, known: map[string]bool{}}
	t.add(fixed(hits))
	if err := t.climb(); err != nil {
		return up, err
	}
	best := -1
	for _, to := range slices.SortedStableFunc(maps.Keys(t.left), order) {
		if best < 0 || t.left[to] < best {
			up.to, best = to, t.left[to]
		}
	}
	up.all = best == 0
	return up, nil
}

// trials are the versions of one package that may fix it.
type trials struct {
	hits []hit
	// pending are versions that were not tried yet, the lowest first, passed those that
	// were skipped, and known all of them.
	pending, passed []string
	known           map[string]bool
	// left is how many advisories hold for each version that was tried.
	left map[string]int
}

// climb tries versions from the lowest up until no advisory is left. An advisory that
// holds for a version holds until the next one that fixes it, so the versions between
// them are passed over; they count again when nothing fixes all.
func (t *trials) climb() error {
	for _, skips := range [...]bool{true, false} {
		if !skips {
			t.pending, t.passed = t.passed, nil
		}
		for len(t.pending) > 0 && len(t.left) < maxCandidates {
			to := t.pending[0]
			t.pending = t.pending[1:]
			vulns, err := t.try(to)
			if err != nil || len(vulns) == 0 {
				return err
			}
			if skips {
				t.skip(nextFix(to, vulns))
			}
		}
	}
	return nil
}

// try matches a version.
func (t *trials) try(to string) ([]trivy.DetectedVulnerability, error) {
	h := t.hits[0]
	vulns, err := h.driver.DetectVulnerabilities(h.pkg.ID, h.pkg.Name, to)
	if err != nil {
		return nil, fmt.Errorf("match %s %s: %w", h.pkg.Name, to, err)
	}
	t.left[to] = len(vulns)
	for _, v := range vulns {
		t.add(fixedBy(v))
	}
	return vulns, nil
}

// add notes versions to try: those that are upgrades.
func (t *trials) add(versions []string) {
	for _, v := range versions {
		if t.known[v] {
			continue
		}
		t.known[v] = true
		if above(v, t.hits) {
			i, _ := slices.BinarySearchFunc(t.pending, v, order)
			t.pending = slices.Insert(t.pending, i, v)
		}
	}
}

// skip passes over the pending versions below one.
func (t *trials) skip(below string) {
	if below == "" {
		return
	}
	t.pending = slices.DeleteFunc(t.pending, func(v string) bool {
		passed := order(v, below) < 0
		if passed {
			t.passed = append(t.passed, v)
		}
		return passed
	})
}

// nextFix is the lowest version by which everything that holds for one may be fixed.
func nextFix(from string, vulns []trivy.DetectedVulnerability) (next string) {
	for _, v := range vulns {
		fixes := slices.DeleteFunc(fixedBy(v), func(f string) bool { return order(f, from) <= 0 })
		if len(fixes) == 0 {
			continue
		}
		if lowest := slices.MinFunc(fixes, order); next == "" || order(lowest, next) > 0 {
			next = lowest
		}
	}
	return next
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

// fixed lists the versions that fix the hits, the lowest first.
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

// fixedBy are the versions that fix one, without the operators of ranges.
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
			text += fmt.Sprintf(" %s fixes others of its %d advisories.", up.to, up.count)
		}
		return text
	}
	to := up.to
	if to == "" {
		to = strings.Join(own, ", ")
	}
	text := "Upgrade " + name + " to " + to + " or later"
	if up.count > 1 && up.all {
		text += fmt.Sprintf(", which fixes all %d of its advisories", up.count)
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
	if v.PublishedDate != nil {
		all["published"] = v.PublishedDate.UTC().Format(time.RFC3339)
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
	urls := distinct(hits, func(h hit) string { return inventory.PackageURL(h.kind, h.pkg, true) })
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
