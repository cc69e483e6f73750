// Package database finds, fetches, keeps and checks the vulnerability database: a
// directory with trivy.db and metadata.json in schema 2 of trivy-db. A database that
// is missing, damaged or of another schema is an error, never an empty answer.
package database

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/stella-ops/assure/internal/config"
)

// The files of a database directory, an export and the OCI layer alike.
const (
	contentFile  = "trivy.db"
	metadataFile = "metadata.json"
)

// Schema is the version of trivy-db's layout that this program reads.
const Schema = 2

// Limits of what is unpacked; the real database has about 1 GB in 2026.
const (
	maxContent  = 8 << 30
	maxMetadata = 64 << 10
	maxLayer    = 2 << 30
)

// ErrNone marks that there is no database where one was looked for.
var ErrNone = errors.New("no database")

// hint ends every message about a database that cannot be used.
const hint = "run `assure db pull` or set --database DIR"

// Options are what a Store needs besides the configuration.
type Options struct {
	// Offline forbids every connection.
	Offline bool
	// Auth are registry credentials; one without host is for the database's registries.
	Auth []config.RegistryAuth
	// Transport replaces the default HTTP transport when not nil.
	Transport http.RoundTripper
	// InsecureRegistries are hosts that may be reached by plain HTTP, besides loopback.
	InsecureRegistries []string
	// CacheDir holds databases between runs. Empty means cfg.CacheDir.
	CacheDir string
	// Workspace is the directory under test. The cache must not lie below it, because
	// its author could then choose the database. Empty skips the check.
	Workspace string
	// Puller replaces the registry client when not nil.
	Puller Puller
	// Token is a GitHub token, sent to ghcr.io only; DockerConfig is the content of a
	// Docker config.json.
	Token        string
	DockerConfig []byte
	// Wait sleeps before all registries are asked again; nil means to really sleep.
	Wait func(ctx context.Context, d time.Duration) error
	// Patience is how long a registry may be silent in the middle of an answer; zero
	// means a minute.
	Patience time.Duration
	// Say hears what is done now, when not nil.
	Say func(string)
}

// Info describes a database that has been checked.
type Info struct {
	// Dir is the directory that holds it.
	Dir string `json:"dir"`
	// Digest is sha256:<hex> of trivy.db, the same whichever way it came.
	Digest string `json:"digest"`
	// Manifest and Layer are the digests of the OCI artifact that it came from.
	Manifest string `json:"manifest,omitempty"`
	Layer    string `json:"layer,omitempty"`
	// Source is the path or the registry reference (by digest) that it came from.
	Source string `json:"source"`
	// Schema is trivy-db's schema version.
	Schema int `json:"schema"`
	// UpdatedAt is when the publisher built it, NextUpdate when a newer one is due.
	UpdatedAt  time.Time `json:"updated_at"`
	NextUpdate time.Time `json:"next_update"`
	// Size of trivy.db in bytes.
	Size int64 `json:"size"`
	// Notes say what the reader should know about how it was chosen.
	Notes []string `json:"notes,omitempty"`

	// seen is the file as it was when its digest was computed.
	seen os.FileInfo
}

// is tells whether the digest names this database in any of its three forms.
func (i Info) is(digest string) bool {
	return digest != "" && (digest == i.Digest || digest == i.Layer || digest == i.Manifest)
}

// Store is where the databases of one configuration come from.
type Store struct {
	cfg   config.Deps
	opts  Options
	cache string
	form  form
	// retryAfter is the longest time, in seconds, that a registry asked us to wait.
	retryAfter atomic.Int64
}

// New returns the store of a configuration.
func New(cfg config.Deps, opts Options) *Store { return newStore(cfg, opts, vulnerabilities()) }

func newStore(cfg config.Deps, opts Options, f form) *Store {
	cache := opts.CacheDir
	if cache == "" {
		cache = cfg.CacheDir
	}
	if cache != "" {
		cache = filepath.Join(cache, f.folder)
	}
	if opts.Say == nil {
		opts.Say = func(string) {}
	}
	if opts.Wait == nil {
		opts.Wait = sleep
	}
	return &Store{cfg: cfg, opts: opts, cache: cache, form: f}
}

// Open returns the database that findings are matched against: the configured
// directory or OCI layout, else the registries' current one, pulled only if the cache
// does not have it; without network the newest of the cache. What it returns has been
// checked just now.
func (s *Store) Open(ctx context.Context) (Info, error) {
	info, err := s.open(ctx)
	if err != nil {
		return Info{}, fmt.Errorf("open the %s: %w; %s", s.form.what, err, s.form.hint)
	}
	return info, nil
}

func (s *Store) open(ctx context.Context) (Info, error) {
	if s.cfg.Database != "" {
		return s.configured(ctx)
	}
	if s.mayFetch() {
		return s.fresh(ctx)
	}
	return s.cached(ctx)
}

