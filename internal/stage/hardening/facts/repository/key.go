package repository

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"regexp"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
)

// publicKey is a public key of a major version.
type publicKey struct {
	File  string `json:"file"`
	Major string `json:"major"`
	Hash  string `json:"hash"`
	Path  []any  `json:"path"`
}

var (
	cosignKey = regexp.MustCompile(`(?i)(^|/)[^/]*cosign[^/]*\.pub$`)
	keyMajor  = regexp.MustCompile(`(?i)(?:^|[/._-])v?(\d{1,4})(?:\.[^/]*)?(?:/|\.pub$|[_-])`)
)

const maxKeyBytes = 64 << 10

func publicKeys(p *plan.Plan) []publicKey {
	out := []publicKey{}
	for _, f := range p.Files {
		if !strings.EqualFold(path.Ext(f.Name), ".pub") {
			continue // most files, sooner than by an expression
		}
		m := keyMajor.FindStringSubmatch(f.Name)
		if m == nil || !cosignKey.MatchString(f.Name) || aside.MatchString(f.Name) || p.Tree == nil {
			continue
		}
		if data, err := p.Tree.Read(f.Name, maxKeyBytes); err == nil {
			sum := sha256.Sum256(data)
			out = append(out, publicKey{f.Name, m[1], hex.EncodeToString(sum[:]), []any{"tree", f.Name}})
		}
	}
	return out
}
