package reporter

import (
	"strings"

	"github.com/stella-ops/assure/internal/finding"
)

// code is the one way in which foreign text enters Markdown: a code span. In it GitHub
// links no mention, issue, commit or address, and reads no HTML. Its fence is longer
// than any run of backticks inside.
func code(s string, limit int) string {
	s = short(strings.TrimSpace(strip(s)), limit)
	if s == "" {
		return "–"
	}
	fence := strings.Repeat("`", longestRun(s, '`')+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// longestRun is the length of the longest run of c in s.
func longestRun(s string, c byte) (longest int) {
	run := 0
	for i := range len(s) {
		if s[i] != c {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// codePlace is a location as a code span.
func codePlace(l finding.Location) string {
	if l.URI == "" {
		return "–"
	}
	return code(l.String(), 200)
}

// row is one line of a Markdown table; the cells are Markdown already. A table is split
// before code spans are read, so pipes are escaped here, and a backslash in front of
// one is moved away, because parsers disagree about what two backslashes do to it.
func row(cells ...string) string {
	pipes := strings.NewReplacer(`\|`, `\ \|`, "|", `\|`)
	for i := range cells {
		cells[i] = pipes.Replace(cells[i])
	}
	return "| " + strings.Join(cells, " | ") + " |\n"
}

// header opens a table.
func header(cells ...string) string {
	return row(cells...) + strings.Repeat("|---", len(cells)) + "|\n"
}

// page is a text with an upper bound: a piece is added as a whole or not at all, so
// that no construct is ever cut open.
type page struct {
	strings.Builder
	left int
}

// add appends s if it fits, and tells whether it did.
func (p *page) add(s string) bool {
	if len(s) > p.left {
		return false
	}
	p.left -= len(s)
	p.WriteString(s)
	return true
}

// list adds head, then as many rows as fit and are wanted, then tail and a line that
// counts the rest. Nothing is added when there are no rows.
func (p *page) list(head string, rows []string, limit int, noun, tail string) {
	const rest = 160
	if len(rows) == 0 || len(head)+len(rows[0])+len(tail)+rest > p.left {
		return
	}
	p.left -= rest + len(tail)
	p.add(head)
	n := 0
	for n < min(len(rows), limit) && p.add(rows[n]) {
		n++
	}
	p.left += rest + len(tail)
	p.add(tail)
	if n < len(rows) {
		p.add("\n_" + plural(len(rows)-n, "more "+noun) + " not shown here; all of them are in the report files._\n")
	}
}