func (s *Store) mayFetch() bool {
	return !s.opts.Offline && !s.cfg.SkipUpdate && len(s.cfg.Repositories) > 0
}

// configured opens deps.database, which is never replaced by anything else.
func (s *Store) configured(ctx context.Context) (Info, error) {
	info, err := s.directory(ctx, s.cfg.Database)
	if err != nil {
		return Info{}, err
	}
	if err := s.pinned(info); err != nil {
		return Info{}, err
	}
	if s.cfg.Digest == "" && s.opts.Workspace != "" && below(s.opts.Workspace, s.cfg.Database) {
		info.Notes = append(info.Notes, "the database lies in the repository under test, whose changes can replace it; move it out or pin it with deps.db-digest")
	}
	return info, nil
}

func (s *Store) directory(ctx context.Context, dir string) (Info, error) {
	if isLayout(dir) {
		return s.fromLayout(ctx, dir)
	}
	info, err := s.inspect(ctx, dir)
	if err != nil {
		return Info{}, err
	}
	info.Source = dir
	return info, nil
}

// fresh asks the registries, unless the cache holds what is pinned. When they fail, the
// cache answers with a note; a wrong digest is never excused.
func (s *Store) fresh(ctx context.Context) (Info, error) {
	if s.cfg.Digest != "" {
		if known, err := s.cached(ctx); err == nil {
			return known, nil
		}
	}
	pulled, failed := s.pull(ctx)
	if failed == nil {
		return pulled, nil
	}
	if ctx.Err() != nil || errors.Is(failed, errIntegrity) {
		return Info{}, failed
	}
	known, err := s.cached(ctx)
	if errors.Is(err, ErrNone) {
		return Info{}, failed
	} else if err != nil {
		return Info{}, errors.Join(failed, err)
	}
	known.Notes = append(known.Notes, fmt.Sprintf("the %s could not be refreshed, the cached one is used: %v", s.form.what, failed))
	return known, nil
}

// cached returns the pinned or the newest database of the cache.
func (s *Store) cached(ctx context.Context) (Info, error) {
	if err := s.checkCache(); err != nil {
		return Info{}, err
	}
	known := s.list()
	if s.cfg.Digest != "" {
		known = slices.DeleteFunc(known, func(i Info) bool { return !i.is(s.cfg.Digest) })
	}
	if len(known) == 0 {
		return s.fromTrivy(ctx)
	}
	return s.verify(ctx, known[0])
}

// fromTrivy uses the database in a cache directory of Trivy's, when that is where
// cache-dir points.
func (s *Store) fromTrivy(ctx context.Context) (Info, error) {
	none := fmt.Errorf("%w%s in the cache %s", ErrNone, pinText(s.cfg.Digest), s.cache)
	info, err := s.inspect(ctx, filepath.Join(filepath.Dir(s.cache), s.form.trivy))
	if IsNone(err) {
		return Info{}, none
	} else if err != nil {
		return Info{}, err
	}
	info.Source = info.Dir
	if s.cfg.Digest != "" && !info.is(s.cfg.Digest) {
		return Info{}, none
	}
	info.Notes = append(info.Notes, fmt.Sprintf("the %s comes from Trivy's cache %s, which keeps no digest to check it by", s.form.what, info.Dir))
	return info, nil
}

func pinText(digest string) string {
	if digest == "" {
		return ""
	}
	return " with the pinned digest " + digest
}

// Info describes the database that a run without network would use.
func (s *Store) Info(ctx context.Context) (Info, error) {
	var info Info
	var err error
	if s.cfg.Database != "" {
		info, err = s.configured(ctx)
	} else {
		info, err = s.cached(ctx)
	}
	if err != nil {
		return Info{}, fmt.Errorf("look at the %s: %w; %s", s.form.what, err, s.form.hint)
	}
	return info, nil
}

// Pull makes sure that the cache holds the registries' current (or the pinned)
// database and returns it.
func (s *Store) Pull(ctx context.Context) (Info, error) {
	if s.opts.Offline {
		return Info{}, fmt.Errorf("pull the %s: --offline forbids connections; use `assure db import FILE`", s.form.what)
	}
	if len(s.cfg.Repositories) == 0 {
		return Info{}, fmt.Errorf("pull the %s: %s is empty", s.form.what, s.form.setting)
	}
	info, err := s.pull(ctx)
	if err != nil {
		return Info{}, fmt.Errorf("pull the %s: %w", s.form.what, err)
	}
	return info, nil
}

// pinned checks deps.db-digest.
func (s *Store) pinned(info Info) error {
	if s.cfg.Digest == "" || info.is(s.cfg.Digest) {
		return nil
	}
	return fmt.Errorf("%w: %s has digest %s, but deps.db-digest pins %s", errIntegrity, info.Source, info.Digest, s.cfg.Digest)
}

// errIntegrity marks content that is not what was promised: never excused by a cache.
var errIntegrity = errors.New("digest mismatch")
