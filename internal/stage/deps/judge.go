package deps

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aquasecurity/trivy-db/pkg/db"
	dbtypes "github.com/aquasecurity/trivy-db/pkg/types"
	"github.com/aquasecurity/trivy/pkg/detector/library"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
	trivy "github.com/aquasecurity/trivy/pkg/types"
	"github.com/aquasecurity/trivy/pkg/vulnerability"

	// Vendors whose patched packages have advisories of their own.
	_ "github.com/aquasecurity/trivy/pkg/detector/library/all"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/stage/deps/inventory"
	"github.com/stella-ops/assure/internal/stage/deps/quiet"
	"github.com/stella-ops/assure/internal/stage/deps/sbom"
)

// judge matches packages and collects the result.
type judge struct {
	set   *finding.Set
	log   *quiet.Log
	dev   bool
	rules map[string]finding.Rule
	// hits are collected over all lock files, by the package without its version.
	hits map[string][]hit
	// bill has the lock files with their packages, when somebody wants it.
	wantsBill bool
	bill      sbom.Document
	// located counts the packages of this lock file whose place was looked for.
	located int
}

// Bounds of what one finding shows, and of the places that are looked for in one file:
// each costs a look at all of it.
const (
	maxShown   = 10
	maxTargets = 1000
	maxLocated = 5000
)

// hit is one vulnerability of one package in one lock file.
type hit struct {
	kind   types.LangType
	driver library.Driver
	pkg    types.Package
	vuln   trivy.DetectedVulnerability
	at     finding.Location
	// path leads from a direct dependency to the package, own are the package URLs of
	// what the lock file belongs to.
	path, own []string
}

// lock judges the packages of one lock file.
func (j *judge) lock(ctx context.Context, l *inventory.Lock) error {
	j.set.Gaps = append(j.set.Gaps, l.Gaps...)
	j.bill.Incomplete = j.bill.Incomplete || len(l.Gaps) > 0
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
	if j.wantsBill {
		j.bill.Parts = append(j.bill.Parts, lockPart(l))
	}
	l.Packages = slices.DeleteFunc(l.Packages, func(p types.Package) bool { return p.Dev && !j.dev })
	if known, err := covers(ecosystemPrefix(driver.Type())); err != nil {
		return err
	} else if n := len(l.Packages); !known && n > 0 {
		j.set.Gaps = append(j.set.Gaps, finding.Gap{
			Rule: gap.NoAdvisories, Location: finding.Top(l.Name), Subject: driver.Type(), Remediation: "Use a database that covers it (`assure db pull`).",
			Message: fmt.Sprintf("the vulnerability database has no advisories for %s; the %d packages of this file were not judged", driver.Type(), n),
		})
		return nil
	}
	j.set.Cover("lock files", 1)
	j.set.Judge(knownVulnerabilities().ID, 1)
	own := ownPackages(l)
	j.located = 0
	for _, p := range l.Packages {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := j.match(driver, l, p, own); err != nil {
			return err
		}
	}
	j.set.Cover("packages", len(l.Packages))
	if n := len(l.Packages); n > 0 || len(l.Gaps) == 0 {
		j.set.See(l.Name, fmt.Sprintf("%d %s", n, plural(n, "package", "packages")))
	}
	return nil
}

