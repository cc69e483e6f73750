package configfile

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// spots locates the paths that a line reader has noted, else the longest noted path
// above, else the first one.
type spots struct {
	first finding.Location
	byKey map[string]finding.Location
}

func (s *spots) add(at finding.Location, path ...any) {
	if s.byKey == nil {
		s.byKey, s.first = map[string]finding.Location{}, at
	}
	s.byKey[spotKey(path)] = at
}

// Locate implements source.Locator.
func (s spots) Locate(path []any) (finding.Location, source.Grade) {
	grade := source.Exact
	for n := len(path); n > 0; n-- {
		if at, ok := s.byKey[spotKey(path[:n])]; ok {
			return at, grade
		}
		grade = source.Parent
	}
	return s.first, source.Parent
}

func spotKey(path []any) string {
	var b strings.Builder
	for _, step := range path {
		if i, ok := source.Index(step); ok {
			step = i
		}
		fmt.Fprintf(&b, "%T%v\x00", step, step)
	}
	return b.String()
}

// spanOf is line[from:to] of a file, bytes, as a place.
func spanOf(name string, n int, line string, from, to int) finding.Location {
	col := func(off int) int { return utf8.RuneCountInString(line[:min(max(off, 0), len(line))]) + 1 }
	return finding.Location{URI: name, Region: finding.Region{StartLine: n, StartColumn: col(from), EndLine: n, EndColumn: col(to)}}
}
