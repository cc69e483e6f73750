package database

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/aquasecurity/trivy-db/pkg/metadata"
	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// inspect checks a database directory and describes it: metadata, schema, structure
// and digest.
func (s *Store) inspect(ctx context.Context, dir string) (Info, error) {
	meta, err := s.readMetadata(dir)
	if err != nil {
		return Info{}, err
	}
	size, err := s.form.check(filepath.Join(dir, s.form.file))
	if err != nil {
		return Info{}, err
	}
	digest, seen, err := contentDigest(ctx, filepath.Join(dir, s.form.file))
	if err != nil {
		return Info{}, err
	}
	return Info{
		Dir: dir, Digest: digest, Schema: meta.Version, Size: size,
		UpdatedAt: meta.UpdatedAt.UTC(), NextUpdate: meta.NextUpdate.UTC(), seen: seen,
	}, nil
}

func (s *Store) readMetadata(dir string) (metadata.Metadata, error) {
	var meta metadata.Metadata
	data, err := readSmall(filepath.Join(dir, metadataFile))
	if errors.Is(err, fs.ErrNotExist) {
		return meta, fmt.Errorf("%w: %s has no %s", ErrNone, dir, metadataFile)
	} else if err != nil {
		return meta, err
	}
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&meta); err != nil {
		return meta, fmt.Errorf("read %s: %w", filepath.Join(dir, metadataFile), err)
	}
	if meta.Version != s.form.schema {
		return meta, fmt.Errorf("the %s in %s has schema %d, this program reads schema %d", s.form.what, dir, meta.Version, s.form.schema)
	}
	return meta, nil
}

// readSmall reads a regular file of at most maxMetadata bytes.
func readSmall(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxMetadata {
		return nil, fmt.Errorf("read %s: not a file of at most %d bytes", name, maxMetadata)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}

// checkContent opens trivy.db without the right to change it and returns its size. A
// file shorter than its own header says would fault when the missing part is read.
func checkContent(name string) (size int64, err error) {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("%w: %s is missing", ErrNone, name)
	} else if err != nil {
		return 0, fmt.Errorf("read %s: %w", name, err)
	}
	if !info.Mode().IsRegular() || info.Size() == 0 {
		return 0, fmt.Errorf("%s is damaged: an empty or special file", name)
	}
	defer guard(name, &err)()
	db, err := bolt.Open(name, 0, &bolt.Options{ReadOnly: true, Timeout: 5 * time.Second})
	if errors.Is(err, berrors.ErrTimeout) {
		return 0, fmt.Errorf("%s is locked: another process writes to it; wait for it to end", name)
	} else if err != nil {
		return 0, fmt.Errorf("%s is damaged: %w", name, err)
	}
	defer db.Close()
	return info.Size(), db.View(func(tx *bolt.Tx) error { return checkPages(name, info.Size(), tx) })
}

func checkPages(name string, size int64, tx *bolt.Tx) error {
	if want := tx.Size(); size < want {
		return fmt.Errorf("%s is truncated: %d of %d bytes", name, size, want)
	}
	b := tx.Bucket([]byte("vulnerability"))
	if b == nil {
		return fmt.Errorf("%s is not a vulnerability database: no bucket \"vulnerability\"", name)
	}
	if k, _ := b.Cursor().First(); k == nil {
		return fmt.Errorf("%s is empty: it knows no vulnerability", name)
	}
	return nil
}

// guard turns panics and memory faults of bbolt over a damaged file into an error. Its
// result must be deferred in the goroutine that reads.
func guard(name string, err *error) func() {
	before := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(before)
		if r := recover(); r != nil {
			*err = fmt.Errorf("%s is damaged: %v", name, r)
		}
	}
}

// fileDigest hashes a file; it stops soon after ctx ends.
func fileDigest(ctx context.Context, name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	defer f.Close()
	return hash(ctx, f)
}

// contentDigest hashes a file and returns what it was like meanwhile.
func contentDigest(ctx context.Context, name string) (string, os.FileInfo, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", nil, fmt.Errorf("read %s: %w", name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", nil, fmt.Errorf("read %s: %w", name, err)
	}
	digest, err := hash(ctx, f)
	return digest, info, err
}

func hash(ctx context.Context, f *os.File) (string, error) {
	h := sha256.New()
	if _, err := io.CopyBuffer(h, reader{ctx, f}, make([]byte, 1<<20)); err != nil {
		return "", fmt.Errorf("read %s: %w", f.Name(), err)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}

// reader ends with its context.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
