package commit_test

import (
	"fmt"
	"testing"

	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/commit"
)

// BenchmarkWalk reads the index of 100,000 files and lists them.
func BenchmarkWalk(b *testing.B) {
	dir := b.TempDir()
	for i := range 100_000 {
		write(b, dir, fmt.Sprintf("area%d/part%d/src/file%d.yaml", i%10, i%1000, i), "")
	}
	run(b, dir, "init", "-q")
	run(b, dir, "add", "-A")
	tree, err := source.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer tree.Close()
	for b.Loop() {
		x, err := commit.OpenIndex(dir, commit.Options{})
		if err != nil {
			b.Fatal(err)
		}
		l, err := tree.Walk(b.Context(), source.Selection{Head: x, Exclude: []string{"**/*.gen", "third_party"}})
		if x.Close(); err != nil || len(l.Files) != 100_000 {
			b.Fatal(len(l.Files), err)
		}
	}
}
