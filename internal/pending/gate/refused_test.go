package gate_test

import (
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/pending/gate"
)

// TestRefusedWorkflows edits a workflow into what GitHub does not run, beside edits that
// look like it.
func TestRefusedWorkflows(t *testing.T) {
	t.Parallel()
	replace := func(pairs ...string) string { return edit(t, workflow, pairs...) }
	for title, test := range map[string]struct{ head, want string }{
		"second document":        {workflow + "---\nname: x\n", "high"},
		"empty second document":  {workflow + "---\n", "high"},
		"after the end":          {workflow + "...\nname: x\n", "high"},
		"the end":                {workflow + "...\n", "info"},
		"start and end":          {"# x\n---\n" + workflow + "...\n# y\n", "info"},
		"dashes in a text":       {workflow + "      - run: |\n          ---\n          echo\n", "info"},
		"key twice":              {workflow + "name: again\n", "high"},
		"key twice, in capitals": {replace("env: {GO: \"1\"}", "env: {GO: \"1\", go: \"2\"}"), "high"},
		"merge key":              {replace("  test:\n", "  test:\n    <<: {env: {A: b}}\n"), "high"},
		"anchor":                 {replace("on: ubuntu-24.04\n    timeout", "on: &os ubuntu-24.04\n    timeout", "  test:\n    runs-on: ubuntu-24.04", "  test:\n    runs-on: *os"), "info"},
		"tab":                    {replace("permissions: {}", "permissions:\n\tcontents: read"), "high"},
		"unknown key":            {replace("permissions: {}", "permissions: {}\nx-note: a"), "high"},
		"unknown key of a job":   {replace("  test:\n", "  test:\n    run-on: a\n"), "high"},
		"unknown key of a step":  {replace("- run: make test", "- run: make test\n        timeout: 3"), "high"},
		"unknown event":          {replace("  workflow_dispatch:\n", "  workflow_dispatched:\n"), "high"},
		"more events":            {replace("  workflow_dispatch:\n", "  workflow_dispatch:\n  release:\n"), "info"},
		"no steps":               {replace("    steps:\n      - run: make test\n", ""), "high"},
		"steps that are none":    {replace("    steps:\n      - run: make test\n", "    steps: {}\n"), "high"},
		"no runner":              {replace("    runs-on: ubuntu-24.04\n    if: github", "    if: github"), "high"},
		"invalid id":             {replace("  test:\n", "  1test:\n"), "high"},
		"job that is none":       {workflow + "  more: [a]\n", "high"},
		"unknown need":           {replace("  test:\n", "  test:\n    needs: nobody\n"), "high"},
		"needs itself":           {replace("  test:\n", "  test:\n    needs: test\n"), "high"},
		"needs":                  {replace("  test:\n", "  test:\n    needs: assure\n"), "info"},
		"run and uses":           {replace("- run: make test", "- run: make test\n        uses: a/b@v1"), "high"},
		"neither":                {replace("- run: make test", "- name: x"), "high"},
		"wrong type":             {replace("- run: make test", "- run: make test\n        timeout-minutes: soon"), "high"},
		"expression without end": {replace("make test", "\"make ${{ github.ref\""), "high"},
		"unknown function":       {replace("make test", "make ${{ len(github.ref) }}"), "high"},
		"unknown context":        {replace("make test", "make ${{ nobody.ref }}"), "high"},
		"empty expression":       {replace("make test", "make ${{ }}"), "high"},
		"double quotes":          {replace("make test", "make ${{ github.ref == \"x\" }}"), "high"},
		"two operands":           {replace("make test", "make ${{ github.ref github.sha }}"), "high"},
		"wrong condition":        {replace("github.event_name == 'push'", "github.event_name = 'push'"), "high"},
		"bracket":                {replace("github.event_name == 'push'", "(github.event_name == 'push'"), "high"},
		"good expressions":       {replace("make test", "make ${{ format('{0} it''s }}', github.event['x'].*.name) }} ${{ !(1.5 >= -2) && toJSON(matrix) || 'b' }}"), "info"},
		"good condition":         {replace("github.event_name == 'push'", "always() && needs.a.outputs.b-c != ''"), "info"},
		"nothing":                {"\n", "high"},
		"no jobs":                {workflow[:strings.Index(workflow, "jobs:")] + "jobs: []\n", "high"},
	} {
		base := map[string]string{name: workflow}
		grade(t, title, lines(gate.Compare(tree(base), tree(map[string]string{name: test.head}), gate.Settings{})), test.want)
		if test.want == "high" && title != "nothing" && title != "no jobs" { // known before: nothing new
			again := strings.Replace(test.head, "cron: \"17", "cron: \"18", 1)
			for _, e := range lines(gate.Compare(tree(map[string]string{name: test.head}), tree(map[string]string{name: again}), gate.Settings{})) {
				if strings.Contains(e, "refuses") {
					t.Errorf("%s: new again: %s", title, e)
				}
			}
		}
	}
}

