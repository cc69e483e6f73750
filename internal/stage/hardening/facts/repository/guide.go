package repository

import (
	"path"
	"regexp"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// guide is a copy of the hardening guide in the repository.
type guide struct {
	File    string `json:"file"`
	Version string `json:"version"`
	Path    []any  `json:"path"`
}

var (
	guideName    = regexp.MustCompile(`(?i)hardening[^/]*guide|guide[^/]*hardening`)
	guideVersion = regexp.MustCompile(`\(?\b(v\d+\.\d+)\b`)
)

const guideHead = 20

// guides finds copies by their name and the version in their first lines.
func guides(files map[string]any) []guide {
	out := []guide{}
	for _, name := range value.Keys(files) {
		f := value.Object(files[name])
		if f["family"] != "document" || !guideName.MatchString(path.Base(name)) {
			continue
		}
		lines := value.List(value.Object(f["content"])["lines"])
		for i, line := range lines[:min(len(lines), guideHead)] {
			if m := guideVersion.FindStringSubmatch(value.Text(line)); m != nil {
				out = append(out, guide{name, m[1], value.InFile(name, "lines", i)})
				break
			}
		}
	}
	return out
}
