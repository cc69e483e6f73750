package commit_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/source/commit"
)

// run makes fixtures with the git program; the package itself never runs it.
func run(t testing.TB, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// pipe is run with an input.
func pipe(t testing.TB, dir, in string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(in)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// unpack makes all objects of a repository loose in another one.
func unpack(t testing.TB, from, to string) {
	t.Helper()
	packs, err := filepath.Glob(filepath.Join(from, ".git/objects/pack/*.pack"))
	if err != nil || len(packs) == 0 {
		t.Fatal("no packs: ", err)
	}
	for _, p := range packs {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		pipe(t, to, string(data), "unpack-objects", "-q")
	}
	head, err := os.ReadFile(filepath.Join(from, ".git/refs/heads/main"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, to, ".git/refs/heads/main", string(head))
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func fixture(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	run(t, dir, "init", "-q")
	write(t, dir, ".assure.yml", "timeout: 1m\n")
	write(t, dir, "a/compose.yaml", "services: {}\n")
	// An attribute that would hide the file from git archive, and a link out.
	write(t, dir, ".gitattributes", "a/compose.yaml export-ignore\n")
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "add", "-A")
	run(t, dir, "commit", "-qm", "base")
	run(t, dir, "checkout", "-qb", "change")
	write(t, dir, ".assure.yml", "timeout: 9m\n")
	run(t, dir, "commit", "-qam", "change")
	run(t, dir, "checkout", "-q", "main")
	run(t, dir, "merge", "-q", "--no-ff", "-m", "merge", "change")
	return dir
}

func TestReadsTheBaseOfAMerge(t *testing.T) {
	r, err := commit.Open(fixture(t))
	if err != nil {
		t.Fatal(err)
	}
	id, ref, err := r.Head()
	if err != nil || ref != "refs/heads/main" {
		t.Fatalf("Head() = %q, %q, %v", id, ref, err)
	}
	head, err := r.Commit(id)
	if err != nil {
		t.Fatal(err)
	}
	base, err := r.Commit(head.MergedInto())
	if err != nil {
		t.Fatal(err)
	}
	got, err := base.ReadFile(".assure.yml", 1000)
	if diff := cmp.Diff("timeout: 1m\n", string(got)); diff != "" || err != nil {
		t.Errorf("base configuration (-want +got):\n%s%v", diff, err)
	}
	if _, err := base.ReadFile("missing", 1000); !errors.Is(err, commit.ErrNotFound) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := base.ReadFile("link", 1000); err == nil {
		t.Error("a link was read as a file")
	}
	if _, err := base.ReadFile(".assure.yml", 3); err == nil {
		t.Error("a file above the limit was read")
	}
	if base.MergedInto() != "" {
		t.Error("an ordinary commit claims to be a merge")
	}
}

func TestListsFilesAndLinks(t *testing.T) {
	r, err := commit.Open(fixture(t))
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Commit("main")
	if err != nil {
		t.Fatal(err)
	}
	files, err := c.Files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	err = fs.WalkDir(files, ".", func(name string, _ fs.DirEntry, err error) error {
		names = append(names, name)
		return err
	})
	if diff := cmp.Diff([]string{".", ".assure.yml", ".gitattributes", "a", "a/compose.yaml", "link"}, names); diff != "" || err != nil {
		t.Errorf("files (-want +got):\n%s%v", diff, err)
	}
	if to, err := files.ReadLink("link"); to != "/etc/passwd" || err != nil {
		t.Errorf("link: %q %v", to, err)
	}
}

func TestUnknownRevisionSaysHowToFetch(t *testing.T) {
	r, err := commit.Open(fixture(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, rev := range []string{"0123456789012345678901234567890123456789", "nope", "--upload-pack=touch x", ""} {
		if _, err := r.Commit(rev); err == nil {
			t.Errorf("Commit(%q) found something", rev)
		}
	}
	if _, err := commit.Open(t.TempDir()); err == nil {
		t.Error("a directory without a repository was opened")
	}
}

func TestTags(t *testing.T) {
	dir := fixture(t)
	run(t, dir, "tag", "v2.0.0")
	run(t, dir, "tag", "-am", "first", "v1.0.0", "HEAD~1")
	repo, err := commit.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	tags, err := repo.Tags()
	if err != nil || strings.Join(tags, " ") != "v1.0.0 v2.0.0" {
		t.Fatalf("tags %v, %v", tags, err)
	}
	for _, tag := range tags {
		if c, err := repo.Commit("refs/tags/" + tag); err != nil || len(c.ID()) != 40 {
			t.Errorf("%s: %v", tag, err)
		}
	}
	if _, err := commit.Open(t.TempDir()); !errors.Is(err, commit.ErrNoRepository) {
		t.Errorf("an empty directory: %v", err)
	}
}
