package commit_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/source/commit"
)

// graph makes a repository of empty commits: parents are numbers of commits before, and
// dates are whatever their author liked.
func graph(t testing.TB, parents [][]int, date func(n int) string) (dir string, ids []string) {
	t.Helper()
	dir = t.TempDir()
	run(t, dir, "init", "-q")
	var b strings.Builder
	for n, list := range parents {
		ref := fmt.Sprint("refs/heads/c", n%1000) // thousands of references are slow to write
		if len(list) == 0 {
			fmt.Fprintf(&b, "reset %s\n", ref)
		}
		fmt.Fprintf(&b, "commit %s\nmark :%d\ncommitter t <t@example.org> %s\ndata 8\n%08d\n", ref, n+1, date(n), n)
		for i, p := range list {
			fmt.Fprintf(&b, "%s :%d\n", []string{"from", "merge"}[min(i, 1)], p+1)
		}
	}
	marks := filepath.Join(t.TempDir(), "marks")
	pipe(t, dir, b.String(), "fast-import", "--quiet", "--force", "--date-format=raw-permissive", "--export-marks="+marks)
	data, err := os.ReadFile(marks)
	if err != nil {
		t.Fatal(err)
	}
	ids = make([]string, len(parents))
	for line := range strings.Lines(string(data)) {
		var n int
		var id string
		if _, err := fmt.Sscanf(line, ":%d %s", &n, &id); err != nil {
			t.Fatal(err)
		}
		ids[n-1] = id
	}
	return dir, ids
}

func mergeBase(t testing.TB, dir, a, b string) (string, error) {
	t.Helper()
	r, err := commit.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r.MergeBase(t.Context(), a, b)
}

// bases are all merge bases, as git finds them.
func bases(t testing.TB, dir, a, b string) []string {
	t.Helper()
	ancestors := func(id string) map[string]bool {
		all := map[string]bool{}
		for _, id := range strings.Fields(out(t, dir, "", "rev-list", id)) {
			all[id] = true
		}
		return all
	}
	of, with := ancestors(a), ancestors(b)
	var common []string
	for id := range of {
		if with[id] {
			common = append(common, id)
		}
	}
	if len(common) == 0 {
		return nil
	}
	return strings.Fields(out(t, dir, "", append([]string{"merge-base", "--independent"}, common...)...))
}

// always is one date for all commits.
func always(date string) func(int) string { return func(int) string { return date + " +0000" } }

func TestMergeBaseOfKnownShapes(t *testing.T) {
	for name, tc := range map[string]struct {
		parents [][]int
		a, b    int
		want    []int
	}{
		"the same":     {[][]int{{}, {0}}, 1, 1, []int{1}},
		"an ancestor":  {[][]int{{}, {0}, {1}}, 2, 0, []int{0}},
		"two branches": {[][]int{{}, {0}, {1}, {1}}, 2, 3, []int{1}},
		"criss-cross":  {[][]int{{}, {0}, {0}, {1, 2}, {2, 1}}, 3, 4, []int{1, 2}},
		"octopus":      {[][]int{{}, {0}, {0}, {0}, {1, 2, 3}, {3}}, 4, 5, []int{3}},
		"two roots":    {[][]int{{}, {}, {0, 1}, {1}}, 2, 3, []int{1}},
		"unrelated":    {[][]int{{}, {}, {0}, {1}}, 2, 3, nil},
		"long way":     {[][]int{{}, {0}, {1}, {2}, {0, 3}, {0}, {5, 1}}, 4, 6, []int{1}},
	} {
		for kind, date := range map[string]func(int) string{
			"in order": func(n int) string { return fmt.Sprint(1_000_000_000+n, " +0000") },
			"reversed": func(n int) string { return fmt.Sprint(2_000_000_000-n, " +0000") },
			"equal":    always("1000000000"), "future": always("99999999999"), "none": always("0"),
		} {
			dir, ids := graph(t, tc.parents, date)
			for _, p := range [][2]int{{tc.a, tc.b}, {tc.b, tc.a}} {
				got, err := mergeBase(t, dir, ids[p[0]], ids[p[1]])
				var want []string
				for _, n := range tc.want {
					want = append(want, ids[n])
				}
				if !answers(got, err, want) {
					t.Errorf("%s, %s: %q, %v", name, kind, got, err)
				}
			}
		}
	}
}

