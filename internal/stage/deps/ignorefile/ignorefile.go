// Package ignorefile reads the files with which users of other scanners accept findings:
// .trivyignore, .trivyignore.yaml and osv-scanner.toml. Each entry becomes an exception;
// an entry that cannot be read accepts nothing, and that is said.
package ignorefile

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// The files by name.
const (
	Plain = ".trivyignore"
	YAML  = ".trivyignore.yaml"
	OSV   = "osv-scanner.toml"
)

// maxEntries is how many entries of one file are read.
const maxEntries = 10_000

// Bounds of texts from the file, in code points.
const (
	maxID     = 200
	maxReason = 2000
)

// Read reads the file; the ending of its name tells the form. Problems are what could not be read.
func Read(name string, data []byte) (exceptions []config.Exception, problems []finding.Gap) {
	f := &file{name: name}
	if len(data) > source.MaxFileBytes {
		f.problem(0, "the file is larger than %d bytes", source.MaxFileBytes)
		return nil, f.problems
	}
	switch path.Ext(name) {
	case ".toml":
		f.osv(data)
	case ".yaml", ".yml":
		f.yaml(data)
	default:
		f.plain(data)
	}
	return f.exceptions, f.problems
}

// file is an ignore file while it is read.
type file struct {
	name       string
	exceptions []config.Exception
	problems   []finding.Gap
	full       bool
}

func (f *file) at(line int) finding.Location {
	at := finding.Top(f.name)
	if line > 0 {
		at.Region.StartLine, at.Region.EndLine = line, line
	}
	return at
}

func (f *file) problem(line int, format string, args ...any) {
	f.problems = append(f.problems, finding.Gap{Location: f.at(line), Message: fmt.Sprintf(format, args...)})
}

// add keeps an exception unless there are too many.
func (f *file) add(e config.Exception) {
	switch {
	case e.Rule == "":
		f.problems = append(f.problems, finding.Gap{Location: e.Location, Message: "an entry without id accepts nothing"})
	case len(f.exceptions) < maxEntries:
		e.Rule, e.Reason, e.Source = cut(e.Rule, maxID), cut(oneLine(e.Reason), maxReason), path.Base(f.name)
		f.exceptions = append(f.exceptions, e)
	case !f.full:
		f.full = true
		f.problems = append(f.problems, finding.Gap{Location: e.Location, Message: fmt.Sprintf("only the first %d entries are read", maxEntries)})
	}
}

// lastDay is the last whole day before the moment from which other scanners take an
// entry for expired.
func lastDay(end time.Time) config.Date {
	if end.IsZero() {
		return config.Date{}
	}
	return config.DateOf(end.UTC().Add(-24 * time.Hour))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// anyOf is one glob for several.
func anyOf(globs []string) string {
	if len(globs) < 2 {
		return strings.Join(globs, "")
	}
	escaped := make([]string, len(globs))
	for i, g := range globs {
		escaped[i] = strings.ReplaceAll(g, ",", `\,`)
	}
	slices.Sort(escaped)
	return "{" + strings.Join(slices.Compact(escaped), ",") + "}"
}
