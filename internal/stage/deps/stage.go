// Package deps is the dependency scan: the packages that the repository's lock files
// name, matched against a vulnerability database. It reads files and one database; it
// runs nothing and asks no package registry.
package deps

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/memo"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/deps/database"
	"github.com/stella-ops/assure/internal/stage/deps/inventory"
	"github.com/stella-ops/assure/internal/stage/deps/quiet"
	"github.com/stella-ops/assure/internal/stage/deps/sbom"
)

// name is the stage's, one of config.StageNames.
const name = "deps"

// Options are what the stage needs besides its configuration.
type Options struct {
	// Offline forbids every connection: the database comes from its directory or the cache.
	Offline bool
	// Version of the program, and SBOM true when somebody wants the bill of materials.
	Version string
	SBOM    bool
	// Now is the clock; without it the age of the database is unknown.
	Now func() time.Time
	// Auth are registry credentials; one without host is for the database's registries.
	Auth []config.RegistryAuth
	// Transport replaces the default HTTP transport when not nil.
	Transport http.RoundTripper
	// CacheDir holds the database between runs; empty means the configuration's.
	CacheDir string
	// InsecureRegistries are hosts that may be reached by plain HTTP, PrivateRegistries
	// those that may have private addresses.
	InsecureRegistries, PrivateRegistries []string
	// Token is a GitHub token, sent to ghcr.io only.
	Token string
	// DockerConfig is the content of a Docker config.json.
	DockerConfig []byte
	// Proxy chooses the proxy for a request to a registry; nil means none.
	Proxy func(*http.Request) (*url.URL, error)
	// Wait sleeps before a request is repeated; nil means to really sleep.
	Wait func(ctx context.Context, d time.Duration) error
	// ReferencesJudged is true when the image stage runs, too, and reports references
	// that lead to no image.
	ReferencesJudged bool
	// EngineHost is the address of the container engine, empty for the usual one.
	EngineHost string
	// Temp is a directory for images of the engine; empty means the system's.
	Temp string
	// Puller replaces the registry client when not nil.
	Puller database.Puller
}

// Stage is the dependency scan.
type Stage struct {
	cfg  config.Deps
	opts Options
	// known is what runs share: the database, feeds, and images, which are as large.
	known *memo.Cache
}

// New returns the stage. Runs of the same stage see the same data.
func New(cfg config.Deps, opts Options) *Stage {
	return &Stage{cfg: cfg, opts: opts, known: memo.New()}
}

// Name implements stage.Stage.
func (s *Stage) Name() string { return name }

// Skip implements stage.Stage: a repository without lock files has nothing to check,
// which Run says without needing a database.
func (s *Stage) Skip(*plan.Plan) string { return "" }

// Run implements stage.Stage.
func (s *Stage) Run(ctx context.Context, p *plan.Plan, say func(string)) (finding.Set, error) {
	set := finding.Set{Gaps: p.Gaps(name)}
	files := fileNames(p)
	locks := inventory.Find(files, p.LockFiles)
	if len(locks) == 0 && !s.scansImages(p) {
		return set, nil
	}
	set.Rules = Rules()
	info, err := memo.Do(s.known, memo.KeyOf[string]("database"), func() (database.Info, error) { return s.store(p, say).Open(ctx) })
	if err != nil {
		return set, err
	}
	s.describe(&set, info)
	err = database.Use(info, func() error {
		bill, err := s.judgeAll(ctx, p, files, locks, say, &set)
		if err != nil {
			return err
		}
		images, err := s.judgeImages(ctx, p, say, &set)
		if err != nil || !s.opts.SBOM {
			return err
		}
		return s.writeBills(p, bill, images, &set)
	})
	if err == nil {
		s.markExploited(ctx, p, &set)
	}
	return set, err
}

func fileNames(p *plan.Plan) []string {
	names := make([]string, len(p.Files))
	for i, f := range p.Files {
		names[i] = f.Name
	}
	return names
}

func (s *Stage) store(p *plan.Plan, say func(string)) *database.Store {
	return database.New(s.cfg, s.databaseOptions(p, say))
}

func (s *Stage) databaseOptions(p *plan.Plan, say func(string)) database.Options {
	return database.Options{
		Offline: s.opts.Offline, Auth: s.opts.Auth, Token: s.opts.Token, DockerConfig: s.opts.DockerConfig, Transport: s.opts.Transport,
		InsecureRegistries: s.opts.InsecureRegistries, CacheDir: s.opts.CacheDir,
		Workspace: p.Root, Puller: s.opts.Puller, Wait: s.opts.Wait, Say: say,
	}
}

// judgeAll reads one lock file after the other and matches its packages. What a file
// includes is read, too, once. It returns what the bill of materials wants to know.
func (s *Stage) judgeAll(ctx context.Context, p *plan.Plan, files, locks []string, say func(string), set *finding.Set) (bill sbom.Document, err error) {
	log := quiet.Listen()
	defer log.Stop()
	reader := inventory.New(p.Tree, files, log)
	j := &judge{set: set, log: log, dev: s.cfg.DevDependencies, wantsBill: s.opts.SBOM, rules: map[string]finding.Rule{}, hits: map[string][]hit{}}
	for i := 0; i < len(locks); i++ {
		if err := ctx.Err(); err != nil {
			return bill, err
		}
		say(fmt.Sprintf("judging %s (%d of %d)", locks[i], i+1, len(locks)))
		lock := reader.Read(ctx, locks[i])
		if err := j.lock(ctx, &lock); err != nil {
			return bill, fmt.Errorf("match %s: %w", locks[i], err)
		}
		for _, more := range lock.Includes {
			if !slices.Contains(locks, more) {
				locks = append(locks, more)
			}
		}
	}
	return j.bill, j.finish()
}

// describe says which database answered and whether it is too old to.
func (s *Stage) describe(set *finding.Set, info database.Info) {
	set.Database = &finding.Database{Digest: info.Digest, Source: info.Source, UpdatedAt: info.UpdatedAt}
	set.Notes = append(set.Notes, info.Notes...)
	var now time.Time
	if s.opts.Now != nil {
		now = s.opts.Now()
	}
	age := now.Sub(info.UpdatedAt)
	warn := !now.IsZero() && (now.After(info.NextUpdate) || s.cfg.WarnAge > 0 && age > s.cfg.WarnAge)
	bounded := s.cfg.MaxAge > 0 && s.cfg.Digest == ""
	switch {
	case bounded && (now.IsZero() || info.UpdatedAt.IsZero()):
		set.Gaps = append(set.Gaps, aged("vulnerability database", "the age of the vulnerability database is unknown, but deps.db-max-age bounds it"))
	case bounded && age > s.cfg.MaxAge:
		set.Gaps = append(set.Gaps, aged("vulnerability database", fmt.Sprintf("the vulnerability database is %s old (built %s), deps.db-max-age allows %s", rough(age), info.UpdatedAt.Format(time.RFC3339), rough(s.cfg.MaxAge))))
	case warn:
		set.Notes = append(set.Notes, fmt.Sprintf("the vulnerability database is %s old (built %s); a newer one should exist", rough(age), info.UpdatedAt.Format(time.RFC3339)))
	}
}

// aged is the gap of data that is too old.
func aged(what, message string) finding.Gap {
	return finding.Gap{Rule: gap.Database, Subject: what, Message: message, Remediation: "Run `assure db pull`."}
}

// rough is a duration as people say it.
func rough(d time.Duration) string {
	switch days := int(d.Hours() / 24); {
	case days >= 3:
		return fmt.Sprintf("%d days", days)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	default:
		return d.Round(time.Second).String()
	}
}
