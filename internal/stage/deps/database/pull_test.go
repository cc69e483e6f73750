package database_test

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/deps/database"
)

func TestPull(t *testing.T) {
	s := newServer(t)
	manifest := s.pushDir(t, write(t, "CVE-2027-1", built))
	cfg := config.Deps{Repositories: []string{s.repo()}}
	opts := options(t)
	first, err := database.New(cfg, opts).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if first.Manifest != manifest || first.Source != strings.TrimSuffix(s.repo(), ":2")+"@"+manifest || !first.UpdatedAt.Equal(built) {
		t.Errorf("%+v", first)
	}
	blobs := s.blobs.Load()
	second, err := database.New(cfg, opts).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second, cmpopts.IgnoreUnexported(database.Info{})); diff != "" {
		t.Error(diff)
	}
	if got := s.blobs.Load(); got != blobs {
		t.Errorf("the layer was pulled again: %d blobs, then %d", blobs, got)
	}
	s.pushDir(t, write(t, "CVE-2027-2", built.Add(time.Hour)))
	third, err := database.New(cfg, opts).Pull(t.Context())
	if err != nil || third.Digest == first.Digest {
		t.Errorf("the newer database was not pulled: %+v %v", third, err)
	}
	offline, err := database.New(config.Deps{Repositories: cfg.Repositories, SkipUpdate: true}, opts).Open(t.Context())
	if err != nil || offline.Digest != third.Digest {
		t.Errorf("the cache's newest: %+v %v", offline, err)
	}
	for _, pin := range []string{first.Digest, first.Manifest, first.Layer} {
		pinned, err := database.New(config.Deps{Repositories: cfg.Repositories, Digest: pin}, opts).Open(t.Context())
		if err != nil || pinned.Digest != first.Digest {
			t.Errorf("pin %s: %+v %v", pin, pinned, err)
		}
	}
}

func TestMirrors(t *testing.T) {
	tests := map[string]struct {
		status int
		next   bool
		want   string
	}{
		"rate limit":    {429, true, "limits the rate"},
		"unavailable":   {503, true, "503"},
		"server error":  {500, true, "500"},
		"unauthorized":  {401, false, "check the credentials"},
		"forbidden":     {403, false, "check the credentials"},
		"no such thing": {404, false, "check the name in deps.db-repository"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bad, good := newServer(t), newServer(t)
			good.pushDir(t, write(t, "CVE-2027-1", built))
			bad.status.Store(int32(tt.status))
			info, err := database.New(config.Deps{Repositories: []string{bad.repo(), good.repo()}}, options(t)).Open(t.Context())
			if !tt.next {
				if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), bad.repo()) {
					t.Errorf("error %v, want %q", err, tt.want)
				}
				return
			}
			if err != nil || len(info.Notes) != 1 || !strings.Contains(info.Notes[0], tt.want) {
				t.Errorf("%+v %v", info.Notes, err)
			}
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		bad, good := newServer(t), newServer(t)
		good.pushDir(t, write(t, "CVE-2027-1", built))
		bad.Close()
		info, err := database.New(config.Deps{Repositories: []string{bad.repo(), good.repo()}}, options(t)).Open(t.Context())
		if err != nil || len(info.Notes) != 1 {
			t.Errorf("%+v %v", info.Notes, err)
		}
	})
	t.Run("all fail", func(t *testing.T) {
		a, b := newServer(t), newServer(t)
		a.status.Store(500)
		b.status.Store(429)
		_, err := database.New(config.Deps{Repositories: []string{a.repo(), b.repo()}}, options(t)).Open(t.Context())
		if err == nil || !strings.Contains(err.Error(), a.repo()) || !strings.Contains(err.Error(), b.repo()) || !strings.Contains(err.Error(), "assure db pull") {
			t.Errorf("error %v", err)
		}
	})
}

func TestStaleCacheWhenNobodyAnswers(t *testing.T) {
	s := newServer(t)
	s.pushDir(t, write(t, "CVE-2027-1", built))
	cfg, opts := config.Deps{Repositories: []string{s.repo()}}, options(t)
	first, err := database.New(cfg, opts).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.status.Store(503)
	again, err := database.New(cfg, opts).Open(t.Context())
	if err != nil || again.Digest != first.Digest || len(again.Notes) != 1 || !strings.Contains(again.Notes[0], "could not be refreshed") {
		t.Errorf("%+v %v", again, err)
	}
	if _, err := database.New(cfg, opts).Pull(t.Context()); err == nil {
		t.Error("an explicit pull hides that it failed")
	}
}

