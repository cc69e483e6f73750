package source

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
)

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"a: &x [1, *x]\n", "a: |\n  b\nc: >-\n d\n", "a: 'b''c'\nd: \"e\\\"f\"\n", "- a\n- b: c\n  d: e f\n   g\n",
		"{\"a\": [1, {\"b\": null}]}", "\uFEFFa: b\r\nc: d\r\n", "x: &x {a: 1}\ny: {<<: [*x], b: 2}\n---\nz\n", "a: !!str &b c # d\n",
		"a: |2\n   b\n", "\"a\u2028b\": c\n", "? a\n: b\n", "- |\n\n\n- x", "k: \"a\n\n  b\"", "e: \u0085f",
		"a: &x\n  b: &y [c]\n? d\n: *x\ne: [*y, *x]\n", "a:\t'x'\t# y\n", "😀: [\u2028, '日本']\n", "a: \"\\x41\\\n  b\"\n", "- 'a\r\n  b'\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, err := Parse("f", data)
		if err != nil {
			e, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("error without a place: %v", err)
			}
			if e.Location != finding.Top("f") {
				checkPlace(t, data, e.Location.Region)
			}
			return
		}
		for _, d := range docs {
			v, err := d.Value()
			if err != nil {
				continue
			}
			scalars(d.Root, func(n *yaml.Node) { checkRegion(t, d, data, n) })
			if left := 200; d.Root != nil {
				checkLeaves(t, d, data, v, nil, &left)
			}
		}
	})
}

// checkPlace demands that a region lies inside the text.
func checkPlace(t *testing.T, data []byte, r finding.Region) (start, end int) {
	t.Helper()
	start, end = Offset(data, r.StartLine, r.StartColumn), Offset(data, r.EndLine, r.EndColumn)
	again := newText(data).region(start, end)
	if r.StartLine < 1 || r.StartColumn < 1 || start > end || end > len(data) || again != r {
		t.Fatalf("region %v is outside of the text, whose place there is %v", r, again)
	}
	return start, end
}

// checkRegion demands that the text of a scalar's region means the scalar's value. What
// a block scalar means depends on the line it begins in, so that it is the exception;
// so are plain scalars over several lines, whose text follows their indentation.
func checkRegion(t *testing.T, d *Doc, data []byte, n *yaml.Node) {
	t.Helper()
	start, end := checkPlace(t, data, d.Region(n))
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return
	}
	several := len(newText(data[start:end]).yaml) > 1
	switch {
	case n.Style&quoted != 0:
		if got, ok := reparses(d, data, n); !ok {
			t.Fatalf("quoted %q: region holds %q", n.Value, got)
		}
	case several:
		if got, want := strings.Fields(string(data[start:end])), strings.Fields(n.Value); !slices.Equal(got, want) {
			t.Fatalf("plain %q: region holds %q", want, got)
		}
	case string(data[start:end]) != n.Value && n.Value != "":
		t.Fatalf("plain %q: region holds %q", n.Value, data[start:end])
	}
}

// checkLeaves demands a place inside the text for every path of the value, and for one
// more step than there is; left bounds how many of them.
func checkLeaves(t *testing.T, d *Doc, data []byte, v any, path []any, left *int) {
	if *left--; *left < 0 {
		return
	}
	at, grade := d.Locate(path)
	checkPlace(t, data, at.Region)
	if grade != Exact {
		t.Fatalf("%v exists but has grade %s", path, grade)
	}
	for _, r := range d.Related(path) {
		checkPlace(t, data, r.Location.Region)
	}
	beyond, grade := d.Locate(append(path[:len(path):len(path)], "\x00none"))
	checkPlace(t, data, beyond.Region)
	if grade != Parent {
		t.Fatalf("%v has grade %s below it", path, grade)
	}
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			checkLeaves(t, d, data, e, append(path[:len(path):len(path)], k), left)
		}
	case []any:
		for i, e := range x {
			checkLeaves(t, d, data, e, append(path[:len(path):len(path)], i), left)
		}
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
