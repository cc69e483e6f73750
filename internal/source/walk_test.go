package source

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWalk(t *testing.T) {
	t.Parallel()
	tr := tree(t, map[string]string{
		"b.yml": "12345", "a/x.yml": "1", ".git/config": "", "sub/.git": "", "n/node_modules/y": "", "gen/deep/z": "", "k/skip.me": "", "new\nline": "",
	})
	for link, to := range map[string]string{"out": "/etc/passwd", "up": "../../x", "loop": "loop", "in": "b.yml", "dirlink": "a", "secret": ".git/config"} {
		if err := os.Symlink(to, filepath.Join(tr.Dir(), link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(tr.Dir(), "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := tr.Walk(t.Context(), Selection{Exclude: []string{"gen", "**/*.me", "./gen/deep/", "none/**"}})
	if err != nil {
		t.Fatal(err)
	}
	want := Listing{
		Files:    []string{"a/x.yml", "b.yml", "new\nline"},
		Links:    []string{"loop", "out", "secret", "up"},
		Inner:    []string{"dirlink", "in"},
		Special:  []string{"pipe"},
		Excluded: map[string]int{"gen/deep/z": 0, "k/skip.me": 1},
		Unused:   []int{3},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if tr.Target("in") != "b.yml" || tr.Target("out") != "" {
		t.Errorf("targets: %q %q", tr.Target("in"), tr.Target("out"))
	}
	if !tr.Escapes("out") || tr.Escapes("in") || tr.Escapes("missing") {
		t.Error("only links out of the tree escape")
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	tr := tree(t, map[string]string{"f": "12345"})
	if err := os.Symlink("/etc/passwd", filepath.Join(tr.Dir(), "out")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(tr.Dir(), "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := tr.Read("f", 5); string(data) != "12345" || err != nil {
		t.Errorf("at the limit: %q %v", data, err)
	}
	if _, err := tr.Read("f", 4); !errors.Is(err, ErrTooLarge) {
		t.Errorf("above the limit: %v", err)
	}
	if data, err := tr.Head("f", 2); string(data) != "12" || err != nil {
		t.Errorf("head: %q %v", data, err)
	}
	for _, name := range []string{"out", "pipe", "../f", "/etc/passwd", ".", "missing"} {
		if data, err := tr.Read(name, 10); err == nil {
			t.Errorf("%s: read %q", name, data)
		}
	}
	if _, err := Open(filepath.Join(tr.Dir(), "missing")); err == nil {
		t.Error("a missing root must be an error")
	}
}

func TestWalkStops(t *testing.T) {
	t.Parallel()
	tr := tree(t, map[string]string{"a": "", "b": "", "c": ""})
	w := newWalker(t.Context(), tr, Selection{})
	w.left = 2
	if err := w.dir(".", -1); !errors.Is(err, ErrTooManyFiles) {
		t.Errorf("three files, two allowed: %v", err)
	}
	w = newWalker(t.Context(), tr, Selection{Exclude: []string{"*"}})
	w.left, w.leftExcluded = 2, 2
	if err := w.dir(".", -1); err != nil || len(w.found.Excluded) != 2 {
		t.Errorf("three excluded files, two listed: %v %v", w.found.Excluded, err)
	}
}

func TestOffset(t *testing.T) {
	t.Parallel()
	data := []byte("\uFEFFaé\r\n😀b\n")
	for _, tt := range []struct {
		line, col int
		want      string
	}{{1, 1, "aé\r\n"}, {1, 2, "é\r\n"}, {1, 3, "\r\n"}, {2, 2, "b\n"}, {2, 9, ""}, {7, 1, ""}, {0, 0, "aé\r\n"}} {
		got := string(data[Offset(data, tt.line, tt.col):])
		if !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%d:%d: %q, want %q", tt.line, tt.col, got, tt.want)
		}
	}
}
