package discover

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/discover/render/rendertest"
	"github.com/stella-ops/assure/internal/plan"
)

// recognition is a repository and what is recognised in it: "compose a.yml+b.yml",
// "dockerfile a", "kubernetes a", "lock a", and gaps as "no-lock-file a:1".
type recognition struct {
	files string
	want  []string
}

func (r recognition) check(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(r.want, recognised(buildPlan(t, rendertest.Unpack(r.files)))); diff != "" {
		t.Error(diff)
	}
}

func checkAll(t *testing.T, tests map[string]recognition) {
	t.Helper()
	t.Parallel()
	for name, test := range tests {
		t.Run(name, test.check)
	}
}

// recognised lists what was found, sorted and each once.
func recognised(p *plan.Plan) (out []string) {
	for _, d := range p.Documents {
		files := d.Files
		if d.Kind != plan.Compose {
			files = []string{d.Name}
		}
		out = append(out, string(d.Kind)+" "+strings.Join(files, "+"))
	}
	for _, name := range p.LockFiles {
		out = append(out, "lock "+name)
	}
	for _, x := range p.Problems {
		out = append(out, fmt.Sprintf("%s %s:%d", strings.TrimPrefix(x.Rule, "gap/"), x.Location.URI, x.Location.Region.StartLine))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

const web = "services:\n  web: {image: \"web:1\"}\n"

func TestComposeOfAnyName(t *testing.T) {
	checkAll(t, map[string]recognition{
		"stack.yml":          {"-- stack.yml --\n" + web, []string{"compose stack.yml"}},
		"production.yml":     {"-- ops/production.yml --\n" + web, []string{"compose ops/production.yml"}},
		"docker_compose.yml": {"-- docker_compose.yml --\n" + web, []string{"compose docker_compose.yml"}},
		"podman-compose.yml": {"-- podman-compose.yml --\n" + web, []string{"compose podman-compose.yml"}},
		"a service that is built": {
			"-- ops/live.yaml --\nversion: '3.8'\nservices:\n  api:\n    build: ../api\n    ports: ['80:80']\n", []string{"compose ops/live.yaml"},
		},
		"JSON": {"-- stack.json --\n{\"services\": {\"web\": {\"image\": \"web:1\", \"restart\": \"always\"}}}\n", []string{"compose stack.json"}},
		"at once a manifest": {
			"-- both.yaml --\n" + web + "---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", []string{"ambiguous-file both.yaml:1", "compose both.yaml", "compose-item both.yaml:4", "compose-item both.yaml:5", "compose-item both.yaml:6"},
		},
		"services of Symfony": {"-- config/services.yaml --\nservices:\n  _defaults: {autowire: true}\n  App\\:\n    resource: '../src/'\n", nil},
		"services of Travis":  {"-- .travis.yml --\nlanguage: ruby\nservices: [docker, redis]\nscript: make\n", nil},
		"services of GitLab":  {"-- .gitlab-ci.yml --\nservices:\n  - name: postgres:16\ntest:\n  script: [make]\n", nil},
		"services of an app":  {"-- app.yml --\nservices:\n  mail: {url: 'https://mail.example.org', timeout: 3}\n", nil},
	})
}

// TestComposeOfCommands joins the files that a command names, wherever the command stands.
func TestComposeOfCommands(t *testing.T) {
	const two = "-- ops/base.yml --\n" + web + "-- ops/over.yml --\nservices:\n  web: {user: \"1:1\"}\n"
	joined := []string{"compose ops/base.yml+ops/over.yml"}
	tests := map[string]recognition{}
	for name, text := range map[string]string{
		"ops/up.sh":                       "docker stack deploy -c base.yml -c over.yml shop\n",
		"ops/nerd.sh":                     "nerdctl compose -f base.yml -f over.yml up -d\n",
		"run.sh":                          "cd ops && podman-compose -f base.yml -f over.yml up\n",
		"ops/start.sh":                    "export COMPOSE_FILE=base.yml:over.yml\ndocker compose up\n",
		"ops/.env":                        "COMPOSE_FILE=base.yml:over.yml\n",
		"package.json":                    "{\"scripts\": {\"up\": \"docker compose -f ops/base.yml -f ops/over.yml up\"}}\n",
		"Taskfile.yml":                    "version: '3'\ntasks:\n  up:\n    dir: ops\n    cmds: [docker compose -f base.yml -f over.yml up]\n",
		"justfile":                        "up:\n    docker compose -f ops/base.yml -f ops/over.yml up\n",
		"Makefile":                        "up:\n\tdocker-compose -f ops/base.yml -f ops/over.yml up\n",
		".github/workflows/e2e.yml":       "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: docker compose -f ops/base.yml -f ops/over.yml up\n",
		".gitlab-ci.yml":                  "e2e:\n  script:\n    - docker compose -f ops/base.yml -f ops/over.yml up\n",
		".devcontainer/devcontainer.json": "{ // the stack\n\"dockerComposeFile\": [\"../ops/base.yml\", \"../ops/over.yml\"], \"service\": \"web\"}\n",
		"Tiltfile":                        "docker_compose(['ops/base.yml', 'ops/over.yml'])\n",
	} {
		tests[name] = recognition{two + "-- " + name + " --\n" + text, joined}
	}
	for name, text := range map[string]string{
		"README.md": "Run `docker compose -f ops/base.yml -f ops/over.yml up`.\n",
		"note.sh":   "# docker compose -f ops/base.yml -f ops/over.yml up\n",
	} {
		tests[name] = recognition{two + "-- " + name + " --\n" + text, []string{"compose ops/base.yml"}}
	}
	checkAll(t, tests)
}

func TestDockerfilesOfAnyName(t *testing.T) {
	const image = "FROM alpine:3.22\nRUN apk add curl\n"
	checkAll(t, map[string]recognition{
		"by content":        {"-- build/Imagefile --\n" + image, []string{"dockerfile build/Imagefile"}},
		"by its ending":     {"-- api.docker --\n" + image, []string{"dockerfile api.docker"}},
		"mail":              {"-- letter --\nFROM me to you\nwith love\n", nil},
		"a query":           {"-- query --\nSELECT a\nFROM b\nWHERE c\n", nil},
		"docker build":      {"-- api.img --\n" + image + "-- b.sh --\ndocker build -f api.img .\n", []string{"dockerfile api.img"}},
		"nobody builds":     {"-- api.img --\n" + image + "-- b.sh --\necho api.img\n", nil},
		"build-push-action": {"-- ci/api.img --\n" + image + "-- .github/workflows/b.yml --\non: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: docker/build-push-action@v6\n        with: {context: ., file: ci/api.img}\n", []string{"dockerfile ci/api.img"}},
		"Compose":           {"-- compose.yml --\nservices:\n  a:\n    build: {context: ., dockerfile: api.img}\n-- api.img --\n" + image, []string{"compose compose.yml", "dockerfile api.img"}},
		"bake":              {"-- docker-bake.hcl --\ntarget \"api\" {\n  context = \"api\"\n  dockerfile = \"api.img\"\n}\n-- api/api.img --\n" + image, []string{"dockerfile api/api.img"}},
		"bake of any name":  {"-- images.hcl --\ntarget \"api\" {\n  dockerfile = \"api.img\"\n}\n-- api.img --\n" + image + "-- b.sh --\ndocker buildx bake -f images.hcl\n", []string{"dockerfile api.img"}},
		"bake with text":    {"-- docker-bake.hcl --\ntarget \"api\" {\n  dockerfile-inline = <<EOT\n" + image + "EOT\n}\n# docker buildx bake\n", []string{"no-reader docker-bake.hcl:1"}},
		"Skaffold":          {"-- skaffold.yaml --\napiVersion: skaffold/v4beta11\nkind: Config\nbuild:\n  artifacts:\n    - image: api\n      context: api\n      docker: {dockerfile: api.img}\n-- api/api.img --\n" + image, []string{"dockerfile api/api.img", "kubernetes skaffold.yaml"}},
		"Tilt":              {"-- Tiltfile --\ndocker_build('api', 'api', dockerfile='api/api.img')\n-- api/api.img --\n" + image, []string{"dockerfile api/api.img"}},
		"Tilt of any name":  {"-- dev.star --\ndocker_build('api', '.', dockerfile='api.img')\n-- up.sh --\ntilt up -f dev.star\n-- api.img --\n" + image, []string{"dockerfile api.img"}},
	})
}

func TestManifestsOfAnyName(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
	checkAll(t, map[string]recognition{
		"kubectl":        {"-- ops/pod.k8s --\n" + pod + "-- ops/up.sh --\nkubectl apply -f pod.k8s\n", []string{"kubernetes ops/pod.k8s"}},
		"Tilt":           {"-- pod.txt --\n" + pod + "-- Tiltfile --\nk8s_yaml('pod.txt')\n", []string{"kubernetes pod.txt"}},
		"nobody applies": {"-- pod.txt --\n" + pod + "-- up.sh --\necho kubectl apply\n", nil},
	})
}

// TestDoesNotParse: broken YAML is a gap where it speaks for a deployment, and out of
// scope, with a reason, where it does not.
func TestDoesNotParse(t *testing.T) {
	checkAll(t, map[string]recognition{
		"a manifest":        {"-- pod.yaml --\napiVersion: v1\nkind: Pod\nspec: [\n", []string{"not-parsed pod.yaml:4"}},
		"a stack":           {"-- live.yml --\nservices:\n  a:\n    image: [\n", []string{"not-parsed live.yml:4"}},
		"a workflow":        {"-- .github/workflows/a.yml --\non: [\n", []string{"not-parsed .github/workflows/a.yml:2"}},
		"a database of ERB": {"-- config/database.yml --\nproduction:\n<% if x %>\n  url: <%= ENV['URL'] %>\n<% end %>\n", nil},
		"an issue template": {"-- .github/ISSUE_TEMPLATE/bug.yml --\nname: Bug: report\n", nil},
		"a fixture":         {"-- test/fixtures/bad.yml --\na: [\n", nil},
	})
	p := buildPlan(t, map[string]string{"test/fixtures/bad.yml": "a: [\n"})
	if p.OutOfScope["test/fixtures/bad.yml"] == "" || len(p.Unparsed) != 1 {
		t.Errorf("no reason: %v %v", p.OutOfScope, p.Unparsed)
	}
}
