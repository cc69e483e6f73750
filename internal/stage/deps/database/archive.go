package database

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// unpack writes the two files of a tar.gz into dir.
func (s *Store) unpack(ctx context.Context, r io.Reader, dir string) error {
	return s.unpackAll(ctx, r, dir, s.limits())
}

// unpackAll writes the files that limits names. Any other entry, a repeated one, a link
// or too much data is an error; names in the archive never choose a path.
func (s *Store) unpackAll(ctx context.Context, r io.Reader, dir string, limits map[string]int64) error {
	zr, err := gzip.NewReader(reader{ctx, r})
	if err != nil {
		return fmt.Errorf("unpack the database: %w", err)
	}
	seen := map[string]bool{}
	tr := tar.NewReader(io.LimitReader(zr, 2*maxContent+1<<20))
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("unpack the database: %w", err)
		}
		if err := unpackEntry(h, tr, dir, limits, seen); err != nil {
			return err
		}
	}
	if !seen[s.form.file] || !seen[metadataFile] {
		return fmt.Errorf("unpack the database: the archive must hold %s and %s", s.form.file, metadataFile)
	}
	return nil
}

func unpackEntry(h *tar.Header, r io.Reader, dir string, limits map[string]int64, seen map[string]bool) error {
	name := path.Clean(h.Name)
	if h.Typeflag == tar.TypeDir && name == "." {
		return nil
	}
	limit, known := limits[name]
	switch {
	case !known || h.Typeflag != tar.TypeReg:
		return fmt.Errorf("unpack the database: unexpected entry %.200q", h.Name)
	case seen[name]:
		return fmt.Errorf("unpack the database: %s is there twice", name)
	case h.Size > limit:
		return fmt.Errorf("unpack the database: %s has %d bytes, the limit is %d", name, h.Size, limit)
	}
	seen[name] = true
	return writeFile(filepath.Join(dir, filepath.FromSlash(name)), r)
}

func writeFile(name string, r io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("unpack the database: %w", err)
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("unpack the database: %w", err)
	}
	if _, err := io.CopyBuffer(onlyWriter{f}, r, make([]byte, 1<<20)); err != nil {
		f.Close()
		return fmt.Errorf("unpack the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("unpack the database: %w", err)
	}
	return nil
}

// onlyWriter hides a file's ReadFrom, so that the copy uses the given buffer.
type onlyWriter struct{ io.Writer }
