package inventory

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/aquasecurity/trivy/pkg/fanal/types"

	"github.com/stella-ops/assure/internal/finding"
)

// maxLine is the number of code points above which a line is not a useful place: the
// region is the package's name in it then.
const maxLine = 1000

// Bounds of the search for a version near a name: a file could repeat a name for ever.
const (
	reachLines = 6
	reachBytes = 2000
	maxHits    = 20_000
)

// Locate returns the package's own line in the lock file: where Trivy says it is, else
// where its name and version stand, and the top of the file as the last resort.
func (l *Lock) Locate(p types.Package) finding.Location {
	from, to, version := 0, len(l.Text), p.Version
	told := len(p.Locations) > 0 && p.Locations[0].StartLine > 0
	if told {
		from, to = lines(l.Text, p.Locations[0].StartLine, p.Locations[0].EndLine)
		version = "" // the first line with the name is the one
	}
	if at := define(l.Kind, l.Text, p); !told && at >= 0 {
		return place(l.Name, l.Text, at, len(p.Name))
	}
	for _, fold := range []bool{false, true} {
		for _, name := range spellings(p) {
			if at := search(l.Text[:to], from, name, version, fold); at >= 0 {
				return place(l.Name, l.Text, at, len(name))
			}
		}
	}
	if told {
		return place(l.Name, l.Text, from, 1)
	}
	return finding.Top(l.Name)
}

// define finds the text with which a lock file of the kind introduces a package, which
// tells it from the lines that only need it.
func define(kind types.LangType, text []byte, p types.Package) int {
	var before, after string
	switch kind {
	case types.Poetry, types.Uv, types.PyLock:
		before, after = `name = "`, "\"\nversion = \""+p.Version+`"`
	case types.Pub:
		before, after = "\n  ", ":\n"
	case types.Pnpm:
		after = "@" + p.Version
	case types.Cocoapods:
		before, after = "- ", " ("+p.Version+")"
	default:
		return -1
	}
	for _, name := range spellings(p) {
		if i := bytes.Index(text, []byte(before+name+after)); i >= 0 {
			return i + len(before)
		}
	}
	return -1
}

// spellings are the forms in which lock files write a name, the best first.
func spellings(p types.Package) []string {
	names := []string{p.Name}
	if i := strings.LastIndexByte(p.Name, ':'); i >= 0 {
		names = append(names, p.Name[i+1:])
	}
	return append(names, strings.ReplaceAll(p.Name, "-", "_"), strings.ReplaceAll(p.Name, "-", "."))
}

// search finds the name after from, best with the version on its line, then with the
// version the fewest lines below, then anywhere.
func search(text []byte, from int, name, version string, fold bool) int {
	if fold {
		text, name, version = lower(text), string(lower([]byte(name))), string(lower([]byte(version)))
	}
	best, distance := -1, reachLines+1
	for hits := 0; name != "" && hits < maxHits; hits++ {
		i := bytes.Index(text[from:], []byte(name))
		if i < 0 {
			break
		}
		at := from + i
		from = at + len(name)
		if !token(text, at, len(name)) {
			continue
		}
		if d := below(text[from:], version); best < 0 || d < distance {
			best, distance = at, d
		}
		if distance == 0 {
			break
		}
	}
	return best
}

// below counts the line breaks between a name and its version.
func below(rest []byte, version string) int {
	rest = rest[:min(reachBytes, len(rest))]
	i := bytes.Index(rest, []byte(version))
	if i < 0 {
		return reachLines + 1
	}
	return min(bytes.Count(rest[:i], []byte("\n")), reachLines+1)
}

// lower is bytes.ToLower for ASCII only, which keeps every offset.
func lower(text []byte) []byte {
	folded := bytes.Clone(text)
	for i, b := range folded {
		if 'A' <= b && b <= 'Z' {
			folded[i] = b + 'a' - 'A'
		}
	}
	return folded
}

// token tells whether the name at the offset is not part of a longer one.
func token(text []byte, at, n int) bool {
	if end := at + n; end < len(text) && (wordByte(text[end]) || text[end] == '/' || text[end] == '-' && end+1 < len(text) && wordByte(text[end+1])) {
		return false
	}
	if at == 0 {
		return true
	}
	before := text[at-1]
	if before == '/' {
		return at == 1 || !wordByte(text[at-2]) || bytes.HasSuffix(text[:at], []byte("node_modules/"))
	}
	return !wordByte(before) && before != '-' && before != '.' && before != '@'
}

func wordByte(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || b >= utf8.RuneSelf
}

// line returns where the line around the offset starts and ends, the break left out.
func line(text []byte, at int) (start, end int) {
	start = bytes.LastIndexByte(text[:at], '\n') + 1
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return start, at + i
	}
	return start, len(text)
}

// lines returns the offsets of the lines from first to last.
func lines(text []byte, first, last int) (from, to int) {
	from, to = len(text), len(text)
	at := 0
	for n := 1; at <= len(text); n++ {
		if n == first {
			from = at
		}
		i := bytes.IndexByte(text[at:], '\n')
		if n >= last && n >= first {
			if i >= 0 {
				to = at + i
			}
			return from, to
		}
		if i < 0 {
			break
		}
		at += i + 1
	}
	return from, to
}

func lineAt(name string, text []byte, n int) finding.Location {
	from, _ := lines(text, n, n)
	return place(name, text, from, 1)
}

// place is the text of the line around the offset, or the n bytes at the offset
// when the line is longer than anybody reads.
func place(name string, text []byte, at, n int) finding.Location {
	start, end := line(text, min(at, len(text)))
	number := 1 + bytes.Count(text[:start], []byte("\n"))
	from := start + len(text[start:end]) - len(bytes.TrimLeft(text[start:end], " \t"))
	to := from + len(bytes.TrimRight(text[from:end], " \t\r"))
	if utf8.RuneCount(text[from:to]) > maxLine {
		from, to = at, min(at+n, end)
	}
	first := 1 + utf8.RuneCount(text[start:from])
	last := max(first+1, 1+utf8.RuneCount(text[start:to]))
	return finding.Location{URI: name, Region: finding.Region{StartLine: number, StartColumn: first, EndLine: number, EndColumn: last}}
}
