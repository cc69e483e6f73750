package commit

import (
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Limits of a file with ignore patterns; git knows none.
const (
	maxIgnoreBytes = 1 << 20
	maxPatterns    = 10_000
)

// pattern is one line of a .gitignore file.
type pattern struct {
	glob string
	// keep is true for a line with !: what it matches is not ignored.
	keep bool
	// dirOnly matches directories alone, and anchored the whole path from the directory of
	// the file; else the last element of the path.
	dirOnly, anchored bool
	// literal has no wildcard.
	literal bool
}

// parseIgnore reads the lines of a .gitignore file. A pattern that cannot be read
// ignores nothing.
func parseIgnore(text string) (list []pattern) {
	text = strings.TrimPrefix(text, "\uFEFF")
	for line := range strings.Lines(text) {
		if p, ok := parsePattern(strings.TrimRight(line, "\r\n")); ok && len(list) < maxPatterns {
			list = append(list, p)
		}
	}
	return list
}

// asGlob escapes what means nothing to git: braces, and a bracket that is the first of a
// class. What is escaped already stays.
var asGlob = strings.NewReplacer(`\\`, `\\`, `\{`, `\{`, `\}`, `\}`, `\[`, `\[`, `{`, `\{`, `}`, `\}`, `[]`, `[\]`, `[!]`, `[!\]`, `[^]`, `[^\]`)

func parsePattern(line string) (p pattern, ok bool) {
	line = trimSpaces(line)
	if strings.HasPrefix(line, "#") {
		return p, false
	}
	line, p.keep = strings.CutPrefix(line, "!")
	line, p.dirOnly = strings.CutSuffix(line, "/")
	p.anchored = strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	p.literal = !strings.ContainsAny(line, `*?[\`)
	p.glob = asGlob.Replace(line)
	if p.literal {
		p.glob = line
	}
	if strings.HasSuffix(p.glob, "/**") {
		p.glob += "/*" // what is below, not the directory itself
	}
	return p, line != "" && (p.literal || doublestar.ValidatePattern(p.glob))
}

// trimSpaces takes away spaces at the end that no backslash stands before.
func trimSpaces(line string) string {
	for strings.HasSuffix(line, " ") && !strings.HasSuffix(line, `\ `) {
		line = line[:len(line)-1]
	}
	return line
}

// matches reports whether the path, from the directory of the file, is meant.
func (p pattern) matches(rel string, dir bool) bool {
	if p.dirOnly && !dir {
		return false
	}
	if !p.anchored {
		rel = path.Base(rel)
	}
	if p.literal {
		return p.glob == rel
	}
	return doublestar.MatchUnvalidated(p.glob, rel)
}

// decide is the last word of the patterns about a path: ignored or kept, and whether
// they say anything.
func decide(list []pattern, rel string, dir bool) (ignored, said bool) {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].matches(rel, dir) {
			return !list[i].keep, true
		}
	}
	return false, false
}
