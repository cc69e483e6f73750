package deps_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/compression"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/deps"
	"github.com/stella-ops/assure/internal/stage/deps/database"
	"github.com/stella-ops/assure/internal/stage/deps/feed"
	"github.com/stella-ops/assure/internal/stage/deps/fixture"
	"github.com/stella-ops/assure/internal/stage/images/imagestest"
)

// systemAdvisories speak of distributions, beside those of languages.
var systemAdvisories = append([]fixture.Advisory{
	{ID: "CVE-2027-1001", Platform: "debian 12", Package: "openssl", Fixed: "3.0.11-1", Title: "Handshake", Severity: "HIGH", Score: 7.5},
	{ID: "CVE-2027-1002", Platform: "alpine 3.23", Package: "busybox", Fixed: "1.36.1-r30", Title: "Shell", Severity: "MEDIUM"},
}, advisories...)

// file is an entry of a layer; link makes it a symbolic link.
type file struct{ name, data string }

func layerOf(t *testing.T, files ...file) v1.Layer {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: f.name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(f.data))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(buf.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// build lays layers over each other. A step that begins with CMD makes no layer.
func build(t *testing.T, base v1.Image, steps ...any) v1.Image {
	t.Helper()
	for _, s := range steps {
		add := mutate.Addendum{History: v1.History{CreatedBy: "RUN something"}}
		switch s := s.(type) {
		case v1.Layer:
			add.Layer = s
		case string:
			add.History = v1.History{CreatedBy: s, EmptyLayer: true}
		}
		var err error
		if base, err = mutate.Append(base, add); err != nil {
			t.Fatal(err)
		}
	}
	return base
}

const dpkgStatus = `Package: libssl3
Status: install ok installed
Architecture: amd64
Source: openssl
Version: 3.0.9-1
Maintainer: Debian

`

func debian(t *testing.T) v1.Image {
	return build(t, empty.Image, layerOf(t,
		file{"etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"}, file{"etc/debian_version", "12.1\n"}, file{"var/lib/dpkg/status", dpkgStatus},
	), `CMD ["bash"]`)
}

// application is Debian with a package of Node.js in a layer of its own.
func application(t *testing.T) v1.Image {
	return build(t, debian(t), layerOf(t, file{"app/node_modules/weak-js/package.json", `{"name":"weak-js","version":"1.2.2"}`}), `CMD ["node"]`)
}

// shop is a registry with the application under two names.
type shop struct {
	*imagestest.Registry
	layers atomic.Int32
	status atomic.Int32
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{}
	var err error
	s.Registry, err = imagestest.Start(imagestest.Options{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if code := int(s.status.Load()); code != 0 && r.URL.Path != "/v2/" {
				w.WriteHeader(code)
				return
			}
			if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/") {
				s.layers.Add(1)
			}
			next.ServeHTTP(w, r)
		})
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func (s *shop) push(t *testing.T, repo string, img v1.Image) string {
	t.Helper()
	ref, err := name.NewTag(s.Host+"/"+repo, name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, img); err != nil {
		t.Fatal(err)
	}
	return ref.Name()
}

func uses(p *plan.Plan, refs ...string) *plan.Plan {
	for i, ref := range refs {
		p.Images = append(p.Images, plan.Image{
			Ref: ref, Raw: ref, Kind: plan.Compose, Subject: fmt.Sprintf("svc%d", i),
			Location: finding.Location{URI: "compose.yaml", Region: finding.Region{StartLine: 3 + 3*i, StartColumn: 12, EndLine: 3 + 3*i, EndColumn: 12 + len(ref)}},
		})
	}
	return p
}

func scan(t *testing.T, cfg config.Deps, o deps.Options, p *plan.Plan) finding.Set {
	t.Helper()
	if cfg.Database == "" {
		cfg.Database = databaseOf(t, systemAdvisories)
	}
	if o.Now == nil {
		o.Now = now
	}
	o.Wait = func(context.Context, time.Duration) error { return nil }
	if o.EngineHost == "" {
		o.EngineHost = "unix://" + filepath.Join(t.TempDir(), "none.sock")
	}
	set, err := deps.New(cfg, o).Run(t.Context(), p, func(string) {})
	if err != nil {
		t.Fatalf("run: %v", err)
	}
	known(t, set)
	return set
}

func (s *shop) options() deps.Options {
	return deps.Options{InsecureRegistries: []string{s.Host}, PrivateRegistries: []string{s.Host}}
}

var wantApplication = []string{
	"compose.yaml:3:12 CVE-2027-0002 weak-js 1.2.2 1.2.3 own app/node_modules/weak-js/package.json",
	"compose.yaml:3:12 CVE-2027-1001 libssl3 3.0.9-1 3.0.11-1 base ",
}

func inImages(set finding.Set) []string {
	var all []string
	for _, f := range set.Findings {
		pkg := f.Key[strings.LastIndex(f.Key, " ")+1:]
		all = append(all, fmt.Sprintf("%s %s %s %s %s %s %s", f.Location, f.Rule, pkg, f.Properties["installed"], f.Properties["fixed"], f.Properties["layer"], f.Properties["targets"]))
	}
	return all
}

func TestImageFromRegistry(t *testing.T) {
	s := newShop(t)
	ref := s.push(t, "acme/app:1", application(t))
	set := scan(t, config.Deps{}, s.options(), uses(repositoryOf(t, nil), ref, ref))
	if diff := cmp.Diff(wantApplication, inImages(set)); diff != "" {
		t.Error(diff)
	}
	if len(set.Gaps) > 0 {
		t.Errorf("gaps %v", gaps(set))
	}
	f := set.Findings[1]
	if len(f.Related) != 1 || f.Related[0].Location.Region.StartLine != 6 {
		t.Errorf("the second use: %+v", f.Related)
	}
	if f.Subject != "pkg:deb/debian/libssl3" || f.Key != s.Host+"/acme/app libssl3" {
		t.Errorf("identity %q %q", f.Subject, f.Key)
	}
	if !strings.Contains(f.Message, "libssl3 3.0.9-1 in "+s.Host+"/acme/app has CVE-2027-1001: Handshake; fixed in 3.0.11-1") {
		t.Errorf("message %q", f.Message)
	}
	if !strings.HasPrefix(f.Remediation, "Use a newer base image") || f.Properties["system"] != "debian 12.1" {
		t.Errorf("remediation %q, properties %v", f.Remediation, f.Properties)
	}
	if diff := cmp.Diff(map[string]int{"images": 1, "image packages": 2}, set.Coverage); diff != "" {
		t.Error(diff)
	}
}

// TestOncePerDigest has one image under two names and tags: its layers are read once.
func TestOncePerDigest(t *testing.T) {
	s := newShop(t)
	img := application(t)
	a, b := s.push(t, "acme/app:1", img), s.push(t, "acme/other:2", img)
	s.layers.Store(0)
	set := scan(t, config.Deps{}, s.options(), uses(repositoryOf(t, nil), a, b))
	if got := len(set.Findings); got != 4 || set.Coverage["images"] != 1 {
		t.Errorf("findings %v, coverage %v", inImages(set), set.Coverage)
	}
	// Two configurations and the two layers once.
	if got := s.layers.Load(); got != 4 {
		t.Errorf("%d blobs were read", got)
	}
}

// TestBaseIsAnotherImage marks the layers that another image of the repository has.
func TestBaseIsAnotherImage(t *testing.T) {
	s := newShop(t)
	base := build(t, empty.Image, layerOf(t, file{"usr/lib/node_modules/weak-js/package.json", `{"name":"weak-js","version":"1.0.0"}`}))
	own := build(t, base, layerOf(t, file{"app/hello", "x"}))
	a, b := s.push(t, "acme/own:1", own), s.push(t, "acme/base:1", base)
	set := scan(t, config.Deps{}, s.options(), uses(repositoryOf(t, nil), a, b))
	got := map[string]string{}
	for _, f := range set.Findings {
		got[f.Properties["image"]] = f.Properties["layer"] + " " + f.Properties["base-image"]
	}
	if diff := cmp.Diff(map[string]string{a: "base " + b, b: "own "}, got); diff != "" {
		t.Error(diff)
	}
}

func TestImageFromArchives(t *testing.T) {
	dir := t.TempDir()
	img := application(t)
	tag, err := name.NewTag("ghcr.io/acme/app:1")
	if err != nil {
		t.Fatal(err)
	}
	saved := filepath.Join(dir, "saved.tar")
	if err := tarball.WriteToFile(saved, tag, img); err != nil {
		t.Fatal(err)
	}
	oci := filepath.Join(dir, "oci")
	path, err := layout.Write(oci, empty.Index)
	if err != nil {
		t.Fatal(err)
	}
	if err := path.AppendImage(img, layout.WithAnnotations(map[string]string{"io.containerd.image.name": "ghcr.io/acme/app:1"})); err != nil {
		t.Fatal(err)
	}
	digest, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ archive, ref string }{
		"docker save":             {saved, "ghcr.io/acme/app:1"},
		"OCI layout":              {oci, "ghcr.io/acme/app:1"},
		"OCI layout by digest":    {oci, "ghcr.io/acme/app:9@" + digest.String()},
		"the second of the lists": {saved, "ghcr.io/acme/app:1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cfg := config.Deps{ImageArchives: []string{tt.archive}}
			if name == "the second of the lists" {
				cfg.ImageArchives = []string{oci, saved}
			}
			set := scan(t, cfg, deps.Options{Offline: true}, uses(repositoryOf(t, nil), tt.ref))
			if diff := cmp.Diff(wantApplication, inImages(set)); diff != "" {
				t.Error(diff)
			}
			if len(set.Gaps) > 0 {
				t.Errorf("gaps %v", gaps(set))
			}
		})
	}
	t.Run("another image", func(t *testing.T) {
		set := scan(t, config.Deps{ImageArchives: []string{saved, oci}, ScanImages: "always"}, deps.Options{Offline: true},
			uses(repositoryOf(t, nil), "ghcr.io/acme/app:2", "ghcr.io/acme/app:1@sha256:"+strings.Repeat("1", 64)))
		if len(set.Gaps) != 2 || len(set.Findings) > 0 {
			t.Errorf("gaps %v, findings %v", gaps(set), inImages(set))
		}
	})
	t.Run("changed layout", func(t *testing.T) {
		config1, err := img.ConfigName()
		if err != nil {
			t.Fatal(err)
		}
		blob := filepath.Join(oci, "blobs", "sha256", config1.Hex)
		data, err := os.ReadFile(blob)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(blob, append(data, ' '), 0o644); err != nil {
			t.Fatal(err)
		}
		set := scan(t, config.Deps{ImageArchives: []string{oci}}, deps.Options{Offline: true}, uses(repositoryOf(t, nil), "ghcr.io/acme/app:1"))
		if len(set.Gaps) != 1 || !strings.Contains(set.Gaps[0].Message, "another digest") {
			t.Errorf("gaps %v", gaps(set))
		}
	})
}

