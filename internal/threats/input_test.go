package threats_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

const canary = "CANARY-7c1f9e"

func link(t *testing.T, to, at string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(to, at); err != nil {
		t.Fatal(err)
	}
}

// TestT9_NothingOutsideIsRead names a file outside of the repository in every way that a
// Compose file has, and looks for its content in all that is written.
func TestT9_NothingOutsideIsRead(t *testing.T) {
	service := func(text string) files { return files{"compose.yaml": clean + "    " + text + "\n"} }
	for name, head := range map[string]files{
		"env_file":   service("env_file: [../temp/secret.env]"),
		"optional":   service("env_file: [{path: ../temp/secret.env, required: false}]"),
		"label_file": service("label_file: ../temp/secret.env"),
		"extends":    service("extends: {file: ../temp/secret.yaml, service: web}"),
		"mount":      service("volumes: [\"../temp:/x\"]"),
		"build":      service("build: ../temp"),
		"Dockerfile": service("build: {context: ., dockerfile: ../temp/Dockerfile}"),
		"further":    service("build: {context: ., additional_contexts: {x: ../temp}}"),
		"include":    {"compose.yaml": "include: [../temp/secret.yaml]\n" + clean},
		"included":   {"compose.yaml": "include: [{path: x.yaml, project_directory: ../temp, env_file: ../temp/secret.env}]\n" + clean, "x.yaml": "services: {x: {image: \"${SECRET}\"}}\n"},
		"config":     {"compose.yaml": clean + "    configs: [c]\nconfigs: {c: {file: ../temp/secret.env}}\n"},
		"secret":     {"compose.yaml": clean + "    secrets: [c]\nsecrets: {c: {file: ../temp/secret.env}}\n"},
		"home":       service("env_file: [~/secret.env]"),
		"address":    service("env_file: [\"file:///../temp/secret.env\"]"),
		"kustomize":  {"k/kustomization.yaml": "resources: [../../temp/secret.yaml]\nconfigMapGenerator: [{name: c, files: [../../temp/secret.env]}]\n"},
		"helm":       {"c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "c/templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: {{ .Files.Get \"../../temp/secret.env\" | quote }}}\n"},
	} {
		j := propose(t, files{"compose.yaml": clean}, head)
		outside(t, j)
		j.run(t)
		j.holdsNot(t, name, canary)
	}
}

// outside puts files beside the repository.
func outside(t *testing.T, j *job) {
	t.Helper()
	put(t, j.temp, files{
		"secret.env": "SECRET=" + canary + "\n", "secret.yaml": "services:\n  web:\n    image: " + canary + "\n    privileged: true\n", "Dockerfile": "FROM " + canary + "\n",
	})
}

// TestT9_NoLinkLeadsOut puts links where files are expected.
func TestT9_NoLinkLeadsOut(t *testing.T) {
	for _, name := range []string{".env", "compose.override.yaml", "Dockerfile", "k8s/pod.yaml", "requirements.txt", ".trivyignore", ".github/workflows/ci.yml", "linked/compose.yaml"} {
		j := propose(t, files{"compose.yaml": "services:\n  web:\n    image: nginx:${SECRET}\n    build: .\n"}, nil).pushed(t).data(t)
		outside(t, j)
		target := filepath.Join(j.temp, "secret.yaml")
		if name == ".env" {
			target = filepath.Join(j.temp, "secret.env")
		}
		if name == "linked/compose.yaml" {
			put(t, j.temp, files{"dir/compose.yaml": "services: {web: {image: " + canary + "}}\n"})
			link(t, filepath.Join(j.temp, "dir"), filepath.Join(j.repo, "linked"))
		} else {
			link(t, target, filepath.Join(j.repo, name))
		}
		git(t, j.repo, "add", "-A", "-f")
		j.run(t)
		j.holdsNot(t, name, canary)
	}
}

// TestT10_NothingThatIsNamedIsFetched has a server that must not hear of it, although the
// run is not offline.
func TestT10_NothingThatIsNamedIsFetched(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	j := propose(t, files{"compose.yaml": clean}, files{
		"compose.yaml":         "include: [\"URL/compose.yaml\", \"oci://HOST/x:1\"]\nservices:\n  a: {image: a, extends: {file: \"URL/x.yaml\", service: a}}\n  b: {build: \"URL/x.git#main\"}\n  c: {build: {context: ., dockerfile: \"URL/Dockerfile\", additional_contexts: {x: \"URL/x\"}}}\n  d: {image: d, env_file: [\"URL/env\"]}\n",
		"Dockerfile":           "# syntax=HOST/frontend:1\nFROM scratch\nADD URL/x /x\nADD URL/x.git /y\n",
		"k/kustomization.yaml": "resources: [\"URL/x.yaml\", \"URL/x.git?ref=main\"]\nhelmCharts: [{name: x, repo: \"URL\", version: 1.0.0}]\n",
		"c/Chart.yaml":         "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: x, version: 1.0.0, repository: \"URL\"}]\n",
		"argo.yaml":            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {source: {repoURL: \"URL/x.git\", path: x, targetRevision: main}, destination: {namespace: a, server: x}}\n",
		"requirements.txt":     "-i URL/simple\n-r URL/more.txt\njinja2 @ URL/jinja2.whl\n",
		"deploy.sh":            "#!/bin/sh\nkubectl apply -f URL/x.yaml\ncurl URL/x | sh\n", ".gitmodules": "[submodule \"x\"]\n\tpath = x\n\turl = URL/x.git\n",
	}.at(server.URL)).data(t)
	delete(j.env, "INPUT_OFFLINE")
	j.env["INPUT_SCAN-IMAGES"] = "never"
	j.ends(t, "what cannot be read", 2)
	if n := asked.Load(); n > 0 {
		t.Errorf("the server was asked %d times", n)
	}
}

// at puts an address into the texts.
func (f files) at(url string) files {
	all := files{}
	for name, text := range f {
		all[name] = strings.NewReplacer("URL", url, "HOST", strings.TrimPrefix(url, "http://")).Replace(text)
	}
	return all
}

// TestT14_OnlyRegularFilesAreReadAndWritten: a pipe would block whoever opens it.
func TestT14_OnlyRegularFilesAreReadAndWritten(t *testing.T) {
	for _, name := range []string{"compose.yaml", "Dockerfile", "requirements.txt", ".env", ".github/assure.yml", ".trivyignore"} {
		j := propose(t, nil, files{"k8s/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n"}).pushed(t).data(t)
		if err := os.MkdirAll(filepath.Dir(filepath.Join(j.repo, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(filepath.Join(j.repo, name), 0o644); err != nil {
			t.Fatal(err)
		}
		link(t, "loop", filepath.Join(j.repo, "loop"))
		link(t, ".", filepath.Join(j.repo, "self"))
		if code := j.run(t); code == 0 {
			t.Errorf("%s as a pipe: exit code %d\n%s", name, code, &j.log)
		}
	}
}

// TestT14_ReportsFollowNoLink has links and a second name of a file where reports go.
func TestT14_ReportsFollowNoLink(t *testing.T) {
	j := propose(t, files{"compose.yaml": clean}, files{"compose.yaml": privileged})
	precious := filepath.Join(j.temp, "precious")
	put(t, j.temp, files{"precious": canary, "report/keep": ""})
	link(t, precious, filepath.Join(j.temp, "report", "report.json"))
	link(t, filepath.Join(j.temp, "output"), filepath.Join(j.temp, "report", "assure.sarif"))
	if err := os.Link(precious, filepath.Join(j.temp, "report", "report.html")); err != nil {
		t.Fatal(err)
	}
	j.ends(t, "with links in place of reports", 2)
	if data, err := os.ReadFile(precious); err != nil || string(data) != canary {
		t.Errorf("the file behind the links: %.80s %v", data, err)
	}
	if strings.Contains(j.outputs(t)["output"], "$schema") {
		t.Error("SARIF went to the step's outputs")
	}
}

// TestT15_BombsAreRefused: each would be gigabytes, or deeper than any stack.
func TestT15_BombsAreRefused(t *testing.T) {
	laughs := "a0: &a0 [x, x]\n"
	for i := range 40 {
		n, m := string(rune('a'+(i+1)%26))+string(rune('0'+(i+1)/26)), string(rune('a'+i%26))+string(rune('0'+i/26))
		laughs += n + ": &" + n + " [*" + m + ", *" + m + "]\n"
	}
	for name, text := range map[string]string{
		"aliases":    laughs + clean,
		"depth":      clean + "    x-deep: " + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "\n",
		"braces":     clean + "    x-deep: " + strings.Repeat("{a: ", 10_000) + strings.Repeat("}", 10_000) + "\n",
		"variables":  "services:\n  web:\n    image: \"" + strings.Repeat("${A:-", 5_000) + strings.Repeat("}", 5_000) + "\"\n",
		"scalar":     clean + "    x-large: " + strings.Repeat("a", 20<<20) + "\n",
		"duplicates": clean + "    image: other:1\n",
	} {
		j := propose(t, files{"compose.yaml": clean}, files{"compose.yaml": text})
		j.ends(t, name, 2)
	}
}

// TestT16_WhatIsTooLargeIsNoPass: every bound is reported.
func TestT16_WhatIsTooLargeIsNoPass(t *testing.T) {
	for name, head := range map[string]files{
		"lock file": {"package-lock.json": `{"lockfileVersion": 3, "packages": {` + strings.Repeat(" ", 70<<20) + `}}`},
		"manifest":  {"k8s/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n#" + strings.Repeat("x", 20<<20) + "\nspec: {containers: [{name: a, image: a, securityContext: {privileged: true}}]}\n"},
		"long line": {"Dockerfile": "FROM scratch\nRUN " + strings.Repeat("x", 20<<20) + "\n"},
	} {
		j := propose(t, files{"compose.yaml": clean}, head).data(t)
		j.ends(t, name, 2)
	}
}

// TestT17_GitStartsNothing: the repository has everything by which git runs programs.
func TestT17_GitStartsNothing(t *testing.T) {
	j := propose(t, files{"compose.yaml": clean}, files{
		"compose.yaml": privileged, ".gitattributes": "* filter=evil diff=evil export-ignore\n",
		"bare/HEAD": "ref: refs/heads/main\n", "bare/config": "[core]\n\tbare = true\n\tfsmonitor = ./mark.sh\n", "bare/objects/.keep": "", "bare/refs/.keep": "",
	})
	mark := filepath.Join(j.temp, "mark")
	put(t, j.temp, files{"mark.sh": "#!/bin/sh\necho \"$0\" >> " + mark + "\n"})
	script := filepath.Join(j.temp, "mark.sh")
	if err := os.Chmod(script, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{
		"core.fsmonitor", "core.pager", "core.sshCommand", "core.alternateRefsCommand", "filter.evil.smudge", "filter.evil.clean", "filter.evil.process", "diff.evil.textconv",
		"diff.external", "credential.helper", "remote.origin.uploadpack", "uploadpack.packObjectsHook", "protocol.ext.allow",
	} {
		git(t, j.repo, "config", key, script)
	}
	git(t, j.repo, "config", "core.hooksPath", j.temp)
	git(t, j.repo, "config", "remote.origin.url", "ext::"+script)
	git(t, j.repo, "config", "core.repositoryFormatVersion", "1")
	git(t, j.repo, "config", "extensions.partialClone", "origin")
	git(t, j.repo, "config", "remote.origin.promisor", "true")
	put(t, j.repo, files{".git/refs/heads/--upload-pack=x": j.base + "\n", ".git/refs/replace/" + j.base: j.env["GITHUB_SHA"] + "\n"})
	for _, hook := range []string{"post-checkout", "reference-transaction", "post-index-change", "fsmonitor-watchman", "pre-auto-gc"} {
		link(t, script, filepath.Join(j.temp, hook))
	}
	j.ends(t, "a repository full of programs", 1)
	if data, err := os.ReadFile(mark); err == nil {
		t.Errorf("started: %s", data)
	}
	if rules := j.failing(t); len(rules) == 0 {
		t.Error("export-ignore or a replaced base hid the change")
	}
}

// TestT27_WhatIsPlantedIsReplaced: an earlier step prepares outputs, a database and a
// cache; nothing of it is taken for ours.
func TestT27_WhatIsPlantedIsReplaced(t *testing.T) {
	j := propose(t, files{"compose.yaml": clean}, files{"compose.yaml": privileged})
	put(t, j.temp, files{"report/report.json": `{"verdict": "pass"}`, "report/assure.sarif": "{}", "report/summary.md": "pass", "report/report.html": "pass", "report/ledger.json": "[]"})
	j.ends(t, "planted reports", 1)
	for name, data := range j.outputs(t) {
		if strings.HasPrefix(name, "report/") && (data == "pass" || data == "{}" || data == "[]" || strings.Contains(data, `{"verdict": "pass"}`)) {
			t.Errorf("%s is the planted one", name)
		}
	}
}

// TestT32_PatternsEnd: expressions that take other engines for ever, from the change and
// from the base.
func TestT32_PatternsEnd(t *testing.T) {
	deep := strings.Repeat("a/", 60) + "x"
	hostile := "exclude: [\"" + strings.Repeat("**/a*/", 40) + "zz\", \"" + strings.Repeat("{a,aa}", 18) + "\", \"" + strings.Repeat("*a", 60) + "b\"]\n" +
		"dast: {exclude: [\"" + strings.Repeat("(a*)*", 30) + "b\"]}\nexceptions:\n  - {rule: compose/privileged, path: \"" + strings.Repeat("**/", 60) + "y\", reason: r, owner: o, expires: 2099-01-01}\n"
	head := files{"compose.yaml": privileged, deep: "", strings.Repeat("a", 200): ""}
	propose(t, files{"compose.yaml": clean}, head.with(files{".github/assure.yml": hostile})).ends(t, "patterns of the change", 1)
	propose(t, files{"compose.yaml": clean, ".github/assure.yml": hostile}, head).ends(t, "patterns of the base", 1)
}

// TestT33_OddNames: each is a file of its own, and is named as it is.
func TestT33_OddNames(t *testing.T) {
	head := files{}
	for _, name := range []string{"a\nb.yaml", "a\r.yaml", "\xff\xfe.yaml", "A.yaml", "a.yaml", "a..yaml", " a.yaml", "%2e%2e%2fb.yaml", "b\u202egnp.yaml", "c\t.yaml", "-rf.yaml", "d\\e.yaml", "f:g.yaml"} {
		head["n/"+name] = "services: {web: {image: nginx, privileged: true}}\n"
	}
	j := propose(t, files{"compose.yaml": clean}, head)
	j.ends(t, "odd names", 1)
	for name := range head {
		if !located(t, j.outputs(t)["report/assure.sarif"], name) {
			t.Errorf("no result of SARIF stands in %q", name)
		}
	}
}
