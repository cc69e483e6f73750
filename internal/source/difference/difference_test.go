package difference_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/source/difference"
)

func TestAdded(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ old, new, want string }{
		"equal":              {"a b c", "a b c", "..."},
		"nothing before":     {"", "a b", "++"},
		"nothing after":      {"a b", "", ""},
		"one changed":        {"a b c", "a x c", ".+."},
		"one inserted":       {"a b c", "a x b c", ".+.."},
		"one removed":        {"a b c", "a c", ".."},
		"moved":              {"a b c d", "d a b c", "+..."},
		"repeated lines":     {"a a b a", "a b a a", "..+."},
		"no unique lines":    {"x y x y", "y x y x", "...+"},
		"a block of repeats": {"h i i k i i", "h i i n i i k i i", "..." + "+++" + "..."},
	} {
		added := difference.Added(split(tt.old), split(tt.new))
		var got strings.Builder
		for _, a := range added {
			got.WriteString(map[bool]string{true: "+", false: "."}[a])
		}
		if strings.Count(got.String(), "+") != strings.Count(tt.want, "+") || len(got.String()) != len(tt.want) {
			t.Errorf("%s: %s, want %s", name, got.String(), tt.want)
		}
	}
}

func split(words string) difference.Lines {
	return difference.Split([]byte(strings.ReplaceAll(words, " ", "\n")))
}

func TestSplitIgnoresTheEndsOfLines(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(difference.Lines{"a", "  b", "c"}, difference.Split([]byte("a \r\n  b\t\nc"))); diff != "" {
		t.Error(diff)
	}
}

// TestAddedIsBounded compares long texts of two different lines: too much for the table.
func TestAddedIsBounded(t *testing.T) {
	t.Parallel()
	old := split(strings.Repeat("x y ", 20_000))
	new := split(strings.Repeat("y x x ", 20_000))
	if got := difference.Added(old, new); len(got) != len(new) || !got[1000] {
		t.Error("beyond the bound a line counts as old")
	}
}

func TestSimilarity(t *testing.T) {
	t.Parallel()
	of := func(text string) difference.Profile { return difference.ProfileOf([]byte(text)) }
	for name, tt := range map[string]struct {
		a, b     string
		from, to float64
	}{
		"equal":                {"a\nb\n", "a\nb\n", 1, 1},
		"other order, indent":  {"aa\nbb\n", "  bb\n  aa\n", 1, 1},
		"half":                 {"aaaa\nbbbb\n", "aaaa\ncccc\n", 0.5, 0.5},
		"nothing":              {"aaaa\n", "bbbb\n", 0, 0},
		"punctuation is empty": {"{\n}\n", "{\n}\n", 0, 0},
		"contained":            {"aaaa\n", "aaaa\nbbbb\ncccc\ndddd\n", 0.25, 0.25},
	} {
		if got := of(tt.a).Similarity(of(tt.b)); got < tt.from || got > tt.to {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzAdded(f *testing.F) {
	f.Add("a\nb\nc", "c\nb\na")
	f.Fuzz(func(t *testing.T, old, new string) {
		a, b := difference.Split([]byte(old)), difference.Split([]byte(new))
		added := difference.Added(a, b)
		rest := a
		for i, line := range b {
			if added[i] {
				continue
			}
			for len(rest) > 0 && rest[0] != line {
				rest = rest[1:]
			}
			if len(rest) == 0 {
				t.Fatalf("line %d is not in the old text in this order", i)
			}
			rest = rest[1:]
		}
	})
}
