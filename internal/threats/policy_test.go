package threats_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/github/githubtest"
)

// TestT1_PrivilegedEventsAreRefused: there is not even a repository to read.
func TestT1_PrivilegedEventsAreRefused(t *testing.T) {
	for _, event := range []string{"pull_request_target", "workflow_run"} {
		gh := githubtest.New(t)
		j := propose(t, files{"compose.yaml": clean}, files{"compose.yaml": privileged})
		j.repo = filepath.Join(j.temp, "none")
		j.env["GITHUB_EVENT_NAME"], j.env["GITHUB_API_URL"], j.env["INPUT_GITHUB-TOKEN"] = event, gh.URL, gh.Token
		delete(j.env, "INPUT_OFFLINE")
		j.ends(t, event, 2)
		if log := j.log.String(); !strings.Contains(log, event) || strings.Contains(log, "open repository") || len(gh.Requests) > 0 {
			t.Errorf("%s: requests %v\n%s", event, gh.Requests, log)
		}
	}
}

// events are those under which the code of a change may be checked out, with what GitHub
// says about it: author stands for the repository that it comes from.
func events(author string) files {
	pr := `"number": 7, "base": {"sha": "BASE", "ref": "main", "repo": {"id": 1, "full_name": "acme/shop"}}, "head": {"sha": "TIP", "ref": "change", "repo": ` + author + `}`
	return files{
		"pull_request":                `"pull_request": {PR}`,
		"pull_request_review":         `"pull_request": {PR}, "review": {}`,
		"pull_request_review_comment": `"pull_request": {PR}, "comment": {}`,
		"issue_comment":               `"issue": {"number": 7, "pull_request": {"url": "x"}}, "comment": {"body": "/run"}`,
		"check_run":                   `"check_run": {"pull_requests": [{PR}]}`,
		"repository_dispatch":         `"client_payload": {"pull_request": 7}`,
		"an_event_of_next_year":       `"x": 1`,
	}.replaced("{PR}", "{"+pr+"}")
}

func (f files) replaced(old, text string) files {
	all := files{}
	for name, data := range f {
		all[name] = strings.ReplaceAll(data, old, text)
	}
	return all
}

const (
	own  = `{"id": 1, "full_name": "acme/shop"}`
	fork = `{"id": 2, "full_name": "mallory/shop"}`
)

// under makes it a run for the event, with the merge checked out all the same.
func (j *job) under(t *testing.T, event, payload string) *job {
	t.Helper()
	payload = strings.NewReplacer("BASE", j.base, "TIP", git(t, j.repo, "rev-parse", "HEAD^2")).Replace(payload)
	put(t, j.temp, files{"event.json": "{" + payload + `, "repository": {"id": 1, "full_name": "acme/shop", "default_branch": "main"}}`})
	if j.env["GITHUB_EVENT_NAME"] = event; !strings.HasPrefix(event, "pull_request") {
		j.env["GITHUB_REF"] = "refs/heads/main"
		j.env["GITHUB_SHA"] = j.base
	}
	return j
}

// TestT1_NoEventBelievesAChange: whatever the event, a change that is checked out chooses
// no policy, and nothing is started for it where its author may be a stranger.
func TestT1_NoEventBelievesAChange(t *testing.T) {
	head := files{"compose.yaml": privileged, ".github/assure.yml": "fail-on: none\nfail-on-severity: none\nexclude: [\"**\"]\n"}
	for _, author := range []string{own, fork} {
		for event, payload := range events(author) {
			j := propose(t, files{"compose.yaml": clean}, head).under(t, event, payload)
			if code := j.run(t); code == 0 {
				t.Errorf("%s by %s: exit code 0\n%s", event, author, &j.log)
			}
		}
	}
}

// TestT34_NoStackOfAStrangerOnOurMachines: there is no engine, so a stack that was to be
// started is an error.
func TestT34_NoStackOfAStrangerOnOurMachines(t *testing.T) {
	for _, runs := range []string{"self-hosted", "github-hosted"} {
		for event, payload := range events(fork) {
			j := propose(t, files{"compose.yaml": clean}, files{"compose.yaml": privileged}).under(t, event, payload)
			j.env["RUNNER_ENVIRONMENT"], j.env["INPUT_STAGES"] = runs, "dast"
			j.run(t)
			if data := j.outputs(t)["report/report.json"]; !strings.Contains(data, `"name": "dast",
      "state": "skipped"`) {
				t.Errorf("%s on %s: the stack was to be started\n%s", event, runs, &j.log)
			}
		}
	}
	j := propose(t, files{"compose.yaml": clean}, files{"compose.yaml": privileged}).under(t, "pull_request", events(own)["pull_request"])
	j.env["INPUT_STAGES"] = "dast"
	j.ends(t, "our own change", 2)
}

