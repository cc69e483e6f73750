package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/stella-ops/assure/internal/finding"
)

// Change knows what became of the files of the base commit and of the things in them.
type Change interface {
	// File is the name in the head of a file of the base commit.
	File(base string) string
	// Identical reports whether a file of the head is one of the base commit under another
	// name, byte for byte.
	Identical(head string) bool
	// Alike reports whether all that differs in a file, or below a directory (a path that
	// ends in a slash), is what no tool reads, such as comments.
	Alike(file string) bool
	// Kept reports whether what a gap of the head is about is the same in the base commit,
	// although its file is not.
	Kept(g finding.Gap) bool
	// Successor is how a finding of the base commit reads when what it is about moved or got
	// another name; false when it did not.
	Successor(f finding.Finding) (finding.Finding, bool)
	// Touched reports whether the change wrote any of the lines of a file of the head.
	Touched(file string, start, end int) bool
	// Revived reports whether the change brings lines of a file that the base could not
	// read: it wrote them, or what decides whether they are text.
	Revived(file string, start, end int) bool
}

// propWas holds the severity that a finding had in the base commit, where it rose.
const propWas = "was"

// matching finds for each finding of the head the one of the base commit that it was. Each
// is used once.
type matching struct {
	head, base []Finding
	change     Change
	old        unread
	// before is the index in base of each finding of the head, -1 without one, and used
	// says which of the base are taken.
	before []int
	used   []bool
}

func match(head, base []Finding, in Input) *matching {
	change := in.Change
	m := &matching{head: head, base: base, change: change, old: newUnread(in), before: make([]int, len(head)), used: make([]bool, len(base))}
	for i := range m.before {
		m.before[i] = -1
	}
	asIs := func(f Finding) (string, bool) { return f.Fingerprint, true }
	m.pass(asIs, asIs)
	if change != nil && slices.Contains(m.before, -1) && slices.Contains(m.used, false) {
		m.pass(func(f Finding) (string, bool) {
			g, ok := change.Successor(f.Finding)
			return g.Fingerprint(), ok
		}, asIs)
	}
	m.narrowed()
	for _, loosely := range [...]func(Finding) (string, bool){anyUser, anyVersion, anyStage} {
		m.pass(loosely, loosely)
	}
	return m
}

// pass matches what is left of both sides by the identities that they give.
func (m *matching) pass(before, now func(Finding) (string, bool)) {
	left := map[string][]int{}
	for i, f := range m.base {
		if m.used[i] {
			continue
		}
		if id, ok := before(f); ok {
			left[id] = append(left[id], i)
		}
	}
	heads := map[string][]int{}
	for i, f := range m.head {
		if m.before[i] >= 0 {
			continue
		}
		if id, ok := now(f); ok && left[id] != nil {
			heads[id] = append(heads[id], i)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(heads)) {
		m.equals(heads[id], left[id])
	}
}

// equals matches findings of one identity so that the least is introduced, and of that the
// worst: first what is no graver than before, the mildest with the mildest, then the rest.
func (m *matching) equals(heads, bases []int) {
	scarce := len(heads) > len(bases)
	slices.SortStableFunc(heads, func(a, b int) int {
		order := m.head[a].Weigh(m.head[b].Finding)
		if order == 0 && scarce {
			order = m.touched(a, b)
		}
		return cmp.Or(order, m.head[a].Location.Compare(m.head[b].Location))
	})
	slices.SortStableFunc(bases, func(a, b int) int { return m.base[a].Weigh(m.base[b].Finding) })
	for _, risen := range [...]bool{false, true} {
		next := 0
		for _, h := range heads {
			for next < len(bases) && (m.used[bases[next]] || !risen && m.base[bases[next]].Weigh(m.head[h].Finding) < 0) {
				next++
			}
			if next < len(bases) && m.before[h] < 0 {
				m.before[h], m.used[bases[next]] = bases[next], true
			}
		}
	}
}

// touched orders two findings of the head: one on lines that the change wrote comes last.
func (m *matching) touched(a, b int) int {
	return boolean(m.written(m.head[a])) - boolean(m.written(m.head[b]))
}

func (m *matching) written(f Finding) bool {
	at := f.Location.Region
	return m.change == nil || m.change.Touched(f.Location.URI, at.StartLine, max(at.StartLine, at.EndLine))
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// class says how the finding i of the head relates to the base commit.
func (m *matching) class(i int, at time.Time) Class {
	f := &m.head[i]
	if m.before[i] < 0 {
		if m.old.holds(*f) {
			return Existing
		}
		return Introduced
	}
	was := m.base[m.before[i]]
	switch {
	case was.Severity < f.Severity:
		f.Properties = maps.Clone(f.Properties)
		if f.Properties == nil {
			f.Properties = map[string]string{}
		}
		f.Properties[propWas] = was.Severity.String()
		return Introduced
	case was.Weigh(f.Finding) < 0:
		return Introduced
	case f.Shared && slices.ContainsFunc(places(*f), func(at finding.Location) bool { return !m.stood(was, at.URI) && !m.old.at(*f, at) }):
		return Introduced
	case disclosedAfter(*f, at):
		return NewlyDisclosed
	}
	return Existing
}

// stood reports whether a shared finding of the base commit was true in what is now the
// file.
func (m *matching) stood(was Finding, uri string) bool {
	return slices.ContainsFunc(was.Targets(), func(old string) bool { return old == uri || m.file(old) == uri })
}

func (m *matching) file(base string) string {
	if m.change == nil {
		return base
	}
	return m.change.File(base)
}

// fixed are the findings of the base commit that are gone, and the places that shared ones
// are gone from.
func (m *matching) fixed() (out []Finding) {
	now := make([]*Finding, len(m.base))
	for h, b := range m.before {
		if b >= 0 {
			now[b] = &m.head[h]
		}
	}
	for i, f := range m.base {
		switch {
		case !m.used[i]:
			out = append(out, f)
		case f.Shared:
			out = append(out, m.elsewhere(f, *now[i])...)
		}
	}
	return out
}

// elsewhere is a shared finding at each of its places where it is true no more.
func (m *matching) elsewhere(was, now Finding) (out []Finding) {
	targets, done := now.Targets(), map[string]bool{}
	for _, at := range places(was) {
		if uri := m.file(at.URI); !done[uri] && !slices.Contains(targets, uri) && !slices.Contains(targets, at.URI) {
			f := was
			f.Location, f.Related = at, nil
			out, done[uri] = append(out, f), true
		}
	}
	return out
}
