package database_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aquasecurity/trivy-db/pkg/db"
	javadb "github.com/aquasecurity/trivy-java-db/pkg/db"
	javatypes "github.com/aquasecurity/trivy-java-db/pkg/types"
	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/deps/database"
)

// TestLocked has another process that writes to the database.
func TestLocked(t *testing.T) {
	dir := write(t, "CVE-2027-1", built)
	other, err := bolt.Open(filepath.Join(dir, "trivy.db"), 0o644, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	_, err = database.New(config.Deps{Database: dir}, database.Options{}).Open(t.Context())
	if err == nil || !strings.Contains(err.Error(), "is locked: another process writes to it") {
		t.Errorf("error %v", err)
	}
}

func titleOf(id string) (string, error) {
	v, err := db.Config{}.GetVulnerability(id)
	return v.Title, err
}

// TestReplacedBeforeUse exchanges the file after it was checked and before it answers.
func TestReplacedBeforeUse(t *testing.T) {
	dir := write(t, "CVE-2027-1", built)
	info, err := database.New(config.Deps{Database: dir}, database.Options{}).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	same := read(t, filepath.Join(dir, "trivy.db"))
	put(t, filepath.Join(dir, "trivy.db"), read(t, filepath.Join(write(t, "CVE-2027-2", built), "trivy.db")))
	ran := false
	err = database.Use(info, func() error { ran = true; return nil })
	if ran || err == nil || !strings.Contains(err.Error(), "was replaced during the run") {
		t.Errorf("ran %v, error %v", ran, err)
	}
	put(t, filepath.Join(dir, "trivy.db"), same)
	if err := database.Use(info, func() error { return nil }); err != nil {
		t.Errorf("an equal file: %v", err)
	}
}

// put exchanges a file as downloaders do: by renaming.
func put(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name+".new", data, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		t.Fatal(err)
	}
}

