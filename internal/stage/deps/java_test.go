package deps_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	javadb "github.com/aquasecurity/trivy-java-db/pkg/db"
	javatypes "github.com/aquasecurity/trivy-java-db/pkg/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/deps"
)

func jarOf(t *testing.T, files ...file) string {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, f := range files {
		e, err := w.Create(f.name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(e, f.data)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

var weakJar = file{"META-INF/maven/com.acme/weak-lib/pom.properties", "groupId=com.acme\nartifactId=weak-lib\nversion=2.17.0\n"}

// TestJavaArchives reads archives in archives; without the Java index that is a gap.
func TestJavaArchives(t *testing.T) {
	s := newShop(t)
	inner := jarOf(t, weakJar)
	ref := s.push(t, "acme/app:1", build(t, empty.Image, layerOf(t, file{"app/app.war", jarOf(t, file{"WEB-INF/lib/weak-lib-2.17.0.jar", inner})})))
	set := scan(t, config.Deps{}, s.options(), uses(repositoryOf(t, nil), ref))
	if diff := cmp.Diff([]string{"compose.yaml:3:12 CVE-2027-0007 com.acme:weak-lib 2.17.0 2.17.1 own app/app.war/WEB-INF/lib/weak-lib-2.17.0.jar"}, inImages(set)); diff != "" {
		t.Error(diff)
	}
	if got := gaps(set); len(got) != 1 || !strings.Contains(got[0], "1 Java archives were judged only by what they contain, because there is no Java index") {
		t.Errorf("gaps %v", got)
	}
}

// TestJavaBomb nests archives deeper than any real program does.
func TestJavaBomb(t *testing.T) {
	s := newShop(t)
	jar := jarOf(t, weakJar)
	for range 12 {
		jar = jarOf(t, file{"a.jar", jar})
	}
	set := scan(t, config.Deps{}, s.options(), uses(repositoryOf(t, nil), s.push(t, "acme/app:1", build(t, empty.Image, layerOf(t, file{"a.jar", jar})))))
	if got := strings.Join(gaps(set), "\n"); !strings.Contains(got, "more than 8 levels deep") {
		t.Errorf("gaps %v", got)
	}
}

// TestJavaBombs has archives that unpack to far more than they weigh; none is read to
// its end.
func TestJavaBombs(t *testing.T) {
	zeros := strings.Repeat("\x00", 65<<20)
	names := make([]file, 200_001)
	for i := range names {
		names[i].name = fmt.Sprint(i)
	}
	wide := jarOf(t, names...)
	tests := map[string]struct{ jar, want string }{
		"properties":        {jarOf(t, file{"META-INF/maven/a/b/pom.properties", zeros}), "a.jar: META-INF/maven/a/b/pom.properties in it has more than 64 MB unpacked"},
		"model inside":      {jarOf(t, file{"lib/b.jar", jarOf(t, file{"META-INF/maven/a/b/pom.xml", zeros})}), "a.jar: META-INF/maven/a/b/pom.xml in it has more than 64 MB unpacked"},
		"many files":        {wide, "a.jar: it holds more than 200000 files"},
		"many files inside": {jarOf(t, file{"b.jar", wide}), "a.jar: it holds more than 200000 files"},
		"size that lies":    {lying(t), "a.jar: the archives in it have more than 4 GB unpacked"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set := scanJar(t, deps.Options{}, "a.jar", tt.jar)
			if got := gaps(set); len(got) != 1 || !strings.Contains(got[0], tt.want) {
				t.Errorf("gaps %v, want %q", got, tt.want)
			}
		})
	}
}

// lying is an archive whose inner archive claims to have 100 GB.
func lying(t *testing.T) string {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	e, err := w.CreateRaw(&zip.FileHeader{Name: "b.jar", Method: zip.Deflate, CompressedSize64: 2, UncompressedSize64: 100 << 30})
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(e, "\x03\x00")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// TestBrokenArchiveInside passes over what only has the name of an archive, and says so.
func TestBrokenArchiveInside(t *testing.T) {
	cache := t.TempDir()
	javaIndex(t, cache)
	set := scanJar(t, deps.Options{CacheDir: cache}, "a.war", jarOf(t, file{"lib/b.jar", "nothing"}, file{"lib/weak-lib-2.17.0.jar", jarOf(t, weakJar)}))
	if len(set.Findings) != 1 || len(set.Gaps) > 0 || !strings.Contains(strings.Join(set.Notes, "\n"), "a.war: 1 archives in it are none") {
		t.Errorf("findings %v, gaps %v, notes %v", inImages(set), gaps(set), set.Notes)
	}
}

// scanJar scans an image that holds one Java archive, without network.
func scanJar(t *testing.T, o deps.Options, path, jar string) finding.Set {
	t.Helper()
	tag, err := name.NewTag("ghcr.io/acme/app:1")
	if err != nil {
		t.Fatal(err)
	}
	saved := filepath.Join(t.TempDir(), "saved.tar")
	if err := tarball.WriteToFile(saved, tag, build(t, empty.Image, layerOf(t, file{path, jar}))); err != nil {
		t.Fatal(err)
	}
	o.Offline = true
	return scan(t, config.Deps{ImageArchives: []string{saved}}, o, uses(repositoryOf(t, nil), "ghcr.io/acme/app:1"))
}

// javaIndex puts an index of the archives into a cache directory.
func javaIndex(t *testing.T, cache string, jars ...string) {
	t.Helper()
	dir := filepath.Join(cache, "java-db")
	db, err := javadb.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	var known []javatypes.Index
	for _, jar := range jars {
		sum := sha1.Sum([]byte(jar))
		known = append(known, javatypes.Index{GroupID: "com.acme", ArtifactID: "weak-lib", Version: "2.17.0", SHA1: sum[:], ArchiveType: javatypes.JarType})
	}
	meta := []byte(`{"Version":1,"UpdatedAt":"2027-01-10T06:00:00Z","NextUpdate":"2027-01-11T06:00:00Z"}`)
	if err := errors.Join(db.Init(), db.InsertIndexes(known), db.Close(), os.WriteFile(filepath.Join(dir, "metadata.json"), meta, 0o644)); err != nil {
		t.Fatal(err)
	}
}

// TestJavaIndex identifies an archive that says nothing of itself by its digest.
func TestJavaIndex(t *testing.T) {
	jar := jarOf(t, file{"com/acme/Lookup.class", "code"})
	cache := t.TempDir()
	javaIndex(t, cache, jar)
	set := scanJar(t, deps.Options{CacheDir: cache}, "opt/app/renamed.jar", jar)
	if diff := cmp.Diff([]string{"compose.yaml:3:12 CVE-2027-0007 com.acme:weak-lib 2.17.0 2.17.1 own opt/app/renamed.jar"}, inImages(set)); diff != "" || len(set.Gaps) > 0 {
		t.Error(diff, gaps(set))
	}
	war := jarOf(t, file{"WEB-INF/lib/renamed.jar", jar})
	if set := scanJar(t, deps.Options{CacheDir: cache}, "app.war", war); len(set.Findings) != 1 || set.Findings[0].Properties["targets"] != "app.war/WEB-INF/lib/renamed.jar" {
		t.Errorf("in another archive: %v, gaps %v", inImages(set), gaps(set))
	}
	other := jarOf(t, file{"com/acme/Lookup.class", "other code"})
	if set := scanJar(t, deps.Options{CacheDir: cache}, "renamed.jar", other); len(set.Findings)+len(set.Gaps) > 0 || !strings.Contains(strings.Join(set.Notes, "\n"), "the Java index does not know 1 of 1 Java archives") {
		t.Errorf("of another digest: %v, gaps %v, notes %v", inImages(set), gaps(set), set.Notes)
	}
}

// TestNoJavaIndex says what to do when there is none, or one that cannot be used.
func TestNoJavaIndex(t *testing.T) {
	jar := jarOf(t, file{"com/acme/Lookup.class", "code"})
	broken := t.TempDir()
	javaIndex(t, broken, jar)
	if err := os.Truncate(filepath.Join(broken, "java-db", "trivy-java.db"), 5000); err != nil {
		t.Fatal(err)
	}
	for cache, why := range map[string]string{t.TempDir(): "no database in the cache", broken: "is truncated"} {
		set := scanJar(t, deps.Options{CacheDir: cache}, "renamed.jar", jar)
		got := gaps(set)
		if len(got) != 1 || !strings.Contains(got[0], why) || strings.Contains(got[0], "run `assure db pull") || set.Gaps[0].Remediation != "Run `assure db pull --java`." || len(set.Findings) > 0 {
			t.Errorf("gaps %q, findings %v, want %q", got, inImages(set), why)
		}
	}
}
