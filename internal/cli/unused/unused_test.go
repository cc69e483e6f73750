package unused

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/report"
)

func settings() config.Config {
	return config.Config{
		Images: config.Images{
			Registries: []string{"docker.io/nginx", "ghcr.io/acme", "mirror.corp"},
			Mirrors:    []config.Mirror{{Of: "quay.io/acme", At: "mirror.corp/acme"}, {Of: "quay.io", At: "gone.corp"}},
			Keys:       []config.Key{{ID: "used"}, {ID: "left"}},
			Roots:      []config.Root{{ID: "used"}, {ID: "left"}},
			Rules: []config.ImageRule{
				{Match: []string{"ghcr.io/acme", "ghcr.io/other"}, AllowUnsigned: true},
				{Match: []string{"ghcr.io/acme/app"}, Keys: []string{"used"}, Root: "used"},
				{Match: []string{"nginx"}, AllowUnsigned: true},
			},
		},
		Hardening: config.Hardening{Roles: map[string]string{"web": "backend", "gone": "store", "c": "store", "pod": "store"}},
		DAST:      config.DAST{Allow: []string{"web.privileged", "gone.privileged"}},
	}
}

func assessed() *plan.Plan {
	return &plan.Plan{
		Images: []plan.Image{{Ref: "nginx:1", Subject: "web"}, {Ref: "ghcr.io/acme/app:1", Subject: "Pod/pod/c"}, {Ref: "mirror.corp/acme/x:1"}, {Raw: "$X", Unresolved: []string{"X"}}},
		Documents: []plan.Document{
			{Kind: plan.Compose, Model: map[string]any{"services": map[string]any{"web": map[string]any{}}}},
			{Kind: plan.Kubernetes, Model: map[string]any{"metadata": map[string]any{"name": "pod"}}},
		},
		Stacks: []plan.Stack{{Document: 0}},
	}
}

func ran(state report.State, names ...string) (runs []report.StageRun) {
	for _, n := range names {
		runs = append(runs, report.StageRun{Name: n, State: state})
	}
	return runs
}

func said(all []finding.Finding) []string {
	out := []string{}
	for _, f := range all {
		out = append(out, f.Rule+" "+f.Severity.String()+" "+f.Message)
	}
	return out
}

func TestSettings(t *testing.T) {
	t.Parallel()
	got := said(Settings(settings(), assessed(), ran(report.Passed, "images", "hardening", "dast"), false))
	want := []string{
		`assure/setting-unused low images.registries[0]: "docker.io/nginx" matches no image of the repository; "docker.io/library/nginx" would`,
		`assure/setting-unused low images.registries[2]: "mirror.corp" matches no image of the repository`,
		`assure/setting-unused low images.mirrors[1]: "gone.corp" matches no image of the repository`,
		`assure/setting-unused low images.rules[0].match[1]: "ghcr.io/other" matches no image of the repository`,
		`assure/setting-unused low images.rules[1]: no image is decided by this rule, because earlier rules match all of its images`,
		`assure/setting-unused low images.keys[1]: no rule names the key "left", so that it verifies nothing`,
		`assure/setting-unused low images.roots[1]: no rule names the root "left", so that it verifies nothing`,
		`assure/setting-unused low hardening.roles.gone: no service or container is called "gone"`,
		`assure/setting-unused low dast.allow-unsafe[1]: "gone.privileged" names the service "gone", which no stack has`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestNotJudged says nothing where an entry may have been used unseen.
func TestNotJudged(t *testing.T) {
	t.Parallel()
	all := []string{"images", "hardening", "dast"}
	blind := assessed()
	for _, stage := range all {
		blind.Problems = append(blind.Problems, plan.Problem{Stages: []string{stage}})
	}
	single := assessed()
	single.Partial = true
	for name, got := range map[string][]finding.Finding{
		"no stage":     Settings(settings(), assessed(), nil, false),
		"skipped":      Settings(settings(), assessed(), ran(report.Skipped, all...), false),
		"failed":       Settings(settings(), assessed(), ran(report.Failed, all...), false),
		"directory":    Settings(settings(), assessed(), ran(report.Passed, all...), true),
		"single files": Settings(settings(), single, ran(report.Passed, all...), false),
		"not all seen": Settings(settings(), blind, ran(report.Passed, all...), false),
		"no settings":  Settings(config.Config{}, assessed(), ran(report.Passed, all...), false),
	} {
		if len(got) > 0 {
			t.Errorf("%s: %v", name, said(got))
		}
	}
}
