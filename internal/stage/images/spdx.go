package images

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// spdxDocument is what an SPDX 2 file says about what it describes.
type spdxDocument struct {
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
func (b *blobCheck) judgeSubject(file string, data []byte, glob string) {
	var doc spdxDocument
	if json.Unmarshal(data, &doc) != nil || !strings.HasPrefix(doc.Version, "SPDX-2") {
		b.set.Judge(ruleNamesNoImage, 1)
		b.add(ruleNamesNoImage, file, file+" is not an SPDX 2 document in JSON")
		return
	}
	wanted := 0
	for _, d := range b.digests {
		if !doublestar.MatchUnvalidated(hub(glob), d.name) {
			continue
		}
		wanted++
		b.set.Judge(ruleNamesNoImage, 1)
		if !doc.names(strings.TrimPrefix(d.digest, "sha256:")) {
			b.add(ruleNamesNoImage, file, fmt.Sprintf("%s does not name %s@%s, which is deployed", file, d.name, d.digest))
		}
	}
	if wanted == 0 {
		b.gap(file, "%s could not be compared with an image: no deployed image with a known digest matches %s", file, glob)
	}
}

// names tells whether one of the packages has the digest, in one of the places where
// tools write it.
func (d spdxDocument) names(hex string) bool {
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
