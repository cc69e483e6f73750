package convert

import (
	"strings"

	"github.com/stella-ops/assure/internal/finding"
)

// Region completes a region so that every consumer can use it: lines and columns from
// one, and an end behind the start.
func Region(g finding.Region) finding.Region {
	g.StartLine = max(g.StartLine, 1)
	g.StartColumn = max(g.StartColumn, 1)
	g.EndLine = max(g.EndLine, g.StartLine)
	g.EndColumn = max(g.EndColumn, 1)
	if g.EndLine == g.StartLine {
		g.EndColumn = max(g.EndColumn, g.StartColumn+1)
	}
	return g
}

// URI writes a path as a relative URI reference (RFC 3986, 4.2) that decodes back to
// the same bytes, whatever the file is called. A colon or a leading slash would turn
// it into something else than a path below the root, so they are escaped too.
func URI(path string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(path) {
		c := path[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0, c == '/' && i > 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}
