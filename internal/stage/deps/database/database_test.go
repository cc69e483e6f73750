package database_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aquasecurity/trivy-db/pkg/db"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/deps/database"
)

func TestDirectory(t *testing.T) {
	dir := write(t, "CVE-2027-1", built)
	info, err := database.New(config.Deps{Database: dir}, database.Options{Offline: true}).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if info.Schema != 2 || !info.UpdatedAt.Equal(built) || info.Source != dir || len(info.Notes) > 0 {
		t.Errorf("%+v", info)
	}
	before, err := os.ReadFile(filepath.Join(dir, "trivy.db"))
	if err != nil {
		t.Fatal(err)
	}
	err = database.Use(info, func() error {
		_, err := db.Config{}.GetVulnerability("CVE-2027-1")
		return err
	})
	if err != nil {
		t.Error(err)
	}
	after, err := os.ReadFile(filepath.Join(dir, "trivy.db"))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the database was changed: %v", err)
	}
}

func TestUnusable(t *testing.T) {
	tests := map[string]struct {
		spoil func(dir string) error
		want  string
	}{
		"missing":     {func(dir string) error { return os.Remove(filepath.Join(dir, "trivy.db")) }, "is missing"},
		"no metadata": {func(dir string) error { return os.Remove(filepath.Join(dir, "metadata.json")) }, "has no metadata.json"},
		"no JSON":     {func(dir string) error { return os.WriteFile(filepath.Join(dir, "metadata.json"), []byte("{"), 0o644) }, "unexpected EOF"},
		"large metadata": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "metadata.json"), make([]byte, 1<<20), 0o644)
		}, "at most"},
		"other schema": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "metadata.json"), []byte(`{"Version":3}`), 0o644)
		}, "schema 3, this program reads schema 2"},
		"truncated":     {func(dir string) error { return os.Truncate(filepath.Join(dir, "trivy.db"), 20_000) }, "truncated: 20000 of"},
		"header only":   {func(dir string) error { return os.Truncate(filepath.Join(dir, "trivy.db"), 8192) }, "truncated"},
		"half a header": {func(dir string) error { return os.Truncate(filepath.Join(dir, "trivy.db"), 100) }, "damaged"},
		"empty":         {func(dir string) error { return os.Truncate(filepath.Join(dir, "trivy.db"), 0) }, "damaged"},
		"something else": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "trivy.db"), bytes.Repeat([]byte("x"), 1<<16), 0o644)
		}, "damaged"},
		"wrong kind of db": {func(dir string) error { return otherDatabase(filepath.Join(dir, "trivy.db")) }, "no bucket"},
		"damaged pages":    {func(dir string) error { return scribble(filepath.Join(dir, "trivy.db")) }, "damaged"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := write(t, "CVE-2027-1", built)
			if err := tt.spoil(dir); err != nil {
				t.Fatal(err)
			}
			_, err := database.New(config.Deps{Database: dir}, database.Options{}).Open(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasSuffix(err.Error(), "; run `assure db pull` or set --database DIR") {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestUseSurvivesAFault(t *testing.T) {
	dir := write(t, "CVE-2027-1", built)
	info, err := database.New(config.Deps{Database: dir}, database.Options{}).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = database.Use(info, func() error {
		if err := os.Truncate(filepath.Join(dir, "trivy.db"), 8192); err != nil {
			return err
		}
		_, err := db.Config{}.GetVulnerability("CVE-2027-1")
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "trivy.db")); err != nil {
		t.Errorf("the user's file is gone: %v", err)
	}
}

func TestCacheIsCheckedAgain(t *testing.T) {
	s := newServer(t)
	s.pushDir(t, write(t, "CVE-2027-1", built))
	cfg, opts := config.Deps{Repositories: []string{s.repo()}}, options(t)
	info, err := database.New(cfg, opts).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other := files(t, write(t, "CVE-2027-9", built))
	for _, spoil := range []entry{other[0], {"metadata.json", []byte(`{"Version":2,"UpdatedAt":"2030-01-01T00:00:00Z"}`), 0}} {
		if err := os.WriteFile(filepath.Join(info.Dir, spoil.name), spoil.data, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := database.New(cfg, database.Options{CacheDir: opts.CacheDir, Offline: true}).Open(t.Context()); err == nil || !strings.Contains(err.Error(), "not what was installed") {
			t.Errorf("%s: error %v", spoil.name, err)
		}
		healed, err := database.New(cfg, opts).Open(t.Context())
		if err != nil || healed.Digest != info.Digest {
			t.Errorf("%s: not pulled anew: %+v %v", spoil.name, healed, err)
		}
	}
}

func TestCacheInTheWorkspace(t *testing.T) {
	root := t.TempDir()
	cache := filepath.Join(root, ".cache")
	if _, err := database.New(config.Deps{}, database.Options{CacheDir: cache}).Import(t.Context(), export(t, write(t, "CVE-2027-1", built))); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(root, link); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{cache, filepath.Join(link, ".cache")} {
		_, err := database.New(config.Deps{}, database.Options{CacheDir: dir, Workspace: root, Offline: true}).Open(t.Context())
		if err == nil || !strings.Contains(err.Error(), "lies in the repository under test") {
			t.Errorf("%s: error %v", dir, err)
		}
	}
}

func TestDatabaseInTheWorkspace(t *testing.T) {
	dir := write(t, "CVE-2027-1", built)
	info, err := database.New(config.Deps{Database: dir}, database.Options{Workspace: filepath.Dir(dir)}).Open(t.Context())
	if err != nil || len(info.Notes) != 1 {
		t.Fatalf("%+v %v", info, err)
	}
	info, err = database.New(config.Deps{Database: dir, Digest: info.Digest}, database.Options{Workspace: filepath.Dir(dir)}).Open(t.Context())
	if err != nil || len(info.Notes) != 0 {
		t.Errorf("pinned: %+v %v", info, err)
	}
}

func export(t *testing.T, dir string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "db.tar.gz")
	if _, err := database.New(config.Deps{Database: dir}, database.Options{}).Export(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestExportImport(t *testing.T) {
	dir := write(t, "CVE-2027-1", built)
	file := export(t, dir)
	if a, b := read(t, file), read(t, export(t, dir)); !bytes.Equal(a, b) {
		t.Error("two exports of one database differ")
	}
	opts := options(t)
	opts.Offline = true
	info, err := database.New(config.Deps{}, opts).Import(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	used, err := database.New(config.Deps{}, opts).Open(t.Context())
	if err != nil || used.Digest != info.Digest || used.Source != file {
		t.Errorf("%+v %v", used, err)
	}
	if _, err := database.New(config.Deps{}, opts).Import(t.Context(), file); err != nil {
		t.Errorf("the second import: %v", err)
	}
	left(t, opts, 1)
	cut := filepath.Join(t.TempDir(), "cut")
	if err := os.WriteFile(cut, read(t, file)[:300], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := database.New(config.Deps{}, opts).Import(t.Context(), cut); err == nil {
		t.Error("half an export was imported")
	}
	if _, err := database.New(config.Deps{Digest: "sha256:" + strings.Repeat("1", 64)}, opts).Import(t.Context(), file); err == nil {
		t.Error("an export with another digest than the pinned was imported")
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestLayout(t *testing.T) {
	dir := t.TempDir()
	path, err := layout.Write(dir, empty.Index)
	if err != nil {
		t.Fatal(err)
	}
	if err := path.AppendImage(image(t, archive(t, files(t, write(t, "CVE-2027-1", built))...), database.MediaType)); err != nil {
		t.Fatal(err)
	}
	opts := options(t)
	opts.Offline = true
	for range 2 {
		info, err := database.New(config.Deps{Database: dir}, opts).Open(t.Context())
		if err != nil || !info.UpdatedAt.Equal(built) || info.Manifest == "" {
			t.Errorf("%+v %v", info, err)
		}
	}
	left(t, opts, 1)
}

func TestParallelPulls(t *testing.T) {
	s := newServer(t)
	s.pushDir(t, write(t, "CVE-2027-1", built))
	cfg, opts := config.Deps{Repositories: []string{s.repo()}}, options(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			info, err := database.New(cfg, opts).Open(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			if err := database.Use(info, func() error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	left(t, opts, 1)
}

func TestOldDatabasesAreRemoved(t *testing.T) {
	s := newServer(t)
	cfg, opts := config.Deps{Repositories: []string{s.repo()}}, options(t)
	for i, id := range []string{"CVE-2027-1", "CVE-2027-2", "CVE-2027-3"} {
		s.pushDir(t, write(t, id, built.Add(time.Duration(i)*time.Hour)))
		if _, err := database.New(cfg, opts).Open(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	left(t, opts, 2)
}

func TestNoCacheDirectory(t *testing.T) {
	_, err := database.New(config.Deps{Repositories: []string{"registry.example/db:2"}}, database.Options{}).Open(t.Context())
	if err == nil || !strings.Contains(err.Error(), "no cache directory is known") {
		t.Errorf("error %v", err)
	}
}

func TestForeignRecordIsIgnored(t *testing.T) {
	opts := options(t)
	dir := filepath.Join(opts.CacheDir, "vulndb", "abc")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(map[string]any{"digest": "sha256:def", "dir": "/etc"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "record.json"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	opts.Offline = true
	if _, err := database.New(config.Deps{}, opts).Open(t.Context()); !errors.Is(err, database.ErrNone) {
		t.Errorf("error %v", err)
	}
}
