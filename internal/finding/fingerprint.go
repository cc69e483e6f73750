package finding

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Fingerprint identifies a finding across runs and commits: rule, file, subject and
// key, never a line, so that moved lines and new versions keep their identity. The file
// of a shared finding is only where it is shown.
func (f Finding) Fingerprint() string {
	uri := f.Location.URI
	if f.Shared {
		uri = ""
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{"v1", f.Rule, uri, f.Subject, f.Key}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// Targets are the files in which the finding is true.
func (f Finding) Targets() []string {
	uris := []string{f.Location.URI}
	for _, r := range f.Related {
		if r.Target {
			uris = append(uris, r.Location.URI)
		}
	}
	return uris
}