// TestReplacedInUse exchanges the file while it answers: the answers stay those of the
// file that was checked.
func TestReplacedInUse(t *testing.T) {
	dir := write(t, "CVE-2027-1", built)
	info, err := database.New(config.Deps{Database: dir}, database.Options{}).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = database.Use(info, func() error {
		put(t, filepath.Join(dir, "trivy.db"), read(t, filepath.Join(write(t, "CVE-2027-2", built), "trivy.db")))
		if got, err := titleOf("CVE-2027-1"); got != "Flaw CVE-2027-1" || err != nil {
			t.Errorf("title %q, error %v", got, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestChangedInUse writes into the file while it answers.
func TestChangedInUse(t *testing.T) {
	dir := write(t, "CVE-2027-1", built)
	info, err := database.New(config.Deps{Database: dir}, database.Options{}).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = database.Use(info, func() error {
		f, err := os.OpenFile(filepath.Join(dir, "trivy.db"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.WriteString("more")
		return errors.Join(err, f.Close())
	})
	if err == nil || !strings.Contains(err.Error(), "was changed during the run") {
		t.Errorf("error %v", err)
	}
}

// TestBusyRegistries has registries that all say to come later: they are asked again,
// after as long as they want.
func TestBusyRegistries(t *testing.T) {
	real := newServer(t)
	real.pushDir(t, write(t, "CVE-2027-1", built))
	tests := map[string]struct {
		retryAfter string
		refusals   int32
		want       []time.Duration
		fails      bool
	}{
		"once":        {"7", 1, []time.Duration{7 * time.Second}, false},
		"no time":     {"", 2, []time.Duration{2 * time.Second, 8 * time.Second}, false},
		"for ever":    {"3", 1000, []time.Duration{3 * time.Second, 3 * time.Second}, true},
		"much longer": {"86400", 1, []time.Duration{time.Minute}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var left atomic.Int32
			left.Store(tt.refusals)
			gate := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "/manifests/") && left.Add(-1) >= 0 {
					w.Header().Set("Retry-After", tt.retryAfter)
					w.WriteHeader(http.StatusTooManyRequests)
					return
				}
				real.Config.Handler.ServeHTTP(w, r)
			}))
			defer gate.Close()
			opts, waits := options(t), []time.Duration(nil)
			opts.Wait = func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }
			info, err := database.New(config.Deps{Repositories: []string{strings.TrimPrefix(gate.URL, "http://") + "/aquasec/trivy-db:2"}}, opts).Open(t.Context())
			if (err != nil) != tt.fails || !tt.fails && info.Digest == "" {
				t.Errorf("%+v %v", info, err)
			}
			if diff := cmp.Diff(tt.want, waits); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestHostileRegistries has registries that answer as no registry should; the next one
// is asked, and what was half received is gone.
func TestHostileRegistries(t *testing.T) {
	tests := map[string]struct {
		handle func(real http.Handler, w http.ResponseWriter, r *http.Request)
		want   string
	}{
		"endless redirects": {func(_ http.Handler, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}, "stopped after 10 redirects"},
		"silence in the middle": {func(real http.Handler, w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/blobs/") {
				real.ServeHTTP(w, r)
				return
			}
			io.WriteString(w, "\x1f\x8b")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, "it sent nothing for too long"},
		"cut off": {func(real http.Handler, w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/blobs/") {
				real.ServeHTTP(w, r)
				return
			}
			whole := httptest.NewRecorder()
			real.ServeHTTP(whole, r)
			w.Header().Set("Content-Length", strconv.Itoa(whole.Body.Len()))
			w.Write(whole.Body.Bytes()[:whole.Body.Len()/2])
		}, "unexpected EOF"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			good := newServer(t)
			good.pushDir(t, write(t, "CVE-2027-1", built))
			bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { tt.handle(good.Config.Handler, w, r) }))
			defer bad.Close()
			opts := options(t)
			if name == "silence in the middle" {
				opts.Patience = 2 * time.Second // for the good one, too
			}
			repo := strings.TrimPrefix(bad.URL, "http://") + "/aquasec/trivy-db:2"
			info, err := database.New(config.Deps{Repositories: []string{repo, good.repo()}}, opts).Open(t.Context())
			if err != nil || len(info.Notes) != 1 || !strings.Contains(info.Notes[0], tt.want) {
				t.Errorf("notes %q, error %v", info.Notes, err)
			}
			left(t, opts, 1)
		})
	}
}

// TestTrivyCache uses the cache directory of a Trivy that ran on this machine.
func TestTrivyCache(t *testing.T) {
	cache := t.TempDir()
	if err := os.Rename(write(t, "CVE-2027-1", built), filepath.Join(cache, "db")); err != nil {
		t.Fatal(err)
	}
	opts := database.Options{CacheDir: cache, Offline: true}
	info, err := database.New(config.Deps{}, opts).Open(t.Context())
	if err != nil || len(info.Notes) != 1 || !strings.Contains(info.Notes[0], "comes from Trivy's cache") {
		t.Fatalf("%+v %v", info, err)
	}
	if _, err := database.New(config.Deps{Digest: info.Digest}, opts).Open(t.Context()); err != nil {
		t.Errorf("pinned: %v", err)
	}
	if _, err := database.New(config.Deps{Digest: "sha256:" + strings.Repeat("0", 64)}, opts).Open(t.Context()); !errors.Is(err, database.ErrNone) {
		t.Errorf("another pin: %v", err)
	}
	if err := os.Truncate(filepath.Join(cache, "db", "trivy.db"), 9000); err != nil {
		t.Fatal(err)
	}
	if _, err := database.New(config.Deps{}, opts).Open(t.Context()); err == nil || errors.Is(err, database.ErrNone) {
		t.Errorf("truncated: %v", err)
	}
}

// javaDir makes a Java index with one archive.
func javaDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	j, err := javadb.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(j.Init(), j.InsertIndexes([]javatypes.Index{
		{GroupID: "com.acme", ArtifactID: "weak-lib", Version: "2.17.0", SHA1: slices.Repeat([]byte{0xab}, 20), ArchiveType: javatypes.JarType},
	}), j.Close(), os.WriteFile(filepath.Join(dir, "metadata.json"), []byte(`{"Version":1,"UpdatedAt":"2027-01-10T06:00:00Z","NextUpdate":"2027-01-11T06:00:00Z"}`), 0o644))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func javaFiles(t *testing.T, dir string) []entry {
	return []entry{{"trivy-java.db", read(t, filepath.Join(dir, "trivy-java.db")), '0'}, {"metadata.json", read(t, filepath.Join(dir, "metadata.json")), '0'}}
}

const javaMedia = "application/vnd.aquasec.trivy.javadb.layer.v1.tar+gzip"

func TestJavaIndex(t *testing.T) {
	s := newServer(t)
	s.push(t, image(t, archive(t, javaFiles(t, javaDir(t))...), javaMedia))
	cfg, opts := config.Deps{JavaRepositories: []string{s.repo()}, Digest: "sha256:pin-of-the-other", Database: "/nowhere"}, options(t)
	for _, offline := range []bool{false, true} {
		opts.Offline = offline
		index, info, err := database.OpenJava(t.Context(), database.NewJava(cfg, opts))
		if err != nil || !info.UpdatedAt.Equal(built) {
			t.Fatalf("offline %v: %+v %v", offline, info, err)
		}
		props, err := index.SearchBySHA1(strings.Repeat("ab", 20))
		if err != nil || props.GroupID != "com.acme" || props.Version != "2.17.0" {
			t.Errorf("%+v %v", props, err)
		}
		if _, err := index.SearchBySHA1(strings.Repeat("00", 20)); err == nil {
			t.Error("an unknown archive was found")
		}
		if group, err := index.SearchByArtifactID("weak-lib", "2.17.0"); group != "com.acme" || err != nil {
			t.Errorf("%q %v", group, err)
		}
		if ok, err := index.Exists("com.acme", "other"); ok || err != nil {
			t.Errorf("%v %v", ok, err)
		}
		if err := index.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestUnusableJavaIndex(t *testing.T) {
	good := javaFiles(t, javaDir(t))
	tests := map[string]struct {
		layer []byte
		media string
		want  string
	}{
		"truncated":        {archive(t, entry{good[0].name, good[0].data[:5000], '0'}, good[1]), javaMedia, "truncated"},
		"no SQLite":        {archive(t, entry{good[0].name, []byte("hello"), '0'}, good[1]), javaMedia, "not an SQLite file"},
		"other schema":     {archive(t, good[0], entry{"metadata.json", []byte(`{"Version":2}`), '0'}), javaMedia, "schema 2, this program reads schema 1"},
		"the other's type": {archive(t, good...), database.MediaType, "not a Java index"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.push(t, image(t, tt.layer, tt.media))
			_, _, err := database.OpenJava(t.Context(), database.NewJava(config.Deps{JavaRepositories: []string{s.repo()}}, options(t)))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "java-db-repository") {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// TestExportTakesTheJavaIndexAlong moves both to another machine.
func TestExportTakesTheJavaIndexAlong(t *testing.T) {
	s := newServer(t)
	s.push(t, image(t, archive(t, javaFiles(t, javaDir(t))...), javaMedia))
	here := options(t)
	java := database.NewJava(config.Deps{JavaRepositories: []string{s.repo()}}, here)
	if _, err := java.Pull(t.Context()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "all.tar.gz")
	if _, err := database.New(config.Deps{Database: write(t, "CVE-2027-1", built)}, here).Export(t.Context(), file, java.Extra()); err != nil {
		t.Fatal(err)
	}
	there := options(t)
	there.Offline = true
	if _, err := database.New(config.Deps{}, there).Import(t.Context(), file, database.NewJava(config.Deps{}, there).Extra()); err != nil {
		t.Fatal(err)
	}
	index, _, err := database.OpenJava(t.Context(), database.NewJava(config.Deps{}, there))
	if err != nil {
		t.Fatal(err)
	}
	index.Close()
	left(t, there, 1)
	if _, err := database.New(config.Deps{}, there).Import(t.Context(), file); err == nil {
		t.Error("an export with more than was asked for was taken")
	}
}
