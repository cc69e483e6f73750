package verify

import "strings"

// family returns the predicate types that a short name stands for: exact ones, and
// beginnings of those with a version.
func family(kind string) []string {
	switch kind {
	case "spdx":
		return []string{"https://spdx.dev/Document", "https://spdx.dev/Document/"}
	case "cyclonedx":
		return []string{"https://cyclonedx.org/bom", "https://cyclonedx.org/bom/"}
	case "slsa":
		return []string{"https://slsa.dev/provenance/"}
	case "vuln":
		return []string{"https://cosign.sigstore.dev/attestation/vuln/v1"}
	case "openvex":
		return []string{"https://openvex.dev/ns", "https://openvex.dev/ns/"}
	case "vsa":
		return []string{"https://slsa.dev/verification_summary/"}
	}
	return nil
}

// IsOf tells whether a predicate type is of the kind: a short name or the type itself.
func IsOf(predicate, kind string) bool {
	if predicate == kind && kind != "" {
		return true
	}
	for _, f := range family(kind) {
		if predicate == f || strings.HasSuffix(f, "/") && strings.HasPrefix(predicate, f) {
			return true
		}
	}
	return false
}
