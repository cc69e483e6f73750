package discover

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

// benchFiles is the size of the tree; 100,000 is measured by hand with ASSURE_BENCH_FILES.
const benchFiles = 5_000

// mixed writes a tree like that of a large repository: mostly code, much data, some
// documents, and few files that deploy or lock anything.
func mixed(t testing.TB, dir string, files int) {
	t.Helper()
	code := strings.Repeat("func f(services []string) error { return call(services, 1) }\n", 60)
	json := `{"name": "x", "services": [` + strings.Repeat(`{"id": 12345, "kind": "b"}, `, 60) + `1]}`
	yaml := "entries:\n" + strings.Repeat("  - name: some value\n    kind: word\n", 50)
	manifest := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\n"
	kinds := [100]struct{ name, text string }{
		80: {"compose.yaml", "services:\n  web: {image: \"nginx:1\"}\n"}, 81: {"Dockerfile", "FROM alpine:3\nUSER 1\n"},
		82: {"package-lock.json", `{"lockfileVersion": 3, "packages": {}}`}, 83: {"run.sh", "set -e\necho " + strings.Repeat("a", 500) + "\n"},
		84: {"LICENSE", strings.Repeat("Permission is granted, free of charge.\n", 30)},
	}
	for i := range files {
		sub := filepath.Join(dir, fmt.Sprintf("d%d", i/2000), fmt.Sprintf("p%d", i/100))
		name, text := fmt.Sprintf("f%d.md", i), "# Title\n"+strings.Repeat("Some text about it.\n", 60)
		switch k := i % 100; {
		case k < 60:
			name, text = fmt.Sprintf("f%d.%s", i, [...]string{"go", "ts", "py", "java"}[i%4]), code
		case k < 70:
			name, text = fmt.Sprintf("f%d.json", i), json
		case k < 78:
			name, text = fmt.Sprintf("f%d.yaml", i), yaml
		case k < 80:
			name, text = fmt.Sprintf("m%d.yaml", i), manifest
		case kinds[k].name != "" && (i/100)%5 == 0:
			name, text = kinds[k].name, kinds[k].text
		}
		if err := os.MkdirAll(sub, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(sub, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// BenchmarkBuild measures a whole plan against one of the stages that want nothing
// deployed, and each step that recognises files alone.
func BenchmarkBuild(b *testing.B) {
	files := benchFiles
	if s := os.Getenv("ASSURE_BENCH_FILES"); s != "" {
		if _, err := fmt.Sscan(s, &files); err != nil {
			b.Fatal(err)
		}
	}
	dir := b.TempDir()
	mixed(b, dir, files)
	tree, err := source.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	found, err := tree.Walk(b.Context(), source.Selection{})
	if err != nil {
		b.Fatal(err)
	}
	fresh := func() *builder {
		p := &plan.Plan{Root: dir, Tree: tree, Event: plan.Event{Name: "local"}, Listing: found}
		x := &builder{ctx: b.Context(), tree: tree, cfg: config.Default(), found: found, plan: p, known: map[problemKey]bool{}}
		x.list()
		return x
	}
	b.Run("plan", func(b *testing.B) {
		for b.Loop() {
			if _, err := Build(b.Context(), tree, config.Default(), plan.Event{Name: "local"}, source.Selection{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	steps := []struct {
		name string
		run  func(*builder)
	}{
		{"walk", func(*builder) { _, _ = tree.Walk(b.Context(), source.Selection{}) }},
		{"dependencies", (*builder).dependencies},
		{"calls", (*builder).calls},
		{"recognise", (*builder).recognise},
		{"dockerfiles", func(x *builder) {
			for _, f := range found.Files {
				x.buildsImage(f)
			}
		}},
		{"elsewhere", (*builder).elsewhere},
	}
	for _, s := range steps {
		b.Run(s.name, func(b *testing.B) {
			for b.Loop() {
				s.run(fresh())
			}
		})
	}
}
