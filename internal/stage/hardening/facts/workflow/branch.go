package workflow

import (
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// mainBranches are the names that a default branch usually has; the repository's own
// choice is not written in its files.
var mainBranches = []string{"main", "master", "trunk"}

// everyMerge reports whether a push filter lets each change of the default branch through.
func everyMerge(filter map[string]any) bool {
	return filter["paths"] == nil && branches(filter, true)
}

// branches reports whether the filter admits a default branch. A push filter of tags
// alone admits no branch.
func branches(filter map[string]any, push bool) bool {
	only, not := filter["branches"], filter["branches-ignore"]
	if only == nil && not == nil {
		return !push || filter["tags"] == nil && filter["tags-ignore"] == nil
	}
	return slices.ContainsFunc(mainBranches, func(b string) bool {
		return only != nil && admits(value.List(only), b) || not != nil && !admits(value.List(not), b)
	})
}

// admits applies GitHub's patterns in order; one that starts with ! takes away.
func admits(patterns []any, branch string) bool {
	in := false
	for _, p := range patterns {
		pattern, negative := strings.CutPrefix(value.Text(p), "!")
		if ok, _ := path.Match(strings.ReplaceAll(pattern, "**", "*"), branch); ok {
			in = !negative
		}
	}
	return in
}

func tagged(filter map[string]any) bool { return filter["tags"] != nil }
