package source

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkWalk lists 100,000 files.
func BenchmarkWalk(b *testing.B) {
	dir := b.TempDir()
	for i := range 1000 {
		sub := filepath.Join(dir, fmt.Sprintf("area%d", i%10), fmt.Sprintf("part%d", i), "src")
		if err := os.MkdirAll(sub, 0o755); err != nil {
			b.Fatal(err)
		}
		for j := range 100 {
			if err := os.WriteFile(filepath.Join(sub, fmt.Sprintf("file%d.yaml", j)), nil, 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	tr, err := Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer tr.Close()
	for b.Loop() {
		if l, err := tr.Walk(b.Context(), Selection{Exclude: []string{"**/*.gen", "third_party"}}); err != nil || len(l.Files) != 100_000 {
			b.Fatal(len(l.Files), err)
		}
	}
}
