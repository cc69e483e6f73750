package gate

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/source/decoded"
)

// maxVariants is how many jobs GitHub makes of one.
const maxVariants = 256

// matrix compares the variants of the gate's job.
func (c *comparison) matrix(was, now site) {
	before := object(jobOf(was.of, was.job)["strategy"])["matrix"]
	after := object(jobOf(now.of, now.job)["strategy"])["matrix"]
	at := []any{"jobs", now.job, "strategy", "matrix"}
	if reflect.DeepEqual(before, after) {
		return
	}
	b, h := object(before), object(after)
	if before != nil && b == nil || after != nil && h == nil || computed(h, b) {
		c.note(now.of, at, true, "the variants of the gate's job are known only to a run")
		return
	}
	if before != nil {
		c.fewer(now, at, b, h)
	}
	switch n := variants(h); {
	case after != nil && n == 0:
		c.note(now.of, at, true, "the gate's job has no variant to run")
	case n > maxVariants && (before == nil || variants(b) <= maxVariants):
		c.note(now.of, at, true, fmt.Sprintf("the gate's job has more than the %d variants that GitHub runs", maxVariants))
	}
}

// fewer looks for values that the gate does not run for any more.
func (c *comparison) fewer(now site, at []any, b, h map[string]any) {
	for _, axis := range sortedKeys(b, h) {
		gone, come := without(list(b[axis]), list(h[axis])), without(list(h[axis]), list(b[axis]))
		if axis == "exclude" {
			gone, come = come, gone
		}
		if len(gone) > 0 && !onlyNewer(gone, come) {
			c.note(now.of, decoded.Join(at, axis), true, fmt.Sprintf("the gate does not run for %s %s any more", axis, quoted(gone)))
		}
	}
}

// computed reports whether an axis is an expression that it was not.
func computed(now, was map[string]any) bool {
	for axis, v := range now {
		if s, ok := v.(string); ok && strings.Contains(s, "${{") && !reflect.DeepEqual(was[axis], v) {
			return true
		}
	}
	return false
}

// variants counts the jobs that a matrix makes, up to one more than GitHub allows.
func variants(matrix map[string]any) int {
	all := combinations(matrix)
	n := 0
	for _, v := range all {
		if !slices.ContainsFunc(entries(matrix["exclude"]), func(e map[string]any) bool { return holds(v, e) }) {
			all[n] = v
			n++
		}
	}
	kept := all[:n]
	for _, e := range entries(matrix["include"]) {
		own := maps.Clone(e)
		maps.DeleteFunc(own, func(axis string, _ any) bool { _, is := matrix[axis]; return !is })
		if !slices.ContainsFunc(kept, func(v map[string]any) bool { return holds(v, own) }) {
			n++
		}
	}
	return n
}

// combinations takes a value of each axis, in every way.
func combinations(matrix map[string]any) []map[string]any {
	var all []map[string]any
	for _, axis := range sortedKeys(matrix) {
		if axis == "include" || axis == "exclude" {
			continue
		}
		if all == nil {
			all = []map[string]any{{}}
		}
		var next []map[string]any
		for _, v := range all {
			for _, value := range values(matrix[axis]) {
				if len(next) > maxProduct {
					break
				}
				with := maps.Clone(v)
				with[axis] = value
				next = append(next, with)
			}
		}
		if all = next; len(all) == 0 {
			return nil
		}
	}
	return all
}

// maxProduct bounds the combinations before those that are excluded go.
const maxProduct = 4096

func values(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

func entries(v any) (all []map[string]any) {
	l, _ := v.([]any)
	for _, e := range l {
		if m := object(e); m != nil {
			all = append(all, m)
		}
	}
	return all
}

// holds reports whether a variant has all values of an entry, which may be nested.
func holds(variant, entry map[string]any) bool {
	for key, want := range entry {
		is, ok := variant[key]
		inner, nested := want.(map[string]any)
		if !ok || nested && !holds(object(is), inner) || !nested && fmt.Sprint(is) != fmt.Sprint(want) {
			return false
		}
	}
	return true
}
