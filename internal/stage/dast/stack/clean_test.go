package stack

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/moby/client"

	"github.com/stella-ops/assure/internal/harness/enginetest"
)

// volume creates a volume with labels and removes it when the test ends.
func volume(t *testing.T, e *Engine, labels map[string]string) string {
	t.Helper()
	v, err := e.api.VolumeCreate(t.Context(), client.VolumeCreateOptions{Name: enginetest.Unique("assure-test-"), Labels: labels})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		e.api.VolumeRemove(context.Background(), v.Volume.Name, client.VolumeRemoveOptions{Force: true})
	})
	return v.Volume.Name
}

// hold marks a run as one that goes on.
func hold(t *testing.T, dir, id string) (release func()) {
	t.Helper()
	release, err := Hold(dir, id)
	if err != nil {
		t.Fatal(err)
	}
	return release
}

// killed leaves the mark of a run that is over and could not remove it.
func killed(t *testing.T, dir, id string) {
	t.Helper()
	write(t, dir, map[string]string{id: ""})
}

func TestCleanSparesTheLiving(t *testing.T) {
	t.Parallel()
	e, dir := engine(t), t.TempDir()
	tree := app(t, map[string]string{"compose.yml": "services: {web: {image: IMAGE, volumes: [\"data:/data\"]}}\nvolumes: {data: {}}"})
	up := func() string {
		id := run(t)
		if err := prepare(t, e, load(t, tree, id, nil, "compose.yml"), id, patience).Up(t.Context(), func(string) {}); err != nil {
			t.Fatal(err)
		}
		return id
	}
	living, dead, stranger := up(), up(), up()
	release := hold(t, dir, living)
	killed(t, dir, dead)
	other := volume(t, e, map[string]string{"com.docker.compose.project": "x"})
	clean := func() Cleaned {
		c, err := Clean(t.Context(), e, dir)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := clean()
	if left := leftovers(t, e, dead); len(left) > 0 || c.Removed < 3 {
		t.Errorf("removed %d things of a dead run, left %v", c.Removed, left)
	}
	for _, id := range []string{living, stranger} {
		if left := leftovers(t, e, id); left["containers"] != 1 || left["networks"] != 1 || left["volumes"] != 1 {
			t.Errorf("of a run that is not known to be over, this is left: %v", left)
		}
	}
	if !slices.Contains(c.Living, living) || !slices.Contains(c.Unknown, stranger) || slices.Contains(c.Unknown, living) {
		t.Errorf("%+v; %s lives, %s is unknown", c, living, stranger)
	}
	if _, err := e.api.VolumeInspect(t.Context(), other, client.VolumeInspectOptions{}); err != nil {
		t.Errorf("something that is not ours was removed: %v", err)
	}
	// A run that ends removes its mark, and leftovers without a mark are nobody's.
	release()
	if c := clean(); !slices.Contains(c.Unknown, living) {
		t.Errorf("%+v", c)
	}
	killed(t, dir, living)
	clean()
	if left := leftovers(t, e, living); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	clean()
	if marks, err := os.ReadDir(dir); err != nil || len(marks) > 0 {
		t.Errorf("marks are left: %v %v", marks, err)
	}
	if _, err := CleanRun(t.Context(), e, stranger); err != nil || len(leftovers(t, e, stranger)) > 0 {
		t.Errorf("a run that is named is not removed: %v", err)
	}
}

// TestContainersOwnRuns: a run in a container goes on as long as the container does.
func TestContainersOwnRuns(t *testing.T) {
	t.Parallel()
	e, id := engine(t), run(t)
	tree := app(t, map[string]string{"compose.yml": "services: {web: {image: IMAGE}, done: {image: IMAGE, command: [once]}}"})
	s := prepare(t, e, load(t, tree, id, nil, "compose.yml"), id, patience)
	if err := s.Up(t.Context(), func(string) {}); err != nil {
		t.Fatal(err)
	}
	owner, dir := map[string]string{}, t.TempDir()
	for _, svc := range s.Services() {
		owner[svc.Name] = svc.ID
	}
	killed(t, dir, "dead")
	t.Cleanup(hold(t, dir, "held"))
	for name, c := range map[string]struct {
		run, owner string
		want       life
	}{
		"a container that runs":           {id, owner["web"], living},
		"one that ended":                  {id, owner["done"], over},
		"one that is gone":                {id, "0123456789abcdef", over},
		"no owner":                        {id, "", unknown},
		"a run that holds its mark":       {"held", "", living},
		"a dead run":                      {"dead", "", over},
		"a dead run in a container":       {"dead", owner["web"], over},
		"a run that holds, in a gone one": {"held", "0123456789abcdef", living},
		"a path":                          {"../" + filepath.Base(dir) + "/dead", "", unknown},
	} {
		if got := e.life(t.Context(), dir, c.run, c.owner); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestHold(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "runs")
	release := hold(t, dir, "one")
	if _, err := Hold(dir, "one"); err == nil {
		t.Error("two runs hold the same mark")
	}
	if got := marked(dir, "one"); got != living {
		t.Errorf("%v", got)
	}
	release()
	if got := marked(dir, "one"); got != unknown {
		t.Errorf("%v", got)
	}
	hold(t, dir, "one")()
	if _, err := Hold(filepath.Join(dir, "file", "x"), "one"); err != nil {
		t.Errorf("a directory is not made: %v", err)
	}
	write(t, dir, map[string]string{"plain": ""})
	if _, err := Hold(filepath.Join(dir, "plain"), "one"); err == nil {
		t.Error("a file is taken for a directory")
	}
}

// TestEverythingBearsTheLabels looks at all that a project declares.
func TestEverythingBearsTheLabels(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, map[string]string{"compose.yml": `
services:
  web: {build: ., ports: ["8080:8080"], volumes: ["data:/data"], networks: [front]}
networks: {front: {labels: {mine: "1"}}}
volumes: {data: {}}
`})
	m := load(t, open(t, root), "labels", nil, "compose.yml")
	s, err := New(&Engine{}, m, Options{Run: "labels", Publish: true, Self: Self{ID: "me"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.images(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, p := map[string]string{}, s.Project()
	note := func(what string, labels map[string]string) { got[what] = labels[RunLabel] + " " + labels[OwnerLabel] }
	note("service", p.Services["web"].CustomLabels)
	note("image", p.Services["web"].Build.Labels)
	note("network", p.Networks["front"].CustomLabels)
	note("published", p.Networks[publication].CustomLabels)
	note("volume", p.Volumes["data"].CustomLabels)
	want := map[string]string{"service": "labels me", "image": "labels me", "network": "labels me", "published": "labels me", "volume": "labels me"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
