package stack

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/moby/client"

	"github.com/stella-ops/assure/internal/stage/dast/runtime/facts"
)

func TestPack(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"a/b/c.txt": "c", "a/other.txt": "o", "d/.git/config": "token", "d/e.txt": "e", "single.txt": "s"})
	if err := os.Symlink("e.txt", filepath.Join(root, "d/link")); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := pack(&b, root, []string{"a/b", "a/b/c.txt", "d", "new/dir", "single.txt"}); err != nil {
		t.Fatal(err)
	}
	var names []string
	for r := tar.NewReader(&b); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name+" "+string(h.Typeflag)+h.Linkname)
	}
	want := []string{"a 5", "a/b 5", "a/b/c.txt 0", "d 5", "d/e.txt 0", "d/link 2e.txt", "new 5", "new/dir 5", "single.txt 0"}
	slices.Sort(names)
	for i, n := range names {
		names[i] = strings.ReplaceAll(n, "/ ", " ")
	}
	if d := cmp.Diff(want, names); d != "" {
		t.Error(d)
	}
}

func TestPackIsBounded(t *testing.T) {
	root := t.TempDir()
	f, err := os.Create(filepath.Join(root, "huge"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(maxTransfer + 1); err != nil {
		t.Fatal(err)
	}
	if err := pack(io.Discard, root, []string{"huge"}); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Error(err)
	}
}

func TestLinksAreFollowedHere(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"app/x": "x"})
	if err := os.Symlink(filepath.Join(root, "app"), filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	h := Paths{Root: root, Host: "/host"}
	for path, want := range map[string]string{"link": "/host/app", "link/x": "/host/app/x", "app": "/host/app", "new": "/host/new", ".": "/host"} {
		if got, err := h.host(filepath.Join(root, path)); err != nil || got != want {
			t.Errorf("%s: %s %v", path, got, err)
		}
	}
	if got, err := h.host("/etc"); err != nil || got != "/etc" {
		t.Errorf("%s %v", got, err)
	}
}

// TestTheEngineDoesNotSeeTheRepository mounts a directory and a file into a service
// whose root cannot be written, on an engine that is said not to have them.
func TestTheEngineDoesNotSeeTheRepository(t *testing.T) {
	t.Parallel()
	e, id := engine(t), run(t)
	tree := app(t, map[string]string{
		"compose.yml": `
services:
  web:
    image: IMAGE
    read_only: true
    volumes: ["./data:/data", "./conf/app.conf:/etc/app.conf:ro"]
    configs: [extra]
    secrets: [key]
configs: {extra: {file: ./conf/extra.conf}}
secrets: {key: {file: ./conf/key}}
`,
		"data/in/side.txt": "1", "data/.git/config": "token", "conf/app.conf": "2", "conf/extra.conf": "3", "conf/key": "4", "unrelated": "5",
	})
	m := load(t, tree, id, nil, "compose.yml")
	s := prepare(t, e, m, id, patience)
	s.o.Paths = Paths{Root: tree.Dir(), Missing: errors.New("the engine is far away")}
	if err := s.Up(t.Context(), func(string) {}); err != nil {
		t.Fatal(err)
	}
	web := s.Services()[0].ID
	for _, path := range []string{"/data/in/side.txt", "/etc/app.conf", "/extra", "/run/secrets/key"} {
		r, err := e.api.ContainerStatPath(t.Context(), web, client.ContainerStatPathOptions{Path: path})
		if err != nil || r.Stat.Size != 1 {
			t.Errorf("%s: %+v %v", path, r.Stat, err)
		}
	}
	if r, err := e.api.ContainerStatPath(t.Context(), web, client.ContainerStatPathOptions{Path: "/data/.git/config"}); err == nil {
		t.Errorf("git's files were copied: %+v", r)
	}
	v, err := e.api.VolumeList(t.Context(), client.VolumeListOptions{Filters: ours(id)})
	if err != nil || len(v.Items) != 1 {
		t.Errorf("%+v %v", v.Items, err)
	}
}

// TestBeside looks at a service's first process through a container of our own image.
func TestBeside(t *testing.T) {
	t.Parallel()
	e, id := engine(t), run(t)
	tree := app(t, map[string]string{"compose.yml": `
services:
  web: {image: IMAGE, user: "1001:1001", read_only: true, cap_drop: [ALL], security_opt: ["no-new-privileges:true"], tmpfs: ["/tmp:size=1m"]}
  weak: {image: IMAGE}
`})
	s := prepare(t, e, load(t, tree, id, nil, "compose.yml"), id, patience)
	if err := s.Up(t.Context(), func(string) {}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Beside(t.Context(), s.Services()[0].ID, "1001:1001"); !errors.Is(err, errNoSidecar) {
		t.Errorf("a side-car came from nowhere: %v", err)
	}
	self, err := FindSelf(t.Context(), e, s.Services()[0].ID, nil)
	if err != nil || self.Program != "/app" {
		t.Fatalf("%+v %v", self, err)
	}
	s.o.Self = self
	ask := func(name, user string) facts.Facts {
		i := slices.IndexFunc(s.Services(), func(svc Service) bool { return svc.Name == name })
		data, err := s.Beside(t.Context(), s.Services()[i].ID, user)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := facts.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		return facts.Parse(raw)
	}
	web := ask("web", "1001:1001")
	root, ok := web.Mount("/")
	tmp, _ := web.Mount("/tmp")
	if !ok || !root.Has("ro") || !tmp.Has("size") || web.Status["NoNewPrivs"] != "1" || web.IDs("Uid")[0] != "1001" {
		t.Errorf("%+v", web)
	}
	if set, ok := web.Caps("CapBnd"); !ok || set != 0 {
		t.Errorf("capabilities %x %v", set, ok)
	}
	weak := ask("weak", "0:0")
	if set, ok := weak.Caps("CapBnd"); !ok || set == 0 || weak.IDs("Uid")[0] != "0" {
		t.Errorf("%+v", weak.Status)
	}
	c, err := e.api.ContainerList(t.Context(), client.ContainerListOptions{All: true, Filters: ours(id)})
	if err != nil || len(c.Items) != 2 {
		t.Errorf("%d containers are left: %v", len(c.Items), err)
	}
}