func TestLocalActions(t *testing.T) {
	t.Parallel()
	const (
		user   = "on: [pull_request]\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps: [{uses: ./wrap}]\n"
		action = "runs:\n  using: composite\n  steps:\n    - uses: stella-ops/assure@v1.2.0\n"
		none   = "runs:\n  using: composite\n  steps:\n    - run: ok\n      shell: bash\n"
		image  = "runs:\n  using: docker\n  image: docker://ghcr.io/stella-ops/assure:v1.2.0\n"
		built  = "runs:\n  using: docker\n  image: Dockerfile\n"
		from   = "FROM ghcr.io/stella-ops/assure:v1.2.0\n"
	)
	moved := strings.Replace(user, "./wrap", "./other", 1)
	for title, test := range map[string]struct {
		base, head map[string]string
		want       string
	}{
		"action.yml before action.yaml":    {map[string]string{name: user, "wrap/action.yaml": action}, map[string]string{name: user, "wrap/action.yaml": action, "wrap/action.yml": none}, "high wrap/action.yml:3:3 the step that runs the gate is removed"},
		"action.yaml behind action.yml":    {map[string]string{name: user, "wrap/action.yml": action}, map[string]string{name: user, "wrap/action.yml": action, "wrap/action.yaml": none}, ""},
		"another extension":                {map[string]string{name: user, "wrap/action.yaml": action}, map[string]string{name: user, "wrap/action.yml": action}, ""},
		"moved":                            {map[string]string{name: user, "wrap/action.yml": action}, map[string]string{name: moved, "other/action.yml": action}, "info"},
		"moved and loosened":               {map[string]string{name: user, "wrap/action.yml": action}, map[string]string{name: moved, "other/action.yml": action + "      continue-on-error: true\n"}, "high other/action.yml:5:26"},
		"moved and emptied":                {map[string]string{name: user, "wrap/action.yml": action}, map[string]string{name: moved, "other/action.yml": none}, "high"},
		"container, another version":       {map[string]string{name: user, "wrap/action.yml": image}, map[string]string{name: user, "wrap/action.yml": strings.Replace(image, "v1.2", "v1.3", 1)}, "info"},
		"container, another image":         {map[string]string{name: user, "wrap/action.yml": image}, map[string]string{name: user, "wrap/action.yml": strings.Replace(image, "ghcr.io/stella-ops", "evil", 1)}, "high wrap/action.yml:3:10 the action runs something else"},
		"container, entrypoint":            {map[string]string{name: user, "wrap/action.yml": image}, map[string]string{name: user, "wrap/action.yml": image + "  entrypoint: /bin/true\n"}, "high"},
		"container, default":               {map[string]string{name: user, "wrap/action.yml": image}, map[string]string{name: user, "wrap/action.yml": image + "inputs: {fail-on: {default: none}}\n"}, "high"},
		"container, composite instead":     {map[string]string{name: user, "wrap/action.yml": image}, map[string]string{name: user, "wrap/action.yml": none}, "high"},
		"Dockerfile, same":                 {map[string]string{name: user, "wrap/action.yml": built, "wrap/Dockerfile": from}, map[string]string{name: user, "wrap/action.yml": built, "wrap/Dockerfile": from}, ""},
		"Dockerfile, another version":      {map[string]string{name: user, "wrap/action.yml": built, "wrap/Dockerfile": from}, map[string]string{name: user, "wrap/action.yml": built, "wrap/Dockerfile": strings.Replace(from, "v1.2", "v1.3", 1)}, "info wrap/Dockerfile:1:1"},
		"Dockerfile, something else":       {map[string]string{name: user, "wrap/action.yml": built, "wrap/Dockerfile": from}, map[string]string{name: user, "wrap/action.yml": built, "wrap/Dockerfile": "FROM alpine:3\n"}, "high wrap/Dockerfile:1:1"},
		"composite with an image, another": {map[string]string{name: user, "wrap/action.yml": strings.Replace(action, "stella-ops/assure@v1.2.0", "docker://ghcr.io/stella-ops/assure:v1.2.0", 1)}, map[string]string{name: user, "wrap/action.yml": strings.Replace(action, "stella-ops/assure@v1.2.0", "docker://evil/assure:v1.2.0", 1)}, "high"},
	} {
		got := strings.Join(lines(gate.Compare(tree(test.base), tree(test.head), gate.Settings{})), "\n")
		if !strings.HasPrefix(got, test.want) || test.want == "" && got != "" {
			t.Errorf("%s: %q, want %q", title, got, test.want)
		}
	}
}
