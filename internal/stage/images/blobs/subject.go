package blobs

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/stage/images/reference"
)

// document is what an SPDX 2 file says about what it describes.
type document struct {
	Version  string `json:"spdxVersion"`
	Packages []struct {
		Name      string `json:"name"`
		Version   string `json:"versionInfo"`
		Checksums []struct {
			Algorithm string `json:"algorithm"`
			Value     string `json:"checksumValue"`
		} `json:"checksums"`
		References []struct {
			Locator string `json:"referenceLocator"`
		} `json:"externalRefs"`
	} `json:"packages"`
}

// judgeSubject wants the SPDX file to name each deployed digest of the images.
func (b *Check) judgeSubject(file string, data []byte, glob string) {
	var doc document
	if json.Unmarshal(data, &doc) != nil || !strings.HasPrefix(doc.Version, "SPDX-2") {
		b.Set.Judge(NoImage, 1)
		b.add(NoImage, file, file+" is not an SPDX 2 document in JSON")
		return
	}
	wanted := 0
	for _, d := range b.Deployed {
		if !doublestar.MatchUnvalidated(reference.Hub(glob), d.Name) {
			continue
		}
		wanted++
		b.Set.Judge(NoImage, 1)
		if !doc.names(strings.TrimPrefix(d.Digest, "sha256:")) {
			b.add(NoImage, file, fmt.Sprintf("%s does not name %s@%s, which is deployed", file, d.Name, d.Digest))
		}
	}
	if wanted == 0 {
		b.gap(gap.BlobNotVerified, file, "Correct the image that the entry names, or deploy it by digest.", "%s could not be compared with an image: no deployed image with a known digest matches %s", file, glob)
	}
}

// names reports whether one of the packages has the digest, in one of the places where
// tools write it.
func (d document) names(hex string) bool {
	for _, p := range d.Packages {
		for _, c := range p.Checksums {
			if c.Algorithm == "SHA256" && strings.EqualFold(c.Value, hex) {
				return true
			}
		}
		for _, r := range p.References {
			if strings.HasPrefix(r.Locator, "pkg:") && strings.Contains(strings.ReplaceAll(r.Locator, "%3A", ":"), "sha256:"+hex) {
				return true
			}
		}
		if p.Version == "sha256:"+hex || strings.HasSuffix(p.Name, "@sha256:"+hex) {
			return true
		}
	}
	return false
}
