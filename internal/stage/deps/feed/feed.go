// Package feed knows which vulnerabilities are exploited: CISA's catalogue of known
// exploited vulnerabilities (KEV) and the exploit prediction scores of FIRST (EPSS).
// Both are optional, come from a URL or a file, and are kept in the cache.
package feed

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Kind is one of the feeds.
type Kind string

// The feeds.
const (
	KEV  Kind = "kev"
	EPSS Kind = "epss"
)

// maxBytes bounds a feed as it is sent and maxText as it is read. In 2026 the
// catalogue has 1.5 MB and the scores have 12 MB.
const (
	maxBytes = 64 << 20
	maxText  = 512 << 20
)

// fresh is how long a fetched feed is used without asking again: both are published
// once a day.
const fresh = 12 * time.Hour

// ErrNone marks a feed that is not in the cache.
var ErrNone = errors.New("it was never fetched or imported")

// Options are what a store of feeds needs.
type Options struct {
	// Sources are URLs or files by kind; a kind without one is not used.
	Sources map[Kind]string
	// Offline forbids every connection.
	Offline bool
	// CacheDir holds the feeds between runs.
	CacheDir string
	// Workspace is the directory under test, whose author must not choose the feeds.
	Workspace string
	// Transport sends the requests; nil means Go's default.
	Transport http.RoundTripper
	// Now tells the time; nil means that no age is known.
	Now func() time.Time
	// Timeout bounds one feed; zero means two minutes.
	Timeout time.Duration
}

// Store is where the feeds of one configuration come from.
type Store struct{ opts Options }

// New returns the store.
func New(o Options) *Store {
	if o.Timeout == 0 {
		o.Timeout = 2 * time.Minute
	}
	return &Store{o}
}

// Copy is a feed as it is at hand.
type Copy struct {
	Kind Kind `json:"kind"`
	// Source is the URL or file that it came from.
	Source string `json:"source"`
	// Digest is sha256:<hex> of its bytes.
	Digest string `json:"digest"`
	// FetchedAt is when it was fetched; zero for a file.
	FetchedAt time.Time `json:"fetched_at,omitzero"`
	// Notes say what the reader should know about how it was chosen.
	Notes []string `json:"notes,omitempty"`

	data []byte
}

// Configured tells whether the kind has a source.
func (s *Store) Configured(k Kind) bool { return s.opts.Sources[k] != "" }

// Get returns the feed: the file, the young enough copy of the cache, or what the URL
// serves now. When that fails, the cache answers with a note.
func (s *Store) Get(ctx context.Context, k Kind) (Copy, error) {
	source := s.opts.Sources[k]
	if !isURL(source) {
		return s.fileOrCached(k, source)
	}
	known, err := s.cached(k)
	if err == nil && (s.opts.Offline || known.Source == source && s.young(known)) {
		return known, nil
	}
	if s.opts.Offline {
		return Copy{}, fmt.Errorf("%s: %w", source, err)
	}
	got, failed := s.Pull(ctx, k)
	if failed == nil {
		return got, nil
	}
	if err != nil || ctx.Err() != nil {
		return Copy{}, failed
	}
	known.Notes = append(known.Notes, fmt.Sprintf("the %s feed could not be refreshed, the copy of %s is used: %v", k, known.FetchedAt.Format(time.DateOnly), failed))
	return known, nil
}

func (s *Store) young(c Copy) bool {
	return s.opts.Now != nil && s.opts.Now().Sub(c.FetchedAt) < fresh
}

func isURL(source string) bool {
	return strings.HasPrefix(source, "https://") || strings.HasPrefix(source, "http://")
}

// fileOrCached also finds the file of another machine, which an import brought along.
func (s *Store) fileOrCached(k Kind, name string) (Copy, error) {
	c, err := s.file(k, name)
	if !errors.Is(err, fs.ErrNotExist) {
		return c, err
	}
	known, none := s.cached(k)
	if none != nil {
		return Copy{}, err
	}
	known.Notes = append(known.Notes, fmt.Sprintf("there is no %s; the %s feed of the cache is used", name, k))
	return known, nil
}

// file reads a feed that the configuration names as a file.
func (s *Store) file(k Kind, name string) (Copy, error) {
	data, err := readFile(name, maxBytes)
	if err != nil {
		return Copy{}, err
	}
	c := Copy{Kind: k, Source: name, Digest: digestOf(data), data: data}
	if err := c.check(); err != nil {
		return Copy{}, fmt.Errorf("read %s: %w", name, err)
	}
	if s.opts.Workspace != "" && below(s.opts.Workspace, name) {
		c.Notes = append(c.Notes, fmt.Sprintf("the %s feed lies in the repository under test, whose changes can replace it", k))
	}
	return c, nil
}

// Pull fetches the feed from its URL and keeps it.
func (s *Store) Pull(ctx context.Context, k Kind) (Copy, error) {
	source := s.opts.Sources[k]
	if !isURL(source) {
		return s.file(k, source)
	}
	data, err := s.fetch(ctx, source)
	if err != nil {
		return Copy{}, fmt.Errorf("fetch the %s feed: %w", k, err)
	}
	c := Copy{Kind: k, Source: source, Digest: digestOf(data), data: data}
	if s.opts.Now != nil {
		c.FetchedAt = s.opts.Now().UTC()
	}
	if err := c.check(); err != nil {
		return Copy{}, fmt.Errorf("fetch the %s feed: %s: %w", k, source, err)
	}
	return c, s.keep(c)
}

// check parses the feed, so that nothing broken is ever kept.
func (c Copy) check() error {
	if c.Kind == KEV {
		_, err := c.Exploited()
		return err
	}
	_, err := c.Scores(func(string) bool { return false })
	return err
}

// below tells whether the file lies in dir, links resolved.
func below(dir, name string) bool {
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		real = name
	}
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		root = dir
	}
	if real, err = filepath.Abs(real); err != nil {
		return true
	}
	rel, err := filepath.Rel(root, real)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(os.PathSeparator))
}

// checkURL allows plain HTTP to this machine only.
func checkURL(u *url.URL) error {
	if u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost" || u.Hostname() == "::1") {
		return nil
	}
	return fmt.Errorf("%s would be asked by %s: use https", u.Host, u.Scheme)
}
