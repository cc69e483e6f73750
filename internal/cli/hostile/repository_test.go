package hostile

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repository is the clone that a job works in, and what lies around it.
type repository struct {
	dir, root string
	// names are the commits of the change by their variables: BASE, TIP and MERGE.
	names map[string]string
	// date is that of commits, empty for now.
	date string
}

// build makes the base, the change and GitHub's merge of both, and checks that out.
func build(t *testing.T, a attack) *repository {
	t.Helper()
	dir := t.TempDir()
	r := &repository{dir: dir, root: filepath.Join(dir, "repo"), names: map[string]string{"DIR": dir}}
	r.put(t, "README.md", "# Demo\n")
	for name, text := range a.base {
		r.put(t, name, text)
	}
	r.git(t, "init", "-q", "-b", "main")
	r.git(t, "remote", "add", "origin", "https://example.org/acme/demo")
	r.script(t, a.before)
	r.names["BASE"] = r.commit(t, "base")
	r.git(t, "checkout", "-qb", "change")
	for name, text := range a.head {
		r.put(t, name, text)
	}
	r.script(t, a.change)
	r.names["TIP"] = r.commit(t, "change")
	r.git(t, "checkout", "-q", "main")
	r.git(t, "merge", "-q", "--no-ff", "-m", "merge", "change")
	r.names["MERGE"] = r.git(t, "rev-parse", "HEAD")
	r.script(t, a.after)
	return r
}

func (r *repository) commit(t *testing.T, message string) string {
	t.Helper()
	r.git(t, "add", "-A", "-f")
	r.git(t, "commit", "-q", "--allow-empty", "-m", message)
	return r.git(t, "rev-parse", "HEAD")
}

// expand puts commits and directories in the place of their names.
func (r *repository) expand(text string) string {
	for name, value := range r.names {
		text = strings.ReplaceAll(text, "$"+name, value)
	}
	return text
}

func (r *repository) git(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "core.autocrlf=false", "-c", "protocol.file.allow=always"}, args...)...)
	cmd.Dir = r.root
	cmd.Env = append(os.Environ(), "HOME="+r.dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull)
	if r.date != "" {
		cmd.Env = append(cmd.Env, "GIT_AUTHOR_DATE="+r.date, "GIT_COMMITTER_DATE="+r.date)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// put writes a file; its name may be percent-encoded.
func (r *repository) put(t *testing.T, name, text string) {
	t.Helper()
	path := r.path(t, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	os.Remove(path) // so that a link is not written through
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (r *repository) path(t *testing.T, name string) string {
	t.Helper()
	plain, err := url.PathUnescape(name)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(r.root, filepath.FromSlash(plain))
}

// script does what the lines say, each with a word of its own or with git itself.
func (r *repository) script(t *testing.T, lines string) {
	t.Helper()
	for line := range strings.Lines(lines) {
		line = r.expand(strings.TrimSpace(line))
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if err := r.do(t, words, line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
}

func (r *repository) do(t *testing.T, words []string, line string) error {
	t.Helper()
	switch words[0] {
	case "remove":
		return os.RemoveAll(r.path(t, words[1]))
	case "rename":
		if err := os.MkdirAll(filepath.Dir(r.path(t, words[2])), 0o755); err != nil {
			return err
		}
		return os.Rename(r.path(t, words[1]), r.path(t, words[2]))
	case "link":
		os.Remove(r.path(t, words[1]))
		return os.Symlink(words[2], r.path(t, words[1]))
	case "put": // the text is the rest of the line, \n a new one
		text := strings.SplitN(line, " ", 3)[2]
		r.put(t, words[1], strings.ReplaceAll(text, `\n`, "\n")+"\n")
		return os.Chmod(r.path(t, words[1]), 0o755)
	case "at":
		r.date = words[1]
		return nil
	case "let": // a commit by another name
		r.names[words[1]] = r.git(t, words[2:]...)
		return nil
	case "many": // files that only fill the tree
		for i := range 200 {
			r.put(t, fmt.Sprintf("%s/%d.txt", words[1], i), fmt.Sprintln("file", i))
		}
		return nil
	case "forget": // the object of a file, as in a partial clone
		return r.forget(t, words[1])
	case "git":
		r.git(t, words[1:]...)
		return nil
	}
	return fmt.Errorf("unknown word %s", words[0])
}

// forget takes the blobs below a tree out of the clone.
func (r *repository) forget(t *testing.T, tree string) error {
	t.Helper()
	for _, id := range strings.Fields(r.git(t, "ls-tree", "-r", "--format=%(objectname)", tree)) {
		if err := os.Remove(filepath.Join(r.root, ".git", "objects", id[:2], id[2:])); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}
