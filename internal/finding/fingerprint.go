package finding

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// version stands before everything else that is hashed. Another way to identify findings
// needs another one, and makes every alert of code scanning open anew.
const version = "v2"

// Fingerprint identifies a finding across runs and commits: rule, file, subject and
// key, never a line, an index or a version, so that what moves or is formatted anew keeps
// its identity. The file of a finding that is shared or about the whole repository is only
// where it is shown.
func (f Finding) Fingerprint() string {
	uri, subject := f.Location.URI, f.Subject
	if subject == uri {
		subject = ""
	}
	if f.Shared || f.Whole {
		uri = ""
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{version, f.Rule, uri, subject, f.Key}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// Weigh compares findings of one identity: positive when f is the graver one.
func (f Finding) Weigh(other Finding) int {
	return cmp.Or(cmp.Compare(f.Severity, other.Severity), cmp.Compare(f.Degree, other.Degree))
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
