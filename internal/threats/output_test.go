package threats_test

import (
	"encoding/base64"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/github"
	"github.com/stella-ops/assure/internal/harness/runner"
)

// foreign are texts that mean something to the runner, a browser or a terminal.
var foreign = []string{
	"::error::planted", "\r::set-output name=verdict::pass", "x ##[add-mask]planted", "\u00a0::stop-commands::planted", "##[save-state name=x]planted",
	"\nverdict=pass\n", "_GitHubActionsFileCommandDelimeter_\nverdict=pass\nx<<_GitHubActionsFileCommandDelimeter_", "\x1b]0;planted\x07\x1b[2J\x1b]8;;http://evil.example\x1b\\", "<img src=x onerror=planted()>",
}

// hostile is a change whose names and values are such texts.
func hostile(t *testing.T) *job {
	t.Helper()
	head := files{"compose.yaml": privileged}
	for i, text := range foreign {
		image := "services:\n  web" + string(rune('a'+i)) + ":\n    image: " + quoted(text) + "\n    privileged: true\n    environment: {" + quoted(text) + ": x}\n    labels: [" + quoted(text) + "]\n"
		head["dir/"+strings.ReplaceAll(text, "/", "")+".yaml"] = image
		head["plain/"+string(rune('a'+i))+".yaml"] = image
		head["k8s/"+string(rune('a'+i))+".yaml"] = "apiVersion: v1\nkind: Pod\nmetadata: {name: " + quoted(text) + "}\nspec: {containers: [{name: " + quoted(text) + ", image: " + quoted(text) + ", securityContext: {privileged: true}}]}\n"
	}
	return propose(t, files{"compose.yaml": clean}, head)
}

// quoted is a text as a YAML value.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\x1b", `\e`, "\x07", `\a`).Replace(text) + `"`
}

// TestT18_LogsCommandNothing reads the log as the runner does.
func TestT18_LogsCommandNothing(t *testing.T) {
	j := hostile(t)
	if code := j.run(t); code == 0 {
		t.Fatalf("exit code %d\n%s", code, &j.log)
	}
	own := []string{"error", "warning", "notice", "group", "endgroup"}
	commands := runner.ParseLog(j.log.String())
	for _, c := range commands {
		if !slices.Contains(own, c.Name) || strings.HasPrefix(c.Message, "planted") {
			t.Errorf("the runner would obey %+v", c)
		}
	}
	if len(commands) == 0 {
		t.Error("no annotation was found at all")
	}
}

// TestT19_OutputsAreOurs reads the command files as the runner does.
func TestT19_OutputsAreOurs(t *testing.T) {
	j := hostile(t)
	j.run(t)
	out := j.outputs(t)
	values, err := runner.ParseFile(out["output"])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(github.Outputs(), name) {
			t.Errorf("an output %q that is not ours", name)
		}
	}
	if values["verdict"] == "pass" || values["verdict"] == "" || out["env"]+out["path"] != "" {
		t.Errorf("verdict %q, variables %q, path %q", values["verdict"], out["env"], out["path"])
	}
}

// TestT23_TerminalsShowText: no escape sequence leaves, on any way.
func TestT23_TerminalsShowText(t *testing.T) {
	j := hostile(t)
	j.run(t)
	j.holdsNot(t, "in the action", "\x1b]", "\x1b[2J", "\x07")
	for name := range j.env {
		if strings.HasPrefix(name, "GITHUB_") {
			delete(j.env, name)
		}
	}
	j.run(t)
	if i := strings.IndexAny(j.log.String(), "\x1b\x07\r\u202e"); i >= 0 {
		t.Errorf("a control character: %q", j.log.String()[max(0, i-40):i+10])
	}
}

