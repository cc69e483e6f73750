// Package all is the one visible list of stages. It stands apart from the runner so
// that whoever tests the runner need not compile the libraries of every stage.
package all

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/stage"
	"github.com/stella-ops/assure/internal/stage/dast"
	"github.com/stella-ops/assure/internal/stage/dast/runtime/facts"
	"github.com/stella-ops/assure/internal/stage/deps"
	"github.com/stella-ops/assure/internal/stage/hardening"
	"github.com/stella-ops/assure/internal/stage/images"
	"github.com/stella-ops/assure/internal/stage/images/rotation"
)

// Env is what the stages need from the outside, besides the configuration.
type Env struct {
	// Version of the program, for reports.
	Version string
	// Now tells the time.
	Now func() time.Time
	// Temp is a directory for what a stage needs while it runs; empty means the system's.
	Temp string
	// CacheDir holds the vulnerability database between runs.
	CacheDir string
	// DockerConfig is the content of the user's Docker config.json, nil without one.
	DockerConfig []byte
	// ReadKey reads a public key from the tree that is trusted to name signers.
	ReadKey func(path string) ([]byte, error)
	// Releases reads a key file in the newest release of each major version; nil means
	// that no history is at hand.
	Releases func(file string) ([]rotation.Release, error)
	// Lookup looks up an environment variable that the configuration names.
	Lookup func(name string) (string, bool)
	// Proxy chooses the HTTP proxy for a request; nil means none.
	Proxy func(*http.Request) (*url.URL, error)
	// EngineHost is the address of the container engine, empty for the usual one.
	EngineHost string
	// RunID tells apart what several runs create on one engine.
	RunID string
	// Runs is the directory in which runs are marked while they go on.
	Runs string
	// Mountinfo is the content of /proc/self/mountinfo and SelfContainer the container
	// that this process runs in, empty outside one.
	Mountinfo     []byte
	SelfContainer string
	// Proc reads what the kernel says about a container's process, nil where this
	// process does not see those of the engine.
	Proc func(pid int, container string) facts.Raw
	// TargetToken opens the protected paths of the service under test.
	TargetToken string
	// SBOM is true when the bill of materials is written somewhere.
	SBOM bool
	// Fixes is true when somebody reads the fixes that findings come with.
	Fixes bool
	// ZAPRules is the content of .zap/rules.tsv in the trusted tree, nil without one.
	ZAPRules []byte
	// UnchangedStack reports whether a file, or everything below a directory (a path that
	// ends in a slash), is the same in the commit that a change is compared with, and so
	// are the settings of the dynamic test; nil means that this is not known.
	UnchangedStack func(file string) bool
}

// Stages are all stages in the order of every output.
func Stages(cfg config.Config, engine *policy.Engine, env Env) []stage.Stage {
	return []stage.Stage{
		deps.New(cfg.Deps, deps.Options{
			Offline: cfg.Offline, Now: env.Now, Auth: cfg.Auth, CacheDir: env.CacheDir,
			InsecureRegistries: cfg.Images.InsecureRegistries, PrivateRegistries: cfg.Images.PrivateRegistries,
			Token: cfg.Token, DockerConfig: env.DockerConfig, Proxy: env.Proxy, EngineHost: env.EngineHost, Temp: env.Temp,
			Version: env.Version, SBOM: env.SBOM, ReferencesJudged: cfg.Runs("images"),
			Transport: images.Transport(cfg.Images, env.Proxy),
		}),
		lint(engine, cfg.Hardening, env.Fixes),
		images.New(cfg.Images, images.Options{
			Offline: cfg.Offline, Profile: cfg.Hardening.Profile, Auth: cfg.Auth, Token: cfg.Token,
			DockerConfig: env.DockerConfig, ReadKey: env.ReadKey, Proxy: env.Proxy, Env: env.Lookup, Fixes: env.Fixes, Releases: env.Releases, Now: env.Now,
		}),
		dast.New(cfg.DAST, dast.Options{
			Version: env.Version, Offline: cfg.Offline, EngineHost: env.EngineHost, RunID: env.RunID, Runs: env.Runs, Now: env.Now,
			Auth: cfg.Auth, RulesFile: env.ZAPRules, Mountinfo: env.Mountinfo, SelfContainer: env.SelfContainer,
			Proc: env.Proc, Temp: env.Temp, Token: env.TargetToken, Unchanged: env.UnchangedStack,
		}),
	}
}

func lint(engine *policy.Engine, cfg config.Hardening, fixes bool) stage.Stage {
	s := hardening.New(engine, cfg)
	if !fixes {
		return s.WithoutFixes()
	}
	return s
}

// Rules are the rules that stages declare in Go: everything but the packs' rules and
// the advisories of a database.
func Rules() []finding.Rule {
	return slices.Concat(deps.Rules(), images.Rules(), dast.Rules())
}
