package recognise_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/discover/recognise"
	"github.com/stella-ops/assure/internal/source"
)

// kind is what both tiers say of a file, and fails when the first misses what the second
// finds.
func kind(t *testing.T, name, text string) (guess, confirmed recognise.Kind) {
	t.Helper()
	guess = recognise.Guess(name, []byte(text))
	docs, err := source.Parse(name, []byte(text))
	if err != nil {
		return guess, 0
	}
	for _, d := range docs {
		confirmed |= recognise.Confirm(name, d.Root)
	}
	if !guess.Has(confirmed) {
		t.Errorf("%s: guessed %b, confirmed %b", name, guess, confirmed)
	}
	return guess, confirmed
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	const pod = "apiVersion: v1\nkind: Pod\n"
	for name, tt := range map[string]struct {
		file, text string
		want       recognise.Kind
	}{
		"stack":            {"stack.yml", "services:\n  web:\n    image: a\n    privileged: true\n", recognise.Compose},
		"one_key":          {"prod.yaml", "services: {web: {cap_add: [ALL]}}", recognise.Compose},
		"mounts":           {"o.yml", "services: {web: {volumes: [\"/run:/run\"]}}", recognise.Compose},
		"long_mount":       {"o.yml", "services: {web: {volumes: [{source: /, target: /h}]}}", recognise.Compose},
		"build":            {"x.yml", "name: x\nservices:\n  a: {build: .}\n", recognise.Compose},
		"build_mapping":    {"x.yml", "services:\n  a: {build: {context: .}}\n", recognise.Compose},
		"extends":          {"x.yml", "services:\n  a: {extends: {service: b, file: c.yml}}\n", recognise.Compose},
		"anchors":          {"any.yaml", "x-a: &a\n  image: b\nservices: {w: {<<: *a}, v: *a}\n", recognise.Compose},
		"merged_root":      {"any.yaml", "x-a: &a {services: {w: {image: b}}}\n<<: *a\n", recognise.Compose},
		"comment_and_mark": {"any.yml", "\ufeff# stack\n\nservices:\n  a: {image: b}\n", recognise.Compose},
		"json":             {"stack.json", `{"version":"3","services":{"a":{"image":"b","note":"{\"x\":1}"}}}`, recognise.Compose},
		"tagged_flow":      {"s.yml", "!!map {services: {a: {image: b}}}", recognise.Compose},
		"indented":         {"s.yml", "  services:\n    a: {image: b}\n", recognise.Compose},
		"second_indented":  {"s.yml", "a: 1\n---\n  services:\n    a: {image: b}\n", recognise.Compose},
		"quoted":           {"s.yml", "\"services\":\n  a: {image: b}\n", recognise.Compose},
		"explicit_key":     {"s.yml", "? services\n: {a: {image: b}}\n", recognise.Compose},
		"deploy_dir":       {"deploy/production.yml", "services:\n  a: {image: 'x:${TAG}', deploy: {replicas: 2}}\n", recognise.Compose},
		"fragment":         {"compose.volumes.yml", "volumes: {a: {}}\n", recognise.Compose},
		"include":          {"prod.docker-compose.yml", "include: [a.yml]\n", recognise.Compose},
		"first_version":    {"docker-compose.yml", "web:\n  image: a\ndb: {build: .}\n", recognise.Compose},
		"underscore":       {"docker_compose.yml", "networks: {a: {}}\n", recognise.Compose},
		"ambiguous":        {"both.yml", pod + "services: {a: {image: b}}\n", recognise.Compose | recognise.Kubernetes},
		"ambiguous_stream": {"both.yml", pod + "---\nservices: {a: {image: b}}\n", recognise.Compose | recognise.Kubernetes},
		"pod":              {"a.yaml", pod, recognise.Kubernetes},
		"variable":         {"a.yml", "apiVersion: ${API}\nkind: Deployment\n", recognise.Kubernetes},
		"second_document":  {"a.yml", "a: 1\n--- \n" + pod, recognise.Kubernetes},
		"list":             {"l.json", `[{"apiVersion":"v1","kind":"Pod"}]`, recognise.Kubernetes},
		"block_list":       {"l.yaml", "- apiVersion: v1\n  kind: Pod\n", recognise.Kubernetes},
		"object_json":      {"l.json", "{\n \"kind\" : \"List\", \"apiVersion\":\"v1\",\"items\":[]}", recognise.Kubernetes},
		"separator_line":   {"l.yaml", "--- {apiVersion: v1, kind: Pod}\n", recognise.Kubernetes},
		"symfony":          {"config/services.yaml", "parameters: {a: b}\nservices:\n  _defaults: {autowire: true, autoconfigure: true}\n  App\\: {resource: ../src, exclude: [../src/Entity]}\n", 0},
		"symfony_only":     {"services.yml", "services:\n  app.mailer: {class: App\\Mailer, arguments: ['@x'], tags: [{name: a}], public: true}\n", 0},
		"travis":           {".travis.yml", "language: go\nservices: [docker]\nscript: make\n", 0},
		"gitlab":           {".gitlab-ci.yml", "image: a\nservices: [postgres:9]\ntest: {script: [make]}\n", 0},
		"workflow":         {".github/workflows/compose.yml", "on: push\njobs: {a: {services: {db: {image: b}}, steps: []}}\n", 0},
		"drone":            {".drone.yml", "pipeline: {a: {image: b}}\nservices: {db: {image: c}}\n", 0},
		"woodpecker":       {".woodpecker.yml", "steps: {a: {image: b}}\nservices: {db: {image: c}}\n", 0},
		"bitbucket":        {"bitbucket-pipelines.yml", "image: a\ndefinitions: {services: {db: {image: c}}}\n", 0},
		"render":           {"render.yaml", "services:\n- {type: web, name: a, env: docker}\n", 0},
		"serverless":       {"serverless-compose.yml", "services:\n  a: {path: service-a, params: {x: 1}}\n", 0},
		"process_compose":  {"process-compose.yaml", "version: '0.5'\nprocesses: {a: {command: b}}\n", 0},
		"openapi":          {"api.yaml", "openapi: 3.0.0\npaths: {/services: {get: {tags: [a]}}}\n", 0},
		"home_assistant":   {"services.yaml", "turn_on:\n  fields: {entity: {example: a}}\n", 0},
		"ansible":          {"roles/a/tasks/docker-compose.yml", "- name: a\n  service: {name: b}\n", 0},
		"ansible_vars":     {"group_vars/all.yml", "domain: x\nservices: {a: {image: b, ports: ['1:1']}}\n", 0},
		"lando":            {".lando.yml", "name: a\nservices: {db: {type: mysql, portforward: true}}\n", 0},
		"convox":           {"convox.yml", "services: {web: {build: ., port: 3000}}\n", 0},
		"composer":         {"composer-ci.yml", "networks: {}\n", 0},
		"numbers":          {"ports.yml", "services: {http: {ports: [80, 443]}}\n", 0},
		"docker_sync":      {"docker-sync.yml", "version: '2'\nsyncs: {a: {src: b}}\n", 0},
		"skaffold":         {"skaffold.yaml", "apiVersion: skaffold/v4beta11\nkind: Config\n", 0},
		"backstage":        {"catalog-info.yaml", "apiVersion: backstage.io/v1alpha1\nkind: Component\n", 0},
		"schema":           {"openapi.yml", "components: {schemas: {a: {properties: {apiVersion: {}, kind: {}}}}}\n", 0},
		"chart":            {"Chart.yaml", "apiVersion: v2\nname: a\n", 0},
		"empty":            {"a.yml", "", 0},
		"null_services":    {"a.yml", "services:\n", 0},
		"scalar":           {"a.yml", "services\n", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, got := kind(t, tt.file, tt.text); got != tt.want {
				t.Errorf("got %b, want %b", got, tt.want)
			}
			if tt.want.Ambiguous() != strings.HasPrefix(name, "ambiguous") {
				t.Error("ambiguity is wrong")
			}
		})
	}
}

