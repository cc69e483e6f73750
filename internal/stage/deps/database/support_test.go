package database_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/stella-ops/assure/internal/stage/deps/database"
	"github.com/stella-ops/assure/internal/stage/deps/fixture"
)

var built = time.Date(2027, 1, 10, 6, 0, 0, 0, time.UTC)

// write makes a database; databases with different ids have different content.
func write(t *testing.T, id string, at time.Time) string {
	t.Helper()
	dir := t.TempDir()
	err := fixture.Write(dir, []fixture.Advisory{{ID: id, Ecosystem: "go", Package: "example.com/x", Vulnerable: []string{"<1"}, Severity: "HIGH", Title: "Flaw " + id}}, at)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

type entry struct {
	name string
	data []byte
	kind byte
}

func archive(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	zw := gzip.NewWriter(&buf)
	tw := tar.NewWriter(zw)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Size: int64(len(e.data)), Mode: 0o600}
		if e.kind == tar.TypeSymlink {
			h.Size, h.Linkname = 0, "/etc/passwd"
		}
		if err := tw.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			if _, err := tw.Write(e.data); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(tw.Close(), zw.Close()); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func files(t *testing.T, dir string) []entry {
	t.Helper()
	var all []entry
	for _, n := range []string{"trivy.db", "metadata.json"} {
		data, err := os.ReadFile(filepath.Join(dir, n))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, entry{n, data, tar.TypeReg})
	}
	return all
}

func image(t *testing.T, layer []byte, mediaType string) v1.Image {
	t.Helper()
	img, err := mutate.Append(empty.Image, mutate.Addendum{Layer: static.NewLayer(layer, types.MediaType(mediaType))})
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// server is a registry that can refuse, and that counts what it was asked for.
type server struct {
	*httptest.Server
	status atomic.Int32
	blobs  atomic.Int32
	auth   atomic.Value
	// corrupt replaces the layers that are sent.
	corrupt []byte
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{}
	real := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.auth.Store(r.Header.Get("Authorization"))
		if code := int(s.status.Load()); code != 0 {
			if code == http.StatusUnauthorized {
				w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			}
			w.WriteHeader(code)
			return
		}
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/sha256:") {
			s.blobs.Add(1)
			if s.corrupt != nil {
				w.Write(s.corrupt)
				return
			}
		}
		real.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) repo() string { return strings.TrimPrefix(s.URL, "http://") + "/aquasec/trivy-db:2" }

func (s *server) push(t *testing.T, img v1.Image) string {
	t.Helper()
	ref, err := name.ParseReference(s.repo())
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, img, remote.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
	d, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}

func (s *server) pushDir(t *testing.T, dir string) string {
	t.Helper()
	return s.push(t, image(t, archive(t, files(t, dir)...), database.MediaType))
}

func options(t *testing.T) database.Options {
	t.Helper()
	return database.Options{CacheDir: t.TempDir(), Wait: func(context.Context, time.Duration) error { return nil }}
}
