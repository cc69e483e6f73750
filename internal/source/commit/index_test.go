package commit_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/source/commit"
)

// held are the files on disk that belong to the head, without a look at directories that
// it does not reach.
func held(t *testing.T, dir string, o commit.Options) (names []string) {
	t.Helper()
	x, err := commit.OpenIndex(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(dir, path)
		switch {
		case err != nil:
			return err
		case name == ".":
		case d.Name() == ".git" || d.IsDir() && !x.Reaches(name):
			if d.IsDir() {
				return fs.SkipDir
			}
		case !d.IsDir() && x.Holds(name):
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// listed is what git says.
func listed(t *testing.T, dir string, args ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"ls-files", "-z"}, args...)...)
	cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1"}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	names := strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 })
	slices.Sort(names)
	return slices.Compact(names)
}

var workTree = []string{
	"a", "a.log", "b.log", "keep.log", "build/out.yaml", "build/keep/in.yaml", "src/build/x", "src/a.log", "src/deep/er/a.log", "src/deep/er/z",
	"doc/frotz/x", "a/doc", "foo/bar/baz", "foo/x/bar", "{a,b}", "x y ", "#hash", "!bang", "é.txt", "q?", "star*", "back\\slash", "[a]", "dir/sub/file.tmp", "dir/file.tmp", "tracked/ignored/t", "tracked/ignored/u",
}

func TestTheSameFilesAsGit(t *testing.T) {
	patterns := []string{
		"", "*.log", "*.log\n!keep.log", "build", "build/", "/build", "build/*\n!build/keep", "build/\n!build/keep/in.yaml", "**/build", "src/**", "src/**/a.log", "/src/*/er",
		"doc/frotz", "frotz/", "foo/**/bar", "**/bar/baz", "{a,b}", "x y\\ ", "x y ", "\\#hash", "#hash", "\\!bang", "!bang", "*.txt", "q\\?", "q?", "star\\*", "[a]", "\\[a\\]", "[!b]*", "back\\\\slash",
		"a\n", "a/", "*", "*\n!*/\n!*.log", "/*\n!/src", "dir/*.tmp", "*.tmp\r\n", "\uFEFF*.log", "  ", "/", "**", "tracked", "tracked/ignored/", "src/", "er/", "deep/er", "[", "[]a]", "[!]a]", "\\[]a]", "a**log", "?.log",
	}
	for _, p := range patterns {
		t.Run(strings.ReplaceAll(p, "/", "|"), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			run(t, dir, "init", "-q")
			for _, f := range workTree {
				if f == "a" || f == "foo/x/bar" {
					continue
				}
				write(t, dir, f, f)
			}
			run(t, dir, "add", "-f", "tracked/ignored/t")
			write(t, dir, ".gitignore", p)
			write(t, dir, "src/.gitignore", "!b*\n/er\nz\n")
			write(t, dir, ".git/info/exclude", "é.txt\n")
			want := listed(t, dir, "-co", "--exclude-standard")
			if diff := cmp.Diff(want, held(t, dir, commit.Options{})); diff != "" {
				t.Errorf("files (-git +here):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"tracked/ignored/t"}, held(t, dir, commit.Options{TrackedOnly: true})); diff != "" {
				t.Errorf("tracked files (-git +here):\n%s", diff)
			}
		})
	}
}

func TestVersionsOfTheIndex(t *testing.T) {
	long := strings.Repeat("d/", 100) + strings.Repeat("n", 200)
	for name, prepare := range map[string][][]string{
		"version 2": {{"update-index", "--index-version", "2"}}, "version 4": {{"update-index", "--index-version", "4"}},
		"intent": {{"add", "-N", "later"}}, "untracked cache": {{"update-index", "--force-untracked-cache"}}, "without checksum": {{"-c", "index.skipHash=true", "add", "later"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := fixture(t)
			write(t, dir, long, "")
			write(t, dir, "later", "")
			run(t, dir, "add", long)
			for _, args := range prepare {
				run(t, dir, args...)
			}
			if diff := cmp.Diff(listed(t, dir), held(t, dir, commit.Options{TrackedOnly: true})); diff != "" {
				t.Errorf("files (-git +here):\n%s", diff)
			}
		})
	}
}

func TestSHA256(t *testing.T) {
	dir := t.TempDir()
	run(t, dir, "init", "-q", "--object-format=sha256")
	write(t, dir, "a/b", "")
	write(t, dir, "c", "")
	run(t, dir, "add", "-A")
	if diff := cmp.Diff([]string{"a/b", "c"}, held(t, dir, commit.Options{TrackedOnly: true})); diff != "" {
		t.Error(diff)
	}
}

