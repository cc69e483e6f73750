package deps

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/deps/image"
)

// imagePrivateKey is judged once per image that was read.
func imagePrivateKey() finding.Rule {
	return finding.Rule{
		ID:          "deps/image-private-key",
		Title:       "No image holds a private key",
		Description: "Whoever can pull the image has the key, from every layer, also where a later one removes the file. A signing key lets them sign in the name of its owner.",
		Remediation: "Replace the key everywhere, build the image without it, and give it to the container when it runs, as a secret.",
		Severity:    finding.High,
		Tags:        []string{"dependency", "CWE-321"},
		Controls:    []string{"SHG-5.13"},
	}
}

// sample is where packages keep keys that are published with their tests and manuals.
var sample = regexp.MustCompile(`(?i)(^|/)(tests?|testdata|testing|spec|fixtures?|examples?|samples?|docs?)/`)

// judgeKeys reports the private keys in an image at each place that names it.
func (j *judge) judgeKeys(d *deployed) {
	r := imagePrivateKey()
	j.set.Judge(r.ID, 1)
	for _, key := range d.contents.Keys {
		for _, u := range d.uses {
			j.set.Findings = append(j.set.Findings, finding.Finding{
				Rule: r.ID, Severity: severityOfKey(key), Location: u.Location, Subject: d.ref.Name(), Key: u.Place() + " " + key.Path,
				Message: fmt.Sprintf("%s holds a private key (%s): %s in the layer %s%s", d.ref.Familiar(), key.Type, cut(oneLine(key.Path), maxTitle), key.Layer, instruction(d.image, key.Layer)),
				Properties: map[string]string{
					"image": d.ref.String(), "image-digest": d.image.Digest, "path": key.Path, "layer-digest": key.Layer, "layer": layerOf(d.image, key.Layer),
				},
			})
		}
	}
}

// severityOfKey tells cosign's keys, which sign images, from others, and both from
// those that everybody has.
func severityOfKey(key image.PrivateKey) finding.Severity {
	switch {
	case strings.Contains(key.Type, "SIGSTORE") || strings.Contains(key.Type, "COSIGN"):
		return finding.Critical
	case sample.MatchString(path.Clean(key.Path)):
		return finding.Low
	}
	return imagePrivateKey().Severity
}

// instruction is what made the layer, where the history says.
func instruction(img *image.Image, diffID string) string {
	i := slices.IndexFunc(img.Layers, func(l image.Layer) bool { return l.DiffID == diffID })
	if i < 0 || img.Layers[i].CreatedBy == "" {
		return ""
	}
	return fmt.Sprintf(", which %q made", cut(oneLine(img.Layers[i].CreatedBy), maxTitle))
}