// incomparable is the gap of a package whose version advisories do not speak of.
func incomparable(l *inventory.Lock, p types.Package) finding.Gap {
	g := finding.Gap{
		Rule: gap.VersionNotOrdered, Location: l.Locate(p), Subject: inventory.PackageURL(l.Kind, p, false),
		Message: fmt.Sprintf("%s has the version %q, which cannot be compared with its advisories; it was not judged", p.Name, inventory.Short(p.Version)),
	}
	if rule, _ := inventory.Source(p.Version); rule != "" {
		g.Rule = rule
	}
	return g
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func ownPackages(l *inventory.Lock) (urls []string) {
	for _, p := range l.Own {
		urls = append(urls, inventory.PackageURL(l.Kind, p, false))
	}
	return urls
}

// match looks the package up. A version that cannot be compared is a gap.
func (j *judge) match(d library.Driver, l *inventory.Lock, p types.Package, own []string) error {
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
			j.set.Gaps = append(j.set.Gaps, incomparable(l, p))
		}
	}
	if len(vulns) == 0 {
		return nil
	}
	vulnerability.NewClient(db.Config{}).FillInfo(vulns, []dbtypes.SourceID{"auto"})
	subject, at, path := inventory.PackageURL(l.Kind, p, false), finding.Top(l.Name), []string(nil)
	if j.located++; j.located <= maxLocated {
		at, path = l.Locate(p), l.Path(p)
	}
	for _, v := range vulns {
		j.hits[subject] = append(j.hits[subject], hit{l.Kind, d, p, v, at, path, own})
	}
	return nil
}

func (j *judge) note(text string) {
	if !slices.Contains(j.set.Notes, text) {
		j.set.Notes = append(j.set.Notes, text)
	}
}

// add makes one finding of all hits of an advisory on a package.
func (j *judge) add(subject string, hits []hit, up upgrade) {
	first := hits[0]
	f := finding.Finding{
		Rule:        first.vuln.VulnerabilityID,
		Severity:    severity(rating(first.vuln)),
		Message:     message(hits),
		Location:    first.at,
		Subject:     subject,
		Key:         first.pkg.Name,
		Remediation: remediation(hits, up),
		Properties:  properties(hits, up),
		Shared:      true,
	}
	if len(hits) > maxTargets {
		f.Message += fmt.Sprintf(" (in %d places, of which the first %d are shown)", len(hits), maxTargets)
		f.Key += fmt.Sprintf("\x00%d", len(hits)) // one more is another finding
	}
	for _, h := range hits[1:min(len(hits), maxTargets)] {
		f.Related = append(f.Related, finding.Related{Location: h.at, Message: h.pkg.Name + " " + h.version(), Target: true})
	}
	j.set.Findings = append(j.set.Findings, f)
	j.set.Judge(f.Rule, 1)
	if known, ok := j.rules[f.Rule]; !ok || known.Severity < f.Severity {
		j.rules[f.Rule] = rule(first.vuln)
	}
}

// finish makes the findings and declares the rules that fired.
func (j *judge) finish() error {
	for _, subject := range slices.Sorted(maps.Keys(j.hits)) {
		all := j.hits[subject]
		up, err := smallest(all)
		if err != nil {
			return err
		}
		for _, hits := range advisories(all) {
			j.add(subject, hits, up)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(j.rules)) {
		j.set.Rules = append(j.set.Rules, j.rules[id])
	}
	return nil
}

func message(hits []hit) string {
	v := hits[0].vuln
	text := fmt.Sprintf("%s %s has %s", hits[0].pkg.Name, installed(hits), v.VulnerabilityID)
	if title := title(v); title != v.VulnerabilityID {
		text += ": " + title
	}
	if to := fixed(hits); len(to) > 0 {
		return text + "; fixed in " + strings.Join(to, ", ")
	}
	return text + "; no fixed version is known"
}

func installed(hits []hit) string {
	versions := distinct(hits, hit.version)
	if n := len(versions); n > maxShown {
		return strings.Join(versions[:maxShown], ", ") + fmt.Sprintf(", and %d more", n-maxShown)
	}
	return strings.Join(versions, ", ")
}

// distinct are the different answers of the hits, in their order.
func distinct(hits []hit, of func(hit) string) (all []string) {
	seen := map[string]bool{}
	for _, h := range hits {
		if v := of(h); !seen[v] {
			seen[v] = true
			all = append(all, v)
		}
	}
	return all
}

// version is the installed one as advisories write it: those of Go have no v in front.
func (h hit) version() string {
	if h.kind == types.GoModule {
		return strings.TrimPrefix(h.pkg.Version, "v")
	}
	return h.pkg.Version
}