// engine is a stand-in for Docker's API that knows two questions.
func engine(t *testing.T, saved, known string) string {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "docker.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/images/" + known + "/json":
			io.WriteString(w, `{"Id":"sha256:x"}`)
		case "/images/" + known + "/get":
			http.ServeFile(w, r, saved)
		default:
			if !strings.HasSuffix(r.URL.Path, "/json") {
				t.Errorf("the engine was asked %s %s", r.Method, r.URL.Path)
			}
			w.WriteHeader(http.StatusNotFound)
		}
	})}
	go srv.Serve(listener)
	t.Cleanup(func() { srv.Close() })
	return "unix://" + socket
}

func TestImageFromEngine(t *testing.T) {
	tag, err := name.NewTag("acme/app:dev")
	if err != nil {
		t.Fatal(err)
	}
	saved := filepath.Join(t.TempDir(), "saved.tar")
	if err := tarball.WriteToFile(saved, tag, application(t)); err != nil {
		t.Fatal(err)
	}
	host := engine(t, saved, "acme/app:dev")
	p := uses(repositoryOf(t, nil), "acme/app:dev", "acme/gone:dev")
	p.Images[0].Built, p.Images[1].Built = true, true
	temp := t.TempDir()
	set := scan(t, config.Deps{}, deps.Options{Offline: true, EngineHost: host, Temp: temp}, p)
	if diff := cmp.Diff(wantApplication, inImages(set)); diff != "" {
		t.Error(diff)
	}
	if len(set.Gaps) > 0 || !strings.Contains(strings.Join(set.Notes, "\n"), "acme/gone:dev is built by the project itself") {
		t.Errorf("gaps %v, notes %v", gaps(set), set.Notes)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestUnseenImages has what cannot be scanned: every one is a gap with its reason, or a
// finding where nobody has it.
func TestUnseenImages(t *testing.T) {
	good := newShop(t)
	ref := good.push(t, "acme/app:1", application(t))
	tests := map[string]struct {
		status int
		ref    string
		want   string
	}{
		"unknown tag":  {ref: good.Host + "/acme/app:2", want: "neither archives nor registry nor engine have it"},
		"unknown name": {ref: good.Host + "/acme/none:2", want: "neither archives nor registry nor engine have it"},
		"unauthorized": {status: 401, ref: ref, want: "it answers 401 Unauthorized Check the name, and give credentials with registry-auth"},
		"forbidden":    {status: 403, ref: ref, want: "it answers 403 Forbidden Check the name"},
		"rate limit":   {status: 429, ref: ref, want: "it answers 429 Too Many Requests Log in with registry-auth"},
		"server error": {status: 500, ref: ref, want: "it answers 500"},
		"private":      {ref: "10.0.0.1:1/acme/app:1", want: "images.private-registries"},
		"other digest": {ref: good.Host + "/acme/app@sha256:" + strings.Repeat("0", 64), want: "neither archives nor registry"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			good.status.Store(int32(tt.status))
			set := scan(t, config.Deps{}, good.options(), uses(repositoryOf(t, nil), tt.ref))
			if strings.HasPrefix(tt.want, "neither") {
				if f := set.Findings; len(f) != 1 || f[0].Rule != "deps/image-unknown" || !strings.Contains(f[0].Message, tt.want) || len(set.Gaps) > 0 {
					t.Errorf("findings %v, gaps %v", f, gaps(set))
				}
				return
			}
			if len(set.Gaps) != 1 || !strings.Contains(set.Gaps[0].Message+" "+set.Gaps[0].Remediation, tt.want) || set.Gaps[0].Location.URI != "compose.yaml" {
				t.Errorf("gaps %v, want %q", gaps(set), tt.want)
			}
			if len(set.Findings) > 0 || set.Coverage["images"] != 0 {
				t.Errorf("findings %v, coverage %v", inImages(set), set.Coverage)
			}
		})
	}
}

// TestUnknownImages has references of which nobody knows what they deploy.
func TestUnknownImages(t *testing.T) {
	p := uses(repositoryOf(t, nil), "UPPER:1", "${TAG}", "app")
	p.Images[1].Unresolved = []string{"TAG"}
	p.Images[2].Ref, p.Images[2].Built = "", true
	set := scan(t, config.Deps{}, deps.Options{Offline: true}, p)
	var got []string
	for _, f := range set.Findings {
		got = append(got, f.Location.String()+" "+f.Rule+" "+f.Message)
	}
	want := []string{
		`compose.yaml:3:12 deps/image-unknown the image "UPPER:1" was not scanned: the repository name must be lower case`,
		`compose.yaml:6:12 deps/image-unknown the image "${TAG}" was not scanned: TAG has no value`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	set = scan(t, config.Deps{}, deps.Options{Offline: true, ReferencesJudged: true}, p)
	if len(set.Findings)+set.Judged["deps/image-unknown"] > 0 || len(set.Notes) != 2 || !strings.Contains(set.Notes[1], `compose.yaml:6:12: the image "${TAG}" was not scanned, see the finding of the image stage: TAG has no value`) {
		t.Errorf("the image stage reports them: findings %v, notes %v", set.Findings, set.Notes)
	}
}

func TestOfflineLeavesImagesOut(t *testing.T) {
	p := uses(repositoryOf(t, nil), "nginx:1")
	set := scan(t, config.Deps{}, deps.Options{Offline: true}, p)
	if len(set.Gaps) > 0 || !strings.Contains(strings.Join(set.Notes, "\n"), "offline: docker.io/library/nginx:1 was not scanned") {
		t.Errorf("gaps %v, notes %v", gaps(set), set.Notes)
	}
	set = scan(t, config.Deps{ScanImages: "always"}, deps.Options{Offline: true}, p)
	if len(set.Gaps) != 1 {
		t.Errorf("scan-images: always: gaps %v", gaps(set))
	}
	set = scan(t, config.Deps{ScanImages: "never"}, deps.Options{Offline: true}, p)
	if len(set.Gaps)+len(set.Notes)+len(set.Coverage) > 0 {
		t.Errorf("scan-images: never: %+v", set)
	}
}

// TestContentsOfImages has images whose content says less than it should.
func TestContentsOfImages(t *testing.T) {
	release := file{"etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"}
	tests := map[string]struct {
		img  v1.Image
		gap  string
		want []string
	}{
		"no package database": {img: build(t, empty.Image, layerOf(t, release, file{"etc/debian_version", "12.1\n"})), gap: "it is debian 12.1, but its package database is missing"},
		"system without advisories": {
			img: build(t, empty.Image, layerOf(t, file{"etc/os-release", "ID=ubuntu\nVERSION_ID=\"24.04\"\n"}, file{"etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=24.04\n"}, file{"var/lib/dpkg/status", dpkgStatus})),
			gap: "the vulnerability database has no advisories for ubuntu; its 1 packages were not judged",
		},
		"removed package": {
			img: build(t, application(t), layerOf(t, file{"app/node_modules/.wh.weak-js", ""})), want: wantApplication[1:],
		},
		"broken description": {
			img:  build(t, debian(t), layerOf(t, file{"app/node_modules/x/package.json", "{"})),
			want: wantApplication[1:],
		},
		"installed by the system": {
			img: build(t, debian(t), layerOf(t,
				file{"var/lib/dpkg/status", dpkgStatus + "Package: python3-weak\nStatus: install ok installed\nArchitecture: all\nVersion: 1.3.9-1\nMaintainer: Debian\n\n"},
				file{"var/lib/dpkg/info/python3-weak.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/lib/python3/dist-packages/weak_py-1.3.9.dist-info/METADATA\n"},
				file{"usr/lib/python3/dist-packages/weak_py-1.3.9.dist-info/METADATA", "Metadata-Version: 2.1\nName: weak-py\nVersion: 1.3.9\n"},
			)), want: wantApplication[1:],
		},
		"installed by hand": {
			img: build(t, debian(t), layerOf(t, file{"opt/lib/weak_py-1.3.9.dist-info/METADATA", "Metadata-Version: 2.1\nName: weak-py\nVersion: 1.3.9\n"})),
			want: []string{
				wantApplication[1],
				"compose.yaml:3:12 GHSA-pypi-0000-0003 weak-py 1.3.9 1.4, 2.1 own opt/lib/weak_py-1.3.9.dist-info/METADATA",
			},
		},
		"broken archive": {img: build(t, empty.Image, layerOf(t, file{"app/a.jar", "PK nothing"})), gap: "app/a.jar: it is not a readable archive"},
		"path traversal": {img: build(t, empty.Image, layerOf(t, file{"../../app/node_modules/weak-js/package.json", `{"name":"weak-js","version":"1.2.2"}`}))},
		"nothing":        {img: build(t, empty.Image, layerOf(t, file{"hello", "x"}))},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			set := scan(t, config.Deps{}, s.options(), uses(repositoryOf(t, nil), s.push(t, "acme/app:1", tt.img)))
			if diff := cmp.Diff(tt.want, inImages(set)); diff != "" {
				t.Error(diff)
			}
			got := strings.Join(gaps(set), "\n")
			if (got == "") != (tt.gap == "") || !strings.Contains(got, tt.gap) {
				t.Errorf("gaps %q, want %q", got, tt.gap)
			}
		})
	}
}

