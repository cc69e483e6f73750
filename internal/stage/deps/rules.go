package deps

import "github.com/stella-ops/assure/internal/finding"

// Rules are the stage's own rules; the advisories of a database are not among them.
func Rules() []finding.Rule {
	return []finding.Rule{knownVulnerabilities(), endOfLife(), unknownImage(), imagePrivateKey()}
}

// endOfLife is judged once per image whose system has advisories.
func endOfLife() finding.Rule {
	return finding.Rule{
		ID:          "deps/image-end-of-life",
		Title:       "The system of an image still gets security updates",
		Description: "After the end of its support nobody maintains a distribution, and nobody writes advisories for it: what is found in it is only what was known then.",
		Remediation: "Move to a supported release of the distribution.",
		Severity:    finding.High,
		Tags:        []string{"dependency", "CWE-1104"},
		Controls:    []string{"SHG-8.01"},
	}
}

// unknownImage is judged once per place that names an image.
func unknownImage() finding.Rule {
	return finding.Rule{
		ID:          "deps/image-unknown",
		Title:       "It is known which image is deployed",
		Description: "The reference cannot be read, a variable in it has no value here, or no registry has the image, so that nobody can say which vulnerabilities would be deployed.",
		Remediation: "Write a reference that leads to an image, and give variables a default or a value in .env.",
		Severity:    finding.High,
		Tags:        []string{"dependency", "CWE-1395"},
		Controls:    []string{control},
	}
}
