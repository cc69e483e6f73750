package github

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/github/githubtest"
)

func id(c string) string { return strings.Repeat(c, 40) }

// withObjects is a repository with one commit, whose directory b has a list that is cut.
func withObjects(t *testing.T) (*githubtest.Server, *Objects) {
	t.Helper()
	s := githubtest.New(t)
	s.DefaultBranch, s.Branches = "release/1 x", map[string]string{"release/1 x": sha}
	s.Blobs = map[string]string{id("a"): "text", id("b"): "deep"}
	s.Trees = map[string]githubtest.Tree{
		sha:     {Entries: map[string]string{"a": "100644 blob " + id("a"), "b": "040000 tree " + id("d"), "m": "160000 commit " + id("c")}, Cut: true},
		id("d"): {Entries: map[string]string{"l": "120000 blob " + id("b"), "e": "040000 tree " + id("e")}},
		id("e"): {Entries: map[string]string{"f": "100755 blob " + id("b")}},
	}
	s.Bases = map[string]string{sha + "..." + tip: id("f")}
	c, _ := client(t, s, nil)
	return s, c.Objects()
}

func TestObjects(t *testing.T) {
	t.Parallel()
	_, o := withObjects(t)
	files, err := o.Files(t.Context(), sha)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	want := []File{{"a", "100644", id("a"), 4}, {"b/e/f", "100755", id("b"), 4}, {"b/l", "120000", id("b"), 4}, {"m", "160000", id("c"), -1}}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if data, err := o.Blob(t.Context(), id("a"), 3); string(data) != "tex" || err != nil {
		t.Errorf("blob %q, %v", data, err)
	}
	if got, err := o.DefaultBranch(t.Context()); got != sha || err != nil {
		t.Errorf("default branch %q, %v", got, err)
	}
	if got, err := o.MergeBase(t.Context(), sha, tip); got != id("f") || err != nil {
		t.Errorf("merge base %q, %v", got, err)
	}
}

// TestObjectsAskForObjectsAlone: nothing but the id of an object becomes part of an
// address, whoever named it.
func TestObjectsAskForObjectsAlone(t *testing.T) {
	t.Parallel()
	s, o := withObjects(t)
	for _, name := range []string{"", "main", "../../../user", sha[:39], "--x", strings.ToUpper(sha)} {
		_, err := o.Files(t.Context(), name)
		_, err2 := o.Blob(t.Context(), name, 1)
		_, err3 := o.MergeBase(t.Context(), name, tip)
		_, err4 := o.MergeBase(t.Context(), tip, name)
		if err == nil || err2 == nil || err3 == nil || err4 == nil {
			t.Errorf("%q was asked for", name)
		}
	}
	if len(s.Requests) > 0 {
		t.Errorf("requests %q", s.Requests)
	}
}

func TestObjectsFail(t *testing.T) {
	t.Parallel()
	s, o := withObjects(t)
	if _, err := o.Files(t.Context(), tip); err == nil || !strings.Contains(err.Error(), "404") || strings.Contains(err.Error(), s.URL) {
		t.Errorf("unknown commit: %v", err)
	}
	s.Bases[sha+"..."+tip] = "main"
	s.Fail("GET tree", githubtest.Fault{Status: 200, Body: `{"tree": [{"path": 7}]}`})
	_, err := o.Files(t.Context(), sha)
	_, err2 := o.MergeBase(t.Context(), sha, tip)
	s.DefaultBranch = "gone"
	_, err3 := o.DefaultBranch(t.Context())
	if err == nil || err2 == nil || err3 == nil {
		t.Errorf("nonsense was taken: %v, %v, %v", err, err2, err3)
	}
}

// TestObjectsBudget: requests, bytes and time are bounded over all.
func TestObjectsBudget(t *testing.T) {
	t.Parallel()
	for name, spend := range map[string]func(*Objects){
		"requests": func(o *Objects) { o.requests = 1 },
		"bytes":    func(o *Objects) { o.bytes = 4 },
		"time":     func(o *Objects) { o.until = time.Now().Add(-time.Second) },
	} {
		s, o := withObjects(t)
		spend(o)
		_, _ = o.Blob(t.Context(), id("a"), 10)
		if _, err := o.Blob(t.Context(), id("a"), 10); !errors.Is(err, ErrBudget) {
			t.Errorf("%s: %v", name, err)
		}
		if n := s.Count("GET"); n > 1 {
			t.Errorf("%s: %d requests", name, n)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, o := withObjects(t); o != nil {
		if _, err := o.Files(ctx, sha); err == nil {
			t.Error("went on after the end")
		}
	}
}
