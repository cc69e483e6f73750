package finding

import (
	"cmp"
	"fmt"
)

// Location is a region of a file of the repository. Every finding has one.
type Location struct {
	// URI is the slash-separated path from the repository root, not escaped.
	URI string
	// Region is the stretch of text that the finding is about.
	Region Region
	// Inner is the path, with the line, inside the archive at URI; empty for other files.
	Inner string
}

// Region is a stretch of text. Lines and columns count from 1, columns count Unicode
// code points (SARIF columnKind unicodeCodePoints), EndColumn is one past the last.
type Region struct {
	StartLine, StartColumn, EndLine, EndColumn int
}

// String renders the place as file:line:column, the form editors can open.
func (l Location) String() string {
	if l.Region.StartLine == 0 {
		return l.URI
	}
	return fmt.Sprintf("%s:%d:%d", l.URI, l.Region.StartLine, l.Region.StartColumn)
}

// Compare orders locations by file, then by start, then by end.
func (l Location) Compare(o Location) int {
	return cmp.Or(
		cmp.Compare(l.URI, o.URI),
		cmp.Compare(l.Region.StartLine, o.Region.StartLine),
		cmp.Compare(l.Region.StartColumn, o.Region.StartColumn),
		cmp.Compare(l.Region.EndLine, o.Region.EndLine),
		cmp.Compare(l.Region.EndColumn, o.Region.EndColumn),
		cmp.Compare(l.Inner, o.Inner),
	)
}

// Inside is what a message says of the place inside an archive; empty for other files.
func (l Location) Inside() string {
	if l.Inner == "" {
		return ""
	}
	return fmt.Sprintf(" (inside the archive at %s)", l.Inner)
}

// Top is the location of a file as a whole: its first character. It is for findings
// about a missing file or a file that cannot be read, never a default.
func Top(uri string) Location {
	return Location{URI: uri, Region: Region{StartLine: 1, StartColumn: 1, EndLine: 1, EndColumn: 2}}
}
