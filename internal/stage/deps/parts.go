package deps

import (
	"path/filepath"
	"time"

	"github.com/aquasecurity/trivy/pkg/fanal/types"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/deps/inventory"
	"github.com/stella-ops/assure/internal/stage/deps/sbom"
)

// partOf is what a lock file names, for the bill of materials. What only development
// needs is part of the repository, too.
func partOf(l *inventory.Lock) sbom.Part {
	part := sbom.Part{Name: l.Name}
	urls := map[string]string{}
	both := [][]types.Package{l.Own, l.Packages}
	for _, packages := range both {
		for _, p := range packages {
			urls[p.ID] = packageURL(l.Kind, p, true)
		}
	}
	for _, packages := range both {
		for _, p := range packages {
			made := sbom.Package{Name: p.Name, Version: p.Version, PURL: packageURL(l.Kind, p, true)}
			for _, id := range l.Needs[p.ID] {
				if u := urls[id]; u != "" {
					made.Needs = append(made.Needs, u)
				}
			}
			part.Packages = append(part.Packages, made)
		}
	}
	return part
}

// bill writes down what was read.
func (s *Stage) bill(p *plan.Plan, parts []sbom.Part) ([]finding.File, error) {
	var created time.Time
	if s.opts.Now != nil {
		created = s.opts.Now()
	}
	return sbom.Files(sbom.Document{Name: filepath.Base(p.Root), Version: s.opts.Version, Created: created, Parts: parts})
}
