package hardening_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stella-ops/assure/internal/finding"
)

// TestSevenWays judges one stack that is written in many ways: as one file, with anchors,
// extends, include, an override, lists and maps, short and long forms, variables. What is
// found must not depend on it, and each finding must stand where the text is.
func TestSevenWays(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/ways/*.txtar")
	if err != nil || len(paths) < 7 {
		t.Fatalf("ways: %v %v", paths, err)
	}
	var want []string
	var places strings.Builder
	for _, file := range append([]string{"testdata/ways/one-file.txtar"}, paths...) {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, f := range archive.Files {
			files[f.Name] = string(f.Data)
		}
		p := repository(t, files)
		set := judge(t, p, "strict")
		if len(set.Gaps) > 0 {
			t.Errorf("%s: gaps %v", file, set.Gaps)
		}
		if want == nil {
			want = meanings(set)
			continue
		}
		if diff := cmp.Diff(want, meanings(set)); diff != "" {
			t.Errorf("%s finds other things than one file does (-one +this):\n%s", file, diff)
		}
		fmt.Fprintf(&places, "%s\n%s\n", filepath.Base(file), cuts(t, p.Root, set))
	}
	if len(want) < 20 {
		t.Errorf("only %d findings", len(want))
	}
	golden(t, "ways.txt", places.String())
}

// meanings are the findings without their places, and without the file that a message
// names.
func meanings(set finding.Set) (out []string) {
	files := strings.NewReplacer("common.yaml", "compose.yaml")
	for _, f := range set.Findings {
		out = append(out, files.Replace(fmt.Sprintf("%s %s %s: %s", f.Severity, f.Rule, f.Subject, f.Message)))
	}
	slices.Sort(out)
	return out
}

// cuts shows what stands at the place of each finding.
func cuts(t *testing.T, root string, set finding.Set) string {
	t.Helper()
	var out []string
	for _, f := range set.Findings {
		data, err := os.ReadFile(filepath.Join(root, f.Location.URI))
		if err != nil {
			t.Fatal(err)
		}
		r := f.Location.Region
		line := []rune(strings.Split(string(data), "\n")[r.StartLine-1])
		end := len(line)
		if r.EndLine == r.StartLine {
			end = r.EndColumn - 1
		}
		out = append(out, fmt.Sprintf("  %-32s %-6s %s  %s", f.Rule, f.Subject, f.Location, string(line[r.StartColumn-1:end])))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}
