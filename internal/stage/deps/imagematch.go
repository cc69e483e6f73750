package deps

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aquasecurity/trivy-db/pkg/db"
	dbtypes "github.com/aquasecurity/trivy-db/pkg/types"
	"github.com/aquasecurity/trivy/pkg/clock"
	"github.com/aquasecurity/trivy/pkg/detector/library"
	"github.com/aquasecurity/trivy/pkg/detector/ospkg"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
	trivy "github.com/aquasecurity/trivy/pkg/types"
	"github.com/aquasecurity/trivy/pkg/vulnerability"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/stage/deps/image"
	"github.com/stella-ops/assure/internal/stage/deps/inventory"
	"github.com/stella-ops/assure/internal/stage/deps/quiet"
)

// imageHit is one vulnerability of one package of an image.
type imageHit struct {
	trivy.DetectedVulnerability
	pkg types.Package
	// kind is the system or the language of the package.
	kind types.TargetType
	// target is the file of the image that names it; empty for packages of the system.
	target string
}

// matchImages makes findings of what was read. It knows all images, so that it can
// tell which of them another one builds upon.
func (s *Stage) matchImages(ctx context.Context, all []*deployed, log *quiet.Log, set *finding.Set) error {
	if s.opts.Now != nil {
		ctx = clock.With(ctx, s.opts.Now()) // which decides about the end of support
	}
	j := &judge{set: set, log: log, rules: map[string]finding.Rule{}}
	bases := nameBases(all)
	results := map[*image.Image][]imageHit{}
	for _, d := range all {
		if d.image == nil {
			continue
		}
		hits, done := results[d.image]
		if !done {
			var err error
			if hits, err = j.matchImage(ctx, d); err != nil {
				return fmt.Errorf("match %s: %w", d.ref, err)
			}
			results[d.image] = hits
			set.Cover("images", 1)
		}
		set.Inventories = append(set.Inventories, inventoried(d)...)
		j.judgeKeys(d)
		j.addImage(d, hits, bases[d.image])
	}
	return j.finish()
}

// nameBases finds the base of every image: what its manifest says, or the largest of
// the other images over which it lies.
func nameBases(all []*deployed) map[*image.Image]string {
	names := map[*image.Image]string{}
	largest := map[*image.Image]int{}
	for _, d := range all {
		if d.image == nil {
			continue
		}
		names[d.image] = cmp.Or(names[d.image], d.image.Base)
		for _, o := range all {
			if o.image != nil && len(o.image.Layers) > largest[d.image] && d.image.BasedOn(o.image) {
				names[d.image], largest[d.image] = o.ref.String(), len(o.image.Layers)
			}
		}
	}
	return names
}

// matchImage matches the packages of system and languages and says what it could not.
func (j *judge) matchImage(ctx context.Context, d *deployed) ([]imageHit, error) {
	c := d.contents
	j.judgeReading(d)
	hits, err := j.matchSystem(ctx, d)
	if err != nil {
		return nil, err
	}
	for _, app := range c.Applications {
		more, err := j.matchApplication(ctx, d, app)
		if err != nil {
			return nil, err
		}
		hits = append(hits, more...)
	}
	j.set.Judge(knownVulnerabilities().ID, 1)
	return hits, nil
}

// judgeReading reports what the reader could not read.
func (j *judge) judgeReading(d *deployed) {
	c := d.contents
	for i, p := range c.Problems {
		if i == 10 {
			j.imageGap(d, gap.ImageContent, "", fmt.Sprintf("%d more files could not be read", len(c.Problems)-i))
			break
		}
		j.imageGap(d, gap.ImageContent, "", p)
	}
	if n := len(c.Notes); n > 0 {
		j.note(fmt.Sprintf("%s: %d descriptions of single packages could not be read, the first is %s", d.ref, n, inventory.Short(c.Notes[0])))
	}
	if c.Jars > 0 && c.IndexError != nil {
		j.imageGap(d, gap.Database, "Java index", fmt.Sprintf("%d Java archives were judged only by what they contain, because there is no Java index: %s", c.Jars, inventory.Short(firstClause(c.IndexError))))
		j.set.Gaps[len(j.set.Gaps)-1].Remediation = "Run `assure db pull --java`."
	} else if c.Unknown > 0 {
		j.note(fmt.Sprintf("%s: the Java index does not know %d of %d Java archives", d.ref, c.Unknown, c.Jars))
	}
}

// firstClause is an error without the hint at its end.
func firstClause(err error) string {
	text, _, _ := strings.Cut(oneLine(err.Error()), "; ")
	return text
}

