package finding

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Gap is something that a stage should have judged but could not.
type Gap struct {
	// Rule is the id of its kind, gap/...; package gap lists them.
	Rule string
	// Location is where the unseen thing is named; the zero value when nowhere.
	Location Location
	// Subject names the unseen thing: a service, an image, a package URL without version,
	// an object. Empty when the file itself was not seen.
	Subject string
	// Message says what could not be seen and why, in plain words.
	Message string
	// Remediation says how to fix it; empty leaves it to the rule.
	Remediation string
	// Depends are further files of the repository that decide what the unseen thing is.
	Depends []string
}

// Fingerprint identifies a gap across runs and commits: rule, file and subject, never a
// line.
func (g Gap) Fingerprint() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{"gap1", g.Rule, g.Location.URI, g.Subject}, "\x00")))
	return hex.EncodeToString(sum[:16])
}
