package workflow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/schedule"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// Scheduled is something that starts by itself again and again.
type Scheduled struct {
	schedule.Schedule
	// Text is its whole definition in lower case.
	Text string `json:"text"`
}

// maxText bounds the text of one scheduled thing.
const maxText = 64 << 10

// ScheduledJobs are the jobs of workflows with a schedule, Kubernetes objects with one,
// lines of crontabs, and services that are made for backups.
func ScheduledJobs(p *plan.Plan, workflows []Workflow, files map[string]any) []Scheduled {
	out := []Scheduled{}
	for _, f := range workflows {
		for _, s := range f.Trigger.Schedules {
			out = append(out, Scheduled{s, f.text()})
		}
	}
	for i, d := range p.Documents {
		switch d.Kind {
		case plan.Kubernetes:
			out = append(out, objectSchedule(i, d.Model)...)
		case plan.Compose:
			out = append(out, serviceSchedules(i, d.Model)...)
		}
	}
	w := Files(files)
	for _, name := range value.Keys(files) {
		if c := w.content(name, "crontab"); c != nil {
			out = append(out, crontab(name, value.List(c["lines"]))...)
		}
	}
	return out
}

// text is the text of a workflow's steps.
func (f Workflow) text() string {
	parts := []string{f.File}
	for _, s := range f.Steps {
		parts = append(parts, s.Labels...)
		if s.Uses != nil {
			parts = append(parts, s.Uses.Text)
		}
		for _, c := range s.Commands {
			parts = append(parts, c.Words...)
		}
	}
	return lower(strings.Join(parts, " "))
}

// objectSchedule is that of a CronJob, or of a custom resource like it.
func objectSchedule(i int, model map[string]any) []Scheduled {
	spec := value.Object(model["spec"])
	cron := value.Text(spec["schedule"])
	if cron == "" || spec["suspend"] == true {
		return nil
	}
	return []Scheduled{{schedule.Schedule{Cron: cron, Hours: schedule.LongestGap(cron), Path: []any{"documents", i, "spec", "schedule"}}, lower(fmt.Sprint(model))}}
}

// daily is how often, in hours, a service made for backups runs by default.
const daily = 24

func serviceSchedules(i int, model map[string]any) []Scheduled {
	var out []Scheduled
	services := value.Object(model["services"])
	for _, name := range value.Keys(services) {
		image := container.ImageName(value.Text(value.Object(services[name])["image"]))
		if !slices.ContainsFunc(container.WordsOf(image), func(w string) bool { return w == "backup" || w == "backups" }) {
			continue
		}
		out = append(out, Scheduled{schedule.Schedule{Hours: daily, Path: []any{"documents", i, "services", name, "image"}}, lower(name + " " + image)})
	}
	return out
}

// crontab reads the lines that start something: five fields and a command, or a word
// such as @daily and a command.
func crontab(name string, lines []any) []Scheduled {
	var out []Scheduled
	for i, l := range lines {
		fields := strings.Fields(value.Text(l))
		n := 5
		if len(fields) > 0 && strings.HasPrefix(fields[0], "@") {
			n = 1
		}
		if len(fields) <= n || len(out) >= schedule.MaxSchedules {
			continue
		}
		cron := strings.Join(fields[:n], " ")
		if hours := schedule.LongestGap(cron); hours > 0 {
			out = append(out, Scheduled{schedule.Schedule{Cron: cron, Hours: hours, Path: value.InFile(name, "lines", i)}, lower(value.Text(l))})
		}
	}
	return out
}

func lower(s string) string { return strings.ToLower(s[:min(len(s), maxText)]) }
