package ignorefile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/deps/ignorefile"
)

// lines renders exceptions as "line rule path packages last day: reason (source)".
func lines(all []config.Exception) (out []string) {
	for _, e := range all {
		out = append(out, fmt.Sprintf("%d %s [%s] [%s] %s: %s (%s)", e.Location.Region.StartLine, e.Rule, e.Path, strings.ReplaceAll(e.Packages, "\n", " & "), e.Expires, e.Reason, e.Source))
	}
	return out
}

func messages(all []finding.Gap) (out []string) {
	for _, g := range all {
		out = append(out, g.Location.String()+" "+g.Message)
	}
	return out
}

func TestRead(t *testing.T) {
	tests := map[string]struct {
		name, text     string
		want, problems []string
	}{
		"plain": {
			name: ".trivyignore",
			text: "# Not reachable:\n# only the tests call it\nCVE-2024-1 exp:2027-03-01\n\nGHSA-aaaa-bbbb-0002 # never called\nAVD-DS-0002\naws-access-key-id\nCVE-2024-3 exp:soon\n CVE-2024-4\n",
			want: []string{
				"3 CVE-2024-1 [] [] 2027-02-28: Not reachable: only the tests call it (.trivyignore)",
				"5 GHSA-aaaa-bbbb-0002 [] [] : never called (.trivyignore)",
				"9 CVE-2024-4 [] [] :  (.trivyignore)",
			},
			problems: []string{`.trivyignore:8:1 CVE-2024-3 is not accepted: "soon" is not a day; write it as exp:2027-01-31`},
		},
		"yaml": {
			name: ".trivyignore.yaml",
			text: `vulnerabilities:
  - id: CVE-2024-1
    paths: ["web/**", "api,v2/go.mod"]
    purls: ["pkg:npm/weak-js@1.2.2", "pkg:golang/example.com/weak"]
    expired_at: 2027-03-01
    statement: Only
      in tests
  - id: CVE-2024-2
misconfigurations:
  - id: AVD-DS-0001
`,
			want: []string{
				`2 CVE-2024-1 [{api\,v2/go.mod,web/**}] [pkg:npm/weak-js@1.2.2 & pkg:golang/example.com/weak] 2027-02-28: Only in tests (.trivyignore.yaml)`,
				"8 CVE-2024-2 [] [] :  (.trivyignore.yaml)",
			},
		},
		"yaml mistakes never widen": {
			name: ".trivyignore.yaml",
			text: "vulnerabilities:\n  - id: A-1\n    paths: web\n  - id: A-2\n    paths: []\n  - id: A-3\n    paths: ['[']\n  - id: A-4\n    purls: [weak]\n  - id: A-5\n    expired_at: soon\n  - statement: x\n  - id: A-6\n    purls: ['pkg:npm/a\\nb', 7]\n",
			problems: []string{
				".trivyignore.yaml:2:5 A-1 is not accepted: paths: not a list with entries",
				".trivyignore.yaml:4:5 A-2 is not accepted: paths: not a list with entries",
				`.trivyignore.yaml:6:5 A-3 is not accepted: paths: "[" is not a pattern`,
				`.trivyignore.yaml:8:5 A-4 is not accepted: purls: "weak" is not a package URL`,
				`.trivyignore.yaml:10:5 A-5 is not accepted: "soon" is not a day; write it as 2027-01-31`,
				".trivyignore.yaml:12:5 an entry without id accepts nothing",
				".trivyignore.yaml:13:5 A-6 is not accepted: purls: 7 is not a text of one line",
			},
		},
		"broken yaml": {
			name: ".trivyignore.yaml", text: "vulnerabilities: [\n",
			problems: []string{".trivyignore.yaml:2:1 nothing in it is accepted: not readable as YAML"},
		},
		"osv": {
			name: "svc/[a]/osv-scanner.toml",
			text: "[[IgnoredVulns]]\nid = \"GO-2024-1\"\nignoreUntil = 2027-03-01\nreason = \"no such code\"\n\n[[ IgnoredVulns ]] # two\nid = \"CVE-2024-2\"\nignoreUntil = 2027-03-01T12:00:00Z\n\n[[PackageOverrides]]\nname = \"weak\"\nignore = true\n",
			want: []string{
				`1 GO-2024-1 [svc/\[a\]/*] [] 2027-02-28: no such code (osv-scanner.toml)`,
				`6 CVE-2024-2 [svc/\[a\]/*] [] 2027-02-28:  (osv-scanner.toml)`,
			},
			problems: []string{"svc/[a]/osv-scanner.toml:1:1 PackageOverrides of weak are not read: accept advisories one by one"},
		},
		"broken osv": {name: "osv-scanner.toml", text: "[[IgnoredVulns]\n", problems: []string{"osv-scanner.toml:1:1 nothing in it is accepted: toml:"}},
		"deep osv":   {name: "osv-scanner.toml", text: "a = " + strings.Repeat("[", 1<<20), problems: []string{"osv-scanner.toml:1:1 nothing in it is accepted: brackets nest more than 100 deep"}},
		"empty":      {name: ".trivyignore", text: ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, problems := ignorefile.Read(tt.name, []byte(tt.text))
			if diff := cmp.Diff(tt.want, lines(got)); diff != "" {
				t.Errorf("exceptions (-want +got):\n%s", diff)
			}
			said := messages(problems)
			if len(said) != len(tt.problems) {
				t.Fatalf("problems %q", said)
			}
			for i, p := range said {
				if !strings.HasPrefix(p, tt.problems[i]) {
					t.Errorf("problem %q, want %q", p, tt.problems[i])
				}
			}
		})
	}
}

func TestBounds(t *testing.T) {
	got, problems := ignorefile.Read(".trivyignore", []byte(strings.Repeat("CVE-2024-1 # "+strings.Repeat("é", 300)+"\n", 10_500)))
	if len(got) != 10_000 || len(problems) != 1 || !strings.Contains(problems[0].Message, "only the first") {
		t.Errorf("%d exceptions, problems %v", len(got), problems)
	}
	got, problems = ignorefile.Read(".trivyignore", make([]byte, 11<<20))
	if len(got) != 0 || len(problems) != 1 {
		t.Errorf("a file of 11 MB: %d exceptions, problems %v", len(got), problems)
	}
}

func FuzzRead(f *testing.F) {
	names := []string{".trivyignore", ".trivyignore.yaml", "osv-scanner.toml"}
	f.Add(uint8(0), "CVE-2024-1 exp:2027-03-01 # x\n")
	f.Add(uint8(1), "vulnerabilities:\n- id: CVE-2024-1\n  paths: ['**']\n  purls: ['pkg:npm/a']\n")
	f.Add(uint8(2), "[[IgnoredVulns]]\nid = \"A-1\"\nignoreUntil = 2027-03-01\n")
	f.Fuzz(func(t *testing.T, kind uint8, text string) {
		got, problems := ignorefile.Read(names[int(kind)%len(names)], []byte(text))
		if slices.ContainsFunc(got, func(e config.Exception) bool { return e.Rule == "" || e.Source == "" || e.Location.URI == "" }) {
			t.Errorf("an exception for everything: %+v", got)
		}
		for _, g := range problems {
			if len(g.Message) > 10_000 || g.Location.Region.StartLine < 1 {
				t.Errorf("problem %+v", g)
			}
		}
	})
}