// TestT22_SecretsAreNotRepeated plants secrets and looks for them in every form.
func TestT22_SecretsAreNotRepeated(t *testing.T) {
	token, password, own := "ghp_"+strings.Repeat("Ab1", 12), "Sup3r-"+canary, "own-token-"+canary
	j := propose(t, files{"compose.yaml": clean}, files{
		".env": "DB_PASSWORD=" + password + "\nTOKEN=" + token + "\n",
		"compose.yaml": "services:\n  web:\n    image: nginx:1.27.0\n    privileged: true\n    command: [run, --password, " + password + ", --token=" + token + "]\n" +
			"    environment: {DB_PASSWORD: " + password + ", API_TOKEN: " + token + ", URL: \"postgres://u:" + password + "@db/x\"}\n    healthcheck: {test: \"curl -H 'Authorization: Bearer " + token + "' http://x\"}\n",
		"Dockerfile":   "FROM scratch\nARG PASSWORD=" + password + "\nENV API_TOKEN=" + token + "\nRUN curl -u u:" + password + " http://x\n",
		"k8s/s.yaml":   "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: " + password + "}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: p, image: a, env: [{name: DB_PASSWORD, value: " + password + "}], args: [\"--password=" + password + "\"]}]}\n",
		"settings.ini": "password=" + password + "\n",
	})
	j.env["INPUT_GITHUB-TOKEN"], j.env["INPUT_REGISTRY-AUTH"] = own, "ghcr.io u "+own
	j.ends(t, "a change full of secrets", 1)
	log := regexp.MustCompile(`(?m)^::add-mask::.*$`).ReplaceAllString(j.log.String(), "")
	j.log.Reset()
	j.log.WriteString(log)
	for _, secret := range []string{token, password, own} {
		j.holdsNot(t, "secrets", secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)))
	}
}

// TestT28_NoErrorIsAPass breaks one thing after the other.
func TestT28_NoErrorIsAPass(t *testing.T) {
	whole := files{"compose.yaml": clean, "requirements.txt": "flask==3.0.0\n"}
	got, want := map[string]int{}, map[string]int{}
	for name, c := range map[string]struct {
		files files
		env   map[string]string
	}{
		"nothing":           {},
		"no database":       {env: map[string]string{"INPUT_DATABASE": "/nonexistent"}},
		"an old database":   {env: map[string]string{"INPUT_DB-MAX-AGE": "1h"}},
		"another database":  {env: map[string]string{"INPUT_DB-DIGEST": "sha256:" + strings.Repeat("0", 64)}},
		"no engine":         {env: map[string]string{"INPUT_STAGES": "dast"}},
		"no time":           {env: map[string]string{"INPUT_TIMEOUT": "1ns"}},
		"no registry":       {files: files{"compose.yaml": "services: {web: {image: \"127.0.0.1:1/x:1\"}}\n"}, env: map[string]string{"INPUT_STAGES": "deps", "INPUT_SCAN-IMAGES": "always", "INPUT_OFFLINE": ""}},
		"a broken file":     {files: files{"compose.yaml": "services: {web: [\n"}},
		"a cut lock file":   {files: files{"package-lock.json": `{"lockfileVersion": 3, "packages": {"": {"dep`}},
		"a broken setting":  {files: files{".github/assure.yml": "fail-on-severity: loud\n"}},
		"a setting twice":   {files: files{".github/assure.yml": "fail-on: new\n", ".assure.yml": "fail-on: new\n"}},
		"an unknown rule":   {files: files{".github/assure.yml": "exceptions: [{rule: compose/none, path: x, reason: r, owner: o, expires: 2099-01-01}]\n"}},
		"no manifest's key": {files: files{".github/assure.yml": "images: {keys: [{id: a, file: none.pub}], rules: [{match: [\"**\"], keys: [a]}]}\n"}, env: map[string]string{"INPUT_STAGES": "images", "INPUT_OFFLINE": ""}},
	} {
		j := propose(t, whole.with(c.files), nil).pushed(t).data(t)
		j.env["INPUT_FAIL-ON-SEVERITY"] = "none"
		maps.Copy(j.env, c.env)
		got[name], want[name] = j.run(t), 2
	}
	want["nothing"] = 0
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exit codes (-want +got):\n%s", diff)
	}
}
