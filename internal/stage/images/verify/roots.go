package verify

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
)

//go:embed trusted_root.json
var builtinRoot []byte

//go:embed trusted_root.date
var builtinDate string

// BuiltinRootDate is the day when the built-in copy of Sigstore's trusted root was
// taken. A workflow of this repository refreshes both.
func BuiltinRootDate() string { return strings.TrimSpace(builtinDate) }

// Roots are the authorities, logs and clocks that are trusted.
type Roots = root.TrustedMaterial

// LoadRoots reads a Sigstore trusted_root.json; nil means the built-in one.
func LoadRoots(data []byte) (Roots, error) {
	if data == nil {
		data = builtinRoot
	}
	r, err := root.NewTrustedRootFromJSON(data)
	if err != nil {
		return nil, fmt.Errorf("read Sigstore trusted root: %w", err)
	}
	return r, nil
}

// BuiltinRootAge is how old the built-in trusted root is.
func BuiltinRootAge(now time.Time) time.Duration {
	// The date is a file that a test parses.
	taken, _ := time.Parse(time.DateOnly, BuiltinRootDate())
	return now.Sub(taken)
}