// TestT2_AChangeDoesNotWeakenItsGate tries settings that would let everything pass, and
// proves with a push that they would.
func TestT2_AChangeDoesNotWeakenItsGate(t *testing.T) {
	base := files{".github/assure.yml": "stages: [hardening]\nfail-on-severity: high\n", "compose.yaml": clean}
	for _, setting := range []string{
		"stages: [hardening]\nfail-on-severity: none\n", "stages: [hardening]\nfail-on: none\n",
		"stages: [hardening]\nexclude: [\"**\"]\n", "stages: [deps]\ndeps: {scan-images: never}\n",
	} {
		weaker := files{".github/assure.yml": setting, "compose.yaml": privileged}
		for _, c := range []struct {
			what string
			job  *job
			want int
		}{{"a change with ", propose(t, base, weaker), 1}, {"a push with ", propose(t, weaker, nil).pushed(t), 0}} {
			c.job.data(t)
			delete(c.job.env, "INPUT_STAGES")
			c.job.ends(t, c.what+setting, c.want)
		}
	}
}

// TestT3_AChangeAcceptsNothingForItself: what accepts a finding on the base does nothing
// when the change brings it, and nothing once it has expired.
func TestT3_AChangeAcceptsNothingForItself(t *testing.T) {
	vulnerable := files{"compose.yaml": privileged, "requirements.txt": "jinja2==2.11.2\n"}
	exceptions := func(day string) files {
		return files{".github/assure.yml": "exceptions:\n  - {rule: compose/privileged, subject: web, reason: it must, owner: me, expires: " + day + "}\n" +
			"  - {rule: CVE-2020-28493, path: requirements.txt, reason: it must, owner: me, expires: " + day + "}\n"}
	}
	ignored := func(day string) files {
		return exceptions("2099-01-01").with(files{".trivyignore": "CVE-2020-28493 exp:" + day + "\n", ".github/assure.yml": "exceptions:\n  - {rule: compose/privileged, subject: web, reason: it must, owner: me, expires: 2099-01-01}\n"})
	}
	base := files{"compose.yaml": clean}
	for name, accept := range map[string]func(string) files{"exceptions": exceptions, ".trivyignore": ignored} {
		propose(t, base, vulnerable.with(accept("2099-01-01"))).data(t).ends(t, name+" of the change", 1)
		propose(t, base.with(accept("2099-01-01")), vulnerable).data(t).ends(t, name+" of the base", 0)
		propose(t, base.with(accept("2026-11-01")), vulnerable).data(t).ends(t, name+" of the base, expired", 1)
	}
	comment := clean + "    privileged: true # assure:except compose/privileged until=2099-01-31 reason=\"trust me\"\n"
	propose(t, base, files{"compose.yaml": comment}).ends(t, "a comment of the change", 1)
}

const workflow = `on: {pull_request: {}, push: {branches: [main]}}
permissions: {contents: read}
jobs:
  gate:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
        with: {fetch-depth: 2, persist-credentials: false}
      - uses: stella-ops/assure@1111111111111111111111111111111111111111
        with: {fail-on-severity: high}
`

// TestT4_TheGatesOwnWorkflowIsWatched edits the workflow that runs the gate.
func TestT4_TheGatesOwnWorkflowIsWatched(t *testing.T) {
	edit := func(old, text string) string {
		if !strings.Contains(workflow, old) {
			t.Fatalf("the workflow has no %q", old)
		}
		return strings.Replace(workflow, old, text, 1)
	}
	const ours = "stella-ops/assure@1111111111111111111111111111111111111111"
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"a newer commit":      {edit("@1111111111111111111111111111111111111111", "@2222222222222222222222222222222222222222"), 0},
		"a stricter input":    {edit("fail-on-severity: high", "fail-on-severity: low"), 0},
		"the step removed":    {edit("      - uses: "+ours+"\n        with: {fail-on-severity: high}\n", ""), 1},
		"everything removed":  {"on: push\njobs: {}\n", 1},
		"never":               {edit("    runs-on:", "    if: false\n    runs-on:"), 1},
		"the step never":      {edit("        with: {fail-on", "        if: github.actor != 'me'\n        with: {fail-on"), 1},
		"errors do not count": {edit("        with: {fail-on", "        continue-on-error: true\n        with: {fail-on"), 1},
		"only some paths":     {edit("pull_request: {}", "pull_request: {paths: [docs/**]}"), 1},
		"no pull requests":    {edit("pull_request: {}, ", ""), 1},
		"a weaker input":      {edit("fail-on-severity: high", "fail-on-severity: none"), 1},
		"fewer stages":        {edit("fail-on-severity: high", "fail-on-severity: high, stages: images"), 1},
		"another repository":  {edit("stella-ops/assure@", "stella-0ps/assure@"), 1},
		"a tag":               {edit("@1111111111111111111111111111111111111111", "@v1"), 1},
	} {
		j := propose(t, files{"compose.yaml": clean, ".github/workflows/gate.yml": workflow}, files{".github/workflows/gate.yml": c.text})
		j.ends(t, name, c.want)
		if got := slices.Contains(j.failing(t), "assure/gate-changed"); got != (c.want == 1) {
			t.Errorf("%s: assure/gate-changed fails the gate: %v", name, got)
		}
	}
}

