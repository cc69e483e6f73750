package deps

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
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
	bolt "go.etcd.io/bbolt"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
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
			j.imageGap(d, fmt.Sprintf("%d more files could not be read", len(c.Problems)-i))
			break
		}
		j.imageGap(d, p)
	}
	if n := len(c.Notes); n > 0 {
		j.note(fmt.Sprintf("%s: %d descriptions of single packages could not be read, the first is %s", d.ref, n, inventory.Short(c.Notes[0])))
	}
	if c.Jars > 0 && c.IndexError != nil {
		j.imageGap(d, fmt.Sprintf("%d Java archives were judged only by what they say of themselves, because there is no Java index: %s; run `assure db pull`", c.Jars, inventory.Short(c.IndexError.Error())))
	} else if c.Unknown > 0 {
		j.note(fmt.Sprintf("%s: the Java index does not know %d of %d Java archives", d.ref, c.Unknown, c.Jars))
	}
}

func (j *judge) imageGap(d *deployed, text string) {
	j.set.Gaps = append(j.set.Gaps, finding.Gap{Location: d.uses[0].Location, Message: fmt.Sprintf("in the image %s: %s", d.ref, text)})
}

// matchSystem matches the packages of the system's package manager.
func (j *judge) matchSystem(ctx context.Context, d *deployed) ([]imageHit, error) {
	target := systemOf(d.contents)
	if len(target.Packages) == 0 {
		return nil, nil
	}
	detector, err := ospkg.NewDetector(target)
	if errors.Is(err, ospkg.ErrUnsupportedOS) {
		j.imageGap(d, fmt.Sprintf("there are no advisories for the system %q; its %d packages were not judged", target.OS.Family, len(target.Packages)))
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if known, err := covers(target.OS.Family); err != nil || !known {
		j.imageGap(d, fmt.Sprintf("the vulnerability database has no advisories for %s; its %d packages were not judged", target.OS.Family, len(target.Packages)))
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

// buckets are the beginnings of the database's names for systems that it calls
// otherwise than the analyzers do.
var buckets = map[types.OSType]string{
	types.Amazon: "amazon linux ", types.Azure: "Azure Linux ", types.CBLMariner: "CBL-Mariner ", types.CentOS: "Red Hat",
	types.RedHat: "Red Hat", types.CoreOS: "Red Hat", types.Oracle: "Oracle Linux ", types.Photon: "Photon OS ", types.OpenSUSE: "openSUSE", types.OpenSUSELeap: "openSUSE",
	types.OpenSUSETumbleweed: "openSUSE", types.SLES: "SUSE Linux", types.SLEMicro: "SUSE Linux",
}

// covers tells whether the database knows the system at all. Without this a database
// of languages only would make every system look sound.
func covers(family types.OSType) (bool, error) {
	prefix, ok := buckets[family]
	if !ok {
		prefix = string(family)
	}
	found := false
	err := db.Config{}.Connection().View(func(tx *bolt.Tx) error {
		k, _ := tx.Cursor().Seek([]byte(prefix))
		found = k != nil && bytes.HasPrefix(k, []byte(prefix))
		return nil
	})
	return found, err
}

// matchApplication matches the packages of one file or language.
func (j *judge) matchApplication(ctx context.Context, d *deployed, app types.Application) ([]imageHit, error) {
	driver, ok := library.NewDriver(app.Type)
	if !ok {
		return nil, nil // what no advisory speaks of
	}
	var all []imageHit
	for _, p := range app.Packages {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if p.Version == "" {
			continue
		}
		j.log.Take()
		vulns, err := driver.DetectVulnerabilities(p.ID, p.Name, p.Version)
		if err != nil {
			return nil, err
		}
		for _, r := range j.log.Take() {
			if r.Message == "Version matching error" && strings.Contains(r.Detail, "version error (") {
				j.note(fmt.Sprintf("%s: %s has the version %q, which cannot be compared with its advisories", d.ref, p.Name, inventory.Short(p.Version)))
			}
		}
		j.set.Cover("image packages", 1)
		all = append(all, details(vulns, []types.Package{p}, app.Type, cmp.Or(p.FilePath, app.FilePath))...)
	}
	return all, nil
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

// addImage makes one finding of all places of an image that have the same advisory for
// the same package, in every file that names the image.
func (j *judge) addImage(d *deployed, hits []imageHit, base string) {
	groups := map[string][]imageHit{}
	for _, h := range hits {
		key := h.VulnerabilityID + "\x00" + h.pkg.Name + "\x00" + string(h.kind)
		groups[key] = append(groups[key], h)
	}
	files := map[string][]plan.Image{}
	for _, u := range d.uses {
		files[u.Location.URI] = append(files[u.Location.URI], u)
	}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		for _, key := range slices.Sorted(maps.Keys(groups)) {
			j.addImageFinding(d, files[file], groups[key], base)
		}
	}
}

func (j *judge) addImageFinding(d *deployed, uses []plan.Image, hits []imageHit, base string) {
	plain := make([]hit, len(hits))
	for i, h := range hits {
		plain[i] = hit{kind: h.kind, pkg: h.pkg, vuln: h.DetectedVulnerability}
		plain[i].pkg.Version = h.InstalledVersion
	}
	v, name := hits[0].DetectedVulnerability, hits[0].pkg.Name
	f := finding.Finding{
		Rule: v.VulnerabilityID, Severity: severity(rating(v)),
		Message:  strings.Replace(message(plain), " has ", " in "+d.ref.Familiar()+" has ", 1),
		Location: uses[0].Location, Subject: packageOf(hits[0], false), Key: d.ref.Name() + " " + name,
		Properties: imageProperties(d, hits, plain, base),
	}
	f.Remediation = imageRemediation(f.Properties, plain, base)
	for _, u := range uses[1:] {
		f.Related = append(f.Related, finding.Related{Location: u.Location, Message: "the same image for " + u.Subject})
	}
	j.set.Findings = append(j.set.Findings, f)
	j.set.Judge(f.Rule, 1)
	if known, ok := j.rules[f.Rule]; !ok || known.Severity < f.Severity {
		j.rules[f.Rule] = rule(v)
	}
}

// imageRemediation says where to mend: packages of the base image come with it.
func imageRemediation(properties map[string]string, hits []hit, base string) string {
	name := hits[0].pkg.Name
	if len(fixed(hits)) == 0 {
		return remediation(hits, upgrade{})
	}
	if properties["layer"] == "base" {
		return fmt.Sprintf("Use a newer base image%s, or upgrade %s to %s while building the image.", quoted(base), name, lowest(hits))
	}
	return fmt.Sprintf("Build the image with %s %s or later, or use a newer image.", name, lowest(hits))
}

// lowest is the lowest fixed version above all that are installed; where versions cannot
// be compared, all fixed ones.
func lowest(hits []hit) string {
	to := fixed(hits)
	for _, candidate := range to {
		if above(candidate, hits) {
			return candidate
		}
	}
	return strings.Join(to, ", ")
}

func quoted(name string) string {
	if name == "" {
		return ""
	}
	return " than " + cut(oneLine(name), maxTitle)
}

func packageOf(h imageHit, exact bool) string {
	if p := h.pkg.Identifier.PURL; p != nil {
		url := *p
		if !exact {
			url.Version, url.Qualifiers = "", nil
		}
		return url.ToString()
	}
	return packageURL(h.kind, h.pkg, exact)
}

func imageProperties(d *deployed, hits []imageHit, plain []hit, base string) map[string]string {
	v := hits[0].DetectedVulnerability
	var targets []string
	for _, h := range hits {
		if h.target != "" && !slices.Contains(targets, h.target) && len(targets) < 20 {
			targets = append(targets, h.target)
		}
	}
	all := map[string]string{
		"installed": installed(plain), "fixed": strings.Join(fixed(plain), ", "), "ecosystem": string(hits[0].kind),
		"aliases": strings.Join(v.VendorIDs, ", "), "status": v.Status.String(), "purl": packageOf(hits[0], true),
		"image": d.ref.String(), "image-digest": d.image.Digest, "image-source": d.image.From,
		"targets": strings.Join(targets, ", "), "layer": layerOf(d.image, hits[0].pkg.Layer.DiffID), "layer-digest": hits[0].pkg.Layer.DiffID,
	}
	if all["layer"] == "base" {
		all["base-image"] = cut(oneLine(base), maxTitle)
	}
	if s := d.contents.OS; s.Family != "" {
		all["system"] = string(s.Family) + " " + s.Name
	}
	if unknownSeverity(rating(v)) {
		all["severity"] = "the database does not rate it; treated as medium"
	}
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	return all
}

// layerOf tells whether a package comes from the base image or from the image's own
// layers; empty where no layer is known.
func layerOf(img *image.Image, diffID string) string {
	for _, l := range img.Layers {
		if l.DiffID == diffID {
			return map[bool]string{true: "base", false: "own"}[l.Base]
		}
	}
	return ""
}

// judgeEnd reports a system that gets no more security updates: its advisories have
// ended, too, so that the list of its vulnerabilities is not complete.
func (j *judge) judgeEnd(d *deployed, system types.OS, ended bool) {
	r := endOfLife()
	j.set.Judge(r.ID, 1)
	if !ended {
		return
	}
	for i, u := range d.uses {
		if slices.ContainsFunc(d.uses[:i], func(o plan.Image) bool { return o.Location.URI == u.Location.URI }) {
			continue
		}
		j.set.Findings = append(j.set.Findings, finding.Finding{
			Rule: r.ID, Severity: r.Severity, Location: u.Location, Subject: d.ref.Name(), Key: string(system.Family),
			Message:    fmt.Sprintf("%s is %s %s, which gets no security updates any more", d.ref.Familiar(), system.Family, cut(system.Name, 40)),
			Properties: map[string]string{"image": d.ref.String(), "image-digest": d.image.Digest},
		})
	}
}
