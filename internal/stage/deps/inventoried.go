package deps

import (
	"slices"

	purl "github.com/aquasecurity/trivy/pkg/purl"
	trivy "github.com/aquasecurity/trivy/pkg/types"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/deps/inventory"
)

// inventoried lists the packages of an image that was read as a whole, for who else
// says what is in it. A list with holes would contradict those who are right.
func inventoried(d *deployed) []finding.Inventory {
	if len(d.contents.Problems) > 0 {
		return nil
	}
	inv := finding.Inventory{Packages: []string{}}
	for _, digest := range []string{d.ref.Digest, d.image.Digest, d.image.Index} {
		if digest != "" && !slices.Contains(inv.Digests, digest) {
			inv.Digests = append(inv.Digests, digest)
		}
	}
	c := d.contents
	for _, p := range c.Packages {
		if made, err := purl.New(c.OS.Family, trivy.Metadata{OS: &c.OS}, p); err == nil && made != nil {
			inv.Packages = append(inv.Packages, made.Unwrap().ToString())
		}
	}
	for _, app := range c.Applications {
		for _, p := range app.Packages {
			inv.Packages = append(inv.Packages, inventory.PackageURL(app.Type, p, true))
		}
	}
	return []finding.Inventory{inv}
}
