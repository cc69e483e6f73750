package gate_test

import (
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/pending/gate"
)

// compareJob compares the workflow with one in which texts are replaced, among a few files.
func compareJob(t *testing.T, files map[string]string, pairs ...string) []string {
	t.Helper()
	base := map[string]string{name: workflow, deployed: "kind: Pod", "compose.yaml": "services: {}", "docs/a.yaml": "a: 1", "scripts/build.sh": "make"}
	head := map[string]string{}
	for k, v := range base {
		head[k] = v
	}
	for k, v := range files {
		head[k] = v
	}
	head[name] = edit(t, workflow, pairs...)
	return lines(gate.Compare(tree(base), tree(head), gate.Settings{}))
}

func grade(t *testing.T, title string, got []string, want string) {
	t.Helper()
	is := "none"
	if len(got) > 0 {
		is, _, _ = strings.Cut(got[0], " ")
	}
	if is != want {
		t.Errorf("%s: %s, want %s: %q", title, is, want, got)
	}
}

// TestScriptsBeforeTheGate tells what changes the files that the gate judges from builds.
func TestScriptsBeforeTheGate(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		"cat docs/a.yaml > compose.yaml":                         "high",
		"cat docs/a.yaml >| ./compose.yaml":                      "high",
		"{ cat docs/a.yaml; } &> compose.yaml":                   "high",
		"echo >> $GITHUB_WORKSPACE/compose.yaml":                 "high",
		"echo > \"${{ github.workspace }}/compose.yaml\"":        "high",
		"cd deploy && echo > app.yaml":                           "high",
		"cd $X && echo > app.yaml":                               "high",
		"cp docs/a.yaml compose.yaml":                            "high",
		"cp out/compose.yaml .":                                  "high",
		"cp -r out/. .":                                          "high",
		"sudo install docs/a.yaml compose.yaml":                  "high",
		"ln -sf docs/a.yaml compose.yaml":                        "high",
		"tee compose.yaml < docs/a.yaml":                         "high",
		"dd if=docs/a.yaml of=compose.yaml":                      "high",
		"curl -fsSLo compose.yaml https://example.org/x":         "high",
		"curl -fsSL -o compose.yaml https://example.org/x":       "high",
		"wget https://example.org/compose.yaml":                  "high",
		"curl -O https://example.org/compose.yaml":               "high",
		"curl https://example.org/x | sh":                        "high",
		"tar xf x.tar":                                           "high",
		"tar -xzf x.tgz -C deploy":                               "high",
		"unzip x.zip":                                            "high",
		"patch -p1 < x.diff":                                     "high",
		"git checkout other -- compose.yaml":                     "high",
		"git rm -q --cached compose.yaml":                        "high",
		"sed -i s/true/false/ compose.yaml":                      "high",
		"find . -name '*.yaml' -delete":                          "high",
		"ls | xargs rm compose.yaml":                             "high",
		"rm -f *.yaml":                                           "high",
		"mv compose.yaml x":                                      "high",
		"echo 'exclude: [\"**\"]' > .assure.yml":                 "high",
		"echo x > .git/info/exclude":                             "high",
		"python3 -c \"open('compose.yaml','w')\"":                "high",
		"python3 - <<'X'\nopen('compose.yaml','w')\nX":           "high",
		"node -e 'fs.writeFileSync()'":                           "high",
		"perl -e 'x'":                                            "high",
		"bash -c 'echo x > compose.yaml'":                        "high",
		"eval \"$X\"":                                            "high",
		"if then":                                                "high",
		"./tool.sh":                                              "high",
		"bash tool.sh":                                           "high",
		"python tool.py":                                         "high",
		"cp x /usr/local/bin/assure":                             "high",
		"echo DOCKER=1 >> \"$GITHUB_ENV\"":                       "high",
		"npm ci && npm run build > build.log":                    "info",
		"make build":                                             "info",
		"./scripts/build.sh":                                     "info",
		"docker build -t app .":                                  "info",
		"echo \"v=$(git describe)\" >> \"$GITHUB_OUTPUT\"":       "info",
		"echo ok >> ${GITHUB_STEP_SUMMARY}":                      "info",
		"mkdir -p out && cp compose.yaml out/":                   "info",
		"rm -rf node_modules dist":                               "info",
		"curl -fsSL -o /tmp/x https://example.org/x 2>/dev/null": "info",
		"tar czf out.tgz deploy":                                 "info",
		"git config --global --add safe.directory x":             "info",
		"git fetch --tags 2>&1":                                  "info",
		"go test ./... -coverprofile=c.out":                      "info",
		"python3 -m pip install -r requirements.txt":             "info",
		"helm dependency build charts/a":                         "info",
	} {
		files := map[string]string{"tool.sh": "#!/bin/sh\necho > compose.yaml\n", "tool.py": "open('compose.yaml','w')"}
		run := "      - run: |\n          " + strings.ReplaceAll(script, "\n", "\n          ") + "\n"
		grade(t, script, compareJob(t, files, step, run+step), want)
	}
}

