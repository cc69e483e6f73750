package deps

import "github.com/stella-ops/assure/internal/finding"

// Rules are the stage's own rules; the advisories of a database are not among them.
func Rules() []finding.Rule { return []finding.Rule{knownVulnerabilities()} }
