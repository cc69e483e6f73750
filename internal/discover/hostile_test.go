package discover

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover/dockerfile"
	"github.com/stella-ops/assure/internal/discover/render/rendertest"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/decoded"
)

func TestProblems(t *testing.T) {
	t.Parallel()
	all, two := []string{"hardening", "images", "dast"}, []string{"hardening", "images"}
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'j'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 10), ","))
	}
	web := "services:\n  web:\n    image: x\n"
	tests := []struct {
		name, text, at, message string
		stages                  []string
	}{
		{"broken Compose", "-- compose.yml --\nservices:\n  web: [\n", "compose.yml:3:1", "did not find expected", all},
		{"broken YAML", "-- x.yaml --\nkind: b\nc: [\n", "x.yaml:3:1", "not readable as YAML", two},
		{"broken manifest in JSON", "-- x.json --\n{\"apiVersion\": \"v1\", \"kind\": \"Pod\",\n", "x.json:2:1", "not readable", two},
		{"broken Dockerfile", "-- Dockerfile --\nFROM a\nRUN <<X\nb\n", "Dockerfile:2:1", "unterminated heredoc", two},
		{"Dockerfile without FROM", "-- Dockerfile --\nRUN a\n", "Dockerfile:1:1", "no FROM", two},
		{"FROM with too much", "-- Dockerfile --\nFROM a b\n", "Dockerfile:2:", "", two},
		{"duplicate key", "-- compose.yml --\nservices: {}\nservices: {}\n", "compose.yml:2:1", "given twice", all},
		{"alias bomb", "-- compose.yml --\n" + bomb + "services: {a: {image: *i}}\n", "compose.yml:1:1", "expand", all},
		{"alias bomb in a manifest", "-- k.yaml --\n" + bomb + "kind: *i\n", "k.yaml:1:1", "expand", two},
		{"no service map", "-- compose.yml --\nservices: []\n", "compose.yml:1:1", "", all},
		{"service is text", "-- compose.yml --\nservices:\n  web: text\n", "compose.yml:2:8", "must be a mapping", all},
		{"unknown key", "-- compose.yml --\n" + web + "    prvileged: true\n", "compose.yml:4:5", `"prvileged" is not`, all},
		{"wrong type", "-- compose.yml --\n" + web + "    privileged: perhaps\n", "compose.yml:4:17", "privileged", all},
		{"unknown key beside a variable", "-- compose.yml --\nservices:\n  web:\n    image: ${X}\n    prvileged: true\n  b: {image: c}\n", "compose.yml:4:5", `"prvileged" is not`, all},
		{"bad port", "-- compose.yml --\n" + web + "    ports: [\"99999:1\"]\n", "compose.yml:4:13", "99999", all},
		{"bad interpolation", "-- compose.yml --\n" + web + "    user: ${-}\n", "compose.yml:4:11", "begins no variable", all},
		{"include cycle", "-- compose.yml --\ninclude: [b.yml]\n-- b.yml --\ninclude: [compose.yml]\n", "b.yml:1:11", "includes itself", all},
		{"extends cycle", "-- compose.yml --\nservices:\n  a: {extends: b}\n  b: {extends: a}\n", "compose.yml:2:16", "leads back to itself", all},
		{"included file is missing", "-- compose.yml --\ninclude:\n  - no.yml\n", "compose.yml:2:5", `"no.yml" does not exist`, all},
		{"include from outside", "-- compose.yml --\ninclude: [../../etc/passwd]\n", "compose.yml:1:11", "leads out", all},
		{"include by absolute path", "-- compose.yml --\ninclude: [{path: /etc/passwd}]\n", "compose.yml:1:18", "leads out", all},
		{"include from the network", "-- compose.yml --\ninclude: [\"https://example.com/x.git\"]\n", "compose.yml:1:11", "is fetched when", all},
		{"include through a variable", "-- .env --\nD=../..\n-- compose.yml --\ninclude: [\"${D}/x.yml\"]\n", "compose.yml:1:11", "leads out", all},
		{"extends from outside", "-- compose.yml --\nservices:\n  a:\n    extends: {file: ../x.yml, service: a}\n", "compose.yml:3:21", "leads out", all},
		{"extends in a base from outside", "-- compose.yml --\nservices: {a: {extends: {file: b/c.yml, service: a}}}\n-- b/c.yml --\nservices: {a: {extends: {file: ../../x.yml, service: a}}}\n", "b/c.yml:1:32", "leads out", all},
		{"environment file of an include", "-- compose.yml --\ninclude: [{path: b.yml, env_file: /etc/passwd}]\n-- b.yml --\nservices: {}\n", "compose.yml:1:35", "leads out", all},
		{"env_file from outside", "-- compose.yml --\n" + web + "    env_file: [../secret]\n", "compose.yml:4:16", "leads out", []string{"dast"}},
		{"context from outside", "-- compose.yml --\n" + web + "    build: ../..\n", "compose.yml:4:12", "leads out", []string{"dast"}},
		{"Dockerfile from outside", "-- compose.yml --\n" + web + "    build: {context: ., dockerfile: ../D}\n", "compose.yml:4:37", "leads out", []string{"dast"}},
		{"home directory", "-- compose.yml --\n" + web + "    env_file: ~/x\n", "compose.yml:4:15", "leads out", []string{"dast"}},
		{"broken .env", "-- .env --\nA=\"b\n-- compose.yml --\n" + web, ".env:1:1", "environment file", all},
		{"COMPOSE_FILE is missing", "-- .env --\nCOMPOSE_FILE=no.yml\n", ".env:1:1", "no.yml", all},
		{"COMPOSE_FILE from outside", "-- .env --\nCOMPOSE_FILE=../x.yml\n", ".env:1:1", "leads out", all},
		{"empty Compose", "-- compose.yml --\n", "compose.yml:1:1", "empty", all},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.name == "FROM with too much" {
				tt.at = "Dockerfile:1:1"
			}
			p := buildPlan(t, rendertest.Unpack(tt.text))
			if len(p.Problems) != 1 {
				t.Fatalf("problems %v", p.Problems)
			}
			got := p.Problems[0]
			if !strings.HasPrefix(got.Location.String(), tt.at) || !strings.Contains(got.Message, tt.message) || !slices.Equal(got.Stages, tt.stages) {
				t.Errorf("got %s %v %s", got.Location, got.Stages, got.Message)
			}
			if strings.Contains(got.Message, p.Root) || strings.Contains(got.Message, "root:") {
				t.Errorf("message tells about the machine: %s", got.Message)
			}
		})
	}
}