// imageGap notes what was not judged of an image; part names it, "" for any file of it.
func (j *judge) imageGap(d *deployed, rule, part, text string) {
	j.set.Gaps = append(j.set.Gaps, finding.Gap{
		Rule: rule, Location: d.uses[0].Location, Subject: strings.TrimSpace(d.ref.Name() + " " + part), Message: fmt.Sprintf("in the image %s: %s", d.ref, text),
	})
}

// matchSystem matches the packages of the system's package manager.
func (j *judge) matchSystem(ctx context.Context, d *deployed) ([]imageHit, error) {
	target := systemOf(d.contents)
	if len(target.Packages) == 0 {
		return nil, nil
	}
	detector, err := ospkg.NewDetector(target)
	if errors.Is(err, ospkg.ErrUnsupportedOS) {
		j.imageGap(d, gap.NoAdvisories, string(target.OS.Family), fmt.Sprintf("there are no advisories for the system %q; its %d packages were not judged", target.OS.Family, len(target.Packages)))
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if known, err := covers(systemPrefix(target.OS.Family)); err != nil || !known {
		j.imageGap(d, gap.NoAdvisories, string(target.OS.Family), fmt.Sprintf("the vulnerability database has no advisories for %s; its %d packages were not judged", target.OS.Family, len(target.Packages)))
		return nil, err
	}
	j.log.Take()
	vulns, ended, err := detector.Detect(ctx)
	if err != nil {
		return nil, err
	}
	j.set.Cover("image packages", len(target.Packages))
	j.judgeEnd(d, target.OS, ended)
	return details(vulns, target.Packages, target.OS.Family, ""), nil
}

// systemOf is what the detector of a system needs to know.
func systemOf(c image.Contents) trivy.ScanTarget {
	t := trivy.ScanTarget{OS: c.OS, Repository: c.Repository, Packages: c.Packages}
	if t.OS.Family == "" && c.Repository != nil {
		t.OS = types.OS{Family: c.Repository.Family, Name: c.Repository.Release}
	}
	if t.OS.Extended {
		t.OS.Name += "-ESM"
	}
	return t
}

// matchApplication matches the packages of one file or language.
func (j *judge) matchApplication(ctx context.Context, d *deployed, app types.Application) ([]imageHit, error) {
	packages := slices.DeleteFunc(slices.Clone(app.Packages), func(p types.Package) bool { return p.Version == "" })
	driver, ok := library.NewDriver(app.Type)
	if !ok || len(packages) == 0 {
		return nil, nil // what no advisory speaks of
	}
	if known, err := covers(ecosystemPrefix(driver.Type())); err != nil || !known {
		j.imageGap(d, gap.NoAdvisories, driver.Type(), fmt.Sprintf("the vulnerability database has no advisories for %s; %d packages were not judged (%s)", driver.Type(), len(packages), cmp.Or(app.FilePath, string(app.Type))))
		return nil, err
	}
	var all []imageHit
	for _, p := range packages {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		vulns, err := j.matchPackage(d, driver, p)
		if err != nil {
			return nil, err
		}
		all = append(all, details(vulns, []types.Package{p}, app.Type, cmp.Or(p.FilePath, app.FilePath))...)
	}
	j.set.Cover("image packages", len(packages))
	return all, nil
}

// matchPackage matches one package and says when its version cannot be compared.
func (j *judge) matchPackage(d *deployed, driver library.Driver, p types.Package) ([]trivy.DetectedVulnerability, error) {
	j.log.Take()
	vulns, err := driver.DetectVulnerabilities(p.ID, p.Name, p.Version)
	for _, r := range j.log.Take() {
		if r.Message == "Version matching error" && strings.Contains(r.Detail, "version error (") {
			j.note(fmt.Sprintf("%s: %s has the version %q, which cannot be compared with its advisories", d.ref, p.Name, inventory.Short(p.Version)))
		}
	}
	return vulns, err
}

// details joins vulnerabilities with their packages and with what the database says.
func details(vulns []trivy.DetectedVulnerability, pkgs []types.Package, kind types.TargetType, target string) []imageHit {
	vulnerability.NewClient(db.Config{}).FillInfo(vulns, []dbtypes.SourceID{"auto"})
	var all []imageHit
	for _, v := range vulns {
		i := slices.IndexFunc(pkgs, func(p types.Package) bool { return p.Name == v.PkgName && (v.PkgID == "" || p.ID == v.PkgID) })
		if i < 0 {
			i = 0
		}
		all = append(all, imageHit{v, pkgs[i], kind, target})
	}
	return all
}