// TestLayerWithAnotherDigest has a configuration that promises other layers.
func TestLayerWithAnotherDigest(t *testing.T) {
	img := application(t)
	cfg, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	cfg = cfg.DeepCopy()
	cfg.RootFS.DiffIDs[1].Hex = strings.Repeat("0", 64)
	if img, err = mutate.ConfigFile(img, cfg); err != nil {
		t.Fatal(err)
	}
	s := newShop(t)
	set := scan(t, config.Deps{}, s.options(), uses(repositoryOf(t, nil), s.push(t, "acme/app:1", img)))
	if got := gaps(set); len(got) != 1 || !strings.Contains(got[0], "layer 2 of 2: its content is sha256:") || len(set.Findings) > 0 {
		t.Errorf("gaps %v, findings %v", got, inImages(set))
	}
}

// TestZstandard reads the compression that newer builders use.
func TestZstandard(t *testing.T) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	text := `{"name":"weak-js","version":"1.2.2"}`
	if err := w.WriteHeader(&tar.Header{Name: "node_modules/weak-js/package.json", Mode: 0o644, Size: int64(len(text))}); err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, text)
	w.Close()
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(buf.Bytes())), nil },
		tarball.WithCompression(compression.ZStd), tarball.WithMediaType(types.OCILayerZStd))
	if err != nil {
		t.Fatal(err)
	}
	s := newShop(t)
	set := scan(t, config.Deps{}, s.options(), uses(repositoryOf(t, nil), s.push(t, "acme/app:1", build(t, empty.Image, l))))
	if len(set.Findings) != 1 || len(set.Gaps) > 0 {
		t.Errorf("findings %v, gaps %v", inImages(set), gaps(set))
	}
}