func TestGeneratedFilesCount(t *testing.T) {
	dir := fixture(t)
	write(t, dir, ".gitignore", "out\nnode_modules\n")
	write(t, dir, "out/rendered/deep/x.yaml", "")
	write(t, dir, "out/other.yaml", "")
	write(t, dir, "node_modules/m/x", "")
	got := held(t, dir, commit.Options{TrackedOnly: true, Generated: []string{"./out/rendered/"}})
	if want := []string{".assure.yml", ".gitattributes", "a/compose.yaml", "link", "out/rendered/deep/x.yaml"}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestFurtherWorkTreesAndSubmodules(t *testing.T) {
	dir, tree := fixture(t), filepath.Join(t.TempDir(), "tree")
	module := fixture(t)
	run(t, dir, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", module, "mods/m")
	run(t, dir, "commit", "-qm", "module")
	write(t, dir, ".git/info/exclude", "*.tmp\n")
	run(t, dir, "worktree", "add", "-q", tree, "HEAD")
	write(t, tree, "x.tmp", "")
	write(t, tree, "new", "")
	want := []string{".assure.yml", ".gitattributes", ".gitmodules", "a/compose.yaml", "link", "new"}
	if diff := cmp.Diff(want, held(t, tree, commit.Options{})); diff != "" {
		t.Error(diff)
	}
	x, err := commit.OpenIndex(dir, commit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if !slices.Equal(x.Submodules(), []string{"mods/m"}) || x.Reaches("mods/m") || !x.Reaches("mods") {
		t.Errorf("submodules: %v", x.Submodules())
	}
	if top := commit.TopLevel(filepath.Join(tree, "a")); top != tree {
		t.Errorf("top level of a work tree: %q", top)
	}
	if top := commit.TopLevel(filepath.Join(dir, "mods/m/a")); top != filepath.Join(dir, "mods/m") {
		t.Errorf("top level of a submodule: %q", top)
	}
	r, err := commit.Open(tree)
	if err != nil {
		t.Fatal(err)
	}
	id, _, err := r.Head()
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Commit(id)
	if err != nil {
		t.Fatal(err)
	}
	files, err := c.Files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if dirs := files.Submodules(); !slices.Equal(dirs, []string{"mods/m"}) || !isDir(files, "mods/m") {
		t.Errorf("submodules of the commit: %v", dirs)
	}
}

func TestSparseCheckout(t *testing.T) {
	for _, flag := range []string{"--no-sparse-index", "--sparse-index"} {
		dir := fixture(t)
		write(t, dir, "b/c/x", "")
		write(t, dir, "b/y", "")
		run(t, dir, "add", "-A")
		run(t, dir, "commit", "-qm", "more")
		run(t, dir, "sparse-checkout", "set", "--cone", flag, "a")
		x, err := commit.OpenIndex(dir, commit.Options{TrackedOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		if !x.Holds("b/c/x") || !x.Reaches("b/c") || !x.Reaches("b") || x.Holds("c") {
			t.Errorf("%s: what is left out of the work tree is tracked all the same", flag)
		}
		if want := []string{".assure.yml", ".gitattributes", "a/compose.yaml", "link"}; !slices.Equal(x.Tracked(), want) {
			t.Errorf("%s: on disk must be %v", flag, x.Tracked())
		}
	}
}

func TestNoSilentPass(t *testing.T) {
	if _, err := commit.OpenIndex(t.TempDir(), commit.Options{}); !errors.Is(err, commit.ErrNoRepository) {
		t.Errorf("no repository: %v", err)
	}
	fresh := t.TempDir()
	run(t, fresh, "init", "-q")
	write(t, fresh, "a", "")
	if got := held(t, fresh, commit.Options{}); !slices.Equal(got, []string{"a"}) {
		t.Errorf("before the first commit: %v", got)
	}
	if _, err := commit.OpenIndex(fresh, commit.Options{TrackedOnly: true}); err == nil {
		t.Error("without an index nothing would be looked at")
	}
	dir := fixture(t)
	index := filepath.Join(dir, ".git/index")
	data, err := os.ReadFile(index)
	if err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(data)
	flipped[80] ^= 1
	for name, broken := range map[string][]byte{"empty": nil, "cut": data[:len(data)/2], "flipped": flipped, "version": append([]byte("DIRC\x00\x00\x00\x09"), data[8:]...)} {
		if err := os.WriteFile(index, broken, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := commit.OpenIndex(dir, commit.Options{}); err == nil || !strings.Contains(err.Error(), "git reset") {
			t.Errorf("%s: %v", name, err)
		}
	}
	run(t, dir, "read-tree", "HEAD")
	run(t, dir, "update-index", "--split-index")
	if _, err := commit.OpenIndex(dir, commit.Options{}); err == nil || !strings.Contains(err.Error(), "--no-split-index") {
		t.Errorf("split index: %v", err)
	}
}

func isDir(f fs.FS, name string) bool {
	info, err := fs.Stat(f, name)
	return err == nil && info.IsDir()
}
