package finding

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Fingerprint identifies a finding across runs and commits: rule, file, subject and
// key, never a line, so that moved lines and new versions keep their identity.
func (f Finding) Fingerprint() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{"v1", f.Rule, f.Location.URI, f.Subject, f.Key}, "\x00")))
	return hex.EncodeToString(sum[:16])
}