// TestGuess shows what the first tier lets through without parsing, and what it stops.
func TestGuess(t *testing.T) {
	t.Parallel()
	const nul = "\x00\x01services:\n"
	for name, tt := range map[string]struct {
		file, text string
		want       recognise.Kind
	}{
		"broken":           {"stack.yml", "services:\n  a: [\n", recognise.Compose},
		"binary_by_name":   {"compose.yaml", nul, recognise.Compose},
		"binary":           {"stack.yaml", nul, 0},
		"wide":             {"pod.yaml", "\xff\xfea\x00p\x00i\x00V\x00e\x00r\x00s\x00i\x00o\x00n\x00:\x00 \x001\x00\n\x00k\x00i\x00n\x00d\x00:\x001\x00", recognise.Kubernetes},
		"invalid":          {"a.yml", "apiVersion: v1\nkind: \xff\n", recognise.Kubernetes},
		"newline_in_name":  {"a\ncompose.yml", "", recognise.Compose},
		"template":         {"stack.yml.j2", "services:\n{% for a in b %}\n  a: {image: b}\n{% endfor %}\n", recognise.Compose | recognise.Template},
		"go_template":      {"pod.yaml", "{{- if .x }}\napiVersion: v1\nkind: Pod\n{{- end }}\n", recognise.Kubernetes | recognise.Template},
		"same_line":        {"pod.yaml", "{{ if .x }}apiVersion: v1\nkind: Pod\n{{- end }}\n", recognise.Kubernetes | recognise.Template},
		"half":             {"pod.yaml", "{{ include \"head\" . }}\nkind: Pod\n", recognise.Template},
		"nested_services":  {"ci.yml", "jobs:\n  a:\n    services: {db: {image: a}}\n", 0},
		"nested_kind":      {"tasks.json", "{\n// comment\n\"tasks\": [{\"group\": {\"kind\": \"build\", \"apiVersion\": 1}}]}", 0},
		"value":            {"a.yml", "a: services\nb: 'kind: apiVersion: x'\n", 0},
		"not_structured":   {"a.txt", "apiVersion: v1\nkind: Pod\n", 0},
		"ruby_in_database": {"config/database.yml", "production:\n<% if x %>\n  adapter: a\n<% end %>\n", 0},
		"dockerfile":       {"build/web.docker", "FROM alpine\n", recognise.Dockerfile},
		"dockerfile_j2":    {"Dockerfile.j2", "FROM {{ base }}\nRUN a\n", recognise.Dockerfile | recognise.Template},
	} {
		if got := recognise.Guess(tt.file, []byte(tt.text)); got != tt.want {
			t.Errorf("%s: got %b, want %b", name, got, tt.want)
		}
	}
}