func TestWrongContent(t *testing.T) {
	dir := write(t, "CVE-2027-1", built)
	good := files(t, dir)
	tests := map[string]struct {
		layer []byte
		media string
		want  string
	}{
		"media type": {archive(t, good...), "application/octet-stream", "not a vulnerability database"},
		"no gzip":    {[]byte("hello"), database.MediaType, "unpack the database"},
		"traversal":  {archive(t, entry{"../trivy.db", good[0].data, tar.TypeReg}), database.MediaType, `unexpected entry "../trivy.db"`},
		"absolute":   {archive(t, entry{"/trivy.db", good[0].data, tar.TypeReg}), database.MediaType, "unexpected entry"},
		"link":       {archive(t, entry{"trivy.db", nil, tar.TypeSymlink}), database.MediaType, "unexpected entry"},
		"third file": {archive(t, good[0], good[1], entry{"more", nil, tar.TypeReg}), database.MediaType, "unexpected entry"},
		"twice":      {archive(t, good[1], good[1]), database.MediaType, "there twice"},
		"half":       {archive(t, good[0]), database.MediaType, "must hold"},
		"fat":        {archive(t, entry{"metadata.json", make([]byte, 1<<20), tar.TypeReg}), database.MediaType, "the limit is"},
		"cut off":    {archive(t, good...)[:400], database.MediaType, "unexpected EOF"},
		"schema":     {archive(t, good[0], entry{"metadata.json", []byte(`{"Version":1}`), tar.TypeReg}), database.MediaType, "schema 1"},
		"not bolt":   {archive(t, entry{"trivy.db", bytes.Repeat([]byte("x"), 1<<16), tar.TypeReg}, good[1]), database.MediaType, "damaged"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.push(t, image(t, tt.layer, tt.media))
			opts := options(t)
			_, err := database.New(config.Deps{Repositories: []string{s.repo()}}, opts).Open(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			left(t, opts, 0)
		})
	}
}

// left checks how many entries the cache has; nothing half done may stay.
func left(t *testing.T, opts database.Options, want int) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(opts.CacheDir, "vulndb"))
	if err != nil && want > 0 || len(entries) != want {
		t.Errorf("the cache has %v, want %d entries (%v)", entries, want, err)
	}
}

func TestWrongDigest(t *testing.T) {
	s := newServer(t)
	s.pushDir(t, write(t, "CVE-2027-1", built))
	s.corrupt = archive(t, files(t, write(t, "CVE-2027-2", built))...)
	opts := options(t)
	if _, err := database.New(config.Deps{Repositories: []string{s.repo()}}, opts).Open(t.Context()); err == nil {
		t.Error("a layer with other content was taken")
	}
	left(t, opts, 0)
}

// liar is a client that does not check what it hands out.
type liar struct{ layer []byte }

func (l liar) Resolve(context.Context, string) (database.Artifact, error) {
	digest := "sha256:" + strings.Repeat("a", 64)
	return database.Artifact{Manifest: digest, Layer: digest, Ref: "liar@" + digest, Size: int64(len(l.layer)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(l.layer)), nil
	}}, nil
}

func TestLayerIsHashedHere(t *testing.T) {
	opts := options(t)
	opts.Puller = liar{archive(t, files(t, write(t, "CVE-2027-1", built))...)}
	_, err := database.New(config.Deps{Repositories: []string{"liar"}}, opts).Open(t.Context())
	if err == nil || !strings.Contains(err.Error(), "its manifest promised") {
		t.Errorf("error %v", err)
	}
	left(t, opts, 0)
}

func TestPin(t *testing.T) {
	s := newServer(t)
	old := s.pushDir(t, write(t, "CVE-2027-1", built))
	s.pushDir(t, write(t, "CVE-2027-2", built.Add(time.Hour)))
	info, err := database.New(config.Deps{Repositories: []string{s.repo()}, Digest: old}, options(t)).Open(t.Context())
	if err != nil || info.Manifest != old {
		t.Errorf("the pinned manifest behind the tag: %+v %v", info, err)
	}
	opts := options(t)
	wrong := "sha256:" + strings.Repeat("0", 64)
	_, err = database.New(config.Deps{Repositories: []string{s.repo()}, Digest: wrong}, opts).Open(t.Context())
	if err == nil || !strings.Contains(err.Error(), "pins "+wrong) {
		t.Errorf("error %v", err)
	}
	left(t, opts, 0)
	dir := write(t, "CVE-2027-3", built)
	if _, err := database.New(config.Deps{Database: dir, Digest: wrong}, opts).Open(t.Context()); err == nil {
		t.Error("a directory with another digest was taken")
	}
	got, err := database.New(config.Deps{Database: dir}, opts).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := database.New(config.Deps{Database: dir, Digest: got.Digest}, opts).Open(t.Context()); err != nil {
		t.Error(err)
	}
}
