package recognise_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stella-ops/assure/internal/discover/recognise"
	"github.com/stella-ops/assure/internal/source"
)

func FuzzGuess(f *testing.F) {
	for _, s := range []string{"services:\n a: {image: b}", "{\"kind\":1,\"apiVersion\":2}", "? services\n: {a: {build: .}}", "- kind: a\n  apiVersion: b", "--- !!map {services: {a: {image: b}}}", "a: 1\n---\n kind: x\n apiVersion: y"} {
		f.Add("stack.yml", s)
	}
	f.Add("a", "FROM a\nRUN b\\\n\nCMD <<E")
	f.Add("requirements-x.txt", "a==1\\\n b")
	f.Fuzz(func(t *testing.T, name, text string) {
		guess := recognise.Guess(name, []byte(text))
		recognise.Dependencies(name, []byte(text))
		recognise.SpeaksForDeployment(name, []byte(text))
		docs, faults := recognise.Split(name, []byte(text))
		for _, err := range faults {
			if err.Error() == "" {
				t.Error("a fault without words")
			}
		}
		if strings.ContainsAny(text, "\\\u2028\u2029\u0085") || strings.Contains(text, "\r") {
			return // keys with escapes, and line breaks that only YAML 1.1 knows
		}
		for _, d := range docs {
			if c := recognise.Confirm(name, d.Root); structured(name) && len(faults) == 0 && !guess.Has(c) {
				t.Errorf("guessed %b, confirmed %b", guess, c)
			}
		}
	})
}

func structured(name string) bool {
	return strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".json")
}

// TestBounds keeps contrived files from costing more than their size.
func TestBounds(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"keys": strings.Repeat("x kind ", 1<<17), "open": strings.Repeat("{", 1<<20), "quotes": strings.Repeat("{'", 1<<19), "blanks": "kind" + strings.Repeat(" ", 1<<20),
		"documents": strings.Repeat("\n---", 1<<18) + "kind", "continued": "FROM a\n" + strings.Repeat("\\\n", 1<<19), "marks": strings.Repeat("{{", 1<<19),
		"conflict": strings.Repeat("@a", 1<<19), "indent": strings.Repeat(" kind", 1<<17) + ":", "pins": strings.Repeat("a==1 \\\n", 1<<17),
		"large": strings.Repeat("a: b\n", 10<<20),
	} {
		for _, file := range []string{"a.yml", "a", "requirements-a.txt", "pyproject.toml", "build.gradle", "pom.xml", "a.json"} {
			start := time.Now()
			recognise.Guess(file, []byte(text))
			recognise.SpeaksForDeployment(file, []byte(text))
			recognise.Dependencies(file, []byte(text))
			t.Logf("%s %s: %s", name, file, time.Since(start))
		}
	}
}

// heads are 100,000 files as a large repository has them: mostly source code, some
// hundred of what is looked for.
func heads() (names []string, texts [][]byte) {
	code := []byte("package a\n\nimport \"fmt\"\n\n" + strings.Repeat("func f() { fmt.Println(\"kind of services\") }\n", 60))
	yaml := []byte("# settings\nname: a\nlist:\n" + strings.Repeat("  - kind: a\n    services: [b]\n", 60))
	pod := []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")
	kinds := []struct {
		format string
		text   []byte
	}{
		{"src/p%d/file.go", code}, {"src/p%d/file.ts", code}, {"src/p%d/Main.java", code}, {"doc/p%d.md", code}, {"data/p%d.json", []byte("{\"a\": [" + strings.Repeat("{\"kind\": 1},", 100))},
		{"conf/p%d.yml", yaml}, {"bin/tool%d", code}, {"lib/p%d.py", code}, {"web/p%d.css", code}, {"k8s/p%d.yaml", pod},
	}
	for i := range 100_000 {
		k := kinds[i%len(kinds)]
		names, texts = append(names, fmt.Sprintf(k.format, i)), append(texts, k.text)
	}
	return names, texts
}

func BenchmarkGuess(b *testing.B) {
	names, texts := heads()
	for b.Loop() {
		for i := range names {
			recognise.Guess(names[i], texts[i])
		}
	}
}

func BenchmarkDependencies(b *testing.B) {
	names, texts := heads()
	for b.Loop() {
		for i := range names {
			recognise.Dependencies(names[i], texts[i])
		}
	}
}

// BenchmarkParse is what reading the same YAML costs anyhow.
func BenchmarkParse(b *testing.B) {
	names, texts := heads()
	for b.Loop() {
		for i := range names {
			if structured(names[i]) && !strings.HasSuffix(names[i], ".json") {
				_, _ = source.Parse(names[i], texts[i])
			}
		}
	}
}