// TestT5_FilesOfOtherToolsHideNothing compares with the same change without them.
func TestT5_FilesOfOtherToolsHideNothing(t *testing.T) {
	base, head := files{"compose.yaml": clean}, files{"compose.yaml": privileged, "requirements.txt": "jinja2==2.11.2\n"}
	plain := propose(t, base, head).data(t)
	plain.ends(t, "the change alone", 1)
	tools := files{
		".trivyignore": "CVE-2020-28493\n", ".trivyignore.yaml": "vulnerabilities: [{id: CVE-2020-28493}]\n", "trivy.yaml": "severity: []\nscan: {skip-dirs: [\"**\"]}\n",
		"osv-scanner.toml": "[[IgnoredVulns]]\nid = \"CVE-2020-28493\"\nreason = \"x\"\n", ".grype.yaml": "ignore: [{vulnerability: CVE-2020-28493}]\n", ".snyk": "ignore: {CVE-2020-28493: [{\"*\": {}}]}\n",
		".hadolint.yaml": "ignored: [DL3002]\n", ".checkov.yaml": "skip-check: [CKV]\n", "kics.config": "exclude-paths: [\".\"]\n", ".kube-linter.yaml": "checks: {doNotAutoAddDefaults: true}\n",
		".semgrepignore": "*\n", ".dockerignore": "*\n", ".gitignore": "*\n", ".gitattributes": "* export-ignore\n*.yaml linguist-generated\n",
		".zap/rules.tsv": "10038\tIGNORE\t(x)\n", "zap-hook.py": "raise SystemExit(0)\n", ".vex/x.json": `{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "x", "timestamp": "2026-01-01T00:00:00Z", "version": 1,
			"statements": [{"vulnerability": {"name": "CVE-2020-28493"}, "products": [{"@id": "pkg:pypi/jinja2"}], "status": "not_affected", "justification": "component_not_present"}]}`,
	}
	j := propose(t, base, head.with(tools)).data(t)
	j.ends(t, "with files of other tools", 1)
	for _, rule := range plain.failing(t) {
		if !slices.Contains(j.failing(t), rule) {
			t.Errorf("%s fails the gate no longer: %s", rule, cmp.Diff(plain.failing(t), j.failing(t)))
		}
	}
}

// TestT6_HomeAndPathStartNothing plants programs that leave a mark when they are started.
func TestT6_HomeAndPathStartNothing(t *testing.T) {
	home, mark := t.TempDir(), filepath.Join(t.TempDir(), "mark")
	script := "#!/bin/sh\necho started \"$0\" >> " + mark + "\n"
	names := []string{"git", "docker", "docker-compose", "docker-credential-evil", "helm", "kustomize", "trivy", "cosign", "ssh", "sh"}
	put(t, home, files{
		".docker/config.json": `{"credsStore": "evil", "credHelpers": {"127.0.0.1:1": "evil", "ghcr.io": "evil"}}`, ".netrc": "machine 127.0.0.1 login x password y\n",
		".gitconfig": "[core]\n\tfsmonitor = " + home + "/bin/git\n\thooksPath = " + home + "/bin\n\tpager = " + home + "/bin/git\n[include]\n\tpath = " + home + "/more\n",
	})
	j := propose(t, files{"compose.yaml": clean}, files{"compose.yaml": "services:\n  web:\n    image: 127.0.0.1:1/web:1\n    privileged: true\n", "k/kustomization.yaml": "resources: []\n", "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n"})
	for _, name := range names {
		put(t, home, files{"bin/" + name: script})
		if err := os.Chmod(filepath.Join(home, "bin", name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range map[string]string{"HOME": home, "PATH": home + "/bin", "XDG_CONFIG_HOME": home, "GIT_CONFIG_GLOBAL": home + "/.gitconfig", "GIT_DIR": home} {
		t.Setenv(name, value)
		j.env[name] = value
	}
	delete(j.env, "INPUT_OFFLINE")
	j.env["INPUT_STAGES"] = "hardening,images"
	if code := j.run(t); code == 0 {
		t.Errorf("exit code %d\n%s", code, &j.log)
	}
	if data, err := os.ReadFile(mark); err == nil {
		t.Errorf("a program was started: %s", data)
	}
}
