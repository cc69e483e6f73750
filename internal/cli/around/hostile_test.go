package around

import (
	"strings"
	"testing"
	"unicode/utf16"
)

const (
	pinned = "nginx:1.27.0@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	// evil is what every change wants to have deployed.
	evil = "services:\n  web:\n    image: " + pinned + "\n    privileged: true\n"
	// evilPod is the same for a cluster.
	evilPod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - {name: c, image: \"" + pinned + "\", securityContext: {privileged: true}}\n"
)

func deployment(head, spec, pod string) string {
	return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d" + head + "}\nspec:\n  selector: {matchLabels: {a: b}}\n" + spec +
		"  template:\n    metadata: {labels: {a: b}}\n    spec:\n      containers:\n        - {name: c, image: \"" + pinned + "\", securityContext: {privileged: true}}\n" + pod
}

var base = map[string]string{
	".assure.yml":  "fail-on-severity: high\n",
	"compose.yaml": "services:\n  web:\n    image: " + pinned + "\n",
	"Dockerfile":   "FROM scratch\n",
}

var policy = map[string]string{".assure.yml": "images:\n  registries: [docker.io/library]\n  keys: [{id: k, pem: \"-----BEGIN PUBLIC KEY-----\\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEF0YD7kWhhb1NDisMDUZFDb/yka4y\\nIuDAuSGM/7F8q/QiMoi9wZvE26g+nwFjbYLJ0D1+ZocYdBaxihN+IfqI0Q==\\n-----END PUBLIC KEY-----\\n\"}]\n  rules: [{match: [nginx], allow-unsigned: true, reason: upstream}, {match: [\"docker.io/**\"], keys: [k]}]\n"}

