package hardening

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
)

// scheduled is something that starts by itself again and again.
type scheduled struct {
	schedule
	// Text is everything that its definition says, in lower case.
	Text string `json:"text"`
}

// maxText bounds the text of one scheduled thing.
const maxText = 64 << 10

// scheduledJobs are the jobs of workflows with a schedule, Kubernetes objects with one,
// lines of crontabs, and services that are made for backups.
func scheduledJobs(p *plan.Plan, workflows []workflow, files map[string]any) []scheduled {
	out := []scheduled{}
	for _, f := range workflows {
		for _, s := range f.Trigger.Schedules {
			out = append(out, scheduled{s, f.text()})
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
	w := flows(files)
	for _, name := range sortedKeys(files) {
		if c := w.content(name, "crontab"); c != nil {
			out = append(out, crontab(name, list(c["lines"]))...)
		}
	}
	return out
}

// text is what a workflow's steps say.
func (f workflow) text() string {
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
func objectSchedule(i int, model map[string]any) []scheduled {
	spec := object(model["spec"])
	cron := text(spec["schedule"])
	if cron == "" || spec["suspend"] == true {
		return nil
	}
	return []scheduled{{schedule{Cron: cron, Hours: longestGap(cron), Path: []any{"documents", i, "spec", "schedule"}}, lower(fmt.Sprint(model))}}
}

// daily is what a service made for backups does unless it is told otherwise.
const daily = 24

func serviceSchedules(i int, model map[string]any) []scheduled {
	var out []scheduled
	services := object(model["services"])
	for _, name := range sortedKeys(services) {
		image := imageName(text(object(services[name])["image"]))
		if !slices.ContainsFunc(wordsOf(image), func(w string) bool { return w == "backup" || w == "backups" }) {
			continue
		}
		out = append(out, scheduled{schedule{Hours: daily, Path: []any{"documents", i, "services", name, "image"}}, lower(name + " " + image)})
	}
	return out
}

// crontab reads the lines that start something: five fields and a command, or a word
// such as @daily and a command.
func crontab(name string, lines []any) []scheduled {
	var out []scheduled
	for i, l := range lines {
		fields := strings.Fields(text(l))
		n := 5
		if len(fields) > 0 && strings.HasPrefix(fields[0], "@") {
			n = 1
		}
		if len(fields) <= n || len(out) >= maxSchedules {
			continue
		}
		cron := strings.Join(fields[:n], " ")
		if hours := longestGap(cron); hours > 0 {
			out = append(out, scheduled{schedule{Cron: cron, Hours: hours, Path: at(name, "lines", i)}, lower(text(l))})
		}
	}
	return out
}

func lower(s string) string { return strings.ToLower(s[:min(len(s), maxText)]) }
