package deps

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aquasecurity/trivy/pkg/fanal/types"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/deps/image"
	"github.com/stella-ops/assure/internal/stage/deps/inventory"
)

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

// imageRemediation says where to fix it: packages of the base image come with it.
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
	return inventory.PackageURL(h.kind, h.pkg, exact)
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
