package discover

import (
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/discover/render/rendertest"
)

func TestDependencies(t *testing.T) {
	const node = "-- package.json --\n{\"dependencies\": {\"express\": \"^4\"}}\n"
	checkAll(t, map[string]recognition{
		"npm without lock":     {node, []string{"no-lock-file package.json:1"}},
		"npm with lock":        {node + "-- package-lock.json --\n{}\n", []string{"lock package-lock.json"}},
		"a workspace":          {"-- packages/a/package.json --\n{\"dependencies\": {\"a\": \"1\"}}\n-- yarn.lock --\n", []string{"lock yarn.lock"}},
		"scripts alone":        {"-- package.json --\n{\"scripts\": {\"a\": \"b\"}}\n", nil},
		"Ruby without lock":    {"-- Gemfile --\ngem 'rails'\n", []string{"no-lock-file Gemfile:1"}},
		"PHP without lock":     {"-- composer.json --\n{\"require\": {\"monolog/monolog\": \"^3\"}}\n", []string{"no-lock-file composer.json:1"}},
		"Rust with lock":       {"-- Cargo.toml --\n[dependencies]\nserde = \"1\"\n-- Cargo.lock --\nversion = 4\n", []string{"lock Cargo.lock"}},
		"requirements":         {"-- requirements.txt --\na==1\n-- requirements-dev.txt --\nb==1\n-- requirements/prod.txt --\nc==1\n", []string{"lock requirements-dev.txt", "lock requirements.txt", "lock requirements/prod.txt"}},
		"prose of that name":   {"-- docs/requirements.txt.md --\na==1\n-- requirements_notes.txt --\nWe want it to be fast.\n", nil},
		"no reader":            {"-- deno.lock --\n{\"version\": \"4\"}\n", []string{"lock deno.lock"}},
		"another without one":  {"-- rebar.lock --\n{\"1.2.0\",[]}.\n", []string{"lock rebar.lock"}},
		"no advisories":        {"-- Chart.lock --\ndependencies: []\n-- flake.lock --\n{}\n", nil},
		"installed modules":    {"-- node_modules/a/package.json --\n{\"dependencies\": {\"b\": \"1\"}}\n", nil},
		"sums of what is said": {"-- go.mod --\nmodule m\n\nrequire example.org/a v1.0.0\n-- go.sum --\nexample.org/a v1.0.0 h1:x\n", []string{"lock go.mod"}},
	})
}

// TestOutOfScopeSaysWhy: what no stage judges has a reason of its own.
func TestOutOfScopeSaysWhy(t *testing.T) {
	t.Parallel()
	p := buildPlan(t, rendertest.Unpack(`
-- package.json --
{"dependencies": {"a": "1"}}
-- package-lock.json --
{}
-- go.mod --
module m
-- go.sum --
x
-- flake.lock --
{}
`))
	for name, want := range map[string]string{
		"package.json": "package-lock.json says which versions", "go.sum": "a file beside it does not say", "flake.lock": "no advisories are published", "go.mod": "",
	} {
		if got := p.OutOfScope[name]; !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("%s: %q", name, got)
		}
	}
}
