package commit_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/source/commit"
)

// fastImport makes a commit of many files: 50,000 in 500 directories, each with 2 kB of
// text of its own.
func fastImport(t testing.TB, dir string, files int) {
	t.Helper()
	var in strings.Builder
	fmt.Fprint(&in, "commit refs/heads/main\ncommitter t <t@example.org> 1700000000 +0000\ndata 1\nx\n")
	for i := range files {
		text := fmt.Sprintf("kind: ConfigMap\nname: n%d\n%s", i, strings.Repeat(fmt.Sprintf("value: %d\n", i*7919), 130))
		fmt.Fprintf(&in, "M 100644 inline area%d/part%d/file%d.yaml\ndata %d\n%s\n", i%10, i%500, i, len(text), text)
	}
	run(t, dir, "init", "-q")
	pipe(t, dir, in.String(), "fast-import", "--quiet", "--force")
}

// BenchmarkFiles lists a commit of 50,000 files, and reads all of them.
func BenchmarkFiles(b *testing.B) {
	dir := b.TempDir()
	fastImport(b, dir, 50_000)
	run(b, dir, "repack", "-adfq")
	loose := b.TempDir()
	run(b, loose, "init", "-q")
	unpack(b, dir, loose)
	for _, c := range []struct{ name, dir string }{{"packed", dir}, {"loose", loose}} {
		b.Run("list/"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if n := list(b, c.dir).Len(); n != 50_000 {
					b.Fatal(n)
				}
			}
		})
		b.Run("read/"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				readAll(b, list(b, c.dir))
			}
		})
	}
}

func list(b *testing.B, dir string) *commit.Files {
	b.Helper()
	r, err := commit.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	c, err := r.Commit("main")
	if err != nil {
		b.Fatal(err)
	}
	files, err := c.Files(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return files
}

func readAll(b *testing.B, files *commit.Files) {
	b.Helper()
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		_, err = files.Head(name, 1<<20)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}
