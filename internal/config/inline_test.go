package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
)

func TestInlineExceptions(t *testing.T) {
	t.Parallel()
	const ok = ` until=2027-01-31 reason="cache moves in March"`
	for name, tt := range map[string]struct{ file, text, want string }{
		"behind a value":   {"c.yml", "a:\n  b: é # assure:except x/y" + ok + "\n", "x/y 2-2 at 2:8"},
		"above a line":     {"c.yml", "a:\n  # assure:except x/y" + ok + "\n  # more\n\n  b: 1\n  c: 2\n", "x/y 5-5 at 2:3"},
		"above a service":  {"c.yml", "services:\n  # assure:except x/y z/w owner=me" + ok + "\n  web:\n    a: 1\n\n    # c\n    b:\n    - 1\n  db: {}\n", "x/y 3-8 at 2:3; z/w 3-8 at 2:3"},
		"top-level key":    {"c.yml", "# assure:except x/y" + ok + "\nservices:\n  web: {}\n", "x/y 1-2 at 1:1"},
		"below a head":     {"c.yml", "# about\n\n# assure:except x/y" + ok + "\na: 1\n", "x/y 1-4 at 3:1"},
		"below a line":     {"c.yml", "z: 1\n# assure:except x/y" + ok + "\na: 1\n", "x/y 3-3 at 2:1"},
		"list item":        {"c.yml", "# assure:except x/y" + ok + "\n- a: 1\n  b: 2\n- c\n", "x/y 1-3 at 1:1"},
		"Dockerfile":       {"Dockerfile", "# assure:except x/y" + ok + "\r\nFROM a\r\n  RUN b\r\n", "x/y 1-2 at 1:1"},
		"go.mod":           {"go.mod", "\texample.com/a v1.0.0 // assure:except CVE-2024-1" + ok, "CVE-2024-1 1-1 at 1:23"},
		"no comment":       {"c.yml", "a: x#assure:except x/y" + ok + "\n", ""},
		"in a word":        {"c.yml", "# assure:exceptional x/y" + ok + "\na: 1\n", ""},
		"at the end":       {"c.yml", "a: 1\n# assure:except x/y" + ok + "\n", "2:1 nothing follows"},
		"document's end":   {"c.yml", "a: 1\n# assure:except x/y" + ok + "\n---\nb: 1\n", "2:1 nothing follows"},
		"no rule":          {"c.yml", "# assure:except" + ok + "\na: 1\n", "1:1 names no rule"},
		"bare":             {"c.yml", "# assure:except\na: 1\n", "1:1 names no rule"},
		"no day":           {"c.yml", "# assure:except x/y reason=\"r\"\na: 1\n", "1:1 no last day"},
		"wrong day":        {"c.yml", "# assure:except x/y until=soon reason=\"r\"\na: 1\n", "1:1 is not a day"},
		"no reason":        {"c.yml", "# assure:except x/y until=2027-01-31 reason=\"  \"\na: 1\n", "1:1 no reason"},
		"unknown word":     {"c.yml", "# assure:except x/y expires=2027-01-31" + ok + "\na: 1\n", "1:1 is not understood"},
		"a gap":            {"r.txt", "a>1 # assure:except gap/unpinned-version" + ok + "\n", "gap/unpinned-version 1-1 at 1:5"},
		"a final gap":      {"r.txt", "a: 1\na # assure:except gap/not-parsed" + ok + "\n", "2:3 gap/not-parsed can never be accepted"},
		"no kind of gap":   {"r.txt", "a # assure:except gap/unpinned" + ok + "\n", "1:3 no kind of gap"},
		"open quotes":      {"c.yml", "# assure:except x/y until=2027-01-31 reason=\"open\na: 1\n", "1:1 quotes of reason are not closed"},
		"too many entries": {"c.yml", strings.Repeat("a: 1 # assure:except x/y"+ok+"\n", 1001), "more than 1000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, unreadable := config.InlineExceptions(tt.file, []byte(tt.text))
			var got []string
			for _, e := range list[:min(len(list), 3)] {
				got = append(got, fmt.Sprintf("%s %d-%d at %d:%d", e.Rule, e.Lines.From, e.Lines.To, e.Location.Region.StartLine, e.Location.Region.StartColumn))
			}
			switch {
			case len(unreadable) == 1:
				place, words, _ := strings.Cut(tt.want, " ")
				g := unreadable[0]
				if at := fmt.Sprintf("%d:%d", g.Location.Region.StartLine, g.Location.Region.StartColumn); strings.Contains(place, ":") && at != place {
					t.Errorf("place %s, want %s", at, place)
				} else if !strings.Contains(place, ":") {
					words = tt.want
				}
				if !strings.Contains(g.Message, words) {
					t.Errorf("got %q, want %q", g.Message, words)
				}
			case len(unreadable) > 1:
				t.Errorf("unreadable %v", unreadable)
			default:
				if diff := cmp.Diff(tt.want, strings.Join(got, "; ")); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func FuzzInlineExceptions(f *testing.F) {
	for _, s := range []string{
		"a:\n  # assure:except x/y until=2027-01-31 reason=\"r\"\n  b: 1\n", "FROM a // assure:except x until=2027-01-31 reason=r owner=o", "# assure:except =\"\"", "#assure:except a=b\r\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows := strings.Count(text, "\n") + 1
		list, unreadable := config.InlineExceptions("c.yml", []byte(text))
		for _, e := range list {
			if e.Rule == "" || e.Reason == "" || e.Expires.IsZero() || e.Lines.From < 1 || e.Lines.To < e.Lines.From || e.Lines.To > rows {
				t.Errorf("%+v of %q", e, text)
			}
		}
		for _, g := range unreadable {
			if r := g.Location.Region; r.StartLine < 1 || r.StartLine > rows || r.EndColumn < r.StartColumn {
				t.Errorf("%+v of %q", g, text)
			}
		}
	})
}