func TestDockerfile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		file, text string
		want       bool
	}{
		{"Dockerfile", "", true}, {"a/Containerfile", "x", true}, {"web.dockerfile", "", true}, {"Dockerfile.prod", "", true},
		{"image", "# syntax=docker/dockerfile:1\nARG V=1\nFROM --platform=linux/amd64 alpine:$V AS b\nRUN a && \\\n  b\n", true},
		{"build/web", "from alpine\nuser root\n", true}, {"Dockerfile-prod", "FROM scratch\n", true}, {"docker/app", "FROM a.example.org/b@sha256:abc\n", true},
		{"Dockerfile.go", "FROM golang\nRUN go build\n", true}, {"Dockerfile.txt", "FROM a\nCMD b\n", true},
		{"win", "# escape=`\nFROM a\nRUN b `\n c\nCMD d\n", true}, {"doc", "FROM a\nRUN <<EOF\nwhatever it is\nEOF\nCMD b\n", true},
		{"x.build", "ARG A\nFROM ${A}\n\nENTRYPOINT [\"a\"]\n", true}, {"Dockerfile.erb", "FROM <%= base %>\n", true},
		{"Dockerfile.md", "# Dockerfile\nFROM the start\n", false}, {"a.py", "from os import path\n", false}, {"run", "from os import path\nRUN = 1\n", false},
		{"q", "FROM users AS u\nWHERE a = 1\n", false}, {"q.sql", "FROM a\nRUN b\n", false}, {"mail", "From a@b.example Mon Nov 30\nSubject: x\n", false},
		{"Modelfile", "FROM llama3\nPARAMETER temperature 1\n", false}, {"Earthfile", "VERSION 0.8\nFROM a\nRUN b\n", false},
		{"a.def", "Bootstrap: docker\nFrom: ubuntu\n", false}, {"README", "From here on\nit is prose.\n", false}, {"x", "FROM a\n", false},
		{"dockerfile_test.go", "package a\n", false}, {"x", "FROM a\n\x00RUN b\n", false}, {".dockerignore", "FROM\n", false}, {"Dockerfile.sh", "docker build .\n", false},
	} {
		if got := recognise.IsDockerfile(tt.file, []byte(tt.text)); got != tt.want {
			t.Errorf("%s %q: %t", tt.file, tt.text, got)
		}
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	const text = "kind: A\n---\nkind: [\n--- # third\nkind: C\n---\nx: |\n  ---\n"
	docs, faults := recognise.Split("a.yaml", []byte(text))
	var got []string
	for _, d := range docs {
		at, _ := d.Locate([]any{"kind"})
		got = append(got, at.String())
	}
	for _, err := range faults {
		at, _, _ := strings.Cut(err.Error(), ": ")
		got = append(got, at)
	}
	want := []string{"a.yaml:1:7", "a.yaml:5:7", "a.yaml:7:1", "a.yaml:4:1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if docs, faults := recognise.Split("a.yaml", []byte("a: 1\n---\nb: 2\n")); len(docs) != 2 || faults != nil {
		t.Errorf("whole: %d documents, %v", len(docs), faults)
	}
	if docs, faults := recognise.Split("a.yaml", []byte(strings.Repeat("a: [\n---\n", 500))); docs != nil || len(faults) != 1 {
		t.Errorf("many: %d documents, %d faults", len(docs), len(faults))
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]recognise.Mark{
		"a: {{ b }}": recognise.Braces, "a: ${{ b }}": 0, "{% if a %}": recognise.Statement, "a: <%= b %>": recognise.Percent, "a: <% b": 0,
		"${A}: b": recognise.KeyVariable, "  - $A: b": recognise.KeyVariable, "a: ${A}": 0, "a: __TAG__": recognise.Placeholder, "a: @@TAG@@": recognise.Placeholder,
		"a: x@sha256:b": 0, "a: __init__": 0, "{\"a\":{\"b\":1}}": 0, "a: ${{ x }} {{ y }}": recognise.Braces,
	} {
		if got := recognise.Marks([]byte(text)); got != want {
			t.Errorf("%q: got %b, want %b", text, got, want)
		}
	}
	for text, want := range map[string]bool{
		"{{ if a }}\n  apiVersion: v1\n  kind: Pod\n{{ end }}": true, "a: {{ b }}\nservices:\n": true, "apiVersion: v1\nkind: Pod": false, "a: {{ b }}": false,
		"<% if a %>services:<% end %>": true, "b:\n    {{ x }}\n    apiVersion: v1\n    kind: Pod\n": true, "b:\n  kind: {{ x }}\n": false,
	} {
		if got := recognise.Templated([]byte(text)); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

func TestSpeaksForDeployment(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		file, text string
		want       bool
	}{
		{"k8s/a.yaml", "a: [", true}, {"x/charts/y/a.yml", "{{ a }}", true}, {"app-deployment.yaml", "[", true}, {"stack.yml", "\x00", true},
		{"compose.prod.yml", "[", true}, {"a.yml", "kind: [", true}, {"a.yaml.j2", "{% a %}\nservices:\n  {{ b }}", true}, {"a.json", "{\"apiVersion\": ", true},
		{".github/workflows/a.yml", "[", true}, {"testdata/a.yaml", "apiVersion: v1\nkind: [\n", true}, {"a.yml", "\ufeffservices:\n\t- a", true},
		{"config/database.yml", "production:\n<% if a %>\n  adapter: b\n<% end %>\n", false}, {".github/ISSUE_TEMPLATE/deploy.yml", "name: [\nbody:\n", false},
		{"testdata/k8s/broken.yaml", "a: [", false}, {"a.txt", "kind: a", false}, {"mkdocs.yml", "a: !!python/name:x [", false}, {"a.yml", "b:\n  kind: [\n", false},
		{"locales/en.yml", "services_title: [\n", false}, {"k8s/tsconfig.json", "{ // a\n}", false}, {"values.yml", "", false},
	} {
		if got := recognise.SpeaksForDeployment(tt.file, []byte(tt.text)); got != tt.want {
			t.Errorf("%s %q: %t", tt.file, tt.text, got)
		}
	}
}