// TestPlatforms chooses an image of an index.
func TestPlatforms(t *testing.T) {
	other := build(t, empty.Image, layerOf(t, file{"hello", "arm"}))
	both := func(add ...mutate.IndexAddendum) v1.ImageIndex { return mutate.AppendManifests(empty.Index, add...) }
	of := func(img v1.Image, os, arch string) mutate.IndexAddendum {
		return mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: os, Architecture: arch}}}
	}
	amd, arm, attestation := of(application(t), "linux", "amd64"), of(other, "linux", "arm64"), of(other, "unknown", "unknown")
	tests := map[string]struct {
		index    v1.ImageIndex
		platform string
		findings int
		gap      string
	}{
		"default":   {both(attestation, arm, amd), "", 2, ""},
		"chosen":    {both(arm, amd, attestation), "linux/arm64", 0, ""},
		"the only":  {both(amd, attestation), "linux/s390x", 2, ""},
		"not there": {both(arm, amd), "linux/s390x", 0, "its index has no image for linux/s390x (it has \"linux/arm64, linux/amd64\")"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			ref, err := insecureTag(s.Host + "/acme/app:1")
			if err != nil {
				t.Fatal(err)
			}
			if err := remote.WriteIndex(ref, tt.index); err != nil {
				t.Fatal(err)
			}
			set := scan(t, config.Deps{Platform: tt.platform}, s.options(), uses(repositoryOf(t, nil), ref.Name()))
			if got := strings.Join(gaps(set), "\n"); (got == "") != (tt.gap == "") || !strings.Contains(got, tt.gap) || len(set.Findings) != tt.findings {
				t.Errorf("findings %v, gaps %q", inImages(set), got)
			}
		})
	}
}

