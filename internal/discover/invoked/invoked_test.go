package invoked_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/discover/invoked"
)

// show writes an invocation in one line.
func show(i invoked.Invocation) string {
	out := strings.TrimSpace(fmt.Sprintf("%d %s %s", i.Place.Region.StartLine, i.Tool, strings.Join(i.Files, " ")))
	for _, part := range [...][2]string{{"?", strings.Join(i.Unresolved, " ")}, {"@", i.Target}, {"#", i.ProjectDir}, {"<", i.Inline}} {
		if part[1] != "" {
			out += " " + part[0] + part[1]
		}
	}
	return strings.TrimSpace(out) + " in " + strings.Join(i.Dirs, " ")
}

func read(name, text string) (out []string) {
	for _, i := range invoked.Read(name, []byte(text)) {
		out = append(out, show(i))
	}
	return out
}

// TestCommands reads one command each.
func TestCommands(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]string{
		"docker stack deploy -c docker-stack.yml web":                                        "stack docker-stack.yml",
		"docker --context prod stack deploy --compose-file=a.yml -c b.yml --prune web":       "stack a.yml b.yml",
		"sudo docker stack up -ca.yml x":                                                     "stack a.yml",
		"docker stack rm web":                                                                "",
		"docker compose -f a.yml --file=b.yml -p x up -f no":                                 "compose a.yml b.yml",
		"/usr/bin/docker-compose --ansi never -fa.yml up":                                    "compose a.yml",
		"podman-compose -f a.yml up":                                                         "compose a.yml",
		"podman compose --file a.yml up":                                                     "compose a.yml",
		"nerdctl -n x compose -f a.yml up":                                                   "compose a.yml",
		"docker compose --project-directory x -f a.yml up":                                   "compose a.yml #x",
		"docker compose -f $FILE -f b.yml up":                                                "compose b.yml ?$FILE",
		"docker compose up -d":                                                               "compose",
		"COMPOSE_FILE=a.yml:b.yml docker compose up":                                         "compose a.yml b.yml",
		"COMPOSE_PATH_SEPARATOR=, COMPOSE_FILE=a.yml,b.yml docker compose up":                "compose a.yml b.yml",
		"cat a.yml | docker compose -f - up":                                                 "compose",
		"${DOCKER_COMPOSE} -f a.yml up":                                                      "compose a.yml",
		"$DOCKER stack deploy -c a.yml b":                                                    "stack a.yml",
		"docker build -f build/Dockerfile.web -t a:b --build-arg X=1 .":                      "build build/Dockerfile.web @.",
		"docker buildx build --push --platform linux/amd64 --file=x ctx":                     "build x @ctx",
		"docker image build ctx":                                                             "build @ctx",
		"podman build -t a -f Containerfile.x .":                                             "build Containerfile.x @.",
		"buildah bud -f a/Containerfile --layers .":                                          "build a/Containerfile @.",
		"buildah build-using-dockerfile --file b .":                                          "build b @.",
		"/kaniko/executor --context dir://app --dockerfile=app/Dockerfile.x --destination y": "build app/Dockerfile.x @app",
		"docker run -v x:y gcr.io/kaniko-project/executor:v1 --dockerfile Dockerfile.k -d x": "build Dockerfile.k",
		"docker build - < Dockerfile":                                                        "build @-",
		"docker build -f - . < Dockerfile":                                                   "",
		"docker buildx bake -f a.hcl --push web":                                             "bake a.hcl",
		"kubectl apply -f a.yaml,b.yaml -n x":                                                "kubectl a.yaml b.yaml",
		"kubectl --context x apply -Rf k8s/":                                                 "kubectl k8s/",
		"oc apply -f https://example.org/a.yaml":                                             "kubectl https://example.org/a.yaml",
		"kubectl apply -k overlays/prod":                                                     "kustomize @overlays/prod",
		"kubectl kustomize base":                                                             "kustomize @base",
		"kubectl delete -f a.yaml":                                                           "",
		"kubectl get pods -n x":                                                              "",
		"kapp deploy -a x -f manifests -y":                                                   "kubectl manifests",
		"kustomize build --enable-helm overlays/x":                                           "kustomize @overlays/x",
		"kustomize version":                                                                  "",
		"helm upgrade --install web ./chart -f a.yaml --values=b.yaml --set x=y":             "helm a.yaml b.yaml @./chart",
		"helm template ./chart":                                                              "helm @./chart",
		"helm repo add a https://example.org":                                                "",
		"helmfile -f deploy/helmfile.yaml apply":                                             "helmfile deploy/helmfile.yaml",
		"skaffold run -f s.yaml":                                                             "skaffold s.yaml",
		"sh -c 'docker compose -f a.yml up'":                                                 "compose a.yml",
		"echo docker compose -f a.yml":                                                       "",
		"docker ps -f name=a":                                                                "",
		"docker compose -f":                                                                  "compose",
		"docker":                                                                             "",
		"docker buildx":                                                                      "",
		"dockerize -f a.yml":                                                                 "",
	} {
		got := strings.TrimSuffix(strings.Join(read("bin/run.sh", command+"\n"), "; "), " in bin .")
		if got = strings.TrimPrefix(got, "1 "); got != want {
			t.Errorf("%s\n got %q\nwant %q", command, got, want)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		file, text string
		want       []string
	}{
		"cd":       {"deploy/up.sh", "#!/bin/sh\nexport COMPOSE_FILE=a.yml:b.yml\ndocker compose up\ncd sub && docker stack deploy -c s.yml x\n", []string{"3 compose a.yml b.yml in deploy .", "4 stack s.yml in deploy/sub sub deploy ."}},
		"no_shell": {"bin/tool", "docker compose -f a.yml up\n", nil},
		"shebang":  {"bin/tool", "#!/usr/bin/env bash\ndocker compose -f a.yml up\n", []string{"2 compose a.yml in bin ."}},
		"broken":   {"a.sh", "if x; then\ndocker stack deploy \\\n  -c a.yml w\n# docker stack deploy -c no.yml w\n", []string{"2 stack a.yml in ."}},
		"long":     {"a.sh", strings.Repeat("true\n", 20000) + "docker stack deploy -c a.yml w\n", []string{"20001 stack a.yml in ."}},
		"makefile": {"Makefile", "COMPOSE_FILE := c.yml\nup:\n\tcd deploy && docker stack deploy -c s.yml w\n\ndev:\n\tdocker compose up\nx:\n\tdocker build -f $(F) .\n", []string{"3 stack s.yml in deploy .", "6 compose c.yml in .", "8 build ?$(F) @. in ."}},
		"justfile": {"justfile", "up:\n    @docker compose -f {{file}} -f b.yml up\ndown:\n    docker compose -f \"c d.yml\" down\n", []string{"2 compose b.yml ?{{file}} in .", "4 compose c d.yml in ."}},
		"procfile": {"Procfile.dev", "web: docker compose -f a.yml up\nother: rails s\n", []string{"1 compose a.yml in ."}},
		"jenkins": {"Jenkinsfile", "pipeline { steps {\n dir('ops') { sh 'docker stack deploy -c s.yml web' }\n sh \"\"\"\n  kubectl apply -f k.yaml\n \"\"\"\n sh(script: \"docker build -f D . \")\n} }\n",
			[]string{"2 stack s.yml in ops .", "4 kubectl k.yaml in ops .", "6 build D @. in ops ."}},
		"python":     {"tasks.py", "c.run(\"docker compose -f a.yml up\")\nsubprocess.run([\"docker\", \"stack\", \"deploy\", \"-c\", \"s.yml\", \"w\"])\n# docker stack deploy -c no.yml x\n", []string{"1 compose a.yml in .", "2 stack s.yml in ."}},
		"powershell": {"up.ps1", "$env:COMPOSE_FILE = \"a.yml\"\r\ndocker.exe compose up -d\r\n", []string{"2 compose a.yml in ."}},
		"unit":       {"web.service", "[Service]\nExecStart=/usr/bin/docker stack deploy -c s.yml w\n", []string{"2 stack s.yml in ."}},
		"env":        {"ops/.env", "A=b\nCOMPOSE_FILE=\"a.yml:${B}.yml\"\n", []string{"2 compose ?a.yml:${B}.yml in ops"}},
		"env_list":   {"prod.env", "COMPOSE_PATH_SEPARATOR=;\nexport COMPOSE_FILE=a.yml;b.yml\n", []string{"2 compose a.yml b.yml in ."}},
		"env_none":   {".env", "COMPOSE_PROJECT_NAME=a\n", nil},
		"workflow": {".github/workflows/a.yml", "on: push\nenv: {COMPOSE_FILE: a.yml}\ndefaults: {run: {working-directory: ops}}\njobs:\n  a:\n    steps:\n      - run: |\n          true\n          docker compose up\n      - run: docker stack deploy -c s.yml w\n        working-directory: x\n      - uses: docker/build-push-action@v6\n        with: {file: build/D, context: ctx}\n      - uses: docker/bake-action@v5\n        with:\n          files: |\n            a.hcl\n            b.hcl\n      - uses: actions/checkout@v4\n",
			[]string{"9 compose a.yml in ops", "10 stack s.yml in x", "12 build build/D @ctx in ops", "14 bake a.hcl b.hcl in ops"}},
		"gitlab":             {".gitlab-ci.yml", "variables: {COMPOSE_FILE: a.yml}\nd:\n  before_script: [cd ops]\n  script:\n    - cd ops\n    - docker stack deploy -c s.yml w\n    - |\n      echo\n      docker compose up\n", []string{"6 stack s.yml in ops .", "9 compose a.yml in ops ."}},
		"circle":             {".circleci/config.yml", "jobs: {a: {steps: [{run: {command: docker compose -f a.yml up, working_directory: x}}, {run: 'kubectl apply -f k'}]}}\n", []string{"1 compose a.yml in x", "1 kubectl k in ."}},
		"azure":              {"azure-pipelines.yml", "steps:\n- script: docker stack deploy -c s.yml w\n  workingDirectory: ops\n- task: Docker@2\n  inputs: {Dockerfile: a/D, buildContext: a}\n", []string{"2 stack s.yml in ops", "4 build a/D @a in ."}},
		"taskfile":           {"ops/Taskfile.yml", "tasks:\n  a: docker compose -f a.yml up\n  b: {dir: x, cmds: ['docker stack deploy -c {{.F}} w', {cmd: kubectl apply -f k}]}\n", []string{"2 compose a.yml in ops", "3 kubectl k in x", "3 stack ?{{.F}} in x"}},
		"drone":              {".drone.yml", "kind: pipeline\nsteps:\n- image: plugins/docker\n  settings: {dockerfile: a/D}\n- commands: [docker compose -f a.yml up]\n", []string{"4 build a/D in .", "5 compose a.yml in ."}},
		"cloud":              {"cloudbuild.yaml", "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, -f, a/D, .]\n- name: gcr.io/kaniko-project/executor:latest\n  args: [--dockerfile=b/D]\n", []string{"2 build a/D @. in .", "4 build b/D in ."}},
		"pipeline_broken":    {".github/workflows/b.yml", "jobs: [\n  - run: docker stack deploy -c s.yml w\n", []string{"2 stack s.yml in ."}},
		"package":            {"web/package.json", `{"name":"a","scripts":{"up":"docker compose -f a.yml up","b":"vite"},"docker":"x"}`, []string{"1 compose a.yml in web"}},
		"devcontainer":       {".devcontainer/devcontainer.json", "// x\n{\n \"dockerComposeFile\": [\"../a.yml\", \"b.yml\",],\n \"build\": {\"dockerfile\": \"D\", \"context\": \"..\"}\n}\n", []string{"3 compose ../a.yml b.yml in .devcontainer", "4 build D @.. in .devcontainer"}},
		"devcontainer_old":   {".devcontainer.json", "{\"dockerComposeFile\": \"${localEnv:X}.yml\", \"dockerFile\": \"D\"}", []string{"1 compose ?${localEnv:X}.yml in .", "1 build D in ."}},
		"devcontainer_image": {".devcontainer/devcontainer.json", "{\"image\": \"a\"}", nil},
		"skaffold": {"skaffold.yaml", "build:\n  artifacts:\n  - {image: a, context: b, docker: {dockerfile: D}}\nmanifests: {rawYaml: [k8s/*.yaml], kustomize: {paths: [o]}}\ndeploy:\n  kubectl: {manifests: [m.yaml]}\n  helm: {releases: [{name: r, chartPath: charts/r, valuesFiles: [v.yaml]}]}\nprofiles: [{name: p, manifests: {rawYaml: [p.yaml]}}]\n",
			[]string{"3 build D @b in .", "4 kubectl k8s/*.yaml in .", "6 kubectl m.yaml in .", "4 kustomize @o in .", "7 helm v.yaml @charts/r in .", "8 kubectl p.yaml in ."}},
		"bake_hcl":  {"docker-bake.hcl", "variable \"D\" {}\ngroup \"default\" { targets = [\"a\"] }\ntarget \"a\" {\n  dockerfile = \"a/D\"\n  context = \"a\"\n}\ntarget \"b\" { dockerfile = D }\ntarget \"c\" {\n  dockerfile-inline = <<EOT\nFROM a\nUSER root\nEOT\n}\n", []string{"3 build a/D @a in .", "7 build ?${D} in .", "8 build <FROM a\nUSER root in ."}},
		"bake_json": {"docker-bake.json", "{\"target\": {\"a\": {\"dockerfile\": \"D\"}, \"b\": {\"dockerfile-inline\": \"FROM a\"}}}", []string{"1 build D in .", "1 build <FROM a in ."}},
		"tilt": {"Tiltfile", "docker_compose(['a.yml', \"b.yml\"])\ndocker_build('x', 'ctx', dockerfile='D', only=['src'])\nk8s_yaml(kustomize('o'))\nk8s_yaml(['k.yaml'])\n# k8s_yaml('no.yaml')\nk8s_yaml(helm('c', values=['v.yaml']))\nlocal('kubectl apply -f l.yaml')\n",
			[]string{"1 compose a.yml b.yml in .", "2 build D @ctx in .", "3 kustomize @o in .", "4 kubectl k.yaml in .", "6 helm v.yaml @c in .", "7 kubectl l.yaml in ."}},
		"prose": {"README.md", "docker compose -f a.yml up\n", nil},
		"yaml":  {"config/app.yml", "run: docker compose -f a.yml up\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, read(tt.file, tt.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestBounds shows that nothing of a hostile file is followed without end.
func TestBounds(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"a.sh", "Makefile", "Jenkinsfile", "Tiltfile", "docker-bake.hcl", "docker-bake.json", ".env", "Taskfile.yml", "skaffold.yaml", "package.json", ".devcontainer.json"} {
		for _, text := range []string{
			strings.Repeat("docker compose -f a up\n", 1<<16), "\x00\xff docker", strings.Repeat("docker build \\\n", 1<<15), strings.Repeat("[", 1<<20),
			strings.Repeat("k8s_yaml('a'", 1<<16), "docker " + strings.Repeat("\"'", 1<<14), strings.Repeat("run: {", 1<<16),
		} {
			if n := len(invoked.Read(file, []byte(text))); n > 1000 {
				t.Errorf("%s: %d invocations", file, n)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.sh", "cd x; COMPOSE_FILE=a docker compose -f b up")
	f.Add("Jenkinsfile", "sh 'docker stack deploy -c \"a\"'")
	f.Add("Tiltfile", "k8s_yaml(helm('a', values=['b']))")
	f.Add("docker-bake.hcl", "target \"a\" {\ndockerfile-inline = <<E\nE\n}")
	f.Add(".github/workflows/a.yml", "run: |\n  docker build -f x .")
	f.Add("docker-bake.json", "{\"target\":{\"a\":{\"context\":\"b\"}}}")
	f.Add("skaffold.yaml", "build: {artifacts: [{docker: {dockerfile: a}}]}")
	f.Fuzz(func(t *testing.T, name, text string) {
		for _, i := range invoked.Read(name, []byte(text)) {
			if i.Place.URI != name || i.Place.Region.StartLine < 1 || i.Place.Region.StartLine > strings.Count(text, "\n")+strings.Count(text, "\r")+2 || i.Tool == "" || len(i.Dirs) == 0 {
				t.Errorf("%+v", i)
			}
		}
	})
}
