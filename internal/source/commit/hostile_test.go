package commit_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/source/commit"
)

// object writes an object that git would not make.
func object(t testing.TB, dir, kind, content string) string {
	t.Helper()
	return out(t, dir, content, "hash-object", "-w", "--stdin", "--literally", "-t", kind)
}

// tree writes a tree from "mode name id" triples.
func tree(t testing.TB, dir string, entries ...[3]string) string {
	t.Helper()
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%s %s\x00", e[0], e[1])
		for i := 0; i < len(e[2]); i += 2 {
			var c byte
			if _, err := fmt.Sscanf(e[2][i:i+2], "%02x", &c); err != nil {
				t.Fatal(err)
			}
			b.WriteByte(c)
		}
	}
	return object(t, dir, "tree", b.String())
}

func commitOf(t testing.TB, dir, tree string) string {
	t.Helper()
	return object(t, dir, "commit", "tree "+tree+"\nauthor a <a> 1 +0000\ncommitter a <a> 1700000000 +0100\n\nx\n")
}

func TestHostileTrees(t *testing.T) {
	dir := one(t)
	a, b := object(t, dir, "blob", "a"), object(t, dir, "blob", "b")
	sub := tree(t, dir, [3]string{"100644", "x", b})
	expect(t, dir, commitOf(t, dir, tree(t, dir,
		[3]string{"100644", "..", a}, [3]string{"40000", "..", sub}, [3]string{"40000", ".", sub}, [3]string{"40000", ".git", sub}, [3]string{"100644", "a/b", a},
		[3]string{"100644", "", a}, [3]string{"40000", "", sub}, [3]string{"100644", "twice", a}, [3]string{"100644", "twice", b}, [3]string{"40000", "twice", sub},
		[3]string{"100644", "z", a}, [3]string{"100755", "Z", b}, [3]string{"0", "none", a}, [3]string{"10000", "pipe", a}, [3]string{"160000", "mod", a},
		[3]string{"40000", "d", sub}, [3]string{"100644", strings.Repeat("n", 300), a},
	)), "Z: b", "d/x: b", "twice: a", "z: a")
	for name, c := range map[string]string{
		"a blob": a, "cut": object(t, dir, "tree", "100644 x\x00abc"), "no mode": object(t, dir, "tree", "x"), "no such mode": object(t, dir, "tree", "9 x\x00"+strings.Repeat("i", 20)),
		"missing": strings.Repeat("1", 40), "file in the place of a directory": tree(t, dir, [3]string{"40000", "d", a}), "tree in the place of a file": tree(t, dir, [3]string{"100644", "d", sub}),
	} {
		if got, err := contents(t, dir, commitOf(t, dir, c)); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestDeepAndWideTrees(t *testing.T) {
	dir := t.TempDir()
	run(t, dir, "init", "-q")
	var in strings.Builder
	fmt.Fprintf(&in, "commit refs/heads/main\ncommitter t <t> 1 +0000\ndata 1\nx\nM 100644 inline near\ndata 1\nn\nM 100644 inline %sfar\ndata 1\nf\n", strings.Repeat("d/", 10_000))
	pipe(t, dir, in.String(), "fast-import", "--quiet", "--force")
	expect(t, dir, "main", "near: n") // no system has room for the other name
	// Ten directories that are all the same, ten levels deep: few objects, many files.
	id := tree(t, dir, [3]string{"100644", "x", object(t, dir, "blob", "a")})
	empty := tree(t, dir)
	for range 10 {
		var files, dirs [][3]string
		for i := range 10 {
			files = append(files, [3]string{"40000", fmt.Sprint(i), id})
			dirs = append(dirs, [3]string{"40000", fmt.Sprint(i), empty})
		}
		id, empty = tree(t, dir, files...), tree(t, dir, dirs...)
	}
	for _, top := range []string{id, empty} {
		if _, err := contents(t, dir, commitOf(t, dir, top)); !errors.Is(err, commit.ErrTooMany) {
			t.Errorf("many files of few objects: %v", err)
		}
	}
}

func TestHostileCommitsAndTags(t *testing.T) {
	dir := one(t)
	head := out(t, dir, "", "rev-parse", "HEAD")
	root := out(t, dir, "", "rev-parse", "HEAD^{tree}")
	people := "author a <a> 1 +0000\ncommitter a <a> 1 +0000\n"
	expect(t, dir, object(t, dir, "commit", "tree "+root+"\n"+people+"\n"+strings.Repeat("long ", 1<<20)), "f: text")
	expect(t, dir, object(t, dir, "commit", "tree "+root+"\n"+strings.Repeat("parent "+head+"\n", 1000)+people), "f: text")
	for name, text := range map[string]string{
		"empty": "", "no tree": people, "tree is a path": "tree ../../x\n" + people, "nobody": "tree " + root + "\n\n", "parent is none": "tree " + root + "\nparent x\n" + people,
		"endless head": "tree " + root + "\nauthor " + strings.Repeat("a", 2<<20) + "\n" + people,
	} {
		if got, err := contents(t, dir, object(t, dir, "commit", text)); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
	tag := head
	for n := range 12 {
		tag = object(t, dir, "tag", "object "+tag+"\ntype commit\ntag x\ntagger a <a> 1 +0000\n\nx\n")
		if _, err := contents(t, dir, tag); (err == nil) != (n < 9) {
			t.Errorf("%d tags: %v", n+1, err)
		}
	}
	for _, text := range []string{"", "object \n", "object ../x\n", "object " + root + "\n"} {
		if got, err := contents(t, dir, object(t, dir, "tag", text)); err == nil {
			t.Errorf("tag %q: %v", text, got)
		}
	}
	r, err := commit.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, by := range []string{"a <a> 99999999999999999999 +0000", "a <a> -5 +0000", "a <a>", "", "a> <a 5 +9999", "a <a> 5 zone"} {
		if _, err := r.Commit(object(t, dir, "commit", "tree "+root+"\ncommitter "+by+"\n")); err != nil {
			t.Errorf("%q: %v", by, err)
		}
	}
}
