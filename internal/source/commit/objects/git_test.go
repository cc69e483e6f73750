package objects_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// git makes fixtures; the package itself never runs it.
func git(t testing.TB, dir string, in []byte, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main", "-c", "gc.auto=0"}, args...)...)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(in)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1"}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func write(t testing.TB, dir, name string, text []byte) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	os.Chmod(file, 0o644)
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// history is a repository with texts that change a little with each commit, one large
// file, and a tag. All of it is loose.
func history(t testing.TB, args ...string) string {
	t.Helper()
	dir, random := t.TempDir(), rand.New(rand.NewPCG(1, 2))
	git(t, dir, nil, append([]string{"init", "-q"}, args...)...)
	lines := make([]string, 400)
	for i := range lines {
		lines[i] = fmt.Sprintf("line %d: %d\n", i, random.Uint64())
	}
	large := make([]byte, 3<<20)
	for i := range large {
		large[i] = byte(random.Uint32())
	}
	write(t, dir, "large", large)
	write(t, dir, "empty", nil)
	for n := range 30 {
		lines[n*13] = fmt.Sprintf("changed in %d\n", n)
		write(t, dir, "text", []byte(strings.Join(lines, "")))
		write(t, dir, fmt.Sprintf("d/%d", n), []byte(strings.Join(lines[n:], "")))
		git(t, dir, nil, "add", "-A")
		git(t, dir, nil, "commit", "-qm", fmt.Sprint(n))
	}
	git(t, dir, nil, "tag", "-am", "a tag", "v1")
	return dir
}

// everything are all objects of a repository, as git reads them: "id kind size".
func everything(t testing.TB, dir string) []string {
	return strings.Split(git(t, dir, nil, "cat-file", "--batch-all-objects", "--batch-check"), "\n")
}
