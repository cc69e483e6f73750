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
	"time"
)

// unpack writes the two files of a tar.gz into dir. Any other entry, a repeated one, a
// link or too much data is an error; names in the archive never choose a path.
func unpack(ctx context.Context, r io.Reader, dir string) error {
	zr, err := gzip.NewReader(reader{ctx, r})
	if err != nil {
		return fmt.Errorf("unpack the database: %w", err)
	}
	seen := map[string]bool{}
	tr := tar.NewReader(io.LimitReader(zr, maxContent+1<<20))
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("unpack the database: %w", err)
		}
		if err := unpackEntry(h, tr, dir, seen); err != nil {
			return err
		}
	}
	if !seen[contentFile] || !seen[metadataFile] {
		return fmt.Errorf("unpack the database: the archive must hold %s and %s", contentFile, metadataFile)
	}
	return nil
}

func unpackEntry(h *tar.Header, r io.Reader, dir string, seen map[string]bool) error {
	limits := map[string]int64{contentFile: maxContent, metadataFile: maxMetadata}
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
	return writeFile(filepath.Join(dir, name), r)
}

func writeFile(name string, r io.Reader) error {
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

// Export writes the database that a run without network would use to dst, as one
// tar.gz that Import reads: for networks without internet. Equal databases give equal
// files.
func (s *Store) Export(ctx context.Context, dst string) (Info, error) {
	info, err := s.Info(ctx)
	if err != nil {
		return Info{}, err
	}
	tmp, err := os.CreateTemp(filepath.Dir(dst), ".assure-db-")
	if err != nil {
		return Info{}, fmt.Errorf("export the database: %w", err)
	}
	defer os.Remove(tmp.Name())
	err = errors.Join(pack(ctx, tmp, info.Dir), tmp.Chmod(0o644), tmp.Close())
	if err != nil {
		return Info{}, fmt.Errorf("export the database: %w", err)
	}
	if err := os.Rename(tmp.Name(), dst); err != nil {
		return Info{}, fmt.Errorf("export the database: %w", err)
	}
	return info, nil
}

func pack(ctx context.Context, w io.Writer, dir string) error {
	zw := gzip.NewWriter(w)
	tw := tar.NewWriter(zw)
	for _, name := range []string{contentFile, metadataFile} {
		if err := packFile(ctx, tw, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return errors.Join(tw.Close(), zw.Close())
}

func packFile(ctx context.Context, tw *tar.Writer, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h := &tar.Header{Typeflag: tar.TypeReg, Name: filepath.Base(name), Size: info.Size(), Mode: 0o644, ModTime: time.Unix(0, 0)}
	if err := tw.WriteHeader(h); err != nil {
		return err
	}
	_, err = io.Copy(tw, reader{ctx, f})
	return err
}

// Import checks the export at src and puts it into the cache.
func (s *Store) Import(ctx context.Context, src string) (Info, error) {
	f, err := os.Open(src)
	if err != nil {
		return Info{}, fmt.Errorf("import the database: %w", err)
	}
	defer f.Close()
	tmp, done, err := s.workdir()
	if err != nil {
		return Info{}, fmt.Errorf("import the database: %w", err)
	}
	defer done()
	if err := unpack(ctx, f, tmp); err != nil {
		return Info{}, fmt.Errorf("import %s: %w", src, err)
	}
	info, err := s.install(ctx, tmp, Info{Source: src})
	if err != nil {
		return Info{}, fmt.Errorf("import %s: %w", src, err)
	}
	return info, nil
}
