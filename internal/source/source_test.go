package source

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
)

func parseOne(t *testing.T, text string) *Doc {
	t.Helper()
	docs, err := Parse("f.yml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(docs) == 0 {
		t.Fatal("no document")
	}
	return docs[0]
}

func cut(text string, r finding.Region) string {
	data := []byte(text)
	return string(data[Offset(data, r.StartLine, r.StartColumn):Offset(data, r.EndLine, r.EndColumn)])
}

func TestLocate(t *testing.T) {
	t.Parallel()
	const anchors = "x-h: &hard\n  cap_drop: [ALL]\n  user: \"1\"\nx-m: &more {user: 2, tty: true}\n" +
		"a:\n  <<: [*hard, *more]\n  name: é  # note\nb:\n  <<: *hard\n  user: 3\nc: *hard\nd: [*hard, {k: v}]\n" +
		"e:\n  - name: x\n    v: |\n      one\n      two\n  - plain\n    folded\nempty:\nq: 'it''s'\n"
	tests := []struct {
		name  string
		text  string
		path  []any
		want  string
		cut   string
		grade Grade
	}{
		{"scalar", anchors, []any{"a", "name"}, "7:9-7:10", "é", Exact},
		{"mapping yields its key", anchors, []any{"a"}, "5:1-5:2", "a", Exact},
		{"merge list, first wins", anchors, []any{"a", "user"}, "3:9-3:12", `"1"`, Exact},
		{"merge list, second source", anchors, []any{"a", "tty"}, "4:27-4:31", "true", Exact},
		{"own key beats merge", anchors, []any{"b", "user"}, "10:9-10:10", "3", Exact},
		{"list through merge", anchors, []any{"b", "cap_drop"}, "2:3-2:11", "cap_drop", Exact},
		{"item through merge", anchors, []any{"b", "cap_drop", 0}, "2:14-2:17", "ALL", Exact},
		{"alias yields its key", anchors, []any{"c"}, "11:1-11:2", "c", Exact},
		{"below alias", anchors, []any{"c", "user"}, "3:9-3:12", `"1"`, Exact},
		{"alias item", anchors, []any{"d", 0}, "12:5-12:10", "*hard", Exact},
		{"flow mapping item", anchors, []any{"d", 1}, "12:12-12:17", "{k: v", Exact},
		{"mapping item, first line", anchors, []any{"e", 0}, "14:5-14:12", "name: x", Exact},
		{"block scalar", anchors, []any{"e", 0, "v"}, "15:8-17:10", "|\n      one\n      two", Exact},
		{"float index", anchors, []any{"e", float64(1)}, "18:5-19:11", "plain\n    folded", Exact},
		{"empty value yields its key", anchors, []any{"empty"}, "20:1-20:6", "empty", Exact},
		{"quoted", anchors, []any{"q"}, "21:4-21:11", "'it''s'", Exact},
		{"missing key", anchors, []any{"a", "read_only"}, "5:1-5:2", "a", Parent},
		{"missing below a missing key", anchors, []any{"b", "x", "y", 1}, "8:1-8:2", "b", Parent},
		{"missing in an item", anchors, []any{"e", 0, "w"}, "14:5-14:12", "name: x", Parent},
		{"index out of range", anchors, []any{"e", 9}, "13:1-13:2", "e", Parent},
		{"index is no integer", anchors, []any{"e", 0.5}, "13:1-13:2", "e", Parent},
		{"missing at the top", anchors, []any{"zzz"}, "1:1-1:4", "x-h", Parent},
		{"the document", anchors, nil, "1:1-1:4", "x-h", Exact},
		{"a merge key is no key", anchors, []any{"b", "<<"}, "8:1-8:2", "b", Parent},
		{"below a scalar", anchors, []any{"q", "x"}, "21:1-21:2", "q", Parent},
		{"carriage returns", "a:\r\n  b: 'x'\r\n  c: y\r\n", []any{"a", "c"}, "3:6-3:7", "y", Exact},
		{"byte order mark", "\uFEFFa: b\n", []any{"a"}, "1:4-1:5", "b", Exact},
		{"tabs", "a:\t\tb\t# c\n", []any{"a"}, "1:5-1:6", "b", Exact},
		{"beyond the basic plane", "a: [😀, b]\n", []any{"a", 1}, "1:8-1:9", "b", Exact},
		{"line separator in a comment", "# a\u2028# b\na: c\n", []any{"a"}, "2:4-2:5", "c", Exact},
		{"JSON", "{\"a\": {\"b\": [1, \"x\\\"y\"]}}", []any{"a", "b", 1}, "1:17-1:23", `"x\"y"`, Exact},
		{"anchor and tag", "a: &x !!str 12\n", []any{"a"}, "1:13-1:15", "12", Exact},
		{"anchor on its own line", "a: &x\n  b\n", []any{"a"}, "2:3-2:4", "b", Exact},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			loc, grade := parseOne(t, tt.text).Locate(tt.path)
			r := loc.Region
			got := fmt.Sprintf("%d:%d-%d:%d", r.StartLine, r.StartColumn, r.EndLine, r.EndColumn)
			if got != tt.want || grade != tt.grade || cut(tt.text, r) != tt.cut {
				t.Errorf("got %s %s %q, want %s %s %q", got, grade, cut(tt.text, r), tt.want, tt.grade, tt.cut)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'j'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 10), ","))
	}
	tests := []struct{ name, text, want string }{
		{"syntax", "a: b\nc: [d\n", "f.yml:3:1: not readable as YAML: while parsing a flow sequence: did not find expected ',' or ']'"},
		{"tab", "a:\n\tb: c\n", "f.yml:2:1: not readable as YAML: "},
		{"duplicate key", "a: 1\nb:\n  c: 1\n  c: 2\n", `f.yml:4:3: key "c" is given twice`},
		{"duplicate key in the second document", "a: 1\n---\na: 1\na: 2\n", `f.yml:4:1: key "a" is given twice`},
		{"unknown alias", "a: *b\n", "f.yml:1:4: "},
		{"self-reference", "a: &a [*a]\n", `contains itself`},
		{"self-merge", "a: &a\n  <<: *a\n", `contains itself`},
		{"alias bomb", bomb, "aliases expand to more than"},
		{"depth", strings.Repeat("[", 10_000), "depth"},
		{"deep mapping", strings.Repeat("{a: ", 70) + strings.Repeat("}", 70), "depth"},
		{"complex key", "? [a]\n: b\n", "f.yml:1:3: a key must be a plain value"},
		{"UTF-16", "\xff\xfea\x00", "f.yml:1:1: file is not UTF-8 text"},
		{"binary", "a: \x80\n", "f.yml:1:4: file is not UTF-8 text"},
		{"control character", "a: b\nc: é\x01\n", "f.yml:2:5: control character U+0001 is not allowed"},
		{"NUL", "a: \x00\n", "f.yml:1:4: control character U+0000"},
		{"many nodes", "[" + strings.Repeat("a,", maxNodes) + "]", "more than 200000 values"},
		{"many separators", strings.Repeat("\n", maxSeparators+1), "too many lines"},
		{"too large", strings.Repeat("x", MaxFileBytes+1), "too large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse("f.yml", []byte(tt.text))
			if e, ok := errors.AsType[*Error](err); !ok || !strings.Contains(e.Error(), tt.want) {
				t.Errorf("got %v, want an *Error with %q", err, tt.want)
			}
		})
	}
}

