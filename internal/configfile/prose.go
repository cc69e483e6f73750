package configfile

import (
	"path"
	"strings"
	"unicode/utf8"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// maxLines bounds how much of a document rules see.
const maxLines = 5000

func isProse(name string) bool {
	return hasExtension(name, ".md", ".rst", ".adoc") || path.Base(name) == "security.txt"
}

// readProse returns {"lines": [text, ...]}; rules look for headings and words in them.
func readProse(in Input) (any, source.Locator, error) {
	if !utf8.Valid(in.Data) {
		return nil, nil, nil
	}
	text := strings.TrimPrefix(string(in.Data), "\ufeff")
	lines := strings.SplitN(strings.ReplaceAll(text, "\r\n", "\n"), "\n", maxLines+1)
	lines = lines[:min(len(lines), maxLines)]
	out := make([]any, len(lines))
	for i, l := range lines {
		out[i] = l
	}
	return map[string]any{"lines": out}, prose{in.Name, lines}, nil
}

// prose locates ["lines", i] as the text of that line.
type prose struct {
	name  string
	lines []string
}

// Locate implements source.Locator.
func (p prose) Locate(path []any) (finding.Location, source.Grade) {
	if len(path) == 2 {
		if i, ok := source.Index(path[1]); ok && i >= 0 && i < len(p.lines) {
			end := 1 + max(1, utf8.RuneCountInString(p.lines[i]))
			return finding.Location{URI: p.name, Region: finding.Region{StartLine: i + 1, StartColumn: 1, EndLine: i + 1, EndColumn: end}}, source.Exact
		}
	}
	return finding.Top(p.name), source.Parent
}
