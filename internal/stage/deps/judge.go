package deps

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aquasecurity/go-version/pkg/version"
	"github.com/aquasecurity/trivy-db/pkg/db"
	dbtypes "github.com/aquasecurity/trivy-db/pkg/types"
	"github.com/aquasecurity/trivy/pkg/detector/library"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
	"github.com/aquasecurity/trivy/pkg/purl"
	trivy "github.com/aquasecurity/trivy/pkg/types"
	"github.com/aquasecurity/trivy/pkg/vulnerability"

	// Vendors whose patched packages have advisories of their own.
	_ "github.com/aquasecurity/trivy/pkg/detector/library/all"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/deps/inventory"
	"github.com/stella-ops/assure/internal/stage/deps/quiet"
)

// judge matches packages and collects the result.
type judge struct {
	set   *finding.Set
	log   *quiet.Log
	dev   bool
	rules map[string]finding.Rule
}

// hit is one vulnerability of one package.
type hit struct {
	pkg  types.Package
	vuln trivy.DetectedVulnerability
}

// lock judges the packages of one lock file.
func (j *judge) lock(ctx context.Context, l *inventory.Lock) error {
	j.set.Gaps = append(j.set.Gaps, l.Gaps...)
	for _, n := range l.Notes {
		j.note(n)
	}
	if !l.Read {
		return nil
	}
	driver, ok := library.NewDriver(l.Kind)
	if !ok {
		return fmt.Errorf("there is no advisory source for %s", l.Kind)
	}
	j.set.Cover("lock files", 1)
	j.set.Judge(knownVulnerabilities().ID, 1)
	hits := map[string][]hit{}
	for _, p := range l.Packages {
		if err := ctx.Err(); err != nil {
			return err
		}
		if p.Dev && !j.dev {
			continue
		}
		j.set.Cover("packages", 1)
		if err := j.match(driver, l, p, hits); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(hits)) {
		j.add(l, hits[key])
	}
	return nil
}

// match looks the package up. A version that cannot be compared is a gap.
func (j *judge) match(d library.Driver, l *inventory.Lock, p types.Package, hits map[string][]hit) error {
	j.log.Take()
	vulns, err := d.DetectVulnerabilities(p.ID, p.Name, p.Version)
	if err != nil {
		return err
	}
	for _, r := range j.log.Take() {
		switch {
		case r.Message != "Version matching error":
		case !strings.Contains(r.Detail, "version error ("):
			j.note(fmt.Sprintf("an advisory of %s has a range that cannot be read: %s", p.Name, inventory.Short(r.Detail)))
		default:
			j.set.Gaps = append(j.set.Gaps, finding.Gap{Location: l.Locate(p), Message: fmt.Sprintf("%s has the version %q, which cannot be compared with its advisories; it was not judged", p.Name, inventory.Short(p.Version))})
		}
	}
	vulnerability.NewClient(db.Config{}).FillInfo(vulns, []dbtypes.SourceID{"auto"})
	for _, v := range vulns {
		key := p.Name + "\x00" + v.VulnerabilityID
		hits[key] = append(hits[key], hit{p, v})
	}
	return nil
}

func (j *judge) note(text string) {
	if !slices.Contains(j.set.Notes, text) {
		j.set.Notes = append(j.set.Notes, text)
	}
}

// add makes one finding of all versions of a package that have the same advisory.
func (j *judge) add(l *inventory.Lock, hits []hit) {
	first := hits[0]
	id := first.vuln.VulnerabilityID
	f := finding.Finding{
		Rule:        id,
		Severity:    severity(rating(first.vuln)),
		Message:     message(l.Kind, hits),
		Location:    l.Locate(first.pkg),
		Subject:     packageURL(l.Kind, first.pkg, false),
		Key:         first.pkg.Name,
		Remediation: remediation(hits),
		Properties:  properties(l.Kind, hits),
	}
	for _, h := range hits[1:] {
		f.Related = append(f.Related, finding.Related{Location: l.Locate(h.pkg), Message: h.pkg.Name + " " + shown(l.Kind, h.pkg.Version)})
	}
	j.set.Findings = append(j.set.Findings, f)
	j.set.Judge(id, 1)
	if known, ok := j.rules[id]; !ok || known.Severity < f.Severity {
		j.rules[id] = rule(first.vuln)
	}
}

// finish declares the rules that fired.
func (j *judge) finish() {
	for _, id := range slices.Sorted(maps.Keys(j.rules)) {
		j.set.Rules = append(j.set.Rules, j.rules[id])
	}
}

func message(kind types.LangType, hits []hit) string {
	v := hits[0].vuln
	text := fmt.Sprintf("%s %s has %s", hits[0].pkg.Name, installed(kind, hits), v.VulnerabilityID)
	if title := title(v); title != v.VulnerabilityID {
		text += ": " + title
	}
	if to := fixed(hits); len(to) > 0 {
		return text + "; fixed in " + strings.Join(to, ", ")
	}
	return text + "; no fixed version is known"
}

func remediation(hits []hit) string {
	name, to := hits[0].pkg.Name, upgrade(hits)
	if to == "" {
		return "Replace " + name + ", or accept the finding with a reason and a date until a fixed version exists."
	}
	return "Upgrade " + name + " to " + to + " or later."
}

// upgrade is the lowest fixed version above all that are installed; where versions
// cannot be compared, all fixed ones.
func upgrade(hits []hit) string {
	to := fixed(hits)
	for _, candidate := range to {
		if above(candidate, hits) {
			return candidate
		}
	}
	return strings.Join(to, ", ")
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

// fixed lists the versions that mend the hits, the lowest first, without the operators
// of ranges.
func fixed(hits []hit) []string {
	var versions []string
	for _, h := range hits {
		for v := range strings.SplitSeq(h.vuln.FixedVersion, ",") {
			v = strings.TrimLeft(v, " ><=~^")
			if v != "" && !slices.Contains(versions, v) {
				versions = append(versions, v)
			}
		}
	}
	slices.SortStableFunc(versions, order)
	return versions
}

func installed(kind types.LangType, hits []hit) string {
	var versions []string
	for _, h := range hits {
		if v := shown(kind, h.pkg.Version); !slices.Contains(versions, v) {
			versions = append(versions, v)
		}
	}
	return strings.Join(versions, ", ")
}

// shown is a version as its advisories write it: those of Go have no v in front.
func shown(kind types.LangType, version string) string {
	if kind == types.GoModule {
		return strings.TrimPrefix(version, "v")
	}
	return version
}

func properties(kind types.LangType, hits []hit) map[string]string {
	p, v := hits[0].pkg, hits[0].vuln
	all := map[string]string{
		"installed":    installed(kind, hits),
		"fixed":        strings.Join(fixed(hits), ", "),
		"ecosystem":    string(kind),
		"aliases":      strings.Join(v.VendorIDs, ", "),
		"status":       v.Status.String(),
		"relationship": relationship(hits),
		"purl":         packageURL(kind, p, true),
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

func relationship(hits []hit) string {
	best := ""
	for _, h := range hits {
		switch h.pkg.Relationship {
		case types.RelationshipDirect:
			return "direct"
		case types.RelationshipIndirect:
			best = "indirect"
		}
	}
	return best
}

// packageURL names the package; without its version it stays the same over upgrades.
func packageURL(kind types.LangType, p types.Package, exact bool) string {
	made, err := purl.New(kind, trivy.Metadata{}, p)
	if err != nil || made == nil {
		return "pkg:generic/" + p.Name
	}
	url := made.Unwrap()
	if !exact {
		url.Version = ""
	}
	return url.ToString()
}
