package hardening_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/commit"
)

// A commit that is nowhere on disk is judged exactly like its checkout.
func TestCommitIsJudgedLikeItsCheckout(t *testing.T) {
	t.Parallel()
	dirs := []string{filepath.Join(projects, "vulnerable"), filepath.Join(projects, "hardened"), filepath.Join("testdata", "guide")}
	dirs = append(dirs, filepath.SplitList(os.Getenv("ASSURE_BOTH_WAYS"))...)
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			repo := t.TempDir()
			if err := os.CopyFS(repo, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			bothWays(t, repo)
		})
	}
	archives, err := filepath.Glob("testdata/objects/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal(archives, err)
	}
	for _, file := range archives {
		t.Run(filepath.Base(file), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			repo := t.TempDir()
			unpack(t, repo, archive)
			_, names, _ := strings.Cut(string(archive.Comment), "Judged: ")
			bothWays(t, repo, strings.Fields(names)...)
		})
	}
}

// unpack writes an archive; a file with a name that ends in @ is a link. ROOT stands for
// the directory.
func unpack(t *testing.T, dir string, archive *txtar.Archive) {
	t.Helper()
	for _, f := range archive.Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(f.Data), "ROOT", dir)
		err := os.WriteFile(name, []byte(text), 0o644)
		if link, ok := strings.CutSuffix(name, "@"); ok {
			os.Remove(name)
			err = os.Symlink(strings.TrimSpace(text), link)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func bothWays(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, args := range [][]string{{"init", "-q"}, {"add", "-Af"}, {"-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "all"}} {
		cmd := exec.CommandContext(t.Context(), "git", args...)
		cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1"}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	disk, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	want := dump(t, disk)
	for _, name := range names {
		if !strings.Contains(want, name) {
			t.Errorf("%s was not judged", name)
		}
	}
	repo, err := commit.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	head, err := repo.Commit("HEAD")
	if err != nil {
		t.Fatal(err)
	}
	files, err := head.Files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// Nothing may be read from disk: the files are not there any more.
	hidden, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range hidden {
		if filepath.Base(name) == ".git" {
			continue
		}
		if err := os.RemoveAll(name); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(dump(t, source.FromFS(files, disk.Dir())), "\n")); diff != "" {
		t.Errorf("the commit is judged differently (-checkout +commit):\n%s", diff)
	}
	t.Logf("%d lines, %d files", strings.Count(want, "\n"), files.Len())
}

// dump writes down a plan and what the rules say about it.
func dump(t *testing.T, tree *source.Tree) string {
	t.Helper()
	p, err := discover.Build(t.Context(), tree, config.Default(), plan.Event{Name: "local"}, source.Selection{Head: source.Whole{}})
	if err != nil {
		t.Fatal(err)
	}
	set := judge(t, p, "")
	var b strings.Builder
	show := func(what string, v any) {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %s\n", what, text)
	}
	show("listing", p.Listing)
	show("stacks", p.Stacks)
	show("endpoints", p.Endpoints)
	show("lock files", p.LockFiles)
	show("out of scope", p.OutOfScope)
	for _, x := range p.Images {
		show("image", x)
	}
	for _, x := range append(p.Problems, p.Unparsed...) {
		show("problem", x)
	}
	for _, d := range p.Documents {
		show("document", []any{d.Kind, d.Name, d.Owner, d.Overlay, d.Files, d.Raw, d.Variables})
		leaves(d.Model, nil, func(path []any, v any) {
			at, grade := d.Locator.Locate(path)
			fmt.Fprintf(&b, "  %v = %#v %s %s\n", path, v, grade, at)
		})
	}
	for _, f := range set.Findings {
		show("finding", f)
	}
	for _, g := range set.Gaps {
		show("gap", g)
	}
	return b.String()
}

// leaves goes through all values of a model, in order.
func leaves(v any, path []any, use func(path []any, v any)) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			leaves(v[k], append(slices.Clip(path), k), use)
		}
	case []any:
		for i := range v {
			leaves(v[i], append(slices.Clip(path), i), use)
		}
	default:
		use(path, v)
	}
}
