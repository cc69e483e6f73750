package cli

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/stella-ops/assure/internal/cli/live"
	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage"
	"github.com/stella-ops/assure/internal/stage/all"
	"github.com/stella-ops/assure/internal/stage/dast/runtime/facts"
	"github.com/stella-ops/assure/internal/stage/deps/database"
	"github.com/stella-ops/assure/internal/workspace"
)

// stages are all stages with what they need from the outside.
func (a *app) stages(j *job) ([]stage.Stage, error) {
	env, err := a.stageEnv(j)
	if err != nil {
		return nil, err
	}
	cfg := j.cfg
	if j.Event.Strict {
		cfg, env, err = forStranger(j, env)
	}
	return all.Stages(cfg, j.engine, env), err
}

// forStranger takes away what a stranger's change may not use: whatever opens a registry
// or a service. What such a run fetches is kept for no other one; a cache that is only
// read may stay.
func forStranger(j *job, env all.Env) (cfg config.Config, _ all.Env, err error) {
	cfg = j.cfg
	cfg.Auth, cfg.Token, cfg.DAST.Auth.Value, cfg.DAST.ZAPKey = nil, "", "", ""
	env.DockerConfig, env.TargetToken = nil, ""
	if !cfg.Offline && !cfg.Deps.SkipUpdate {
		env.CacheDir, err = j.Private()
	}
	return cfg, env, err
}

func (a *app) stageEnv(j *job) (all.Env, error) {
	rules, err := a.policyTree(j.Workspace).Read(j.cfg.DAST.RulesFile, source.MaxFileBytes)
	if err != nil && !(errors.Is(err, fs.ErrNotExist) && j.cfg.DAST.RulesFile == config.DefaultRulesFile) {
		return all.Env{}, fmt.Errorf("read rules file: %w", err)
	}
	if err := live.Outside(j.Workspace, j.cfg); err != nil {
		return all.Env{}, err
	}
	mounts, _ := os.ReadFile("/proc/self/mountinfo") // absent where there are no containers
	return all.Env{
		Version: version, Temp: a.env("RUNNER_TEMP"), Mountinfo: mounts, SelfContainer: a.selfContainer(), Proc: process, TargetToken: a.targetToken(j.cfg),
		Now: a.Now, CacheDir: a.cacheDir(j.cfg), DockerConfig: a.dockerConfig(), Proxy: http.ProxyFromEnvironment, Lookup: a.LookupEnv,
		ReadKey: func(path string) ([]byte, error) {
			return a.policyTree(j.Workspace).Read(path, workspace.MaxTrustedBytes)
		},
		EngineHost: a.engineHost(), RunID: a.runID(), Runs: a.runsDir(), ZAPRules: rules, Fixes: a.showsFixes(), SBOM: a.inAction() || a.flags.out != "", Releases: j.Releases,
		UnchangedStack: live.Unchanged(j.Workspace, j.cfg, a.flags.config),
	}, nil
}

// showsFixes reports whether any output of this run holds fixes.
func (a *app) showsFixes() bool {
	return a.wantsFixes || a.inAction() || a.flags.out != "" || a.flags.format == "json" || a.flags.format == "sarif"
}

func (a *app) databaseOptions(cfg config.Config) database.Options {
	return database.Options{
		Offline: cfg.Offline, Auth: cfg.Auth, Token: cfg.Token, DockerConfig: a.dockerConfig(),
		CacheDir: a.cacheDir(cfg), InsecureRegistries: cfg.Images.InsecureRegistries,
	}
}

// cacheDir is where the database is kept. In the action the runner's temporary
// directory is the only place that lasts for the job and that no commit can fill.
func (a *app) cacheDir(cfg config.Config) string {
	switch {
	case cfg.Deps.CacheDir != "":
		return cfg.Deps.CacheDir
	case a.inAction() && a.env("RUNNER_TEMP") != "":
		return filepath.Join(a.env("RUNNER_TEMP"), "assure-cache")
	case a.env("XDG_CACHE_HOME") != "":
		return filepath.Join(a.env("XDG_CACHE_HOME"), "assure")
	case a.env("HOME") != "":
		return filepath.Join(a.env("HOME"), ".cache", "assure")
	default:
		return filepath.Join(os.TempDir(), "assure-cache")
	}
}

// dockerConfig reads the user's registry logins. In the action HOME is shared with
// earlier steps, which the change under test may control, so only an explicit
// DOCKER_CONFIG counts there.
func (a *app) dockerConfig() []byte {
	dir := a.env("DOCKER_CONFIG")
	if dir == "" && !a.inAction() {
		dir = filepath.Join(a.env("HOME"), ".docker")
	}
	if dir == "" {
		return nil
	}
	data, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if err != nil {
		return nil
	}
	return data
}

// runsDir is where runs are marked while they go on. It does not follow the
// configuration, because "assure clean" looks there without any.
func (a *app) runsDir() string { return filepath.Join(a.cacheDir(config.Config{}), "runs") }

func (a *app) engineHost() string { return a.env("DOCKER_HOST") }

// selfContainer is the id of the container of the action: the runner leaves the host
// name at its default, which is the id.
func (a *app) selfContainer() string {
	if !a.inAction() {
		return ""
	}
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// targetToken is the token whose variable the configuration names.
func (a *app) targetToken(cfg config.Config) string {
	if cfg.DAST.Target.TokenEnv == "" {
		return ""
	}
	return a.env(cfg.DAST.Target.TokenEnv)
}

// process reads the kernel's view of a process, provided that it really is the
// container's: another engine's process ids mean nothing here.
func process(pid int, container string) facts.Raw {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	group, err := os.ReadFile(filepath.Join(dir, "cgroup"))
	if err != nil || !bytes.Contains(group, []byte(container)) {
		return facts.Raw{}
	}
	return facts.Read(dir)
}

var unfitForID = regexp.MustCompile(`[^a-z0-9]+`)

// runID names the run on the engine. In the action it comes from the workflow run, so
// that the post step, which is another process, finds what this one left.
func (a *app) runID() string {
	if a.inAction() && a.env("GITHUB_RUN_ID") != "" {
		// The jobs of a matrix share all but the runner.
		sum := sha256.Sum256([]byte(a.env("GITHUB_JOB") + "\x00" + a.env("GITHUB_ACTION") + "\x00" + a.env("RUNNER_NAME")))
		id := "gh" + a.env("GITHUB_RUN_ID") + "x" + a.env("GITHUB_RUN_ATTEMPT") + "x"
		return limit(unfitForID.ReplaceAllString(id, ""), 28) + hex.EncodeToString(sum[:6])
	}
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return hex.EncodeToString(b[:])
}

func limit(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
