package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/stella-ops/assure/internal/stage/deps/database"
)

// folder is the place of feeds in the cache and in an export.
const folder = "feeds"

// maxRecord bounds what stands beside a feed.
const maxRecord = 64 << 10

func (s *Store) dir() (string, error) {
	switch {
	case s.opts.CacheDir == "":
		return "", errors.New("no cache directory is known: set --cache-dir")
	case s.opts.Workspace != "" && below(s.opts.Workspace, s.opts.CacheDir):
		return "", fmt.Errorf("the cache directory %s lies in the repository under test: use one outside", s.opts.CacheDir)
	}
	return filepath.Join(s.opts.CacheDir, folder), nil
}

// keep puts the feed into the cache. The record names the data by its digest, so that
// runs side by side never mix two feeds.
func (s *Store) keep(c Copy) error {
	dir, err := s.dir()
	if err != nil {
		return err
	}
	record, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("keep the %s feed: %w", c.Kind, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("keep the %s feed: %w", c.Kind, err)
	}
	old, _ := s.cached(c.Kind)
	if err := errors.Join(replace(dataFile(dir, c), c.data), replace(recordFile(dir, c.Kind), record)); err != nil {
		return fmt.Errorf("keep the %s feed: %w", c.Kind, err)
	}
	if old.Digest != "" && old.Digest != c.Digest {
		_ = os.Remove(dataFile(dir, old))
	}
	return nil
}

func dataFile(dir string, c Copy) string {
	return filepath.Join(dir, string(c.Kind)+"-"+strings.TrimPrefix(c.Digest, "sha256:"))
}

func recordFile(dir string, k Kind) string { return filepath.Join(dir, string(k)+".json") }

// replace writes a file at once.
func replace(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// Cached returns the cache's copy of a feed, ErrNone without one.
func (s *Store) Cached(k Kind) (Copy, error) { return s.cached(k) }

// cached reads the cache's copy and checks its digest.
func (s *Store) cached(k Kind) (Copy, error) {
	dir, err := s.dir()
	if err != nil {
		return Copy{}, err
	}
	return load(dir, k)
}

func load(dir string, k Kind) (Copy, error) {
	var c Copy
	record, err := readFile(recordFile(dir, k), maxRecord)
	if errors.Is(err, fs.ErrNotExist) {
		return c, ErrNone
	} else if err != nil {
		return c, err
	}
	if err := json.Unmarshal(record, &c); err != nil || c.Kind != k || len(c.Digest) != 71 || strings.ContainsAny(c.Digest, "/.") {
		return Copy{}, fmt.Errorf("the record of the %s feed in %s is damaged: remove it", k, dir)
	}
	if c.data, err = readFile(dataFile(dir, c), maxBytes); err != nil {
		return Copy{}, err
	}
	if digestOf(c.data) != c.Digest {
		return Copy{}, fmt.Errorf("the cached %s feed is not what was fetched: remove %s", k, dir)
	}
	return c, nil
}

// names are the files of an export: it has one copy of each feed, so the data needs no
// digest in its name there.
var names = map[Kind][2]string{KEV: {"kev.json", "kev.data"}, EPSS: {"epss.json", "epss.data"}}

// Extra describes the feeds as something that travels with the database.
func (s *Store) Extra() database.Extra {
	limits := map[string]int64{}
	for _, n := range names {
		limits[n[0]], limits[n[1]] = maxRecord, maxBytes
	}
	return database.Extra{Folder: folder, Limits: limits, Dir: s.stage, Take: s.take}
}

// stage lays the cached feeds out as an export names them.
func (s *Store) stage(context.Context) (string, error) {
	dir, err := s.dir()
	if err != nil {
		return "", nil //nolint:nilerr // without a cache there is nothing to take along
	}
	out := filepath.Join(dir, ".export")
	if err := os.RemoveAll(out); err != nil {
		return "", err
	}
	for k, n := range names {
		c, err := s.toTake(dir, k)
		if errors.Is(err, ErrNone) {
			continue
		} else if err != nil {
			return "", err
		}
		record, err := json.MarshalIndent(c, "", "  ")
		if err != nil {
			return "", err
		}
		if err := os.MkdirAll(out, 0o755); err != nil {
			return "", err
		}
		if err := errors.Join(replace(filepath.Join(out, n[0]), record), replace(filepath.Join(out, n[1]), c.data)); err != nil {
			return "", err
		}
	}
	return out, nil
}

// toTake is the file that the configuration names, else the copy of the cache.
func (s *Store) toTake(dir string, k Kind) (Copy, error) {
	if source := s.opts.Sources[k]; source != "" && !isURL(source) {
		return s.file(k, source)
	}
	return load(dir, k)
}

// take keeps the feeds of an export.
func (s *Store) take(_ context.Context, dir string) error {
	for k, n := range names {
		record, err := readFile(filepath.Join(dir, n[0]), maxRecord)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		var c Copy
		if err := json.Unmarshal(record, &c); err != nil || c.Kind != k {
			return fmt.Errorf("the record of the %s feed is damaged", k)
		}
		if c.data, err = readFile(filepath.Join(dir, n[1]), maxBytes); err != nil {
			return err
		}
		if digestOf(c.data) != c.Digest {
			return fmt.Errorf("the %s feed is not what its record says", k)
		}
		if err := errors.Join(c.check(), s.keep(c)); err != nil {
			return err
		}
	}
	return nil
}