func TestParseStream(t *testing.T) {
	t.Parallel()
	docs, err := Parse("f.yml", []byte("# only a comment\n---\na: 1\n---\n---\nb: 2\n...\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []any
	for _, d := range docs {
		v, err := d.Value()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, v)
	}
	want := []any{map[string]any{"a": 1}, nil, map[string]any{"b": 2}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if loc, grade := docs[2].Locate([]any{"b"}); loc.Region.StartLine != 6 || grade != Exact {
		t.Errorf("second document: %v %s", loc, grade)
	}
	if loc, grade := docs[1].Locate([]any{"b"}); loc.URI != "f.yml" || grade != Parent {
		t.Errorf("empty document: %v %s", loc, grade)
	}
}

func TestValue(t *testing.T) {
	t.Parallel()
	const in = "x: &x {a: 1, b: two}\ny: {<<: *x, b: 3}\nz: {<<: [{b: 4}, *x]}\nn: ~\nf: 1.5\nd: 2024-01-31\ni: .inf\n1: yes\nb: true\n\"<<\": q\n"
	want := map[string]any{
		"x": map[string]any{"a": 1, "b": "two"}, "y": map[string]any{"a": 1, "b": 3}, "z": map[string]any{"a": 1, "b": 4},
		"n": nil, "f": 1.5, "d": "2024-01-31", "i": ".inf", "1": "yes", "b": true, "<<": "q",
	}
	got, err := parseOne(t, in).Value()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	_, err = parseOne(t, "a: ok\nb: !!int abc\n").Value()
	if err == nil || !strings.HasPrefix(err.Error(), "f.yml:2:10: ") {
		t.Errorf("contradicting tag: %v", err)
	}
}

// reparses tells whether the text of a scalar's region yields the same value again.
func reparses(d *Doc, data []byte, n *yaml.Node) (string, bool) {
	text := cut(string(data), d.Region(n))
	if n.Value == "" && n.Style&quoted == 0 {
		return text, text == "" || text == "~" || text == "null"
	}
	indent := strings.Repeat(" ", 40)
	for _, probe := range []string{"- " + text + "\n", "[" + text + "]\n", "- " + text, text + "\n", indent + text + "\n"} {
		var v []yaml.Node
		var one yaml.Node
		if yaml.Unmarshal([]byte(probe), &v) == nil && len(v) == 1 && v[0].Value == n.Value {
			return text, true
		}
		if yaml.Unmarshal([]byte(probe), &one) == nil && len(one.Content) == 1 && one.Content[0].Value == n.Value {
			return text, true
		}
	}
	return text, false
}

func scalars(n *yaml.Node, each func(*yaml.Node)) {
	if n == nil {
		return
	}
	if n.Kind == yaml.ScalarNode {
		each(n)
	}
	for _, c := range n.Content {
		scalars(c, each)
	}
}

func TestRegionReparses(t *testing.T) {
	t.Parallel()
	const in = "a: plain text # c\nb: \"q\\\"é\\n  x\n  y\"\nc: 'it''s\n\n  two'\nd: |\n  lit\n   more\n\n  end\n\ne: >-\n  f\n  g\n" +
		"f: [a b, \"c,d\", 'e]', {g: h:i}]\ng: multi\n  line\n\n  plain  # x\nh: http://x/y#z\ni: !!str 5\nj: &k v\nl: - x\n"
	text := strings.Replace(in, "l: - x\n", "l: |2-\n    two more\n   x\nm: |+\n  keep\n\nn: last", 1)
	for _, s := range []string{text, strings.ReplaceAll(text, "\n", "\r\n")} {
		d := parseOne(t, s)
		scalars(d.Root, func(n *yaml.Node) {
			if strings.HasPrefix(cut(s, d.Region(n)), "|2-") || strings.HasPrefix(cut(s, d.Region(n)), "|+") {
				return
			}
			if got, ok := reparses(d, []byte(s), n); !ok {
				t.Errorf("region of %q is %q", n.Value, got)
			}
		})
	}
	d := parseOne(t, text)
	for key, want := range map[string]string{"l": "|2-\n    two more\n   x", "m": "|+\n  keep", "n": "last"} {
		if loc, _ := d.Locate([]any{key}); cut(text, loc.Region) != want {
			t.Errorf("%s: got %q, want %q", key, cut(text, loc.Region), want)
		}
	}
}

func TestConflictMarks(t *testing.T) {
	_, err := Parse("a.yaml", []byte("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n"))
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Rule != gap.ConflictMarkers || e.Location.String() != "a.yaml:2:1" {
		t.Errorf("got %v", err)
	}
	if _, err := Parse("a.yaml", []byte("a: |\n  <<<<<<< HEAD\n")); err != nil {
		t.Errorf("a text that holds marks: %v", err)
	}
}
