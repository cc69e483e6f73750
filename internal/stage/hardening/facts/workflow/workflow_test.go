package workflow

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/source"
)

// configured reads configuration files as the plan holds them.
func configured(t *testing.T, files map[string]string) map[string]any {
	t.Helper()
	out := map[string]any{}
	for name, data := range files {
		docs, err := source.Parse(name, []byte(data))
		if err != nil && strings.HasSuffix(name, ".yml") {
			t.Fatal(err)
		}
		f, err := configfile.Read(configfile.Input{Name: name, Data: []byte(data), Docs: docs})
		if err != nil || f == nil {
			t.Fatalf("%s: %v, %v", name, f, err)
		}
		out[name] = map[string]any{"family": string(f.Family), "content": f.Content}
	}
	return out
}

func TestWorkflows(t *testing.T) {
	t.Parallel()
	w := Files(configured(t, map[string]string{
		".github/workflows/release.yml": `name: release
on: {push: {tags: ['v*']}}
jobs:
  build:
    runs-on: x
    steps:
      - uses: Actions/Checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7
      - uses: docker://alpine:3
        if: ${{ false }}
      - name: push
        run: |
          set -x
          docker run --rm -v .:/src ghcr.io/aquasecurity/trivy:0.6 fs /src | tee log
      - uses: ./.github/actions/sign
      - shell: pwsh
        run: cosign verify x
  deploy:
    needs: [build]
    environment: production
    uses: ./.github/workflows/deploy.yml
  far:
    uses: acme/flows/.github/workflows/x.yml@v1
  off: {if: false, steps: [{run: a}]}
`,
		".github/workflows/deploy.yml":    "on: workflow_call\njobs:\n  up:\n    continue-on-error: true\n    steps: [{run: kubectl apply -f x, name: now}]\n",
		".github/actions/sign/action.yml": "runs:\n  using: composite\n  steps: [{run: cosign sign x, shell: bash}]\n",
		"ops/up.sh":                       "set -e\nls\ncosign verify x || true\n",
	}))
	all := w.Workflows()
	var got []string
	for _, s := range all[1].Steps {
		uses := ""
		if s.Uses != nil {
			uses = s.Uses.Name
		}
		var words []string
		for _, c := range s.Commands {
			words = append(words, strings.Join(c.Words, " ")+" !"+c.Ignored)
		}
		got = append(got, strings.Join([]string{s.Job, uses, strings.Join(words, ";"), strings.Join(s.Needs, ",")}, "|"))
	}
	const piped = " !only the last command of a pipe counts without set -o pipefail"
	want := []string{
		"build|actions/checkout||",
		"build||set -x !;docker run --rm -v .:/src ghcr.io/aquasecurity/trivy:0.6 fs /src" + piped + ";trivy fs /src" + piped + ";tee log !|",
		"build|./.github/actions/sign||",
		"build||cosign sign x !|",
		"build|||",
		"deploy||kubectl apply -f x !|build",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if f := all[1]; !f.Unseen || !f.Trigger.Release || !f.Steps[0].Uses.Pinned || !f.Steps[5].Environment || len(f.Steps[5].Tolerated) == 0 ||
		!slices.Contains(f.Steps[5].Labels, "now") || !slices.Contains(f.Steps[5].Labels, "release") {
		t.Errorf("%+v", f)
	}
	if scripts := w.Scripts(); len(scripts) != 1 || len(scripts[0].Commands) != 1 || scripts[0].Commands[0].Ignored == "" {
		t.Errorf("%+v", scripts)
	}
}

// A workflow that calls itself ends.
func TestWorkflowCycle(t *testing.T) {
	t.Parallel()
	const name = ".github/workflows/a.yml"
	w := Files(configured(t, map[string]string{name: "on: push\njobs:\n  a: {uses: ./.github/workflows/a.yml}\n  b: {uses: ./.github/workflows/a.yml}\n  c: {needs: [d], steps: [{run: x}, {uses: ./.}]}\n  d: {needs: [c]}\n",
		"action.yml": "runs: {steps: [{uses: ./}, {uses: ./}]}\n"}))
	if got := w.Workflows(); len(got) != 1 || len(got[0].Steps) == 0 || len(got[0].Steps) > maxSteps+maxCalls {
		t.Errorf("%d workflows", len(got))
	}
}
