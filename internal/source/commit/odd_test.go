package commit_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/source/commit"
)

// out is what git prints.
func out(t testing.TB, dir, in string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(in)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1"}
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, text)
	}
	return strings.TrimSpace(string(text))
}

// contents are the files of a commit, as "name: text".
func contents(t testing.TB, dir, rev string) (all []string, err error) {
	t.Helper()
	r, err := commit.Open(dir)
	if err != nil {
		return nil, err
	}
	c, err := r.Commit(rev)
	if err != nil {
		return nil, err
	}
	files, err := c.Files(t.Context())
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := files.Head(name, 1<<20)
		all = append(all, name+": "+string(data))
		return err
	})
	return all, err
}

func expect(t testing.TB, dir, rev string, want ...string) {
	t.Helper()
	got, err := contents(t, dir, rev)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%s (-want +got):\n%s%v", rev, diff, err)
	}
}

// one is a repository with one file.
func one(t testing.TB, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	run(t, dir, append([]string{"init", "-q"}, args...)...)
	write(t, dir, "f", "text")
	run(t, dir, "add", "-A")
	run(t, dir, "commit", "-qm", "one")
	return dir
}

func TestKindsOfRepositories(t *testing.T) {
	dir := one(t)
	clone := func(args ...string) string {
		to := filepath.Join(t.TempDir(), "clone")
		run(t, filepath.Dir(to), append(append([]string{"-c", "protocol.file.allow=always", "clone", "-q"}, args...), to)...)
		return to
	}
	tree := filepath.Join(t.TempDir(), "tree")
	run(t, dir, "worktree", "add", "-q", tree)
	super := one(t)
	run(t, super, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", dir, "mod")
	sparse := one(t)
	run(t, sparse, "sparse-checkout", "set", "--cone", "none")
	detached := one(t)
	run(t, detached, "checkout", "-q", "--detach")
	sha256 := one(t, "--object-format=sha256")
	packed := one(t)
	run(t, packed, "gc", "-q")
	for name, dir := range map[string]string{
		"plain": dir, "clone": clone(dir), "shallow": clone("--depth=1", "file://"+dir), "shared": clone("--shared", dir), "work tree": tree,
		"submodule": filepath.Join(super, "mod"), "sparse": sparse, "detached": detached, "sha256": sha256, "packed": packed,
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, dir, "HEAD", "f: text")
			r, err := commit.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			id, ref, err := r.Head()
			want := out(t, dir, "", "rev-parse", "HEAD", "--symbolic-full-name", "HEAD")
			if got := id + "\n" + ref; err != nil || got != want && name != "detached" || name == "detached" && ref != "" {
				t.Errorf("HEAD: got %q, want %q, %v", got, want, err)
			}
		})
	}
}

func TestPartialClone(t *testing.T) {
	dir := one(t)
	run(t, dir, "config", "uploadpack.allowFilter", "true")
	to := filepath.Join(t.TempDir(), "clone")
	run(t, filepath.Dir(to), "clone", "-q", "--no-checkout", "--filter=blob:none", "file://"+dir, to)
	canary := filepath.Join(t.TempDir(), "canary")
	run(t, to, "config", "remote.origin.url", "ext::touch "+canary)
	run(t, to, "config", "remote.origin.uploadpack", "touch "+canary)
	if _, err := contents(t, to, "HEAD"); !errors.Is(err, commit.ErrMissing) {
		t.Errorf("a blob that is not there: %v", err)
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("a command of the repository was run")
	}
}

func TestShallowCloneLacksTheParent(t *testing.T) {
	dir := one(t)
	run(t, dir, "commit", "-qm", "two", "--allow-empty")
	to := filepath.Join(t.TempDir(), "clone")
	run(t, filepath.Dir(to), "clone", "-q", "--depth=1", "file://"+dir, to)
	for _, rev := range []string{"HEAD~1", "HEAD^", out(t, dir, "", "rev-parse", "HEAD~1")} {
		if _, err := contents(t, to, rev); !errors.Is(err, commit.ErrMissing) || !strings.Contains(err.Error(), "fetch-depth") {
			t.Errorf("%s: %v", rev, err)
		}
	}
}

func TestAlternates(t *testing.T) {
	from := one(t)
	id := out(t, from, "", "rev-parse", "HEAD")
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"absolute": {from + "/.git/objects\n", true}, "relative": {"../../link/objects\n", true}, "missing first": {"/nothing\n" + from + "/.git/objects\n", true},
		"quoted": {fmt.Sprintf("# comment\n%q\n", from+"/.git/objects"), true},
		"none":   {"/nothing\n", false}, "cyclic": {".\n../objects\n", false}, "a file": {"/etc/passwd\n", false}, "nul": {"\x00\n", false},
		"many": {strings.Repeat("/nothing/x\n", 5000), false}, "too long": {strings.Repeat("x", 1<<20), false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			run(t, dir, "init", "-q")
			if err := os.Symlink(filepath.Join(from, ".git"), filepath.Join(dir, "link")); err != nil {
				t.Fatal(err)
			}
			write(t, dir, ".git/objects/info/alternates", c.text)
			_, err := contents(t, dir, id)
			if c.ok && err != nil || !c.ok && !errors.Is(err, commit.ErrMissing) {
				t.Error(err)
			}
		})
	}
	// Two that borrow from each other.
	a, b := t.TempDir(), t.TempDir()
	run(t, a, "init", "-q")
	run(t, b, "init", "-q")
	write(t, a, ".git/objects/info/alternates", b+"/.git/objects\n")
	write(t, b, ".git/objects/info/alternates", a+"/.git/objects\n"+from+"/.git/objects\n")
	expect(t, a, id, "f: text")
}