func utf16le(s string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func files(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

// way is one way out: its group, the rule or gap that must stop it, and what the fork brings.
type way struct {
	group, name, want string
	head              map[string]string
}

func ways() []way {
	return []way{
		{"settings", "exclude", "compose/privileged", files("compose.yaml", evil, ".assure.yml", "exclude: [\"**\"]\n")},
		{"settings", "second configuration", "compose/privileged", files("compose.yaml", evil, ".github/assure.yml", "exclude: [\"**\"]\n", ".assure.yml", gone)},
		{"settings", "two configurations", "compose/privileged", files("compose.yaml", evil, ".github/assure.yaml", "exclude: [\"**\"]\n")},
		{"settings", "exception", "compose/privileged", files("compose.yaml", evil, ".assure.yml", "exceptions: [{rule: compose/privileged, path: compose.yaml, reason: r, owner: o, expires: 2027-01-01}]\n")},
		{"settings", "comment exception", "compose/privileged", files("compose.yaml", strings.Replace(evil, "true", "true # assure:except compose/privileged until=2099-01-31 reason=\"trust me\"", 1))},
		{"settings", "stages", "compose/privileged", files("compose.yaml", evil, ".assure.yml", "stages: [deps]\nfail-on: none\nfail-on-severity: none\n")},
		{"settings", "profile", "compose/privileged", files("compose.yaml", evil, ".assure.yml", "hardening: {profile: baseline}\n")},
		{"settings", "image, allowed by the change", "image/registry-not-allowed", files("compose.yaml", strings.Replace(base["compose.yaml"], "nginx", "evil.example.com/x", 1), ".assure.yml", "images: {registries: [evil.example.com], insecure-registries: [evil.example.com]}\n")},
		{"settings", "image, excused by the change", "gap/image-not-verified", files("compose.yaml", strings.Replace(base["compose.yaml"], "nginx", "redis", 1), ".assure.yml", "images: {rules: [{match: [\"**\"], allow-unsigned: true, reason: r}]}\n")},
		{"settings", "image, mirrored by the change", "image/registry-not-allowed", files("compose.yaml", strings.Replace(base["compose.yaml"], "nginx", "evil.example.com/x", 1), ".assure.yml", "images: {mirrors: [{of: docker.io/library/nginx, at: evil.example.com/x}]}\n")},
		{"ignored", "gitignore", "compose/privileged", files("compose.yaml", evil, ".gitignore", "compose.yaml\n*\n")},
		{"ignored", "gitattributes", "compose/privileged", files("compose.yaml", evil, ".gitattributes", "* export-ignore binary linguist-generated linguist-vendored -diff\n")},
		{"ignored", "dockerignore", "compose/privileged", files("compose.yaml", evil, ".dockerignore", "*\n")},
		{"ignored", "other ignore files", "compose/privileged", files("compose.yaml", evil, ".trivyignore", "*\n", ".checkov.yaml", "skip-check: [CKV_DOCKER_1]\n", ".helmignore", "*\n", ".kube-linter.yaml", "checks: {doNotAutoAddDefaults: true}\n")},
		{"ignored", "tool comments", "compose/privileged", files("compose.yaml", "# trivy:ignore:*\n# checkov:skip=all\n# kics-scan ignore\n# hadolint ignore=all\n# nosec\n# yamllint disable\n"+evil)},
		{"ignored", "labels", "compose/privileged", files("compose.yaml", evil+"    labels: {assure.skip: \"true\", trivy.ignore: all}\n")},
		{"ignored", "pod, annotations", "kubernetes/privileged", files("k8s/p.yaml", strings.Replace(evilPod, "{name: p}", "{name: p, annotations: {assure/skip: \"true\", checkov.io/skip1: all, ignore-check.kube-linter.io/all: x, kics: ignore, helm.sh/hook: test, argocd.argoproj.io/hook: Skip}}", 1))},
		{"ignored", "chart, helmignore", "kubernetes/privileged", files("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n", "c/.helmignore", "templates/\n", "c/templates/p.yaml", evilPod)},
		{"ignored", "Dockerfile, ignored", "image/latest", files("Dockerfile", "# hadolint ignore=all\n# check=skip=all\nFROM evil:latest\n", ".dockerignore", "Dockerfile\n")},
		{"place", "plainly", "compose/privileged", files("compose.yaml", evil)},
		{"place", "file name", "compose/privileged", files("compose.yaml", gone, "infra/stuff.yaml", evil)},
		{"place", "file name, any ending", "compose/privileged", files("compose.yaml", gone, "infra/stuff.txt", evil, "Makefile", "up:\n\tdocker compose -f infra/stuff.txt up -d\n")},
		{"place", "hidden directory", "compose/privileged", files(".deploy/compose.yaml", evil)},
		{"place", "vendor", "compose/privileged", files("vendor/x/compose.yaml", evil)},
		{"place", "testdata", "compose/privileged", files("testdata/compose.yaml", evil)},
		{"place", "examples", "compose/privileged", files("examples/compose.yaml", evil)},
		{"place", "node_modules", "compose/privileged", files("node_modules/x/compose.yaml", evil)},
		{"place", "dist", "compose/privileged", files("dist/compose.yaml", evil, "build/x.yaml", evilPod)},
		{"place", "upper case", "compose/privileged", files("compose.yaml", gone, "COMPOSE.YAML", evil)},
		{"place", "new line in the name", "compose/privileged", files("a\nb/compose.yaml", evil)},
		{"place", "bad UTF-8 in the name", "compose/privileged", files("a\xff/compose.yaml", evil)},
		{"place", "json", "compose/privileged", files("compose.yaml", gone, "compose.json", `{"services": {"web": {"image": "`+pinned+`", "privileged": true}}}`)},
		{"place", "COMPOSE_FILE", "compose/privileged", files(".env", "COMPOSE_FILE=stack.txt\n", "stack.txt", evil)},
		{"place", "second Compose file", "compose/privileged", files("docker-compose.yml", evil)},
		{"place", "pod", "kubernetes/privileged", files("k8s/p.yaml", evilPod)},
		{"place", "pod, any ending", "kubernetes/privileged", files("k8s/p.txt", evilPod, "Makefile", "up:\n\tkubectl apply -f k8s/p.txt\n")},
		{"place", "pod, no ending", "kubernetes/privileged", files("k8s/p", evilPod)},
		{"place", "pod in JSON", "kubernetes/privileged", files("k8s/p.json", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"`+pinned+`","securityContext":{"privileged":true}}]}}`)},
		{"place", "Dockerfile, any name", "image/latest", files("x/Recipe", "FROM evil:latest\nUSER root\n", "Makefile", "all:\n\tdocker build -f x/Recipe .\n")},
		{"bytes", "byte order mark", "compose/privileged", files("compose.yaml", "\xef\xbb\xbf"+evil)},
		{"bytes", "utf-16", "gap/not-parsed", files("compose.yaml", utf16le(evil))},
		{"bytes", "not utf-8", "gap/not-parsed", files("compose.yaml", "# \xff\xfe\n"+evil)},
		{"bytes", "null byte", "gap/not-parsed", files("compose.yaml", "# \x00\n"+evil)},
		{"bytes", "carriage returns", "compose/privileged", files("compose.yaml", strings.ReplaceAll(evil, "\n", "\r\n"))},
		{"bytes", "only carriage returns", "compose/privileged", files("compose.yaml", strings.ReplaceAll(evil, "\n", "\r"))},
		{"bytes", "too large", "gap/too-large", files("compose.yaml", evil+"# "+strings.Repeat("x", 20<<20)+"\n")},
		{"bytes", "pod in UTF-16", "gap/not-parsed", files("k8s/p.yaml", utf16le(evilPod))},
		{"links", "link outside", "gap/not-regular", files("compose.yaml", "->/etc/hostname")},
		{"links", "link inside", "compose/privileged", files("compose.yaml", "->data/blob", "data/blob", evil)},
		{"links", "link to nothing", "gap/not-regular", files("compose.yaml", "->nowhere")},
		{"links", "link to git", "gap/not-regular", files("compose.yaml", "->.git/config")},
		{"links", "linked directory", "compose/privileged", files("data/compose.yaml", evil, "deploy", "->data")},
		{"links", "submodule", "compose/privileged", files(".gitmodules", "[submodule \"x\"]\n\tpath = deploy\n\turl = https://example.org/x\n", "deploy/compose.yaml", evil)},
		{"broken", "not YAML", "gap/not-parsed", files("compose.yaml", evil+"  web2: [\n")},
		{"broken", "twice the key", "gap/not-parsed", files("compose.yaml", evil+"services: {}\n")},
		{"broken", "second document", "compose/privileged", files("compose.yaml", "services:\n  web:\n    image: "+pinned+"\n---\n"+evil)},
		{"broken", "end mark", "gap/not-parsed", files("compose.yaml", "services:\n  web:\n    image: "+pinned+"\n...\n"+evil)},
		{"broken", "tag of YAML", "compose/privileged", files("compose.yaml", strings.Replace(evil, "true", "!!bool \"true\"", 1))},
		{"broken", "yes", "compose/privileged", files("compose.yaml", strings.Replace(evil, "true", "yes", 1))},
		{"broken", "text", "compose/privileged", files("compose.yaml", strings.Replace(evil, "true", "\"true\"", 1))},
		{"broken", "pod in a list", "kubernetes/privileged", files("k8s/p.yaml", "apiVersion: v1\nkind: List\nitems:\n  - "+strings.ReplaceAll(strings.TrimSpace(evilPod), "\n", "\n    ")+"\n")},
		{"broken", "pod behind another document", "kubernetes/privileged", files("k8s/p.yaml", "a: b\n---\n"+evilPod)},
		{"broken", "pod behind a broken document", "kubernetes/privileged", files("k8s/p.yaml", "a: [\n---\n"+evilPod)},
		{"broken", "pod, other version", "kubernetes/privileged", files("k8s/p.yaml", strings.Replace(evilPod, "apiVersion: v1", "apiVersion: v1alpha9", 1))},
		{"off", "profiles", "compose/privileged", files("compose.yaml", evil+"    profiles: [debug]\n")},
		{"off", "replicas 0", "compose/privileged", files("compose.yaml", evil+"    deploy: {replicas: 0}\n")},
		{"off", "scale 0", "compose/privileged", files("compose.yaml", evil+"    scale: 0\n")},
		{"off", "develop", "compose/privileged", files("compose.yaml", evil+"    attach: false\n    restart: \"no\"\n")},
		{"off", "deployment, replicas 0", "kubernetes/privileged", files("k8s/d.yaml", deployment("", "  replicas: 0\n", ""))},
		{"off", "deployment, paused", "kubernetes/privileged", files("k8s/d.yaml", deployment("", "  paused: true\n", ""))},
		{"off", "cron job, suspended", "kubernetes/privileged", files("k8s/c.yaml", "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\nspec:\n  suspend: true\n  schedule: \"* * * * *\"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n          containers: [{name: c, image: \""+pinned+"\", securityContext: {privileged: true}}]\n")},
		{"off", "init container", "kubernetes/privileged", files("k8s/p.yaml", strings.Replace(evilPod, "  containers:", "  containers: [{name: d, image: \""+pinned+"\"}]\n  initContainers:", 1))},
		{"off", "ephemeral container", "kubernetes/privileged", files("k8s/p.yaml", strings.Replace(evilPod, "  containers:", "  containers: [{name: d, image: \""+pinned+"\"}]\n  ephemeralContainers:", 1))},
		{"off", "chart, dependency condition", "kubernetes/privileged", files("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: d, version: 1.0.0, condition: d.on}]\n", "c/values.yaml", "d: {on: false}\n", "c/charts/d/Chart.yaml", "apiVersion: v2\nname: d\nversion: 1.0.0\n", "c/charts/d/templates/p.yaml", evilPod)},
		{"off", "chart, test hook", "kubernetes/privileged", files("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n", "c/templates/tests/p.yaml", strings.Replace(evilPod, "{name: p}", "{name: p, annotations: {helm.sh/hook: test}}", 1))},
		{"off", "chart, crds", "kubernetes/privileged", files("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n", "c/crds/p.yaml", evilPod)},
		{"elsewhere", "template", "gap/template-not-rendered", files("compose.yaml", gone, "compose.yaml.tmpl", evil+"    hostname: {{ .Host }}\n")},
		{"elsewhere", "template marks", "gap/not-parsed", files("compose.yaml", evil+"    hostname: {{ host }}\n")},
		{"elsewhere", "jinja", "gap/template-not-rendered", files("compose.yaml", gone, "compose.yml.j2", "{% if x %}\n"+evil+"{% endif %}\n")},
		{"elsewhere", "x- fields", "compose/privileged", files("compose.yaml", "x-evil: &e\n  privileged: true\nservices:\n  web:\n    <<: *e\n    image: "+pinned+"\n")},
		{"elsewhere", "variable", "compose/privileged", files("compose.yaml", strings.Replace(evil, "true", "${P:-true}", 1))},
		{"elsewhere", "variable of .env", "compose/privileged", files("compose.yaml", strings.Replace(evil, "true", "${P}", 1), ".env", "P=true\n")},
		{"elsewhere", "variable of nobody", "compose/privileged", files("compose.yaml", strings.Replace(evil, "true", "${P:-false}", 1), ".env", "P=true\n")},
		{"elsewhere", "include", "compose/privileged", files("compose.yaml", "include: [{path: ./x.txt}]\nservices:\n  w: {image: \""+pinned+"\"}\n", "x.txt", evil)},
		{"elsewhere", "remote include", "gap/remote-source", files("compose.yaml", "include: [\"https://github.com/evil/x.git\"]\nservices:\n  w: {image: \""+pinned+"\"}\n")},
		{"elsewhere", "extends", "compose/privileged", files("compose.yaml", "services:\n  w: {extends: {file: x.txt, service: web}}\n", "x.txt", evil)},
		{"elsewhere", "component", "kubernetes/privileged", files("k8s/kustomization.yaml", "components: [c]\n", "k8s/c/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [p.txt]\n", "k8s/c/p.txt", evilPod)},
		{"elsewhere", "patch", "kubernetes/privileged", files("k8s/kustomization.yaml", "resources: [p.yaml]\npatches: [{target: {kind: Pod}, path: x.txt}]\n", "k8s/p.yaml", strings.Replace(evilPod, "privileged: true", "privileged: false", 1), "k8s/x.txt", "- {op: replace, path: /spec/containers/0/securityContext/privileged, value: true}\n")},
		{"elsewhere", "remote base", "gap/remote-source", files("k8s/kustomization.yaml", "resources: [\"https://github.com/evil/x//k?ref=v1\"]\n")},
		{"elsewhere", "chart", "kubernetes/privileged", files("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n", "c/templates/p.yaml", evilPod)},
		{"elsewhere", "chart, fails", "gap/not-rendered", files("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n", "c/templates/p.yaml", "{{ fail \"x\" }}\n"+evilPod)},
		{"elsewhere", "inline Dockerfile", "image/latest", files("compose.yaml", "services:\n  web:\n    build: {context: ., dockerfile_inline: \"FROM evil:latest\\n\"}\n")},
		{"images", "image, not allowed", "image/registry-not-allowed", files("compose.yaml", strings.Replace(base["compose.yaml"], "nginx", "evil.example.com/x", 1))},
		{"images", "image, built", "image/registry-not-allowed", files("compose.yaml", "services:\n  web:\n    image: evil.example.com/x:1\n    build: .\n")},
		{"images", "image, never pulled", "image/registry-not-allowed", files("compose.yaml", "services:\n  web:\n    image: evil.example.com/x:1\n    build: .\n    pull_policy: build\n")},
		{"images", "image, built and pinned", "image/registry-not-allowed", files("compose.yaml", strings.Replace(base["compose.yaml"], "nginx", "evil.example.com/x", 1)+"    build: ./none\n    pull_policy: never\n")},
		{"images", "image, must be signed", "gap/image-not-verified", files("compose.yaml", "services:\n  web:\n    image: redis:7\n    build: .\n    pull_policy: build\n")},
		{"images", "image, built by a script", "image/registry-not-allowed", files("compose.yaml", "services:\n  web:\n    image: evil.example.com/x\n", "build.sh", "docker build -t evil.example.com/x .\n")},
		{"images", "image, built by Skaffold", "image/registry-not-allowed", files("skaffold.yaml", "apiVersion: skaffold/v4beta1\nkind: Config\nbuild: {artifacts: [{image: evil.example.com/x}]}\nmanifests: {rawYaml: [k/p.yaml]}\n", "k/p.yaml", strings.Replace(evilPod, pinned, "evil.example.com/x", 1))},
		{"images", "image, variable", "image/unresolved-variable", files("compose.yaml", "services:\n  web:\n    image: ${IMAGE}\n")},
		{"images", "image, local name", "image/registry-not-allowed", files("compose.yaml", "services:\n  web:\n    image: localhost/x:1\n")},
		{"images", "image, another algorithm", "image/unsupported-digest", files("compose.yaml", "services:\n  web:\n    image: evil.example.com/x@sha512:"+strings.Repeat("a", 128)+"\n")},
		{"images", "image, of a namesake", "image/registry-not-allowed", files("compose.yaml", strings.Replace(base["compose.yaml"], "nginx", "nginx/x", 1))},
		{"images", "image, in a hook", "image/registry-not-allowed", files("compose.yaml", base["compose.yaml"]+"    pre_start: [{command: x, image: \"evil.example.com/x:1\"}]\n")},
		{"images", "image, as a volume", "image/registry-not-allowed", files("compose.yaml", base["compose.yaml"]+"    volumes: [{type: image, source: \"evil.example.com/x:1\", target: /x}]\n")},
		{"images", "image, in a workflow", "image/registry-not-allowed", files(".github/workflows/x.yml", "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    container: evil.example.com/x:1\n    steps: [{run: \"true\"}]\n")},
		{"images", "image, in values", "image/registry-not-allowed", files("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n", "c/values.yaml", "image: {repository: evil.example.com/x, tag: \"1\"}\n", "c/templates/p.yaml", strings.Replace(evilPod, "\""+pinned+"\"", "\"{{ .Values.image.repository }}:{{ .Values.image.tag }}\"", 1))},
		{"images", "image, kustomized", "image/registry-not-allowed", files("k8s/kustomization.yaml", "resources: [p.yaml]\nimages: [{name: nginx, newName: evil.example.com/x, newTag: \"1\"}]\n", "k8s/p.yaml", strings.Replace(evilPod, "privileged: true", "privileged: false", 1))},
		{"images", "built by a stranger", "image/latest", files("compose.yaml", "services:\n  web:\n    image: evil/x\n    build: .\n    pull_policy: build\n")},
		{"limits", "provider", "", files("compose.yaml", evil+"    provider: {type: x}\n")},
		{"limits", "reset by an override", "", files("compose.yaml", evil, "compose.override.yaml", "services:\n  web:\n    privileged: !reset null\n")},
		{"limits", "override to false", "", files("compose.yaml", evil, "compose.override.yaml", "services:\n  web:\n    privileged: false\n")},
		{"limits", "config map", "", files("k8s/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  p.yaml: |\n    "+strings.ReplaceAll(evilPod, "\n", "\n    ")+"\n")},
		{"limits", "chart, condition", "", files("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n", "c/values.yaml", "on: false\n", "c/templates/p.yaml", "{{ if .Values.on }}\n"+evilPod+"{{ end }}\n")},
		{"limits", "chart, library", "", files("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\ntype: library\n", "c/templates/p.yaml", evilPod)},
		{"limits", "chart, notes", "", files("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n", "c/templates/_p.yaml", evilPod)},
		{"limits", "archive", "", files("deploy.tgz", "\x1f\x8b\x08"+evil)},
	}
}

// TestWays has a fork take each way out.
func TestWays(t *testing.T) {
	t.Parallel()
	for _, w := range ways() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			from := base
			if strings.HasPrefix(w.name, "image,") {
				from = with(base, policy)
			}
			got := judge(t, from, w.head)
			switch {
			case w.want == "" && got.code != 0:
				t.Errorf("no limit any more: exit %d\n%s", got.code, got.out)
			case w.want != "" && (got.code == 0 || !introduced(got.out, w.want)):
				t.Errorf("exit %d without %s\n%s", got.code, w.want, got.out)
			}
		})
	}
}

// introduced reports whether a line names the rule and does not call it existing.
func introduced(out, rule string) bool {
	for line := range strings.SplitSeq(out, "\n") {
		if strings.Contains(line, " "+rule+" ") && !strings.Contains(line, "(existing)") {
			return true
		}
	}
	return false
}
