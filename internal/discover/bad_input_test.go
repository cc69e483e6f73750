package discover

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
)

// TestBadInput has one file that cannot be judged beside a good one, which still is.
func TestBadInput(t *testing.T) {
	t.Parallel()
	pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}]}\n"
	good := "services:\n  web: {image: nginx}\n"
	tests := []struct{ title, name, text, rule string }{
		{"large Compose", "a.yaml", good + strings.Repeat("# words\n", 1_400_000), gap.TooLarge},
		{"large data", "a.yaml", "data:\n" + strings.Repeat("- words\n", 1_400_000), ""},
		{"deep nesting", "compose.yaml", "services:\n  a: " + strings.Repeat("[", 100_000), gap.NotParsed},
		{"deep manifest", "pod.yaml", "apiVersion: v1\nkind: Pod\nspec: " + strings.Repeat("{a: ", 10_000), gap.NotParsed},
		{"large Dockerfile", "Dockerfile", "FROM a\nRUN " + strings.Repeat("a", 1<<20), gap.TooLarge},
		{"long Dockerfile", "Dockerfile", "FROM a\n" + strings.Repeat("RUN a\n", 20_000), ""},
		{"many stages", "Dockerfile", strings.Repeat("FROM a AS b\nCOPY --from=b c d\n", 5_000), ""},
		{"binary Compose", "compose.yaml", "\x7fELF\xff\x00\x01", gap.NotParsed},
		{"binary Dockerfile", "Dockerfile", "\x7fELF\xff\x00\x01", gap.NotParsed},
		{"binary manifest", "pod.yaml", "\x7fELF\xff\x00\x01", gap.NotParsed},
		{"binary kustomization", "kustomization.yaml", "\x7fELF\xff\x00\x01", gap.NotParsed},
		{"empty Compose", "compose.yaml", "", gap.ComposeNotLoaded},
		{"empty Dockerfile", "Dockerfile", "", gap.NotParsed},
		{"empty manifest", "pod.yaml", "", ""},
		{"NUL at the end", "pod.yaml", pod + "\x00", gap.NotParsed},
		{"UTF-16", "a.yaml", wide(good), gap.NotParsed},
		{"UTF-16 manifest", "a.yaml", wide(pod), gap.NotParsed},
		{"UTF-16 manifest in JSON", "a.json", wide(`{"apiVersion": "v1", "kind": "Pod"}`), gap.NotParsed},
		{"UTF-16 data in JSON", "a.json", wide(`{"a": "b"}`), ""},
		{"control characters in a name", "a\x1b\n.yaml", "kind: Pod\napiVersion: [\n", gap.NotParsed},
		{"a name that is not UTF-8", "a\xff.yaml", "kind: Pod\napiVersion: [\n", gap.NotParsed},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			t.Parallel()
			p := buildPlan(t, map[string]string{tt.name: tt.text, "good/compose.yaml": good})
			var got, want []string
			for _, x := range p.Problems {
				got = append(got, x.Rule)
			}
			if tt.rule != "" {
				want = []string{tt.rule}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s%v", diff, p.Problems)
			}
			if !slices.ContainsFunc(p.Documents, func(d plan.Document) bool { return d.Name == "good/compose.yaml" }) {
				t.Error("the good file is not judged")
			}
		})
	}
}

// wide is a text in UTF-16 with its mark.
func wide(text string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for _, u := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

// TestManyBadItems spends the budget of a set: what is left is one gap, and what was
// seen is judged.
func TestManyBadItems(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("services:\n")
	for i := range 600 {
		fmt.Fprintf(&b, "  s%d:\n    image: a\n    ports: [\"x:y\"]\n    bogus: 1\n", i)
	}
	p := buildPlan(t, map[string]string{"compose.yaml": b.String()})
	rules := map[string]int{}
	for _, x := range p.Problems {
		rules[x.Rule]++
	}
	if rules[gap.TooMany] != 1 || rules[gap.ComposeItem] < 100 || len(rules) != 2 {
		t.Errorf("gaps %v", rules)
	}
	services, _ := p.Documents[0].Model["services"].(map[string]any)
	judged := len(services)
	if judged == 0 || judged*2 > rules[gap.ComposeItem] {
		t.Errorf("%d services judged, %d items reported", judged, rules[gap.ComposeItem])
	}
	if last := p.Problems[len(p.Problems)-1]; last.Rule != gap.TooMany || !strings.HasPrefix(last.Message, fmt.Sprint(600-judged)+" items") {
		t.Errorf("last gap %v, %d judged", last, judged)
	}
}

// TestOneBadItemAmongMany finds the one item without losing the rest.
func TestOneBadItemAmongMany(t *testing.T) {
	t.Parallel()
	text := "services:\n"
	for i := range 1500 {
		text += fmt.Sprintf("  s%d: {image: a}\n", i)
	}
	p := buildPlan(t, map[string]string{"compose.yaml": text + "  last:\n    image: a\n    ports: [\"x:y\"]\n"})
	if len(p.Problems) != 1 || p.Problems[0].Rule != gap.ComposeItem {
		t.Fatalf("problems %v", p.Problems)
	}
	if services, _ := p.Documents[0].Model["services"].(map[string]any); len(services) != 1501 {
		t.Errorf("%d services judged", len(services))
	}
}
