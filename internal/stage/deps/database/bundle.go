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
	"slices"
	"time"
)

// Extra is something that travels with the database in an export: the Java index and
// the feeds.
type Extra struct {
	// Folder is its directory in the export.
	Folder string
	// Limits are its files with the bytes that each may have.
	Limits map[string]int64
	// Dir returns the directory that holds its files, empty when there is none to take.
	Dir func(ctx context.Context) (string, error)
	// Take takes over what an export held; the directory is gone afterwards.
	Take func(ctx context.Context, dir string) error
}

// Extra describes the store's database as something that travels with another one.
func (s *Store) Extra() Extra {
	return Extra{
		Folder: s.form.folder, Limits: s.limits(),
		Dir: func(ctx context.Context) (string, error) {
			info, err := s.Info(ctx)
			if IsNone(err) {
				return "", nil
			}
			return info.Dir, err
		},
		Take: func(ctx context.Context, dir string) error {
			err := errors.Join(s.checkCache(), os.MkdirAll(s.cache, 0o755))
			if err == nil {
				_, err = s.install(ctx, dir, Info{Source: "import"})
			}
			return err
		},
	}
}

func (s *Store) limits() map[string]int64 {
	return map[string]int64{s.form.file: maxContent, metadataFile: maxMetadata}
}

// Export writes the database that a run without network would use to dst, as one
// tar.gz that Import reads: for networks without internet. Equal databases give equal
// files.
func (s *Store) Export(ctx context.Context, dst string, extras ...Extra) (Info, error) {
	info, err := s.Info(ctx)
	if err != nil {
		return Info{}, err
	}
	tmp, err := os.CreateTemp(filepath.Dir(dst), ".assure-db-")
	if err != nil {
		return Info{}, fmt.Errorf("export the database: %w", err)
	}
	defer os.Remove(tmp.Name())
	err = errors.Join(s.pack(ctx, tmp, info.Dir, extras), tmp.Chmod(0o644), tmp.Close())
	if err != nil {
		return Info{}, fmt.Errorf("export the database: %w", err)
	}
	if err := os.Rename(tmp.Name(), dst); err != nil {
		return Info{}, fmt.Errorf("export the database: %w", err)
	}
	return info, nil
}

func (s *Store) pack(ctx context.Context, w io.Writer, dir string, extras []Extra) error {
	zw := gzip.NewWriter(w)
	tw := tar.NewWriter(zw)
	for _, name := range []string{s.form.file, metadataFile} {
		if err := packFile(ctx, tw, filepath.Join(dir, name), name); err != nil {
			return err
		}
	}
	for _, x := range extras {
		if err := x.pack(ctx, tw); err != nil {
			return fmt.Errorf("%s: %w", x.Folder, err)
		}
	}
	return errors.Join(tw.Close(), zw.Close())
}

func (x Extra) pack(ctx context.Context, tw *tar.Writer) error {
	dir, err := x.Dir(ctx)
	if err != nil || dir == "" {
		return err
	}
	var names []string
	for name := range x.Limits {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if err := packFile(ctx, tw, filepath.Join(dir, name), path.Join(x.Folder, name)); err != nil {
			return err
		}
	}
	return nil
}

func packFile(ctx context.Context, tw *tar.Writer, name, as string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h := &tar.Header{Typeflag: tar.TypeReg, Name: as, Size: info.Size(), Mode: 0o644, ModTime: time.Unix(0, 0)}
	if err := tw.WriteHeader(h); err != nil {
		return err
	}
	_, err = io.Copy(tw, reader{ctx, f})
	return err
}

// Import checks the export at src and puts it into the cache, with all that travels
// with it.
func (s *Store) Import(ctx context.Context, src string, extras ...Extra) (Info, error) {
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
	limits := s.limits()
	for _, x := range extras {
		for name, limit := range x.Limits {
			limits[path.Join(x.Folder, name)] = limit
		}
	}
	if err := s.unpackAll(ctx, f, tmp, limits); err != nil {
		return Info{}, fmt.Errorf("import %s: %w", src, err)
	}
	info, err := s.take(ctx, tmp, src, extras)
	if err != nil {
		return Info{}, fmt.Errorf("import %s: %w", src, err)
	}
	return info, nil
}

// take moves the extras out of the way first: what is left is the database.
func (s *Store) take(ctx context.Context, tmp, src string, extras []Extra) (Info, error) {
	aside, err := os.MkdirTemp(s.cache, ".new-")
	if err != nil {
		return Info{}, err
	}
	defer os.RemoveAll(aside)
	var with []Extra
	for _, x := range extras {
		err := os.Rename(filepath.Join(tmp, x.Folder), filepath.Join(aside, x.Folder))
		if err == nil {
			with = append(with, x)
		} else if !errors.Is(err, os.ErrNotExist) {
			return Info{}, err
		}
	}
	info, err := s.install(ctx, tmp, Info{Source: src})
	if err != nil {
		return Info{}, err
	}
	for _, x := range with {
		if err := x.Take(ctx, filepath.Join(aside, x.Folder)); err != nil {
			return Info{}, fmt.Errorf("%s: %w", x.Folder, err)
		}
	}
	return info, nil
}