func insecureTag(s string) (name.Tag, error) { return name.NewTag(s, name.Insecure) }

// TestEndOfLife has a system that gets no updates any more.
func TestEndOfLife(t *testing.T) {
	s := newShop(t)
	old := build(t, empty.Image, layerOf(t, file{"etc/alpine-release", "3.9.6\n"}, file{"lib/apk/db/installed", "P:busybox\nV:1.29.3-r10\nA:x86_64\no:busybox\n\n"}))
	set := scan(t, config.Deps{}, s.options(), uses(repositoryOf(t, nil), s.push(t, "acme/old:1", old)))
	if len(set.Gaps) > 0 || len(set.Findings) != 1 || set.Findings[0].Rule != "deps/image-end-of-life" || !strings.Contains(set.Findings[0].Message, "alpine 3.9.6, which gets no security updates") {
		t.Errorf("findings %+v, gaps %v", set.Findings, gaps(set))
	}
}

// TestAlpine reads the other frequent system.
func TestAlpine(t *testing.T) {
	s := newShop(t)
	img := build(t, empty.Image, layerOf(t, file{"etc/alpine-release", "3.23.1\n"}, file{"lib/apk/db/installed", "P:busybox-binsh\nV:1.36.1-r28\nA:x86_64\no:busybox\n\n"}))
	ref := s.push(t, "acme/alp:1", img)
	set := scan(t, config.Deps{}, s.options(), uses(repositoryOf(t, nil), ref))
	if diff := cmp.Diff([]string{"compose.yaml:3:12 CVE-2027-1002 busybox-binsh 1.36.1-r28 1.36.1-r30 own "}, inImages(set)); diff != "" {
		t.Error(diff)
	}
	later := s.options()
	later.Now = func() time.Time { return built.AddDate(1, 0, 0) }
	if set := scan(t, config.Deps{}, later, uses(repositoryOf(t, nil), ref)); len(set.Findings) != 2 {
		t.Errorf("a year later its support has ended: %v", inImages(set))
	}
}

