package configfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/source"
)

func readFile(name, data string) (*configfile.File, error) {
	docs, _ := source.Parse(name, []byte(data))
	return configfile.Read(configfile.Input{Name: name, Data: []byte(data), Docs: docs})
}

func TestReadFiles(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		file, data string
		want       any
		places     map[string][]any
	}{
		"workflow": {".github/workflows/a.yml", "on: push\njobs:\n  a:\n    steps:\n      - run: |\n          one\n            two\n      - run: three\n",
			map[string]any{"on": "push", "jobs": map[string]any{"a": map[string]any{"steps": []any{
				map[string]any{"run": "one\n  two\n"}, map[string]any{"run": "three"}}}}},
			map[string][]any{
				"1:5": {"on"}, "7:13": {"jobs", "a", "steps", 0, "run", 2}, "8:14": {"jobs", "a", "steps", 1, "run", 1},
			}},
		"headings": {"docs/incident.md", "Runbook\n=======\n\ntext\n\n```\n# no heading\n```\n## Contain it `now`\r\n", map[string]any{
			"lines": []any{"Runbook", "=======", "", "text", "", "```", "# no heading", "```", "## Contain it `now`", ""},
			"headings": []any{
				map[string]any{"level": 1, "text": "Runbook", "line": 0},
				map[string]any{"level": 2, "text": "Contain it `now`", "line": 8},
			},
		}, map[string][]any{"9:1": {"lines", 8}}},
		"other_prose": {"docs/intro.md", "# Welcome\n", nil, nil},
		"security_text": {"site/.well-known/security.txt", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n# us\nContact: mailto:a@example.org\nEXPIRES:2030-01-01T00:00:00Z\n-----BEGIN PGP SIGNATURE-----\nVersion: 1\n", map[string]any{
			"fields": []any{map[string]any{"name": "contact", "value": "mailto:a@example.org"}, map[string]any{"name": "expires", "value": "2030-01-01T00:00:00Z"}},
		}, map[string][]any{"6:1": {"fields", 1}}},
		"renovate": {"renovate.json", "{\n  // all\n  \"a\": [\"http://x\", /* no */ \"b\\\"//\"],\n}\n", map[string]any{"a": []any{"http://x", "b\"//"}},
			map[string][]any{"3:30": {"a", 1}}},
		"json5":     {".github/renovate.json5", "{extends: ['config:base'], a: 1,}", map[string]any{"extends": []any{"config:base"}, "a": 1}, nil},
		"dashboard": {"infra/a.json", `{"title": "t", "schemaVersion": 1, "panels": [{}, {}]}`, map[string]any{"title": "t", "panels": 2}, nil},
		"no_board":  {"infra/a.json", `{"panels": [{}]}`, nil, nil},
		"evidence":  {"evidence/pentest/a.yaml", "date: 2026-01-01\n", map[string]any{"date": "2026-01-01"}, nil},
		"version":   {"VERSION", "1.2.3", map[string]any{"lines": []any{"1.2.3"}}, nil},
		"script": {"a.sh", "  a b\n", map[string]any{"commands": []any{map[string]any{
			"words": []any{"a", "b"}, "assigns": []any{}, "line": 1, "ignored": "", "target": ""}}}, map[string][]any{"1:3": {"commands", 0}}},
		"no_shell": {"a.sh", "if (", map[string]any{"commands": []any{}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := readFile(tt.file, tt.data)
			if err != nil {
				t.Fatal(err)
			}
			if f == nil {
				f = &configfile.File{}
			}
			if diff := cmp.Diff(tt.want, f.Content); diff != "" {
				t.Error(diff)
			}
			for want, path := range tt.places {
				at, _ := f.Locator.Locate(path)
				if got := fmt.Sprintf("%d:%d", at.Region.StartLine, at.Region.StartColumn); got != want {
					t.Errorf("%v is at %s, want %s", path, got, want)
				}
			}
		})
	}
}

func TestReadFilesFails(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{"renovate.json5": "{a: [}", "ops/deploy.sh": "if (", "renovate.json": "[]"} {
		if f, err := readFile(name, data); err == nil {
			t.Errorf("%s: %v", name, f)
		}
	}
}

// Whatever the text, every place lies in it.
func FuzzReadFiles(f *testing.F) {
	names := []string{".github/workflows/a.yml", "SECURITY.md", "security.txt", "renovate.json5", "a.sh", "Makefile", "infra/a.json", "crontab"}
	for i, data := range []string{"on: push\njobs: {a: {steps: [{run: x}]}}", "# Security\n", "Contact: x", "{a: 'b', // c\n}", "a || b", "t:\n\ta", `{"panels":[],"uid":1}`, "@daily a"} {
		f.Add(i, data)
	}
	f.Fuzz(func(t *testing.T, i int, data string) {
		file, err := readFile(names[uint(i)%uint(len(names))], data)
		if err != nil || file == nil {
			return
		}
		lines := strings.Count(data, "\n") + 1
		for _, path := range [][]any{nil, {"lines", 0}, {"fields", 0}, {"commands", 0, "words"}, {"jobs", "a", "steps", 0, "run", 1}, {"panels"}} {
			if at, _ := file.Locator.Locate(path); at.Region.StartLine < 1 || at.Region.EndLine > lines {
				t.Errorf("%v at %v of %d lines", path, at, lines)
			}
		}
	})
}
