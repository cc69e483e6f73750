package gate_test

import (
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/pending/gate"
)

const (
	older = "1111111111111111111111111111111111111111"
	newer = "2222222222222222222222222222222222222222"
)

const workflow = `name: gate
on:
  pull_request:
    branches: [main, "release/**"]
  merge_group:
  push: {branches: [main]}
  schedule: [{cron: "17 4 * * *"}]
  workflow_dispatch:
permissions: {}
env: {GO: "1"}
jobs:
  assure:
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    permissions: {contents: read}
    steps:
      - uses: actions/checkout@` + older + ` # v1
        with: {fetch-depth: 2}
      - uses: stella-ops/assure@` + older + ` # v0.1.0
        with:
          fail-on-severity: medium
          stages: deps,hardening
  test:
    runs-on: ubuntu-24.04
    if: github.event_name == 'push'
    steps:
      - run: make test
`

const (
	name     = ".github/workflows/gate.yml"
	deployed = "deploy/app.yaml"
)

// tree makes a file system; an empty text is no file.
func tree(files map[string]string) fs.FS {
	out := fstest.MapFS{}
	for name, text := range files {
		if text != "" {
			out[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return out
}

func lines(edits []gate.Edit) (out []string) {
	for _, e := range edits {
		grade := "info"
		if e.Loosens {
			grade = "high"
		}
		if e.Gone {
			grade += " gone"
		}
		out = append(out, fmt.Sprintf("%s %s %s", grade, e.Location.String(), e.Text))
	}
	return out
}

// edit replaces pairs of texts, each of which must be there.
func edit(t *testing.T, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("no %q to replace", pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

const (
	usesGate = "stella-ops/assure@" + older
	stages   = "          stages: deps,hardening\n"
	inputs   = "        with:\n          fail-on-severity: medium\n" + stages
	step     = "      - uses: " + usesGate + " # v0.1.0\n" + inputs
	jobs     = "    timeout-minutes: 20\n"
)

func TestWorkflow(t *testing.T) {
	t.Parallel()
	for title, test := range map[string]struct {
		pairs []string
		// want are beginnings of "high line:column text" or "info ...".
		want []string
	}{
		"nothing":                   {nil, nil},
		"a comment":                 {[]string{"name: gate\n", "# hello\nname: gate\n"}, []string{"info 1:1 the file that runs the gate is edited: # hello"}},
		"another checkout":          {[]string{"actions/checkout@" + older, "actions/checkout@" + newer}, []string{"info 17:7 the file that runs the gate is edited"}},
		"another commit":            {[]string{usesGate, "stella-ops/assure@" + newer}, []string{"info 19:15 the gate is of another commit"}},
		"another commit and tag":    {[]string{usesGate + " # v0.1.0", "stella-ops/assure@" + newer + " # v0.2.0"}, []string{"info 19:15 the gate is of another commit"}},
		"another runner":            {[]string{"runs-on: ubuntu-24.04", "runs-on: ubuntu-26.04"}, []string{"info 13:5 the file"}},
		"another job":               {[]string{"make test", "make check"}, []string{"info 27:7 the file"}},
		"another time":              {[]string{"17 4 * * *", "18 4 * * *"}, []string{"info 7:3 the file"}},
		"manual runs removed":       {[]string{"  workflow_dispatch:\n", ""}, []string{"info 8:1 the file"}},
		"a tag":                     {[]string{usesGate, "stella-ops/assure@v1"}, []string{"high 19:15 the gate is named by a tag or a branch"}},
		"a branch":                  {[]string{usesGate, "stella-ops/assure@main"}, []string{"high 19:15 the gate is named by a tag"}},
		"a short commit":            {[]string{usesGate, "stella-ops/assure@1111111"}, []string{"high 19:15 the gate is named by a tag"}},
		"another repository":        {[]string{usesGate, "evil/assure@" + older}, []string{"high 19:15 the gate comes from elsewhere"}},
		"another action":            {[]string{usesGate, "evil/nothing@" + older}, []string{"high 16:5 the job assure does not run the gate any more"}},
		"a local action":            {[]string{usesGate, "./.github/actions/assure"}, []string{"high 16:5 the job assure does not run the gate any more"}},
		"an image":                  {[]string{usesGate, "docker://ghcr.io/stella-ops/assure:v1"}, []string{"high 19:15 the gate comes from elsewhere"}},
		"step removed":              {[]string{step, ""}, []string{"high 16:5 the job assure does not run the gate any more"}},
		"step commented out":        {[]string{step, "#" + strings.ReplaceAll(strings.TrimSuffix(step, "\n"), "\n", "\n#") + "\n"}, []string{"high 16:5 the job assure does not run"}},
		"job renamed":               {[]string{"  assure:\n", "  check:\n"}, []string{"info 12:3 the file"}},
		"job removed":               {[]string{workflow[strings.Index(workflow, "  assure:"):strings.Index(workflow, "  test:")], ""}, []string{"high 11:1 the job assure, which runs the gate, is removed"}},
		"step if":                   {[]string{inputs, "        if: false\n" + inputs}, []string{"high 20:13 the gate runs only if false"}},
		"step if always":            {[]string{inputs, "        if: ${{ always() }}\n" + inputs}, []string{"info 20:9"}},
		"job if":                    {[]string{jobs, jobs + "    if: github.actor != 'me'\n"}, []string{"high 15:9 the gate runs only if github.actor != 'me'"}},
		"job if skips drafts":       {[]string{jobs, jobs + "    if: ${{ !github.event.pull_request.draft }}\n"}, []string{"high 15:9 the gate runs only if"}},
		"step continues":            {[]string{inputs, "        continue-on-error: true\n" + inputs}, []string{"high 20:28 the job goes on when the gate fails"}},
		"step continues, perhaps":   {[]string{inputs, "        continue-on-error: ${{ matrix.x }}\n" + inputs}, []string{"high 20:28 the job goes on"}},
		"step does not continue":    {[]string{inputs, "        continue-on-error: false\n" + inputs}, []string{"info 20:9"}},
		"job continues":             {[]string{jobs, jobs + "    continue-on-error: true\n"}, []string{"high 15:24 the job goes on"}},
		"no time":                   {[]string{jobs, "    timeout-minutes: 1\n"}, []string{"high 14:22 the time is too short"}},
		"less time":                 {[]string{jobs, "    timeout-minutes: 10\n"}, []string{"info 14:5"}},
		"no pull requests":          {[]string{"  pull_request:\n    branches: [main, \"release/**\"]\n", ""}, []string{"high 2:1 the workflow does not run on pull_request any more"}},
		"no merge queue":            {[]string{"  merge_group:\n", ""}, []string{"high 2:1 the workflow does not run on merge_group"}},
		"no push":                   {[]string{"  push: {branches: [main]}\n", ""}, []string{"high 2:1 the workflow does not run on push"}},
		"no schedule":               {[]string{"  schedule: [{cron: \"17 4 * * *\"}]\n", ""}, []string{"high 2:1 the workflow does not run on schedule"}},
		"manual only":               {[]string{workflow[strings.Index(workflow, "on:"):strings.Index(workflow, "permissions")], "on: workflow_dispatch\n"}, []string{"high 2:5 the workflow does not run on pull_request", "high 2:5 the workflow does not run on merge_group", "high 2:5 the workflow does not run on push", "high 2:5 the workflow does not run on schedule"}},
		"fewer branches":            {[]string{"[main, \"release/**\"]", "[main]"}, []string{"high 4:5 pull_request does not run for branches \"release/**\" any more"}},
		"a branch left out":         {[]string{"[main, \"release/**\"]", "[main, \"release/**\", \"!release/x\"]"}, []string{"high 4:5 pull_request does not run for branches \"!release/x\""}},
		"more branches":             {[]string{"[main, \"release/**\"]", "[main, \"release/**\", next]"}, []string{"info 4:5"}},
		"any branch":                {[]string{"  pull_request:\n    branches: [main, \"release/**\"]\n", "  pull_request:\n"}, []string{"info 4:3"}},
		"paths":                     {[]string{"\"release/**\"]\n", "\"release/**\"]\n    paths: [deploy/**]\n"}, []string{"high 5:5 pull_request runs only for paths \"deploy/**\""}},
		"paths left out":            {[]string{"\"release/**\"]\n", "\"release/**\"]\n    paths-ignore: [\"**.md\"]\n"}, []string{"high 5:5 pull_request does not run for paths \"**.md\""}},
		"types":                     {[]string{"\"release/**\"]\n", "\"release/**\"]\n    types: [closed]\n"}, []string{"high 5:5 pull_request does not run for types"}},
		"more types":                {[]string{"\"release/**\"]\n", "\"release/**\"]\n    types: [opened, synchronize, reopened, edited]\n"}, []string{"info 5:5"}},
		"severity none":             {[]string{"fail-on-severity: medium", "fail-on-severity: none"}, []string{"high 21:29 fail-on-severity medium → none (loosens)"}},
		"severity lower":            {[]string{"fail-on-severity: medium", "fail-on-severity: low"}, []string{"info 21:29 fail-on-severity medium → low (tightens)"}},
		"severity unset":            {[]string{"          fail-on-severity: medium\n", ""}, []string{"high 20:9 fail-on-severity medium → high (loosens)"}},
		"severity by expression":    {[]string{"fail-on-severity: medium", "fail-on-severity: ${{ vars.S }}"}, []string{"high 21:29 fail-on-severity medium → ${{ vars.S }}, which only a run knows"}},
		"fail-on none":              {[]string{stages, stages + "          fail-on: none\n"}, []string{"high 23:20 fail-on not set → none (loosens)"}},
		"fail_action of ZAP":        {[]string{stages, stages + "          fail_action: false\n"}, []string{"high 20:9 "}},
		"fewer stages":              {[]string{"stages: deps,hardening", "stages: deps"}, []string{"high 22:19 stages drops \"hardening\" (loosens)"}},
		"more stages":               {[]string{"stages: deps,hardening", "stages: deps,hardening,images"}, []string{"info 22:19 stages adds \"images\" (tightens)"}},
		"all stages":                {[]string{stages, ""}, []string{"info 20:9 stages"}},
		"another configuration":     {[]string{stages, stages + "          config: mild.yml\n"}, []string{"high 23:19 the gate takes another config: not set → mild.yml"}},
		"another base":              {[]string{stages, stages + "          base: HEAD\n"}, []string{"high 23:17 the gate takes another base"}},
		"offline":                   {[]string{stages, stages + "          offline: true\n"}, []string{"high 23:20 offline false → true (loosens)"}},
		"profile":                   {[]string{stages, stages + "          profile: baseline\n"}, []string{"high 23:20 hardening.profile guide → baseline (loosens)"}},
		"not understood":            {[]string{stages, stages + "          profile: mild\n"}, []string{"high 20:9 the gate is given what it does not understand"}},
		"another directory":         {[]string{stages, stages + "          out: r\n"}, []string{"info 23:11"}},
		"a token":                   {[]string{stages, stages + "          github-token: ${{ secrets.T }}\n"}, []string{"info 23:11"}},
		"scanner version":           {[]string{stages, stages + "          zap-image: ghcr.io/zaproxy/zaproxy:2.17.0\n"}, []string{"info 23:22 dast.zap-image"}},
		"another scanner":           {[]string{stages, stages + "          zap-image: evil/zap:1\n"}, []string{"high 23:22 dast.zap-image"}},
		"variable of the step":      {[]string{inputs, "        env: {ASSURE_FAIL_ON: none}\n" + inputs}, []string{"high 20:31 fail-on not set → none (loosens)"}},
		"variable of the job":       {[]string{jobs, jobs + "    env: {ASSURE_EXCLUDE: x, ASSURE_FAIL_ON: none}\n"}, []string{"high 15:46 fail-on not set → none"}},
		"variable of the workflow":  {[]string{"env: {GO: \"1\"}", "env: {TRIVY_OFFLINE_SCAN: true}"}, []string{"high 10:27 offline false → true"}},
		"variable of the runner":    {[]string{inputs, "        env: {INPUT_FAIL-ON: none}\n" + inputs}, []string{"high 20:30 the variable INPUT_FAIL-ON"}},
		"variable, unknown":         {[]string{inputs, "        env: {ASSURE_FAIL_ON: \"${{ vars.X }}\"}\n" + inputs}, []string{"high 20:31 ASSURE_FAIL_ON not set → ${{ vars.X }}"}},
		"another variable":          {[]string{"env: {GO: \"1\"}", "env: {GO: \"2\"}"}, []string{"info 10:1"}},
		"waits for a job":           {[]string{jobs, jobs + "    needs: test\n"}, []string{"high 15:12 the gate waits for the job test"}},
		"always after a job":        {[]string{jobs, jobs + "    needs: [test]\n    if: always()\n"}, []string{"info 15:5"}},
		"other checkout":            {[]string{"{fetch-depth: 2}", "{fetch-depth: 2, ref: main}"}, []string{"high 18:37 the gate is given another checkout to judge: ref: main"}},
		"sparse checkout":           {[]string{"{fetch-depth: 2}", "{fetch-depth: 2, sparse-checkout: docs}"}, []string{"high 18:49 the gate is given another checkout"}},
		"files removed before":      {[]string{step, "      - run: rm -rf deploy\n" + step}, []string{"high 19:14 a step before the gate changes the files that it judges: rm -rf deploy"}},
		"environment before":        {[]string{step, "      - run: echo ASSURE_FAIL_ON=none >> \"$GITHUB_ENV\"\n" + step}, []string{"high 19:9 a step before the gate sets what the gate reads: ASSURE_"}},
		"harmless step before":      {[]string{step, "      - run: echo hello\n" + step}, []string{"info 19:7"}},
		"step after":                {[]string{step, step + "      - run: rm -rf deploy\n"}, []string{"info 23:7"}},
		"another takes the name":    {[]string{"  assure:\n", "  gate:\n    name: real\n", "  test:\n", "  test:\n    name: assure\n"}, []string{"high 24:3 the job test takes the name \"assure\""}},
		"not YAML any more":         {[]string{"name: gate", "name: [gate"}, []string{"high 1:1 the file that runs the gate cannot be read"}},
		"variants, none left":       {[]string{jobs, jobs + "    strategy: {matrix: {x: []}}\n"}, []string{"high 15:16 the gate's job has no variant to run"}},
		"variants":                  {[]string{jobs, jobs + "    strategy: {matrix: {x: [1, 2]}}\n"}, []string{"info 15:5"}},
		"an anchor that says so":    {[]string{"name: gate\n", "name: gate\nx-no: &no {if: false}\n", "  assure:\n", "  assure:\n    <<: *no\n"}, []string{"high 2:16 the gate runs only if false"}},
		"an anchor that says same":  {[]string{"{contents: read}", "&r {contents: read}"}, []string{"info 15:5"}},
		"permission removed":        {[]string{"    permissions: {contents: read}\n", ""}, []string{"info 15:5"}},
		"two things":                {[]string{"fail-on-severity: medium", "fail-on-severity: none", jobs, jobs + "    if: false\n"}, []string{"high 15:9 the gate runs only if false", "high 22:29 fail-on-severity medium → none"}},
		"loosened by an update bot": {[]string{usesGate + " # v0.1.0\n" + inputs, "stella-ops/assure@" + newer + " # v0.2.0\n        continue-on-error: true\n" + inputs}, []string{"high 20:28 the job goes on"}},
	} {
		head := edit(t, workflow, test.pairs...)
		check(t, title, lines(gate.Compare(tree(map[string]string{name: workflow, deployed: "kind: Pod"}), tree(map[string]string{name: head, deployed: "kind: Pod"}), gate.Settings{})), test.want, name+":")
	}
}

// check compares beginnings of lines, the file's name left out.
func check(t *testing.T, title string, got, want []string, file string) {
	t.Helper()
	for i := range got {
		got[i] = strings.Replace(got[i], file, "", 1)
		if i < len(want) && strings.HasPrefix(got[i], want[i]) {
			got[i] = want[i]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: -want +got\n%s", title, diff)
	}
}

func TestScripts(t *testing.T) {
	t.Parallel()
	script := func(run string) string {
		return "on: pull_request\njobs:\n  a:\n    steps:\n      - run: |\n          " + strings.ReplaceAll(run, "\n", "\n          ") + "\n"
	}
	for title, test := range map[string]struct{ base, head, want string }{
		"same":              {"assure run", "assure run", ""},
		"flag":              {"assure run", "assure run --fail-on none", "high 5:14 fail-on not set → none"},
		"flag joined":       {"assure run --stages=deps,dast", "assure run --stages=deps", "high 5:14 stages drops"},
		"flag gone":         {"assure run --fail-on-severity low", "assure run", "high 5:14 fail-on-severity low → high"},
		"switch":            {"assure run", "assure run --offline", "high 5:14 offline"},
		"stricter":          {"assure run", "assure run --fail-on all", "info 5:14 fail-on not set → all (tightens)"},
		"quiet":             {"assure run", "assure run --quiet", "info 6:11"},
		"one stage":         {"assure run", "assure deps", "high 5:14 stages all → \"deps\""},
		"another directory": {"assure run .", "assure run docs", "high 5:14 the gate takes another path: . → docs"},
		"or true":           {"assure run", "assure run || true", "high 5:14 a failure of the gate goes unnoticed"},
		"or exit":           {"assure run", "assure run || exit 0", "high 5:14 the status of the gate may be lost"},
		"in an if":          {"assure run", "if assure run; then echo ok; fi", "high 5:14 the status of the gate may be lost"},
		"exit before":       {"assure run", "exit 0\nassure run", "high 5:14 the script that runs the gate has a new command: exit 0"},
		"set +e":            {"assure run\necho done", "set +e\nassure run\necho done", "high 5:14"},
		"variable":          {"assure run", "ASSURE_FAIL_ON=none assure run", "high 5:14 fail-on not set → none"},
		"variable before":   {"assure run", "export ASSURE_FAIL_ON=none\nassure run", "high 5:14"},
		"removed":           {"assure run", "echo assure run", "high 4:5 the job a does not run the gate any more"},
		"a container":       {"docker run --rm -v .:/w ghcr.io/stella-ops/assure:v1 run /w", "docker run --rm -v .:/w ghcr.io/stella-ops/assure:v1 run /w --fail-on none", "high 5:14 fail-on not set → none"},
		"go run":            {"go run ./cmd/assure run", "go run ./cmd/assure run --offline", "high 5:14 offline"},
		"continued":         {"assure run \\\n  --quiet", "assure run \\\n  --quiet || exit 0", "high 5:14 the status"},
		"other line":        {"echo a\nassure run", "echo b\nassure run", "info 6:11"},
	} {
		got := lines(gate.Compare(tree(map[string]string{name: script(test.base)}), tree(map[string]string{name: script(test.head)}), gate.Settings{}))
		var want []string
		if test.want != "" {
			want = []string{test.want}
		}
		check(t, title, got[:min(len(got), 1)], want, name+":")
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	const (
		caller  = "on: [pull_request]\njobs:\n  a:\n    uses: ./.github/workflows/called.yml\n    with: {fail-on: all}\n"
		called  = "on: {workflow_call: {inputs: {fail-on: {type: string}}}}\njobs:\n  b:\n    steps: [{uses: stella-ops/assure@v1.2.0}]\n"
		action  = "name: wrap\nruns:\n  using: composite\n  steps:\n    - uses: stella-ops/assure@v1.2.0\n"
		user    = "on: [pull_request]\njobs:\n  a:\n    steps: [{uses: ./wrap}]\n"
		gitlab  = "stages: [a]\ngate:\n  script:\n    - assure run --fail-on all\n"
		circle  = ".circleci/config.yml"
		jenkins = "pipeline {\n  sh 'assure run'\n}\n"
	)
	for title, test := range map[string]struct {
		base, head map[string]string
		want       []string
	}{
		"gone":                  {map[string]string{name: workflow}, nil, []string{"high gone .github/workflows/gate.yml:1:1 .github/workflows/gate.yml, which runs the gate, is gone"}},
		"out of the directory":  {map[string]string{name: workflow}, map[string]string{"old/gate.yml": workflow}, []string{"high gone .github/workflows/gate.yml:1:1"}},
		"another extension":     {map[string]string{name: workflow}, map[string]string{name + ".bak": workflow}, []string{"high gone"}},
		"renamed":               {map[string]string{name: workflow}, map[string]string{".github/workflows/assure.yml": workflow}, []string{"info .github/workflows/assure.yml:1:1 the workflow that runs the gate was .github/workflows/gate.yml"}},
		"renamed and loosened":  {map[string]string{name: workflow}, map[string]string{".github/workflows/assure.yml": strings.Replace(workflow, "severity: medium", "severity: none", 1)}, []string{"high .github/workflows/assure.yml:21:29 fail-on-severity medium → none"}},
		"no gate":               {map[string]string{name: "on: push\njobs: {a: {steps: [{run: make}]}}\n"}, nil, nil},
		"new":                   {nil, map[string]string{name: workflow}, nil},
		"called, same":          {map[string]string{name: caller, ".github/workflows/called.yml": called}, map[string]string{name: caller, ".github/workflows/called.yml": called}, nil},
		"called, step removed":  {map[string]string{name: caller, ".github/workflows/called.yml": called}, map[string]string{name: caller, ".github/workflows/called.yml": strings.Replace(called, "{uses: stella-ops/assure@v1.2.0}", "{run: ok}", 1)}, []string{"high .github/workflows/called.yml:4:5 the job b does not run the gate any more"}},
		"called, gone":          {map[string]string{name: caller, ".github/workflows/called.yml": called}, map[string]string{name: caller}, []string{"high gone .github/workflows/called.yml:1:1"}},
		"called with less":      {map[string]string{name: caller, ".github/workflows/called.yml": called}, map[string]string{name: strings.Replace(caller, "on: all", "on: none", 1), ".github/workflows/called.yml": called}, []string{"high .github/workflows/gate.yml:5:21 fail-on all → none"}},
		"called no more":        {map[string]string{name: caller, ".github/workflows/called.yml": called}, map[string]string{name: strings.Replace(caller, "    uses: ./.github/workflows/called.yml\n    with: {fail-on: all}\n", "    steps: [{run: ok}]\n", 1), ".github/workflows/called.yml": called}, []string{"high .github/workflows/gate.yml:4:5 the job a does not run the gate any more"}},
		"composite, removed":    {map[string]string{name: user, "wrap/action.yml": action}, map[string]string{name: user, "wrap/action.yml": strings.Replace(action, "uses: stella-ops/assure@v1.2.0", "run: ok", 1)}, []string{"high wrap/action.yml:4:3 the step that runs the gate is removed"}},
		"composite, loosened":   {map[string]string{name: user, "wrap/action.yml": action}, map[string]string{name: user, "wrap/action.yml": action + "      if: false\n"}, []string{"high wrap/action.yml:6:11 the gate runs only if false"}},
		"composite, newer":      {map[string]string{name: user, "wrap/action.yml": action}, map[string]string{name: user, "wrap/action.yml": strings.Replace(action, "v1.2.0", "v1.3.0", 1)}, []string{"info wrap/action.yml:5:13 the gate is of another version"}},
		"composite, older":      {map[string]string{name: user, "wrap/action.yml": action}, map[string]string{name: user, "wrap/action.yml": strings.Replace(action, "v1.2.0", "v1.1.0", 1)}, []string{"high wrap/action.yml:5:13 the gate is of an older version"}},
		"composite, branch":     {map[string]string{name: user, "wrap/action.yml": action}, map[string]string{name: user, "wrap/action.yml": strings.Replace(action, "v1.2.0", "main", 1)}, []string{"high wrap/action.yml:5:13 the gate is named by a branch instead of a version"}},
		"composite, pinned":     {map[string]string{name: user, "wrap/action.yml": action}, map[string]string{name: user, "wrap/action.yml": strings.Replace(action, "v1.2.0", older, 1)}, []string{"info wrap/action.yml:5:13 the gate is of another commit"}},
		"wrapped":               {map[string]string{name: strings.Replace(user, "./wrap", usesGate, 1)}, map[string]string{name: user, "wrap/action.yml": action}, []string{"high .github/workflows/gate.yml:4:20 the gate is replaced by a local action"}},
		"gitlab, loosened":      {map[string]string{".gitlab-ci.yml": gitlab}, map[string]string{".gitlab-ci.yml": strings.Replace(gitlab, "all", "none", 1)}, []string{"high .gitlab-ci.yml:4:1 fail-on all → none"}},
		"gitlab, status lost":   {map[string]string{".gitlab-ci.yml": gitlab}, map[string]string{".gitlab-ci.yml": strings.Replace(gitlab, "all", "all || true", 1)}, []string{"high .gitlab-ci.yml:4:1 a failure of the gate goes unnoticed"}},
		"gitlab, another image": {map[string]string{".gitlab-ci.yml": "image: acme/assure:1\nscript: assure run\n"}, map[string]string{".gitlab-ci.yml": "image: acme/assure:2\nscript: assure run\n"}, []string{"info .gitlab-ci.yml:1:1 a line about the gate is edited"}},
		"gitlab, other line":    {map[string]string{".gitlab-ci.yml": gitlab}, map[string]string{".gitlab-ci.yml": "# x\n" + gitlab}, nil},
		"gitlab, may fail":      {map[string]string{".gitlab-ci.yml": gitlab}, map[string]string{".gitlab-ci.yml": gitlab + "  allow_failure: true\n"}, []string{"high .gitlab-ci.yml:5:1 what decides about the gate is edited: allow_failure: true"}},
		"gitlab, by hand":       {map[string]string{".gitlab-ci.yml": gitlab}, map[string]string{".gitlab-ci.yml": gitlab + "  rules:\n    - when: manual\n"}, []string{"high .gitlab-ci.yml:5:1 what decides about the gate is edited: rules:", "high .gitlab-ci.yml:6:1 what decides about the gate is edited: - when: manual"}},
		"gitlab, one branch":    {map[string]string{".gitlab-ci.yml": gitlab + "  only:\n    - merge_requests\n    - main\n"}, map[string]string{".gitlab-ci.yml": gitlab + "  only:\n    - main\n"}, []string{"high .gitlab-ci.yml:2:1 what decides about the gate is removed: - merge_requests"}},
		"gitlab, for all jobs":  {map[string]string{".gitlab-ci.yml": gitlab}, map[string]string{".gitlab-ci.yml": "variables: {ASSURE_FAIL_ON: none}\nworkflow:\n  rules: [{when: never}]\n" + gitlab}, []string{"high .gitlab-ci.yml:1:1 what decides about the gate is edited: variables: {ASSURE_FAIL_ON: none}", "high .gitlab-ci.yml:3:1 what decides about the gate is edited: rules: [{when: never}]"}},
		"gitlab, hidden":        {map[string]string{".gitlab-ci.yml": "assure:\n  script: assure run\n"}, map[string]string{".gitlab-ci.yml": ".assure:\n  script: assure run\n"}, []string{"info .gitlab-ci.yml:1:1 a line about the gate is edited: assure: → .assure:", "high .gitlab-ci.yml:1:1 the job is hidden, so that it does not run: .assure:"}},
		"gitlab, evil image":    {map[string]string{".gitlab-ci.yml": "gate:\n  image: ghcr.io/acme/assure:1\n  script: assure run\n"}, map[string]string{".gitlab-ci.yml": "gate:\n  image: ghcr.io/evil/assure:1\n  script: assure run\n"}, []string{"info .gitlab-ci.yml:2:1 a line about the gate is edited: image: ghcr.io/acme/assure:1 → image: ghcr.io/evil/assure:1", "high .gitlab-ci.yml:2:1 another container has the gate's name: image: ghcr.io/evil/assure:1"}},
		"gitlab, another job":   {map[string]string{".gitlab-ci.yml": gitlab}, map[string]string{".gitlab-ci.yml": gitlab + "test:\n  image: node:22\n  rules: [{when: manual}]\n  script: make\n"}, nil},
		"gitlab, harmless":      {map[string]string{".gitlab-ci.yml": gitlab}, map[string]string{".gitlab-ci.yml": gitlab + "  timeout: 10 minutes\n  # rules: none\n"}, nil},
		"azure, goes on":        {map[string]string{"azure-pipelines.yml": "steps:\n  - script: assure run\n"}, map[string]string{"azure-pipelines.yml": "steps:\n  - script: assure run\n    continueOnError: true\n"}, []string{"high azure-pipelines.yml:3:1 what decides about the gate is edited: continueOnError: true"}},
		"jenkins, when":         {map[string]string{"Jenkinsfile": "stage('gate') {\n  steps { sh 'assure run' }\n}\n"}, map[string]string{"Jenkinsfile": "stage('gate') {\n  when { branch 'main' }\n  steps { sh 'assure run' }\n}\n"}, []string{"high Jenkinsfile:2:1 what decides about the gate is edited: when { branch 'main' }"}},
		"gitlab, removed":       {map[string]string{".gitlab-ci.yml": gitlab}, map[string]string{".gitlab-ci.yml": "stages: [a]\n"}, []string{"high .gitlab-ci.yml:1:1 .gitlab-ci.yml does not run the gate any more"}},
		"jenkins, gone":         {map[string]string{"Jenkinsfile": jenkins}, nil, []string{"high gone Jenkinsfile:1:1"}},
		"jenkins, loosened":     {map[string]string{"Jenkinsfile": jenkins}, map[string]string{"Jenkinsfile": strings.Replace(jenkins, "run", "run --offline", 1)}, []string{"high Jenkinsfile:2:1 offline"}},
		"circle, echo":          {map[string]string{circle: "run: assure run\n"}, map[string]string{circle: "run: echo assure run\n"}, []string{"high .circleci/config.yml:1:1 the line does not run the gate any more"}},
	} {
		check(t, title, lines(gate.Compare(tree(test.base), tree(test.head), gate.Settings{})), test.want, "\x00")
	}
}

// TestInputsAreReadOverTheFile judges an input by what it changes: with a stricter file it
// loosens, though it is stricter than the default.
func TestInputsAreReadOverTheFile(t *testing.T) {
	t.Parallel()
	base := "on: push\njobs: {a: {steps: [{uses: stella-ops/assure@v1}]}}\n"
	head := strings.Replace(base, "v1}", "v1, with: {fail-on-severity: medium}}", 1)
	for file, want := range map[string]string{"": "info", "fail-on-severity: low": "high"} {
		got := lines(gate.Compare(tree(map[string]string{name: base}), tree(map[string]string{name: head}), gate.Settings{File: ".assure.yml", Data: []byte(file)}))
		if len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("%q: %v", file, got)
		}
	}
}

func TestRuns(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{workflow: true, "on: push\njobs: {a: {steps: [{run: make}]}}\n": false, "[": false, "": false} {
		if got := gate.Runs(tree(map[string]string{name: text})); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if !gate.Runs(tree(map[string]string{"Jenkinsfile": "sh 'assure run'"})) {
		t.Error("a Jenkinsfile that runs the gate was not seen")
	}
}

func FuzzCompare(f *testing.F) {
	f.Add(workflow, strings.Replace(workflow, "push", "pull", 1))
	f.Add("jobs: {a: {uses: ./.github/workflows/gate.yml}}", "on: 1\njobs: [1]")
	f.Fuzz(func(t *testing.T, base, head string) {
		b, h := map[string]string{name: base, "Jenkinsfile": base, "action.yml": base}, map[string]string{name: head, "Jenkinsfile": head}
		for _, e := range gate.Compare(tree(b), tree(h), gate.Settings{}) {
			if e.Text == "" || e.Location.URI == "" || e.Location.Region.StartLine < 1 {
				t.Errorf("edit without words or place: %+v", e)
			}
		}
		if maps.Equal(b, h) && len(gate.Compare(tree(b), tree(h), gate.Settings{})) > 0 {
			t.Error("the same is edited")
		}
	})
}