// What stands in the repository's own files about other objects, directories, commands
// or formats has no say.
func TestNothingOfTheRepositoryHasASay(t *testing.T) {
	dir := one(t)
	first := out(t, dir, "", "rev-parse", "HEAD")
	write(t, dir, "f", "other")
	run(t, dir, "commit", "-qam", "two")
	second := out(t, dir, "", "rev-parse", "HEAD")
	run(t, dir, "replace", first, second)
	blob := out(t, dir, "other", "hash-object", "--stdin")
	run(t, dir, "replace", "-f", out(t, dir, "text", "hash-object", "-w", "--stdin"), blob)
	write(t, dir, ".git/info/grafts", second+"\n")
	canary := filepath.Join(t.TempDir(), "canary")
	for _, hook := range []string{"post-checkout", "reference-transaction", "fsmonitor-watchman", "post-index-change"} {
		write(t, dir, ".git/hooks/"+hook, "#!/bin/sh\ntouch "+canary+"\n")
		if err := os.Chmod(filepath.Join(dir, ".git/hooks", hook), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, dir, ".git/info/attributes", "* filter=evil text eol=crlf working-tree-encoding=UTF-16\n")
	f, err := os.OpenFile(filepath.Join(dir, ".git/config"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(f, "[core]\n\tworktree = /nothing\n\tfsmonitor = touch %[1]s\n\tautocrlf = true\n[filter \"evil\"]\n\tsmudge = touch %[1]s\n\trequired = true\n[include]\n\tpath = /dev/zero\n[extensions]\n\tobjectFormat = nonsense\n\tevil = true\n[broken\n", canary)
	f.Close()
	expect(t, dir, first, "f: text")
	expect(t, dir, second, "f: other")
	expect(t, dir, second+"~1", "f: text")
	if _, err := os.Stat(canary); err == nil {
		t.Error("something of the repository was run")
	}
}

func TestReferenceTables(t *testing.T) {
	dir := one(t)
	id := out(t, dir, "", "rev-parse", "HEAD")
	write(t, dir, ".git/HEAD", "ref: refs/heads/.invalid\n")
	write(t, dir, ".git/reftable/tables.list", "")
	expect(t, dir, id, "f: text")
	r, err := commit.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = r.Head()
	_, err2 := r.Commit("main")
	_, err3 := r.Tags()
	for _, err := range []error{err, err2, err3} {
		if !errors.Is(err, commit.ErrFormat) {
			t.Error(err)
		}
	}
}

func TestRevisions(t *testing.T) {
	dir := fixture(t)
	run(t, dir, "tag", "-am", "x", "v1")
	run(t, dir, "tag", "light", "HEAD^2")
	run(t, dir, "update-ref", "refs/remotes/origin/main", "HEAD~1")
	run(t, dir, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
	r, err := commit.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	short := out(t, dir, "", "rev-parse", "--short", "HEAD")
	for range 2 {
		for _, rev := range []string{"HEAD", "@", "main", "heads/main", "refs/heads/main", "HEAD~", "HEAD~1", "HEAD^2", "HEAD^2~1", "v1", "v1^{}", "v1^{commit}", "tags/v1", "light", "origin/main", "origin", short, "HEAD^0", "@^2^"} {
			want := out(t, dir, "", "rev-parse", rev+"^{commit}")
			c, err := r.Commit(rev)
			if err != nil || c.ID() != want {
				t.Errorf("%s: %v, want %s", rev, err, want)
			}
		}
		run(t, dir, "pack-refs", "--all")
	}
	for _, rev := range []string{"", "nope", "HEAD~99999999999", "HEAD~x", "HEAD^3", "HEAD^{tree}", "HEAD:a", "../HEAD", "refs/../HEAD", ":/x", "@{1}", "--output=x", "a\x00b", "-", "config", "refs", "refs/heads", strings.Repeat("a/", 9000)} {
		if c, err := r.Commit(rev); err == nil {
			t.Errorf("%q is %s", rev, c.ID())
		}
	}
}

func TestReferencesThatLeadNowhere(t *testing.T) {
	dir := one(t)
	for name, text := range map[string]string{"loop": "ref: refs/heads/loop", "out": "ref: ../../../etc/passwd", "abs": "ref: /etc/passwd", "dir": "ref: refs", "text": "nothing", "empty": "", "blob": out(t, dir, "", "rev-parse", "HEAD:f")} {
		write(t, dir, ".git/refs/heads/"+name, text+"\n")
		if _, err := contents(t, dir, name); err == nil {
			t.Errorf("%s leads somewhere", name)
		}
	}
	for _, text := range []string{"", "ref: refs/heads/none", "\x00", strings.Repeat("x", 1<<20)} {
		write(t, dir, ".git/HEAD", text)
		if _, err := contents(t, dir, "HEAD"); err == nil {
			t.Errorf("HEAD %.20q leads somewhere", text)
		}
	}
}

func TestAMillionReferences(t *testing.T) {
	dir := one(t)
	id := out(t, dir, "", "rev-parse", "HEAD")
	var b bytes.Buffer
	b.WriteString("# pack-refs with: peeled fully-peeled sorted \n")
	for i := range 1_000_000 {
		fmt.Fprintf(&b, "%s refs/heads/b%07d\n", id, i)
	}
	write(t, dir, ".git/packed-refs", b.String())
	expect(t, dir, id, "f: text")
	expect(t, dir, "b0999999", "f: text")
	r, err := commit.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if tags, err := r.Tags(); err != nil || len(tags) != 0 {
		t.Error(len(tags), err)
	}
	write(t, dir, ".git/packed-refs", strings.ReplaceAll(b.String(), "refs/heads/", "refs/tags/"))
	if _, err := r.Tags(); !errors.Is(err, commit.ErrTooMany) {
		t.Errorf("a million tags: %v", err)
	}
}