func TestActionsBeforeTheGate(t *testing.T) {
	t.Parallel()
	local := map[string]string{
		"safe/action.yml":  "runs: {using: composite, steps: [{run: make, shell: bash}]}",
		"bad/action.yml":   "runs: {using: composite, steps: [{run: rm compose.yaml, shell: bash}]}",
		"js/action.yml":    "runs: {using: node24, main: x.js}",
		"other/action.yml": "runs: {using: composite, steps: [{uses: mallory/x@v1}]}",
	}
	for uses, want := range map[string]string{
		"actions/setup-node@v4":                                      "info",
		"docker/login-action@v3":                                     "info",
		"actions/cache@v4\n        with: {path: ~/.npm, key: a}":     "info",
		"actions/cache@v4\n        with: {path: ., key: a}":          "high",
		"actions/download-artifact@v4":                               "high",
		"actions/download-artifact@v4\n        with: {path: dist}":   "info",
		"actions/download-artifact@v4\n        with: {path: deploy}": "high",
		"actions/github-script@v7\n        with: {script: x}":        "high",
		"mallory/setup-node@v4":                                      "high",
		"docker://alpine:3\n        with: {args: rm compose.yaml}":   "high",
		"./safe":  "info",
		"./bad":   "high",
		"./js":    "high",
		"./other": "high",
	} {
		grade(t, uses, compareJob(t, local, step, "      - uses: "+uses+"\n"+step), want)
	}
	checkout := "      - uses: actions/checkout@" + older + " # v1\n        with: {fetch-depth: 2}\n"
	grade(t, "no checkout", compareJob(t, nil, checkout, ""), "high")
	grade(t, "python shell", compareJob(t, nil, step, "      - {run: make, shell: python}\n"+step), "high")
}

func TestWhatTakesTheGatesPlace(t *testing.T) {
	t.Parallel()
	strategy := func(s string) []string { return []string{jobs, jobs + "    strategy: {matrix: " + s + "}\n"} }
	runner := func(s string) []string { return []string{"runs-on: ubuntu-24.04", "runs-on: " + s} }
	for title, test := range map[string]struct {
		pairs []string
		want  string
	}{
		"entrypoint":                 {[]string{stages, stages + "          entrypoint: /bin/true\n"}, "high"},
		"arguments":                  {[]string{stages, stages + "          args: version\n"}, "high"},
		"unknown input":              {[]string{stages, stages + "          nonsense: version\n"}, "info"},
		"path":                       {[]string{jobs, jobs + "    env: {PATH: ./bin}\n"}, "high"},
		"engine":                     {[]string{inputs, "        env: {DOCKER_HOST: \"tcp://x\"}\n" + inputs}, "high"},
		"excludes all":               {strategy("{on: [1], exclude: [{on: 1}]}"), "high"},
		"excludes one":               {strategy("{on: [1, 2], exclude: [{on: 1}]}"), "info"},
		"excludes by one axis":       {strategy("{a: [1, 2], b: [x], exclude: [{b: x}]}"), "high"},
		"excludes and includes":      {strategy("{a: [1], exclude: [{a: 1}], include: [{a: 2}]}"), "info"},
		"includes into nothing":      {strategy("{a: [], include: [{b: 2}]}"), "info"},
		"empty include":              {strategy("{include: []}"), "high"},
		"include alone":              {strategy("{include: [{a: 1}]}"), "info"},
		"computed axis":              {strategy("{a: \"${{ fromJSON(vars.A) }}\"}"), "high"},
		"too many":                   {strategy("{a: [" + strings.Repeat("1, ", 16) + "2], b: [" + strings.Repeat("1, ", 16) + "2]}"), "high"},
		"max-parallel":               {[]string{jobs, jobs + "    strategy: {max-parallel: 1}\n"}, "info"},
		"self-hosted":                {runner("[self-hosted, mallory]"), "high"},
		"unknown label":              {runner("big-machine"), "high"},
		"group":                      {runner("{group: x}"), "high"},
		"by expression":              {runner("${{ vars.RUNNER }}"), "high"},
		"newer image":                {runner("ubuntu-latest"), "info"},
		"arm":                        {runner("ubuntu-24.04-arm"), "info"},
		"by matrix":                  {append(runner("${{ matrix.os }}"), strategy("{os: [ubuntu-24.04]}")...), "info"},
		"by matrix, unknown":         {append(runner("${{ matrix.os }}"), strategy("{os: [mallory]}")...), "high"},
		"container":                  {[]string{jobs, jobs + "    container: alpine:3\n"}, "high"},
		"service":                    {[]string{jobs, jobs + "    services: {db: {image: \"postgres:17\"}}\n"}, "info"},
		"service with a mount":       {[]string{jobs, jobs + "    services: {db: {image: \"postgres:17\", volumes: [\"/home:/w\"]}}\n"}, "high"},
		"service that is privileged": {[]string{jobs, jobs + "    services: {db: {image: \"postgres:17\", options: --privileged}}\n"}, "high"},
	} {
		grade(t, title, compareJob(t, nil, test.pairs...), test.want)
	}
}
