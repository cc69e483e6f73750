// Package unused finds entries of the configuration that nothing of the repository is judged
// by: misspelt ones protect nobody, and those left behind wait for the next thing of the name.
package unused

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/source/decoded"
	"github.com/stella-ops/assure/internal/stage/images"
)

// Settings are the findings about such entries. A stage that did not run, or whose inputs
// were not all seen, cannot have used its own; neither can one that saw a part.
func Settings(cfg config.Config, p *plan.Plan, runs []report.StageRun, partial bool) (all []finding.Finding) {
	if partial || p.Partial {
		return nil
	}
	add := func(path, entry, why string) {
		all = append(all, report.SettingUnused(path, entry, why, cfg.At(path)))
	}
	if saw(p, runs, "images") {
		for _, i := range images.Unused(cfg.Images, p) {
			add(i.Path, i.Entry, i.Why)
		}
	}
	if saw(p, runs, "hardening") {
		roles(cfg, p, add)
	}
	if saw(p, runs, "dast") {
		allowed(cfg, p, add)
	}
	return all
}

// saw reports whether a stage ran on all that it should see.
func saw(p *plan.Plan, runs []report.StageRun, stage string) bool {
	i := slices.IndexFunc(runs, func(r report.StageRun) bool { return r.Name == stage })
	return i >= 0 && runs[i].State != report.Skipped && runs[i].State != report.Failed && len(p.Gaps(stage)) == 0
}

// roles are those of services that are not there.
func roles(cfg config.Config, p *plan.Plan, add func(path, entry, why string)) {
	names := parts(p)
	for _, name := range slices.Sorted(maps.Keys(cfg.Hardening.Roles)) {
		if !names[name] {
			add("hardening.roles."+name, name, fmt.Sprintf("no service or container is called %q", name))
		}
	}
}

// parts are the names of services, objects and their containers.
func parts(p *plan.Plan) map[string]bool {
	names := map[string]bool{}
	for _, d := range p.Documents {
		services, _ := d.Model["services"].(map[string]any)
		for name := range services {
			names[name] = true
		}
		names[decoded.Text(decoded.At(d.Model, []any{"metadata", "name"}))] = true
	}
	for _, im := range p.Images {
		for name := range strings.SplitSeq(im.Subject, "/") {
			names[name] = true
		}
	}
	return names
}

// allowed are keys that the guard of the dynamic test would let pass, of services that no
// stack has.
func allowed(cfg config.Config, p *plan.Plan, add func(path, entry, why string)) {
	names := map[string]bool{}
	for _, s := range p.Stacks {
		services, _ := p.Documents[s.Document].Model["services"].(map[string]any)
		for name := range services {
			names[name] = true
		}
	}
	for i, entry := range cfg.DAST.Allow {
		if service, _, ok := strings.Cut(entry, "."); ok && !names[service] {
			add(fmt.Sprintf("dast.allow-unsafe[%d]", i), entry, fmt.Sprintf("%q names the service %q, which no stack has", entry, service))
		}
	}
}
