package hardening

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// trigger is when a workflow runs.
type trigger struct {
	Events []string `json:"events"`
	// Merge is true when it runs for each change of the default branch, by push or in
	// a merge queue.
	Merge bool `json:"merge"`
	// PullRequest is true when it runs for each pull request.
	PullRequest bool `json:"pull_request"`
	// Release is true when it runs for a tag or a published release.
	Release   bool       `json:"release"`
	Schedules []schedule `json:"schedules"`
}

// schedule is when something starts again and again.
type schedule struct {
	Cron string `json:"cron"`
	// Hours is the longest time between two starts, 0 when that cannot be told.
	Hours int   `json:"hours"`
	Path  []any `json:"path"`
}

// maxSchedules bounds how many schedules of a workflow are looked at.
const maxSchedules = 50

// triggers reads the on key in its three forms.
func triggers(on any, at []any) trigger {
	events := object(on)
	if events == nil {
		events = map[string]any{}
		for _, e := range list(on) {
			events[text(e)] = nil
		}
	}
	t := trigger{Events: sortedKeys(events), Schedules: []schedule{}}
	_, queue := events["merge_group"]
	push, pushed := events["push"]
	_, released := events["release"]
	t.Merge = queue || pushed && everyMerge(object(push))
	t.Release = released || pushed && tagged(object(push))
	for _, e := range []string{"pull_request", "pull_request_target", "merge_group"} {
		filter, ok := events[e]
		t.PullRequest = t.PullRequest || ok && branches(object(filter), false)
	}
	schedules := list(events["schedule"])
	for i, item := range schedules[:min(len(schedules), maxSchedules)] {
		c := text(object(item)["cron"])
		t.Schedules = append(t.Schedules, schedule{Cron: c, Hours: longestGap(c), Path: under(at, "schedule", i, "cron")})
	}
	return t
}

// mainBranches are the names that a default branch usually has; the repository's own
// choice is not written in its files.
var mainBranches = []string{"main", "master", "trunk"}

// everyMerge tells a push filter that lets each change of the default branch through.
func everyMerge(filter map[string]any) bool {
	return filter["paths"] == nil && branches(filter, true)
}

// branches tells whether the filter admits a default branch. A push filter of tags
// alone admits no branch.
func branches(filter map[string]any, push bool) bool {
	only, not := filter["branches"], filter["branches-ignore"]
	if only == nil && not == nil {
		return !push || filter["tags"] == nil && filter["tags-ignore"] == nil
	}
	return slices.ContainsFunc(mainBranches, func(b string) bool {
		return only != nil && admits(list(only), b) || not != nil && !admits(list(not), b)
	})
}

// admits applies GitHub's patterns in order; one that starts with ! takes away.
func admits(patterns []any, branch string) bool {
	in := false
	for _, p := range patterns {
		pattern, negative := strings.CutPrefix(text(p), "!")
		if ok, _ := path.Match(strings.ReplaceAll(pattern, "**", "*"), branch); ok {
			in = !negative
		}
	}
	return in
}

func tagged(filter map[string]any) bool { return filter["tags"] != nil }

// Bounds of looking at a schedule: its starts in ten weeks, no more than a number.
const (
	starts = 3000
	weeks  = 10 * 7 * 24 * time.Hour
)

var monday = time.Date(2026, time.January, 5, 0, 0, 0, 0, time.UTC)

// longestGap is the longest time between two starts in hours, rounded up; 0 for what is
// no schedule.
func longestGap(expression string) int {
	expression = strings.TrimSpace(expression)
	if strings.Contains(expression, "TZ=") && !strings.Contains(expression, " ") {
		return 0 // the parser panics on a zone alone
	}
	fields := cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor
	s, err := cron.NewParser(fields | cron.SecondOptional).Parse(expression)
	if err != nil {
		return 0
	}
	longest, last := time.Duration(0), s.Next(monday)
	for i := 0; i < starts && last.Before(monday.Add(weeks)); i++ {
		next := s.Next(last)
		if next.IsZero() {
			break
		}
		longest, last = max(longest, next.Sub(last)), next
	}
	return int((longest + time.Hour - 1) / time.Hour)
}
