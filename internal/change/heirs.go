package change

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source/difference"
)

// How much of a thing must be the same when it has the same name in another place, and
// when it has another name.
const (
	sameName  = 0.5
	otherName = 0.65
	nameless  = 0.999
)

// heirs are the things of the base commit, by the file that findings about them may stand
// in, and what they became.
type heirs struct {
	byFile map[string][]*thing
	to     map[id]*thing
	// before are the things of the base commit, written those of the head by their files.
	before  map[id]*thing
	written map[string][]*thing
	moved   map[string]string
	// containers are the new names of containers of the base commit, by their object.
	containers map[id]map[string]string
}

func heirsOf(base, head *plan.Plan, moved map[string]string) heirs {
	before, after := thingsOf(base), thingsOf(head)
	h := heirs{byFile: map[string][]*thing{}, to: map[id]*thing{}, before: before, written: map[string][]*thing{}, moved: moved, containers: map[id]map[string]string{}}
	for _, t := range sorted(after) {
		h.written[t.file] = append(h.written[t.file], t)
	}
	for _, t := range sorted(before) {
		for _, f := range slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(t.files), t.file)))) {
			h.byFile[f] = append(h.byFile[f], t)
		}
	}
	r := resemblance{moved, renamedSpaces(before, after)}
	taken := map[id]bool{}
	for _, p := range r.pairs(without(before, after), without(after, before)) {
		if h.to[p.from.id] == nil && !taken[p.to.id] {
			h.to[p.from.id], taken[p.to.id] = p.to, true
		}
	}
	h.renameContainers(after)
	return h
}

// renameContainers notes the new names of containers, also in objects that kept their own.
func (h heirs) renameContainers(after map[id]*thing) {
	for i, from := range h.before {
		to := cmp.Or(h.to[i], after[i])
		if to == nil || from.pod() == nil {
			continue
		}
		if names := recalled(from, to); len(names) > 0 {
			h.to[i], h.containers[i] = to, names
		}
	}
}

func sorted(all map[id]*thing) []*thing {
	var list []*thing
	for _, t := range all {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b *thing) int { return a.compare(b.id) })
	return list
}

func (a id) compare(b id) int {
	return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.class, b.class), cmp.Compare(a.space, b.space), cmp.Compare(a.name, b.name))
}

// without are the things that the other commit does not have at the same place under the
// same name.
func without(all, others map[id]*thing) (out []*thing) {
	for _, t := range sorted(all) {
		if others[t.id] == nil && len(out) < maxCandidates {
			out = append(out, t)
		}
	}
	return out
}

// renamedSpaces maps namespaces that only the base commit has to those that only the head
// has, when there is one of each. What runs the cluster itself is no new name for anything.
func renamedSpaces(before, after map[id]*thing) map[string]string {
	gone, come := spaces(before, after), spaces(after, before)
	if len(gone) != 1 || len(come) != 1 || strings.HasPrefix(come[0], "kube-") || strings.HasPrefix(come[0], "openshift") {
		return nil
	}
	return map[string]string{gone[0]: come[0]}
}

func spaces(all, others map[id]*thing) (out []string) {
	known := map[string]bool{"": true, "default": true}
	for i := range others {
		known[i.space] = true
	}
	for i := range all {
		if !known[i.space] {
			out = append(out, i.space)
			known[i.space] = true
		}
	}
	return out
}

// resemblance decides whether two things can be the same one.
type resemblance struct {
	moved, spaces map[string]string
}

type pair struct {
	from, to *thing
	score    float64
}

// described is a thing with what it consists of, worked out once.
type described struct {
	*thing
	runs []string
	// profile leaves the name out, verbatim has it in: others may still use the old name.
	profile, verbatim difference.Profile
}

func describe(t *thing) described {
	return described{t, t.runs(), t.profile(), t.verbatim()}
}

func (d described) similarity(o described) float64 {
	return max(d.profile.Similarity(o.profile), d.verbatim.Similarity(o.verbatim))
}