func TestProblemsDoNotChange(t *testing.T) {
	t.Parallel()
	text := "-- compose.yml --\nservices:\n"
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		text += "  " + name + ":\n    image: x\n    ports: [\"" + strings.Repeat("9", 6) + ":" + name + "\"]\n    wrong_" + name + ": 1\n"
	}
	first := buildPlan(t, rendertest.Unpack(text)).Problems
	for range 5 {
		again := buildPlan(t, rendertest.Unpack(text)).Problems
		if diff := cmp.Diff(first, again); diff != "" || len(first) != 12 {
			t.Fatalf("%d problems, then\n%s", len(first), diff)
		}
	}
}

func TestLinksAndPipes(t *testing.T) {
	t.Parallel()
	tree := rendertest.Repository(t, map[string]string{"docker/stack.yml": "services: {a: {image: a}}\n", "sub/compose.yml": "services: {a: {image: a}}\n"})
	outside := filepath.Join(t.TempDir(), "outside.yml")
	if err := os.WriteFile(outside, []byte("services: {a: {image: secret}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	links := map[string]string{
		"compose.yml": outside, "go.mod": outside, "Dockerfile": outside, ".env": outside, "notes.txt": outside,
		"k.yaml": "missing", "docker/compose.yml": "stack.yml", "sub/docker-compose.yml": "compose.yml", "sub/.env": "/dev/zero",
	}
	for name, to := range links {
		if err := os.Symlink(to, filepath.Join(tree.Dir(), name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"docker-compose.yml", "poetry.lock"} {
		if err := syscall.Mkfifo(filepath.Join(tree.Dir(), name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Build(t.Context(), tree, config.Default(), plan.Event{}, source.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, pr := range p.Problems {
		got = append(got, pr.Location.URI+" "+strings.Join(pr.Stages, ","))
	}
	want := []string{
		".env hardening,images,dast", "Dockerfile hardening,images", "compose.yml hardening,images,dast",
		"docker-compose.yml hardening,images,dast", "go.mod deps",
		"k.yaml hardening,images", "poetry.lock deps", "sub/.env hardening,images,dast",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for _, im := range p.Images {
		if im.Ref == "secret" {
			t.Error("a file outside of the repository was read")
		}
	}
}

func TestIncludeThroughLink(t *testing.T) {
	t.Parallel()
	tree := rendertest.Repository(t, map[string]string{"compose.yml": "include: [dir/x.yml]\nservices: {a: {image: a}}\n"})
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "x.yml"), []byte("services: {b: {image: secret}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(tree.Dir(), "dir")); err != nil {
		t.Fatal(err)
	}
	p, err := Build(t.Context(), tree, config.Default(), plan.Event{}, source.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Problems) != 1 || len(p.Images) != 1 || p.Images[0].Ref != "a" || p.Problems[0].Location.String() != "compose.yml:1:11" {
		t.Errorf("problems %v, %d documents", p.Problems, len(p.Documents))
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("# comment\n", source.MaxFileBytes/10+1)
	p := buildPlan(t, map[string]string{
		"compose.yml": big, "k.yaml": "kind: Pod\n" + big, "data.yaml": big, "Dockerfile": big, "notes.txt": big,
		"list.json": `{"apiVersion": "v1", "kind": "List"}` + strings.Repeat(" ", source.MaxFileBytes), "data.json": strings.Repeat(" ", source.MaxFileBytes+1),
	})
	var got []string
	for _, pr := range p.Problems {
		got = append(got, pr.Location.URI)
		if !strings.Contains(pr.Message, "too large") {
			t.Errorf("%s: %s", pr.Location, pr.Message)
		}
	}
	if want := []string{"Dockerfile", "compose.yml", "k.yaml", "list.json"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNothing(t *testing.T) {
	t.Parallel()
	p := buildPlan(t, nil)
	if len(p.Documents)+len(p.Images)+len(p.Problems)+len(p.Files)+len(p.Stacks)+len(p.LockFiles) != 0 || p.Event.Name != "local" {
		t.Errorf("a plan of nothing: %+v", p)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Build(ctx, rendertest.Repository(t, map[string]string{"a": ""}), config.Default(), plan.Event{}, source.Selection{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of ctx: %v", err)
	}
	tree := rendertest.Repository(t, nil)
	if err := os.Remove(tree.Dir()); err != nil {
		t.Fatal(err)
	}
	if _, err := Build(t.Context(), tree, config.Default(), plan.Event{}, source.Selection{}); err == nil {
		t.Error("a root that is gone must be an error")
	}
}

func TestConfigured(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.DAST.Compose = []string{"ci/stack.yml", "ci/extra.yml"}
	cfg.Exclude = []string{"vendor/**"}
	files := map[string]string{
		"ci/stack.yml": "services: {a: {image: a}}\n", "ci/extra.yml": "services: {a: {init: true}}\n",
		"compose.yml": "services: {z: {image: z}}\n", "vendor/compose.yml": "services: [\n", "vendor/go.mod": "",
	}
	p, err := Build(t.Context(), rendertest.Repository(t, files), cfg, plan.Event{}, source.Selection{Exclude: cfg.Exclude})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Stacks) != 2 || p.Stacks[0].Dir != "ci" || !slices.Equal(p.Stacks[0].Files, cfg.DAST.Compose) || len(p.Problems)+len(p.LockFiles) != 0 {
		t.Errorf("%+v %v", p.Stacks, p.Problems)
	}
	cfg.DAST.Compose = []string{"no.yml", "../x.yml"}
	if p, err = Build(t.Context(), rendertest.Repository(t, files), cfg, plan.Event{}, source.Selection{Exclude: cfg.Exclude}); err != nil || len(p.Problems) != 2 {
		t.Errorf("%v %v", p.Problems, err)
	}
}

func TestEnvironmentOfTheProcess(t *testing.T) {
	t.Setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "leak")
	doc := only(t, buildPlan(t, rendertest.Unpack(`
-- compose.yml --
services:
  a:
    image: a
    environment: [ACTIONS_ID_TOKEN_REQUEST_TOKEN, "B=${ACTIONS_ID_TOKEN_REQUEST_TOKEN}"]
    env_file: missing.env
secrets: {s: {environment: ACTIONS_ID_TOKEN_REQUEST_TOKEN}}
`)))
	if s := fmt.Sprint(doc.Model, doc.Raw); strings.Contains(s, "leak") {
		t.Error(s)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"go.mod": true, "a/package-lock.json": true, "pylock.dev.toml": true, "x.deps.json": true, "Directory.Packages.props": true,
		"settings-gradle.lockfile": true, "build.sbt.lock": true, "go.sum": false, "package.json": false, "my-requirements.txt": false, "GO.MOD": false,
	} {
		if isLockFile(name) != want {
			t.Errorf("lock file %s: %t", name, !want)
		}
	}
	for name, want := range map[string]bool{
		"Dockerfile": true, "a/dockerfile": true, "api.Dockerfile": true, "Dockerfile.dev": true, "Containerfile": true,
		"Dockerfile.md": false, "dockerfile.go": false, "dockerfile_test.go": false, "web.dockerfile": true, "Dockerfile.dockerignore": false, "Dockerfile.j2": false, "Dockerfiles": false,
	} {
		if dockerfile.Named(name) != want {
			t.Errorf("Dockerfile %s: %t", name, !want)
		}
	}
}

func TestGaps(t *testing.T) {
	t.Parallel()
	p := buildPlan(t, rendertest.Unpack("-- compose.yml --\nservices: [\n"))
	if len(p.Gaps("dast")) != 1 || len(p.Gaps("deps")) != 0 {
		t.Errorf("gaps %v %v", p.Gaps("dast"), p.Gaps("deps"))
	}
}

func FuzzDockerfile(f *testing.F) {
	f.Add([]byte("FROM a AS b\nRUN --mount=from=c <<X\nX\nCOPY --from=b a b\n"))
	f.Add([]byte("# escape=`\nFROM a\nRUN b `\n c\nONBUILD RUN d\nENV a=b c=d\nENV a b\n"))
	f.Add([]byte("\uFEFF# syntax=x\r\nARG A=1\r\nfrom $A\r\nHEALTHCHECK NONE\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := dockerfile.Parse("f", data)
		if err != nil {
			return
		}
		files := map[string]string{"f": string(data)}
		for _, im := range d.Images(dockerfile.Build{}) {
			if got, inside := cutOut(files, im.Location); !inside || got == "" {
				t.Fatalf("image without a place: %+v", im)
			}
		}
		rendertest.Leaves(d.Model(), nil, func(path []any, v any) {
			at, grade := d.Locate(path)
			got, inside := cutOut(files, at)
			if !inside {
				t.Fatalf("%v: %s lies outside of the file", path, at)
			}
			if words := len(path) > 1 && path[len(path)-2] == "args"; words && grade == source.Exact && at.Region.StartLine == at.Region.EndLine && got != v {
				t.Fatalf("%v = %q: region holds %q", path, v, got)
			}
		})
	})
}

// insideFile demands that the places of a path, and of one more step, lie in the file.
func insideFile(t *testing.T, d plan.Document, files map[string]string, path []any) {
	for _, p := range [][]any{path, decoded.Join(path, "none"), decoded.Join(path, 7)} {
		at, _ := d.Locator.Locate(p)
		places := []finding.Location{at}
		for _, r := range source.RelatedPlaces(d.Locator, p) {
			places = append(places, r.Location)
		}
		for _, at := range places {
			if _, inside := cutOut(files, at); !inside {
				t.Fatalf("%v: %s lies outside of the file", p, at)
			}
		}
	}
}

func FuzzCompose(f *testing.F) {
	for _, text := range stacks {
		f.Add(rendertest.Unpack(text)["compose.yml"])
	}
	f.Add("services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM b\n        USER $$U\n  c: &c {extends: a, command: [x]}\n  d: {<<: [*c], user: \"${U:-1}\"}\n")
	f.Add("include: [compose.yml, \"https://x/y\"]\nservices: {a: {extends: {file: \"git@x:y\", service: b}, volumes: [\"./a:/b:ro\"], ports: [\"1-9:1-9\"]}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		files := map[string]string{"compose.yml": text}
		p := buildPlan(t, files)
		for _, pr := range p.Problems {
			if _, inside := cutOut(files, pr.Location); !inside && pr.Location != finding.Top("compose.yml") {
				t.Fatalf("problem outside of the file: %s %s", pr.Location, pr.Message)
			}
		}
		for _, d := range p.Documents {
			left := 300
			rendertest.Leaves(d.Model, nil, func(path []any, _ any) {
				if left--; left > 0 {
					insideFile(t, d, files, path)
				}
			})
		}
	})
}