// answers reports whether an answer is right where these are all merge bases: whoever makes
// a commit chooses how many there are, so that of several none is taken.
func answers(got string, err error, want []string) bool {
	switch len(want) {
	case 0:
		return errors.Is(err, commit.ErrNoMergeBase)
	case 1:
		return err == nil && got == want[0]
	default:
		return errors.Is(err, commit.ErrSeveralMergeBases)
	}
}

// random is a graph in which commits have up to four parents, some none.
func random(r *rand.Rand, n int) (parents [][]int) {
	for i := range n {
		var list []int
		for range r.IntN(4) {
			if p := max(0, i-1-r.IntN(12)); i > 0 && !slices.Contains(list, p) {
				list = append(list, p)
			}
		}
		if len(list) == 0 && i > 0 && r.IntN(6) > 0 {
			list = []int{i - 1}
		}
		parents = append(parents, list)
	}
	return parents
}

func TestMergeBaseOfRandomGraphs(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	found, refused := 0, 0
	for range 8 {
		dir, ids := graph(t, random(r, 60), func(n int) string { return fmt.Sprint([]int{n, 60 - n, r.IntN(1000), 5}[r.IntN(4)], " +0000") })
		shallow := filepath.Join(t.TempDir(), "shallow")
		run(t, dir, "clone", "-q", "--bare", "--no-single-branch", fmt.Sprint("--depth=", 2+r.IntN(4)), "file://"+dir, filepath.Join(shallow, ".git"))
		for range 25 {
			a, b := ids[r.IntN(len(ids))], ids[r.IntN(len(ids))]
			want := bases(t, dir, a, b)
			if got, err := mergeBase(t, dir, a, b); !answers(got, err, want) {
				t.Errorf("%s %s: %s, %v; want one of %v", a, b, got, err, want)
			}
			got, err := mergeBase(t, shallow, a, b)
			switch {
			case err == nil:
				found++
				if !slices.Contains(want, got) {
					t.Errorf("shallow, %s %s: %s; want one of %v", a, b, got, want)
				}
			case errors.Is(err, commit.ErrNoMergeBase), errors.Is(err, commit.ErrSeveralMergeBases):
				refused++
			default:
				t.Error(err)
			}
		}
	}
	if found == 0 || refused == 0 {
		t.Errorf("%d answers and %d refusals: one of them is not tried", found, refused)
	}
}

// TestAShallowBoundaryIsNoRoot: behind it the histories may join, however far back.
func TestAShallowBoundaryIsNoRoot(t *testing.T) {
	dir, ids := graph(t, [][]int{{}, {0}, {1}, {1, 0}, {2}, {3}}, always("5"))
	for depth, ok := range map[int]bool{1: false, 2: false, 5: true} {
		to := filepath.Join(t.TempDir(), "clone")
		run(t, dir, "clone", "-q", "--bare", "--no-single-branch", fmt.Sprint("--depth=", depth), "file://"+dir, filepath.Join(to, ".git"))
		// The tips of other branches would lengthen what is there.
		r, err := commit.Open(to)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.MergeBase(t.Context(), ids[4], ids[5])
		if ok != (err == nil) && got != ids[1] {
			t.Errorf("depth %d: %q, %v", depth, got, err)
		}
	}
}

func TestHistoriesAreBounded(t *testing.T) {
	line := [][]int{{}}
	for n := range 21_000 {
		line = append(line, []int{n})
	}
	line = append(line, []int{0})
	dir, ids := graph(t, line, func(n int) string { return fmt.Sprint(n, " +0000") })
	if _, err := mergeBase(t, dir, ids[21_000], ids[21_001]); !errors.Is(err, commit.ErrNoMergeBase) {
		t.Errorf("too far back: %v", err)
	}
	if got, err := mergeBase(t, dir, ids[15_000], ids[14_000]); got != ids[14_000] || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	r, err := commit.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.MergeBase(ctx, ids[1], ids[2]); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

// TestManyMergeBases: two merges of the same five hundred lines.
func TestManyMergeBases(t *testing.T) {
	parents := [][]int{{}}
	var all []int
	for n := range 500 {
		parents, all = append(parents, []int{n}), append(all, n+1)
	}
	for range 2 {
		parents = append(parents, all)
	}
	dir, ids := graph(t, parents, always("7"))
	if got, err := mergeBase(t, dir, ids[501], ids[502]); got != ids[500] || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