// pairs are those that can be the same, the likeliest first.
func (r resemblance) pairs(gone, come []*thing) (out []pair) {
	heads := map[string][]described{}
	for _, t := range come {
		heads[t.sort()] = append(heads[t.sort()], describe(t))
	}
	for _, t := range gone {
		if len(heads[t.sort()]) == 0 {
			continue
		}
		from := describe(t)
		for _, to := range heads[t.sort()] {
			if score, ok := r.compare(from, to); ok {
				out = append(out, pair{t, to.thing, score})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b pair) int {
		return cmp.Or(cmp.Compare(b.score, a.score), a.from.compare(b.from.id), a.to.compare(b.to.id))
	})
	return out
}

// compare says how likely two things are the same. A thing with its name in the file that
// its own became may have changed as it may at its old place; any other must run the same
// images, and one with another name must be the same in most else as well. A workload of
// another kind has to keep its name and run the same pods.
func (r resemblance) compare(from, to described) (float64, bool) {
	if to.space != from.space && (r.spaces == nil || r.spaces[from.space] != to.space) {
		return 0, false
	}
	share, namesake, along := from.similarity(to), from.name == to.name, r.moved[from.file] == to.file
	least := otherName
	switch {
	case from.kind == plan.Dockerfile:
		least = sameName
	case namesake:
		least = sameName
	case len(from.runs) == 0:
		least = nameless
	}
	if from.class != to.class {
		if least = otherName; !namesake || len(from.runs) == 0 {
			return 0, false
		}
		share = samePods(from.thing, to.thing)
	}
	freely := namesake && along && from.class == to.class && from.kind != plan.Dockerfile
	if share < least || !freely && !slices.Equal(from.runs, to.runs) {
		return 0, false
	}
	for i, true_ := range [...]bool{from.file == to.file, along, namesake} {
		if true_ {
			share += float64(i + 1)
		}
	}
	return share, true
}

// Successor is how a finding of the base commit reads in the head when all that happened
// to what it is about is a move or a new name; false when nothing speaks for that.
func (c *Change) Successor(f finding.Finding) (finding.Finding, bool) {
	h := c.heirs()
	t := h.owner(f)
	if t == nil {
		to, ok := h.moved[f.Location.URI]
		return inFile(f, to), ok
	}
	to := h.to[t.id]
	if to == nil {
		return f, false
	}
	g := inFile(f, h.fileOf(f.Location.URI, t, to))
	g.Subject, g.Key = renamed(g.Subject, t, to), renamed(g.Key, t, to)
	g.Subject, g.Key = inPod(g.Subject, g.Key, t, to, h.containers[t.id])
	return g, true
}

// owner is the thing that a finding is about; nil when it is about a file or something else
// in it.
func (h heirs) owner(f finding.Finding) *thing {
	for _, t := range h.byFile[f.Location.URI] {
		if t.kind == plan.Dockerfile {
			return t
		}
		if slices.ContainsFunc(t.prefixes, func(p string) bool { return begins(f.Subject, p) || begins(f.Key, p) }) {
			return t
		}
	}
	return nil
}

// fileOf is where a finding about a thing stands after the move.
func (h heirs) fileOf(file string, from, to *thing) string {
	moved, ok := h.moved[file]
	switch {
	case file == from.file:
		return to.file
	case ok:
		return moved
	case slices.Contains(to.files, file):
		return file
	}
	return to.file
}

// inFile is the finding in another file, whose name may be its subject.
func inFile(f finding.Finding, file string) finding.Finding {
	if f.Subject == f.Location.URI {
		f.Subject = file
	}
	f.Location.URI = file
	return f
}

// begins reports whether a subject or key is that of the prefix, or of something in it.
func begins(text, prefix string) bool {
	rest, ok := strings.CutPrefix(text, prefix)
	return ok && (rest == "" || strings.ContainsRune("/.\x00 =", rune(rest[0])))
}

func renamed(text string, from, to *thing) string {
	for i, old := range from.prefixes {
		if begins(text, old) {
			return to.prefixes[i] + text[len(old):]
		}
	}
	return text
}

func scalar(v any) string { return fmt.Sprint(v) }
