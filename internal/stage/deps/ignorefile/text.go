package ignorefile

import (
	"bytes"
	"strings"
)

// maxNesting is how deep brackets may nest: the TOML parser recurses.
const maxNesting = 100

// headers are the numbers of the lines that are the given table's header.
func headers(data []byte, header string) (lines []int) {
	n := 0
	for line := range bytes.Lines(data) {
		n++
		text, _, _ := strings.Cut(string(line), "#")
		if strings.Join(strings.Fields(text), "") == header {
			lines = append(lines, n)
		}
	}
	return lines
}

// escape makes a directory's name a glob that matches it alone.
func escape(dir string) string {
	var b strings.Builder
	for _, r := range dir {
		if strings.ContainsRune(`*?[]{}\,!^`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
