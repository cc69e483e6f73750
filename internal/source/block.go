package source

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
)

// Within finds in the file what a region of a scalar's value covers. It is exact for
// the lines of a literal block that stand in the file as they are in the value; a line
// with other words, such as a variable, is covered whole, and what no single line holds
// yields the region of the scalar. The latter two are not exact.
func (d *Doc) Within(n *yaml.Node, value string, r finding.Region) (finding.Region, bool) {
	whole := d.Region(n)
	if n.Style&yaml.LiteralStyle == 0 {
		return whole, false
	}
	b := d.text.block(n, whole, strings.Split(value, "\n"))
	startLine, startColumn, exact := b.point(r.StartLine, r.StartColumn, false)
	endLine, endColumn, too := b.point(r.EndLine, r.EndColumn, true)
	if startLine == 0 || endLine == 0 {
		return whole, false
	}
	return finding.Region{StartLine: startLine, StartColumn: startColumn, EndLine: endLine, EndColumn: endColumn}, exact && too
}

// blockLines are the lines of a literal block in the file, and those of its value.
type blockLines struct {
	first, indent int
	file, value   []string
}

func (t *text) block(n *yaml.Node, whole finding.Region, value []string) blockLines {
	b := blockLines{first: whole.StartLine + 1, indent: -1, value: value}
	for line := b.first; line <= min(whole.EndLine, len(t.lines)); line++ {
		b.file = append(b.file, strings.TrimRight(string(t.data[t.lines[line-1]:t.lineBreak(line)]), "\r\n"))
	}
	first := strings.TrimLeft(n.Value, "\n")
	for _, line := range b.file {
		if strings.Trim(line, " ") != "" {
			b.indent = max(0, spaces(line)-spaces(first))
			break
		}
	}
	return b
}

// lineBreak is the offset where a line ends, its break included.
func (t *text) lineBreak(line int) int {
	if line < len(t.lines) {
		return t.lines[line]
	}
	return len(t.data)
}

// point finds a line and column of the value in the file; end is true for the end of a
// region. Line 0 means that the block has no such line.
func (b blockLines) point(line, column int, end bool) (int, int, bool) {
	if line < 1 || line > len(b.file) || line > len(b.value) || b.indent < 0 {
		return 0, 0, false
	}
	text := b.file[line-1]
	at := b.first + line - 1
	if len(text) >= b.indent && text[b.indent:] == b.value[line-1] {
		return at, b.indent + column, true
	}
	if end {
		return at, utf8.RuneCountInString(text) + 1, false
	}
	return at, spaces(text) + 1, false
}
