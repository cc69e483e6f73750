package blobs

import (
	"slices"

	"github.com/stella-ops/assure/internal/finding"
)

// The ids of the rules.
const (
	Unsigned  = "blob/unsigned"
	Signature = "blob/invalid-signature"
	Version   = "blob/plugin-version"
	NoImage   = "blob/names-no-image"
)

// Rules are about files of the repository that images.blobs names.
func Rules() []finding.Rule {
	return []finding.Rule{
		{
			ID: Unsigned, Severity: finding.High, Controls: []string{"SHG-6.08"},
			Title:       "A file that must be signed is not signed",
			Description: "images.blobs demands a signature of the file, and none stands beside it. Whoever can replace the file replaces what it does.",
			Remediation: "Sign it: cosign sign-blob --key KEY --bundle FILE.sigstore.json FILE.",
		},
		{
			ID: Signature, Severity: finding.Critical, Controls: []string{"SHG-6.08"},
			Title:       "The signature of a file is not valid under the policy",
			Description: "A signature stands beside the file, but another key made it, it is of another file, or it lacks what the policy demands.",
			Remediation: "Do not ship the file. Find out who changed or signed it, and sign the right one with the right key.",
		},
		{
			ID: Version, Severity: finding.Medium, Controls: []string{"SHG-6.09"},
			Title:       "A plug-in does not declare the version of its host",
			Description: "The host loads plug-ins whose StellaPluginVersion names its own major and minor version; others fail at start, or worse, later.",
			Remediation: "Build the plug-in for this version of the host: [assembly: StellaPluginVersion(\"major.minor\")].",
		},
		{
			ID: NoImage, Severity: finding.Medium, Controls: []string{"SHG-6.05"},
			Title:       "An SPDX file does not name the image that is deployed",
			Description: "A bill of materials that names no digest may describe any build of the image, so nobody can tell what the deployed one holds.",
			Remediation: "Make the file of the very image: its package names the digest, as a checksum or in a purl pkg:oci/name@sha256:….",
		},
	}
}

func severityOf(rule string) finding.Severity {
	all := Rules()
	return all[slices.IndexFunc(all, func(r finding.Rule) bool { return r.ID == rule })].Severity
}
