package source

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.yaml.in/yaml/v4"
)

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"a: &x [1, *x]\n", "a: |\n  b\nc: >-\n d\n", "a: 'b''c'\nd: \"e\\\"f\"\n", "- a\n- b: c\n  d: e f\n   g\n",
		"{\"a\": [1, {\"b\": null}]}", "\uFEFFa: b\r\nc: d\r\n", "x: &x {a: 1}\ny: {<<: [*x], b: 2}\n---\nz\n", "a: !!str &b c # d\n",
		"a: |2\n   b\n", "\"a\u2028b\": c\n", "? a\n: b\n", "- |\n\n\n- x", "k: \"a\n\n  b\"", "e: \u0085f",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, err := Parse("f", data)
		if err != nil {
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Location.Region.StartLine < 1 || e.Location.Region.StartColumn < 1 {
				t.Fatalf("error without a place: %v", err)
			}
			return
		}
		for _, d := range docs {
			if _, err := d.Value(); err != nil {
				continue
			}
			d.Locate([]any{"a", 0, "b"})
			scalars(d.Root, func(n *yaml.Node) { checkRegion(t, d, data, n) })
		}
	})
}

// checkRegion demands that a region lies inside the text, and that the text of a flow
// scalar on one line means the scalar's value.
func checkRegion(t *testing.T, d *Doc, data []byte, n *yaml.Node) {
	r := d.Region(n)
	start, end := Offset(data, r.StartLine, r.StartColumn), Offset(data, r.EndLine, r.EndColumn)
	if start > end || end > len(data) {
		t.Fatalf("%q: region %v is outside of the text", n.Value, r)
	}
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 || len(newText(data[start:end]).yaml) > 1 {
		return
	}
	if n.Style&quoted == 0 {
		if got := string(data[start:end]); got != n.Value && n.Value != "" {
			t.Fatalf("plain %q: region holds %q", n.Value, got)
		}
		return
	}
	if got, ok := reparses(d, data, n); !ok {
		t.Fatalf("quoted %q: region holds %q", n.Value, got)
	}
}

func tree(t *testing.T, files map[string]string) *Tree {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tr, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	return tr
}
