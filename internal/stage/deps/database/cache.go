package database

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// recordFile notes beside a cached database what it was when it was installed.
const recordFile = "record.json"

// keep is how many databases stay in the cache: the newest, and the one that a run
// which started earlier may still read.
const keep = 2

// record is what the cache knows of a database.
type record struct {
	Info
	// MetadataDigest is sha256:<hex> of metadata.json.
	MetadataDigest string `json:"metadata_digest"`
}

func (s *Store) checkCache() error {
	if s.cache == "" {
		return errors.New("no cache directory is known: set --cache-dir")
	}
	if s.opts.Workspace != "" && below(s.opts.Workspace, s.cache) {
		return fmt.Errorf("the cache directory %s lies in the repository under test, which could choose the database: use one outside", s.cache)
	}
	return nil
}

// below tells whether path is dir or lies in it, links resolved as far as they exist.
func below(dir, path string) bool {
	rel, err := filepath.Rel(resolve(dir), resolve(path))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

func resolve(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real
	}
	parent := filepath.Dir(abs)
	if parent == abs {
		return abs
	}
	return filepath.Join(resolve(parent), filepath.Base(abs))
}

// list returns what the cache says to hold, newest first.
func (s *Store) list() []Info {
	entries, err := os.ReadDir(s.cache)
	if err != nil {
		return nil
	}
	var known []Info
	for _, e := range entries {
		if r, err := readRecord(filepath.Join(s.cache, e.Name())); err == nil {
			known = append(known, r.Info)
		}
	}
	slices.SortFunc(known, func(a, b Info) int {
		return cmp.Or(b.UpdatedAt.Compare(a.UpdatedAt), strings.Compare(a.Digest, b.Digest))
	})
	return known
}

func readRecord(dir string) (record, error) {
	var r record
	data, err := readSmall(filepath.Join(dir, recordFile))
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return r, fmt.Errorf("read %s: %w", filepath.Join(dir, recordFile), err)
	}
	r.Dir = dir
	if filepath.Base(dir) != entryName(r.Digest) {
		return r, fmt.Errorf("%w: %s holds the record of %s", errIntegrity, dir, r.Digest)
	}
	return r, nil
}

func entryName(digest string) string { return strings.TrimPrefix(digest, "sha256:") }

// verify checks a cached database again: bits rot, and caches are restored by others.
func (s *Store) verify(ctx context.Context, known Info) (Info, error) {
	r, err := readRecord(known.Dir)
	if err != nil {
		return Info{}, err
	}
	now, err := s.inspect(ctx, r.Dir)
	if err != nil {
		return Info{}, err
	}
	meta, err := fileDigest(ctx, filepath.Join(r.Dir, metadataFile))
	if err != nil {
		return Info{}, err
	}
	if now.Digest != r.Digest || meta != r.MetadataDigest {
		return Info{}, fmt.Errorf("%w: the cached %s %s is not what was installed: remove it", errIntegrity, s.form.what, r.Dir)
	}
	now.Manifest, now.Layer, now.Source = r.Manifest, r.Layer, r.Source
	return now, nil
}

// install moves the unpacked database at tmp into the cache, where its digest is its
// name. Runs that do the same at the same time end with one of the equal copies.
func (s *Store) install(ctx context.Context, tmp string, origin Info) (Info, error) {
	info, err := s.inspect(ctx, tmp)
	if err != nil {
		return Info{}, err
	}
	info.Manifest, info.Layer, info.Source = origin.Manifest, origin.Layer, origin.Source
	if err := s.pinned(info); err != nil {
		return Info{}, err
	}
	if err := writeRecord(ctx, tmp, info); err != nil {
		return Info{}, err
	}
	info.Dir = filepath.Join(s.cache, entryName(info.Digest))
	if err := s.replace(ctx, tmp, info); err != nil {
		return Info{}, err
	}
	s.prune(info.Digest)
	return info, nil
}

func writeRecord(ctx context.Context, dir string, info Info) error {
	meta, err := fileDigest(ctx, filepath.Join(dir, metadataFile))
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(record{Info: info, MetadataDigest: meta}, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", recordFile, err)
	}
	if err := os.WriteFile(filepath.Join(dir, recordFile), data, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", recordFile, err)
	}
	return nil
}

// replace renames tmp to the entry. An entry that is there already stays when it is
// sound, else it is moved out of the way first.
func (s *Store) replace(ctx context.Context, tmp string, info Info) error {
	err := os.Rename(tmp, info.Dir)
	if err == nil {
		return nil
	}
	if _, bad := s.verify(ctx, info); bad == nil {
		return nil
	}
	old, tmpErr := os.MkdirTemp(s.cache, ".old-")
	if tmpErr != nil {
		return fmt.Errorf("install the database: %w", tmpErr)
	}
	defer os.RemoveAll(old)
	_ = os.Rename(info.Dir, filepath.Join(old, "entry"))
	if err := os.Rename(tmp, info.Dir); err != nil {
		if _, bad := s.verify(ctx, info); bad != nil {
			return fmt.Errorf("install the database: %w", err)
		}
	}
	return nil
}

// prune removes all but the newest databases; the one in use stays.
func (s *Store) prune(inUse string) {
	for i, known := range s.list() {
		if i >= keep && known.Digest != inUse {
			_ = os.RemoveAll(known.Dir)
		}
	}
}

// workdir makes a directory to unpack into, on the cache's own file system.
func (s *Store) workdir() (string, func(), error) {
	if err := s.checkCache(); err != nil {
		return "", nil, err
	}
	if err := os.MkdirAll(s.cache, 0o755); err != nil {
		return "", nil, fmt.Errorf("make the cache directory: %w", err)
	}
	dir, err := os.MkdirTemp(s.cache, ".new-")
	if err != nil {
		return "", nil, fmt.Errorf("make the cache directory: %w", err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}
