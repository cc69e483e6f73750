package hostile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// attack is one hostile change, as its file describes it.
type attack struct {
	name, what string
	base, head map[string]string
	// before, change and after are what files alone cannot say: in the base commit, in the
	// commit of the change, and in the clone when all is checked out.
	before, change, after string
	env, event, expected  string
}

func attacks(t *testing.T) (all []attack) {
	t.Helper()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parse(t, strings.TrimSuffix(filepath.Base(name), ".txtar"), data))
	}
	return all
}

func parse(t *testing.T, name string, data []byte) attack {
	t.Helper()
	archive := txtar.Parse(data)
	a := attack{name: name, what: strings.TrimSpace(string(archive.Comment)), base: map[string]string{}, head: map[string]string{}}
	parts := map[string]*string{"before": &a.before, "change": &a.change, "after": &a.after, "env": &a.env, "event": &a.event, "expected": &a.expected}
	for _, f := range archive.Files {
		side, file, _ := strings.Cut(f.Name, "/")
		switch {
		case side == "base":
			a.base[file] = string(f.Data)
		case side == "head":
			a.head[file] = string(f.Data)
		case parts[f.Name] != nil:
			*parts[f.Name] = string(f.Data)
		default:
			t.Fatalf("%s: unknown part %s", name, f.Name)
		}
	}
	if a.what == "" || a.expected == "" {
		t.Fatalf("%s says not what the attack is, or what is expected", name)
	}
	return a
}
