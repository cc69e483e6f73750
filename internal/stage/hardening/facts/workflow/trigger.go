package workflow

import (
	"github.com/stella-ops/assure/internal/stage/hardening/facts/schedule"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
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
	Release   bool                `json:"release"`
	Schedules []schedule.Schedule `json:"schedules"`
}

// triggers reads the on key in its three forms.
func triggers(on any, at []any) trigger {
	events := value.Object(on)
	if events == nil {
		events = map[string]any{}
		for _, e := range value.List(on) {
			events[value.Text(e)] = nil
		}
	}
	t := trigger{Events: value.Keys(events), Schedules: []schedule.Schedule{}}
	_, queue := events["merge_group"]
	push, pushed := events["push"]
	_, released := events["release"]
	t.Merge = queue || pushed && everyMerge(value.Object(push))
	t.Release = released || pushed && tagged(value.Object(push))
	for _, e := range []string{"pull_request", "pull_request_target", "merge_group"} {
		filter, ok := events[e]
		t.PullRequest = t.PullRequest || ok && branches(value.Object(filter), false)
	}
	schedules := value.List(events["schedule"])
	for i, item := range schedules[:min(len(schedules), schedule.MaxSchedules)] {
		c := value.Text(value.Object(item)["cron"])
		t.Schedules = append(t.Schedules, schedule.Schedule{Cron: c, Hours: schedule.LongestGap(c), Path: value.Under(at, "schedule", i, "cron")})
	}
	return t
}