// TestAnotherMachine exports database and feeds here and imports them there, where
// nothing may be asked of anybody: the findings are the same.
func TestAnotherMachine(t *testing.T) {
	dir := t.TempDir()
	tag, err := name.NewTag("ghcr.io/acme/app:1")
	if err != nil {
		t.Fatal(err)
	}
	saved := filepath.Join(dir, "saved.tar")
	if err := tarball.WriteToFile(saved, tag, application(t)); err != nil {
		t.Fatal(err)
	}
	feeds := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, map[string]string{"/kev": kevFeed, "/epss": epssFeed}[r.URL.Path])
	}))
	defer feeds.Close()
	cfg := config.Deps{ImageArchives: []string{saved}, KEV: feeds.URL + "/kev", EPSS: feeds.URL + "/epss"}
	sources := map[feed.Kind]string{feed.KEV: cfg.KEV, feed.EPSS: cfg.EPSS}
	p := func() *plan.Plan {
		return uses(repositoryOf(t, map[string]string{"Gemfile.lock": "GEM\n  remote: https://rubygems.org/\n  specs:\n    weakgem (2.9.0)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  weakgem\n\nBUNDLED WITH\n   2.4.0\n"}), "ghcr.io/acme/app:1")
	}
	here, there, file := t.TempDir(), t.TempDir(), filepath.Join(dir, "export.tar.gz")
	online := cfg
	online.Database = databaseOf(t, systemAdvisories)
	first := scan(t, online, deps.Options{CacheDir: here}, p())
	if len(first.Findings) != 3 || len(first.Gaps) > 0 {
		t.Fatalf("findings %v, gaps %v", lines(first), gaps(first))
	}
	if _, err := database.New(online, database.Options{CacheDir: here}).Export(t.Context(), file, feed.New(feed.Options{Sources: sources, CacheDir: here}).Extra()); err != nil {
		t.Fatal(err)
	}
	feeds.Close()
	refuse := refusing(func(r *http.Request) { t.Errorf("asked %s", r.URL) })
	if _, err := database.New(cfg, database.Options{CacheDir: there, Offline: true}).Import(t.Context(), file, feed.New(feed.Options{Sources: sources, CacheDir: there, Offline: true}).Extra()); err != nil {
		t.Fatal(err)
	}
	second, err := deps.New(cfg, deps.Options{Offline: true, Now: now, CacheDir: there, Transport: refuse, EngineHost: "unix:///nonexistent"}).Run(t.Context(), p(), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.Findings, second.Findings); diff != "" {
		t.Error(diff)
	}
	if first.Database.Digest != second.Database.Digest || len(second.Gaps) > 0 {
		t.Errorf("databases %v %v, gaps %v", first.Database, second.Database, gaps(second))
	}
}

type refusing func(*http.Request)

func (f refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	f(r)
	return nil, errors.New("no network")
}
