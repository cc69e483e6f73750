package repository

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
)

// pluginFile is a compiled plug-in.
type pluginFile struct {
	File string `json:"file"`
	// Signed is true when a signature lies beside it.
	Signed bool  `json:"signed"`
	Path   []any `json:"path"`
}

var (
	pluginFiles = regexp.MustCompile(`(?i)(^|/)plug-?ins?/(.*/)?[^/]+\.dll$`)
	signatures  = []string{".sig", ".sigstore", ".sigstore.json", ".bundle"}
)

func plugins(p *plan.Plan) []pluginFile {
	out := []pluginFile{}
	names := map[string]bool{}
	for _, f := range p.Files {
		names[f.Name] = true
	}
	for _, f := range p.Files {
		if strings.EqualFold(path.Ext(f.Name), ".dll") && pluginFiles.MatchString(f.Name) && !aside.MatchString(f.Name) {
			signed := slices.ContainsFunc(signatures, func(end string) bool { return names[f.Name+end] })
			out = append(out, pluginFile{f.Name, signed, []any{"tree", f.Name}})
		}
	}
	return out
}
