package around

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const (
	document = "../../../SECURITY.md"
	begin    = "<!-- begin ways: UPDATE_WAYS=1 go test ./internal/cli/around -->\n"
	end      = "<!-- end ways -->\n"
)

// TestDocument keeps the table in SECURITY.md that of the tests.
func TestDocument(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s does not hold the table", document)
	}
	want := before + begin + table() + end + after
	if os.Getenv("UPDATE_WAYS") != "" {
		if err := os.WriteFile(document, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(data) {
		t.Error("the table is not up to date: set UPDATE_WAYS=1")
	}
}

func table() string {
	names := map[string][]string{}
	for _, w := range ways() {
		names[w.group] = append(names[w.group], w.name)
	}
	var b strings.Builder
	b.WriteString("\n| what a change tries | what holds | tried (`TestWays`) |\n|---|---|---|\n")
	for _, g := range Groups() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", g.Tries, g.Holds, strings.Join(names[g.ID], "; "))
		delete(names, g.ID)
	}
	for g := range names {
		fmt.Fprintf(&b, "| %s | nobody says | |\n", g)
	}
	b.WriteString("\n")
	return b.String()
}
