package deps

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/aquasecurity/trivy/pkg/fanal/types"
	"github.com/aquasecurity/trivy/pkg/scan/utils"
	"github.com/package-url/packageurl-go"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/deps/inventory"
	"github.com/stella-ops/assure/internal/stage/deps/sbom"
)

// maxBills is how many images get a bill of materials of their own in one run.
const maxBills = 200

// writeBills writes down what was read: the repository with its lock files and the
// images that it deploys, and every image once.
func (s *Stage) writeBills(p *plan.Plan, repository sbom.Document, images []*deployed, set *finding.Set) error {
	written := map[string]bool{}
	for _, d := range images {
		if d.image == nil {
			continue
		}
		base := sbom.Image(d.image.Digest)
		if !written[base] && len(written) < maxBills {
			written[base] = true
			if err := s.writeBill(base, imageBill(d), set); err != nil {
				return err
			}
		}
		part := sbom.Part{Kind: sbom.Container, Name: d.ref.String(), PURL: imageURL(d)}
		if written[base] {
			part.Bill = base
		} else {
			note(set, fmt.Sprintf("only the first %d images have a bill of materials", maxBills))
		}
		repository.Parts = append(repository.Parts, part)
	}
	repository.Name = filepath.Base(p.Root)
	return s.writeBill(sbom.Repository, repository, set)
}

func (s *Stage) writeBill(base string, d sbom.Document, set *finding.Set) error {
	d.Version = s.opts.Version
	if s.opts.Now != nil {
		d.Created = s.opts.Now()
	}
	files, err := sbom.Files(base, d)
	if errors.Is(err, sbom.ErrTooLarge) {
		note(set, fmt.Sprintf("there is no bill of materials of %s: %v", cut(oneLine(d.Name), maxTitle), err))
		return nil
	}
	set.Files = append(set.Files, files...)
	return err
}

// lockPart is what a lock file names. What only development needs is part of the
// repository, too.
func lockPart(l *inventory.Lock) sbom.Part {
	part := sbom.Part{Kind: sbom.File, Name: l.Name}
	part.Packages = packagesOf(append(append([]types.Package{}, l.Own...), l.Packages...),
		func(p types.Package) string { return inventory.PackageURL(l.Kind, p, true) },
		func(p types.Package) []string { return l.Needs[p.ID] })
	return part
}

// imageBill is what an image holds: the packages of its system, and those of each file
// or language.
func imageBill(d *deployed) sbom.Document {
	doc := sbom.Document{Kind: sbom.Container, Name: d.ref.String(), PURL: imageURL(d), Incomplete: len(d.contents.Problems) > 0}
	add := func(kind sbom.Kind, name string, target types.TargetType, packages []types.Package) {
		doc.Parts = append(doc.Parts, sbom.Part{Kind: kind, Name: name, Packages: packagesOf(packages,
			func(p types.Package) string { return packageOf(imageHit{pkg: p, kind: target}, true) },
			func(p types.Package) []string { return p.DependsOn })})
	}
	if c := d.contents; c.OS.Family != "" || len(c.Packages) > 0 {
		add(sbom.System, strings.TrimSpace(string(c.OS.Family)+" "+c.OS.Name), c.OS.Family, c.Packages)
	}
	for _, app := range d.contents.Applications {
		name := app.FilePath
		if name == "" {
			name = string(app.Type) // packages that each have a file of their own
		}
		add(sbom.File, name, app.Type, app.Packages)
	}
	return doc
}

// packagesOf turns ids into package URLs.
func packagesOf(packages []types.Package, url func(types.Package) string, needs func(types.Package) []string) []sbom.Package {
	made, urls := make([]sbom.Package, len(packages)), map[string]string{}
	for i, p := range packages {
		made[i] = sbom.Package{Name: p.Name, Version: utils.FormatVersion(p), PURL: url(p)}
		urls[p.ID] = made[i].PURL
	}
	for i, p := range packages {
		for _, id := range needs(p) {
			if u := urls[id]; u != "" {
				made[i].Needs = append(made[i].Needs, u)
			}
		}
	}
	return made
}

// imageURL is the package URL of an image, as the purl specification writes those of OCI.
func imageURL(d *deployed) string {
	qualifiers := packageurl.Qualifiers{{Key: "repository_url", Value: strings.ToLower(d.ref.Name())}}
	if d.ref.Tag != "" {
		qualifiers = append(qualifiers, packageurl.Qualifier{Key: "tag", Value: d.ref.Tag})
	}
	return packageurl.NewPackageURL(packageurl.TypeOCI, "", strings.ToLower(path.Base(d.ref.Path)), d.image.Digest, qualifiers, "").ToString()
}
