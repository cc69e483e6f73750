package change

import (
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/difference"
)

// ofEntry are the gaps of single dependencies, about which nothing decides but their lines.
var ofEntry = [...]string{gap.NoVersion, gap.UnpinnedVersion, gap.GitSource, gap.URLSource, gap.VersionNotOrdered}

// Kept reports whether what a gap of the head is about is the same in the base commit,
// although its file is not: a dependency, the service or the object that it stands in, or
// where there is none the stretch of a script or a chart. Of any other file everything may
// count.
func (c *Change) Kept(g finding.Gap) bool {
	at := g.Location
	if slices.Contains(ofEntry[:], g.Rule) {
		return at != finding.Top(at.URI) && !c.Touched(at.URI, at.Region.StartLine, at.Region.EndLine)
	}
	data, err := c.head.Plan.Tree.Read(at.URI, source.MaxFileBytes)
	if err != nil || at.Region.StartLine < 1 {
		return false
	}
	if literal(g) {
		return true
	}
	if isAutomation(at.URI) {
		return c.sameJob(at.URI, at.Region.StartLine, data)
	}
	lines := difference.Split(data)
	if h := c.heirs(); len(h.written[at.URI]) > 0 {
		t := h.at(at, lines)
		return t != nil && h.before[t.id] != nil && t.keeps(h.before[t.id], g)
	}
	return c.sameStretch(at, lines) && !variable(lines, at.Region.StartLine)
}

// literal reports whether a gap says itself all that decides about it: the address of
// manifests that a command applies, without any variable.
func literal(g finding.Gap) bool {
	return g.Rule == gap.RemoteSource && strings.HasPrefix(g.Subject, "kubectl https://") && !strings.ContainsAny(g.Subject, "$`{}<>%*?\u2026\ufffd")
}

// sameStretch reports whether the base commit holds the part of the file that decides about
// a place, as a part of its own.
func (c *Change) sameStretch(at finding.Location, lines difference.Lines) bool {
	start, end, ok := stretch(at, lines)
	old, err := c.base.Plan.Tree.Read(c.before(at.URI), source.MaxFileBytes)
	if !ok || err != nil {
		return false
	}
	before := difference.Split(old)
	for n, line := range before {
		if line != lines[at.Region.StartLine-1] {
			continue
		}
		there := at
		there.Region.StartLine = n + 1
		if s, e, _ := stretch(there, before); slices.Equal(before[s-1:e], lines[start-1:end]) {
			return true
		}
	}
	return false
}

// variable reports whether a command, with the lines that continue it, takes anything from
// elsewhere.
func variable(lines difference.Lines, n int) bool {
	for n > 1 && strings.HasSuffix(lines[n-2], "\\") {
		n--
	}
	for ; n <= len(lines); n++ {
		if strings.Contains(lines[n-1], "$") {
			return true
		}
		if !strings.HasSuffix(lines[n-1], "\\") {
			return false
		}
	}
	return false
}

// at is the one thing of the head that is written where the place is.
func (h heirs) at(at finding.Location, lines difference.Lines) (found *thing) {
	for _, t := range h.written[at.URI] {
		if t.line < 1 || t.line > len(lines) {
			continue
		}
		start, end := t.line, block(lines, t.line)
		if t.class != "service" {
			start, end = document(lines, t.line)
		}
		if start <= at.Region.StartLine && at.Region.StartLine <= end {
			if found != nil {
				return nil
			}
			found = t
		}
	}
	return found
}

// stretch is the part of a file without things that decides about a line of it: the
// paragraph of a script, the entry of a chart.
func stretch(at finding.Location, lines difference.Lines) (start, end int, ok bool) {
	start, end = at.Region.StartLine, at.Region.StartLine
	if start > len(lines) {
		return 0, 0, false
	}
	switch base := path.Base(at.URI); {
	case base == "Chart.yaml":
		return start, block(lines, start), true
	case base == "Makefile" || base == "GNUmakefile" || path.Ext(base) == ".mk" || path.Ext(base) == ".sh" || path.Ext(base) == ".bash":
		for start > 1 && lines[start-2] != "" {
			start--
		}
		for end < len(lines) && lines[end] != "" {
			end++
		}
		return start, end, true
	}
	return 0, 0, false
}

// block is the last line of what is indented below a line.
func block(lines difference.Lines, start int) int {
	end, depth := start, indent(lines[start-1])
	for n := start; n < len(lines) && (blank(lines[n]) || indent(lines[n]) > depth); n++ {
		if !blank(lines[n]) {
			end = n + 1
		}
	}
	return end
}

// document is the first and the last line of a YAML document.
func document(lines difference.Lines, line int) (start, end int) {
	start, end = line, line
	for start > 1 && !strings.HasPrefix(lines[start-2], "---") {
		start--
	}
	for end < len(lines) && !strings.HasPrefix(lines[end], "---") {
		end++
	}
	return start, end
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

func blank(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || line[0] == '#'
}

// equals compares the content of two things, wherever their trees are.
func (t *thing) equals(o *thing) bool { return alike(t.model, o.model, t.plan.Root, o.plan.Root) }

// keeps compares what decides about a gap of the thing.
func (t *thing) keeps(o *thing, g finding.Gap) bool {
	if t.delivers(g) {
		return alike(delivery(t.model), delivery(o.model), t.plan.Root, o.plan.Root)
	}
	return t.equals(o)
}

func alike(a, b any, rootA, rootB string) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, func(a, b any) bool { return alike(a, b, rootA, rootB) })
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, func(a, b any) bool { return alike(a, b, rootA, rootB) })
	case string:
		b, ok := b.(string)
		return ok && strings.TrimPrefix(a, rootA) == strings.TrimPrefix(b, rootB)
	}
	return reflect.DeepEqual(a, b)
}
