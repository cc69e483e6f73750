package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stella-ops/assure/internal/cli"
	"github.com/stella-ops/assure/internal/stage/deps/fixture"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

// clock is the day on which every script runs.
var clock = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"assure":      func() { os.Exit(program("assure", os.Args[1:])) },
		"assure-post": func() { os.Exit(program("assure-post", os.Args[1:])) },
	})
}

func program(name string, args []string) int {
	return cli.Main(context.Background(), cli.Env{
		Args: append([]string{name}, args...), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		LookupEnv: os.LookupEnv, Now: func() time.Time { return clock },
	})
}

// TestScripts drives the whole program; every script is headed by what it guards.
// UPDATE_SCRIPTS=1 rewrites what they expect (a library below owns the flag -update).
// $DB is a small vulnerability database and $PROJECTS the sample projects.
func TestScripts(t *testing.T) {
	db := filepath.Join(t.TempDir(), "db")
	if err := fixture.Write(db, advisories(), clock.Add(-3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	projects, err := filepath.Abs("../../testdata/projects")
	if err != nil {
		t.Fatal(err)
	}
	registry := signedImages(t)
	testscript.Run(t, testscript.Params{
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"expand": expandFiles, "named": nameCommit},
		Dir:  "testdata/script", UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "", RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("DB", db)
			env.Setenv("PROJECTS", projects)
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
			for name, value := range registry {
				env.Setenv(name, value)
			}
			env.Setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
			return nil
		},
	})
}

// signedImages starts a registry with a signed image, acme/app:1.2.3, and one that is not,
// acme/unsigned:1. It returns what scripts need to know about them.
func signedImages(t *testing.T) map[string]string {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	r, err := imagestest.Start(imagestest.Options{Referrers: true})
	check(err)
	t.Cleanup(r.Close)
	key, err := imagestest.NewKey()
	check(err)
	image, err := r.Push("acme/app", "1.2.3")
	check(err)
	check(r.SignBundle(image, key))
	_, err = r.Push("acme/unsigned", "1")
	check(err)
	_, digest, _ := strings.Cut(image, "@")
	return map[string]string{"REGISTRY": r.Host, "DIGEST": digest, "KEY": strings.ReplaceAll(key.PublicPEM, "\n", `\n`)}
}

// nameCommit lets the environment name the commit that is checked out, as GitHub does, and
// for a merge writes the event of the pull request with its parents.
func nameCommit(ts *testscript.TestScript, _ bool, args []string) {
	commit := func(rev string) string {
		ts.Check(ts.Exec("git", "rev-parse", "-q", "--verify", rev))
		return strings.TrimSpace(ts.ReadFile("stdout"))
	}
	ts.Setenv("GITHUB_SHA", commit("HEAD"))
	event := `{"repository": {"id": 1, "default_branch": "main"}`
	if len(args) > 0 {
		event += `, "pull_request": {"number": 7, "base": {"sha": "` + commit("HEAD^1") + `"}, "head": {"sha": "` + commit("HEAD^2") + `", "repo": {"id": ` + args[0] + `}}}`
	}
	file := filepath.Join(ts.Getenv("WORK"), "event.json")
	ts.Check(os.WriteFile(file, []byte(event+"}"), 0o600))
	ts.Setenv("GITHUB_EVENT_PATH", file)
}

// expandFiles replaces the variables in files of a script.
func expandFiles(ts *testscript.TestScript, _ bool, names []string) {
	for _, name := range names {
		text := os.Expand(ts.ReadFile(name), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

func advisories() []fixture.Advisory {
	return []fixture.Advisory{
		{ID: "CVE-2023-45288", Ecosystem: "go", Package: "golang.org/x/net", Vulnerable: []string{"<0.23.0"}, Patched: []string{">=0.23.0"},
			Title: "Unlimited CONTINUATION frames in HTTP/2", Severity: "HIGH", Score: 7.5},
		{ID: "CVE-2020-28493", Ecosystem: "pip", Package: "jinja2", Vulnerable: []string{"<2.11.3"}, Patched: []string{">=2.11.3"},
			Title: "Regular expression denial of service", Severity: "MEDIUM", Score: 5.3},
		{ID: "CVE-2021-23337", Ecosystem: "npm", Package: "lodash", Vulnerable: []string{"<4.17.21"}, Patched: []string{">=4.17.21"},
			Title: "Templates can inject commands", Severity: "HIGH", Score: 7.2},
	}
}
