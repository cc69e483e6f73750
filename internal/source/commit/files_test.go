package commit_test

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/source/commit"
)

// texts are blobs whose ids are what they hold.
type texts struct{}

func (texts) Blob(id string, limit int64) ([]byte, error) {
	return []byte(id[:min(int64(len(id)), limit)]), nil
}

func file(name, text string) commit.Entry { return commit.Entry{Name: name, ID: text, Size: -1} }

func link(name, to string) commit.Entry {
	return commit.Entry{Name: name, Mode: fs.ModeSymlink, ID: to, Size: -1}
}

func TestFilesAreAFileSystem(t *testing.T) {
	f := commit.NewFiles([]commit.Entry{
		{Name: "a", ID: "x", Size: 1}, {Name: "d-/b", ID: "xy", Size: 2}, {Name: "d/b", ID: "", Size: 0}, {Name: "d/e/c", ID: "z", Size: 1},
		{Name: "mod", Mode: fs.ModeDir, ID: "0"}, {Name: "A", ID: "X", Size: 1}, {Name: "d/l", Mode: fs.ModeSymlink, ID: "../a", Size: 4},
	}, texts{})
	if err := fstest.TestFS(f, "a", "A", "d/b", "d/e/c", "mod", "d/l"); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"mod"}, f.Submodules()); diff != "" {
		t.Error(diff)
	}
}

func TestFilesFollowLinksInsideOnly(t *testing.T) {
	f := commit.NewFiles([]commit.Entry{
		file("a", "text"), file("d/b", "other"), link("in", "d/../a"), link("dir", "./d/"), link("chain", "in"), link("loop", "loop"),
		link("out", "../x"), link("back", "../repo/a"), link("abs", "/etc/passwd"), link("d/up", "../dir/b"), link("nul", "a\x00"), link("none", "q"), link("through", "a/b"),
	}, texts{})
	got := map[string]string{}
	for _, name := range []string{"in", "dir/b", "chain", "loop", "out", "back", "abs", "d/up", "dir/up", "nul", "none", "through", "../a", "a/b", "q", "d\x00", "/a", strings.Repeat("n", 256)} {
		data, err := f.Head(name, 100)
		if got[name] = string(data); err != nil {
			got[name] = errors.Unwrap(err).Error()
		}
	}
	want := map[string]string{
		"in": "text", "dir/b": "other", "chain": "text", "d/up": "other", "dir/up": "other",
		"loop": "too many levels of symbolic links", "out": "path escapes from parent", "back": "path escapes from parent", "abs": "path escapes from parent",
		"nul": "no such file or directory", "none": "no such file or directory", "through": "not a directory", "../a": "path escapes from parent",
		"a/b": "not a directory", "q": "no such file or directory", "d\x00": "invalid argument", "/a": "path escapes from parent", strings.Repeat("n", 256): "file name too long",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	if id, ok := f.ID("dir/b"); id != "other" || !ok {
		t.Errorf("ID(dir/b) = %q, %t", id, ok)
	}
	if id, ok := f.ID("d"); ok {
		t.Errorf("a directory has id %q", id)
	}
}

func TestNamesThatNoSystemHolds(t *testing.T) {
	var list []commit.Entry
	for _, name := range []string{"", "/a", "a/", "a//b", "..", "../a", "a/../b", "./a", ".git/config", "sub/.git", "n\x00", strings.Repeat("n", 256), strings.Repeat("d/", 3000) + "f"} {
		list = append(list, file(name, "bad"))
	}
	list = append(list, file("twice", "first"), file("twice", "second"), file("twice/below", "third"), file("twice-", "fourth"), file("bytes\xff", "fifth"))
	f := commit.NewFiles(list, texts{})
	var all bytes.Buffer
	for _, e := range []string{"twice", "twice-", "bytes\xff"} {
		data, err := f.Head(e, 100)
		if err != nil {
			t.Error(err)
		}
		all.Write(append(data, ' '))
	}
	if all.String() != "first fourth fifth " || f.Len() != 3 {
		t.Errorf("%q, %d entries", all.String(), f.Len())
	}
}
