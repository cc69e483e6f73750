package vex_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/deps/vex"
)

func read(docs ...string) (exceptions []config.Exception, problems []finding.Gap) {
	var all []vex.Statement
	for i, d := range docs {
		more, bad := vex.Read(fmt.Sprintf(".vex/%d.json", i), []byte(d))
		all, problems = append(all, more...), append(problems, bad...)
	}
	exceptions, bad := vex.Exceptions(all)
	return exceptions, append(problems, bad...)
}

const openHead = `{"@context":"https://openvex.dev/ns/v0.2.0","author":"Acme","timestamp":"2026-01-01T00:00:00Z","statements":[`

func TestRead(t *testing.T) {
	tests := map[string]struct {
		docs           []string
		want, problems []string
	}{
		"openvex": {
			docs: []string{openHead + `
 {"vulnerability":{"name":"GHSA-1","aliases":["CVE-1"]},"products":[{"@id":"pkg:golang/acme/svc","subcomponents":[{"@id":"pkg:golang/weak@v1.0.0"}]}],
  "status":"not_affected","justification":"vulnerable_code_not_present","impact_statement":"We\ndo not call it."},
 {"vulnerability":{"name":"CVE-2"},"products":[{"@id":"weak","identifiers":{"purl":"pkg:npm/weak@1.0.0"}}],"status":"fixed"},
 {"vulnerability":{"name":"CVE-3"},"products":[{"@id":"pkg:npm/weak"}],"status":"affected","action_statement":"wait"},
 {"vulnerability":{"name":"CVE-4"},"products":[{"@id":"pkg:npm/weak"}],"status":"under_investigation"}]}`},
			want: []string{
				"2 CVE-1 [pkg:golang/acme/svc pkg:golang/weak@v1.0.0] not affected: vulnerable_code_not_present: We do not call it. (Acme, OpenVEX)",
				"4 CVE-2 [pkg:npm/weak@1.0.0] fixed (Acme, OpenVEX)",
			},
		},
		"openvex 0.0.1": {
			docs: []string{`{"@context":"https://openvex.dev/ns","author":"Acme","timestamp":"2026-01-01T00:00:00Z","statements":[{"vulnerability":"CVE-1","products":["pkg:golang/acme/svc"],"subcomponents":["pkg:golang/weak"],"status":"not_affected"}]}`},
			want: []string{"1 CVE-1 [pkg:golang/acme/svc pkg:golang/weak] not affected (Acme, OpenVEX)"},
		},
		"a later statement holds": {
			docs: []string{
				openHead + `{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:npm/a"}],"status":"affected","timestamp":"2026-02-01T00:00:00Z"},
{"vulnerability":{"name":"CVE-2"},"products":[{"@id":"pkg:npm/a"}],"status":"not_affected","timestamp":"2026-02-01T00:00:00Z"}]}`,
				openHead + `{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:npm/a"}],"status":"not_affected"},
{"vulnerability":{"name":"CVE-2"},"products":[{"@id":"pkg:npm/a"}],"status":"affected"}]}`,
			},
			want: []string{"2 CVE-2 [pkg:npm/a] not affected (Acme, OpenVEX)"},
		},
		"affected in part": {
			docs: []string{openHead + `{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:npm/a"},{"@id":"pkg:npm/b"}],"status":"not_affected"},
{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:npm/a@1.0.0"}],"status":"affected","timestamp":"2026-03-01T00:00:00Z"}]}`},
			want:     []string{"1 CVE-1 [pkg:npm/b] not affected (Acme, OpenVEX)"},
			problems: []string{".vex/0.json:1:110 CVE-1 is not accepted: the later statement at .vex/0.json:2:1 overlaps this one"},
		},
		"openvex mistakes": {
			docs: []string{openHead + `{"vulnerability":{"name":"CVE-1"},"status":"not_affected"},
{"vulnerability":{"name":"CVE-2"},"products":[{"@id":"weak"}],"status":"not_affected"},
{"vulnerability":{},"products":[{"@id":"pkg:npm/a"}],"status":"not_affected"},
{"vulnerability":{"name":"CVE-3"},"products":[{"@id":"pkg:npm/a"}],"status":"not affected"},
{"vulnerability":{"name":"CVE-4"},"products":[{"@id":"pkg:npm/a","subcomponents":[{}]}],"status":"not_affected"}]}`},
			problems: []string{
				".vex/0.json:1:110 the statement on CVE-1 names no product and accepts nothing",
				`.vex/0.json:2:1 the statement on CVE-2 names a product that is not a package URL, and accepts nothing: "weak"`,
				".vex/0.json:3:1 a statement without vulnerability accepts nothing",
				`.vex/0.json:4:1 the statement on CVE-3 has the unknown status "not affected" and accepts nothing`,
				".vex/0.json:5:1 the statement on CVE-4 has a subcomponent without name, which accepts nothing",
			},
		},
		"cyclonedx": {
			docs: []string{`{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"timestamp":"2026-01-01T00:00:00Z","authors":[{"name":"Acme"}]},
"components":[{"bom-ref":"a","purl":"pkg:npm/a@1.0.0","components":[{"bom-ref":"b","purl":"pkg:npm/b@2.0.0"}]}],
"vulnerabilities":[
{"id":"CVE-1","analysis":{"state":"not_affected","justification":"code_not_reachable","detail":"x"},"affects":[{"ref":"a"},{"ref":"b"}]},
{"id":"CVE-2","analysis":{"state":"resolved"},"affects":[{"ref":"urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Anpm%2Fc%403.0.0"}]},
{"id":"CVE-3","analysis":{"state":"exploitable"},"affects":[{"ref":"a"}]},
{"id":"CVE-4","affects":[{"ref":"a"}]},
{"id":"CVE-5","analysis":{"state":"false_positive"},"affects":[{"ref":"pkg:npm/d","versions":[{"version":"1.1.0","status":"unaffected"}]}]}]}`},
			want: []string{
				"4 CVE-1 [pkg:npm/a@1.0.0] not affected: code not reachable: x (Acme, CycloneDX VEX)",
				"4 CVE-1 [pkg:npm/b@2.0.0] not affected: code not reachable: x (Acme, CycloneDX VEX)",
				"5 CVE-2 [pkg:npm/c@3.0.0] resolved (Acme, CycloneDX VEX)",
				"8 CVE-5 [pkg:npm/d@1.1.0] false positive (Acme, CycloneDX VEX)",
			},
		},
		"cyclonedx mistakes": {
			docs: []string{`{"bomFormat":"CycloneDX","vulnerabilities":[
{"id":"CVE-1","analysis":{"state":"fine"},"affects":[{"ref":"pkg:npm/a"}]},
{"id":"CVE-2","analysis":{"state":"not_affected"},"affects":[{"ref":"gone"}]},
{"id":"CVE-3","analysis":{"state":"not_affected"}},
{"id":"CVE-4","analysis":{"state":"not_affected"},"affects":[{"ref":"pkg:npm/a","versions":[{"range":"vers:npm/<2","status":"unaffected"}]}]}]}`},
			problems: []string{
				`.vex/0.json:2:1 the analysis of CVE-1 has the unknown state "fine" and accepts nothing`,
				`.vex/0.json:3:1 the statement on CVE-2 names a product that is not a package URL, and accepts nothing: "gone"`,
				".vex/0.json:4:1 the analysis of CVE-3 names no component and accepts nothing",
				".vex/0.json:5:1 the analysis of CVE-4 names versions otherwise than one by one as unaffected, which accepts nothing",
			},
		},
		"csaf": {
			docs: []string{`{"document":{"csaf_version":"2.0","publisher":{"name":"Acme"},"tracking":{"current_release_date":"2026-01-01T00:00:00Z"}},
"product_tree":{"branches":[{"branches":[{"product":{"product_id":"svc","product_identification_helper":{"purl":"pkg:golang/acme/svc"}}}]}],
"full_product_names":[{"product_id":"weak","product_identification_helper":{"purl":"pkg:golang/weak@v1.0.0"}},{"product_id":"cpe"}],
"relationships":[{"category":"default_component_of","product_reference":"weak","relates_to_product_reference":"svc","full_product_name":{"product_id":"both"}}]},
"vulnerabilities":[
{"cve":"CVE-1","product_status":{"known_not_affected":["both"],"fixed":["svc"]},"flags":[{"label":"component_not_present","product_ids":["both"]}],"threats":[{"category":"impact","details":"none","product_ids":["both"]}]},
{"cve":"CVE-2","product_status":{"known_not_affected":["weak"],"known_affected":["weak"]}},
{"ids":[{"text":"GHSA-3"}],"product_status":{"known_not_affected":["cpe","weak"]}}]}`},
			want: []string{
				"6 CVE-1 [pkg:golang/acme/svc pkg:golang/weak@v1.0.0] known not affected: component_not_present: none (Acme, CSAF)",
				"6 CVE-1 [pkg:golang/acme/svc] fixed (Acme, CSAF)",
				"8 GHSA-3 [pkg:golang/weak@v1.0.0] known not affected (Acme, CSAF)",
			},
			problems: []string{`.vex/0.json:8:1 the statement on GHSA-3 names the product "cpe" without package URL, and accepts nothing`},
		},
		"unknown":        {docs: []string{`{"a":1}`}, problems: []string{".vex/0.json:1:1 the document accepts nothing: neither OpenVEX nor CycloneDX nor CSAF"}},
		"not JSON":       {docs: []string{`x`}, problems: []string{".vex/0.json:1:1 the document accepts nothing: not JSON"}},
		"wrong types":    {docs: []string{openHead + `{"products":7}]}`}, problems: []string{".vex/0.json:1:1 the document accepts nothing: not OpenVEX"}},
		"no statements":  {docs: []string{openHead + `]}`}, problems: []string{".vex/0.json:1:1 the document accepts nothing: not OpenVEX: no statements"}},
		"empty advisory": {docs: []string{`{"document":{"csaf_version":"2.0"}}`}, problems: []string{".vex/0.json:1:1 the document accepts nothing: not CSAF: no vulnerabilities"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, problems := read(tt.docs...)
			var shown []string
			for _, e := range got {
				shown = append(shown, fmt.Sprintf("%d %s [%s] %s (%s, %s)", e.Location.Region.StartLine, e.Rule, e.Packages, e.Reason, e.Owner, e.Source))
			}
			if diff := cmp.Diff(tt.want, shown); diff != "" {
				t.Errorf("exceptions (-want +got):\n%s", diff)
			}
			if len(problems) != len(tt.problems) {
				t.Fatalf("problems %v", problems)
			}
			for i, p := range problems {
				if text := p.Location.String() + " " + p.Message; !strings.HasPrefix(text, tt.problems[i]) {
					t.Errorf("problem %q, want %q", text, tt.problems[i])
				}
			}
		})
	}
}

func TestBounds(t *testing.T) {
	statement := `{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:npm/a"}],"status":"not_affected"},`
	all, problems := vex.Read("x.json", []byte(openHead+strings.Repeat(statement, 11_000)+statement[:len(statement)-1]+"]}"))
	if len(all) != 10_000 || len(problems) != 1 {
		t.Errorf("%d statements, %d problems", len(all), len(problems))
	}
	// Each relationship doubles what the one before stands for.
	var tree strings.Builder
	for i := range 40 {
		fmt.Fprintf(&tree, `,{"category":"installed_on","product_reference":"p","relates_to_product_reference":"p","full_product_name":{"product_id":"p%[2]s"}}`, i, "")
	}
	bomb := `{"document":{"csaf_version":"2.0"},"product_tree":{"full_product_names":[{"product_id":"p","product_identification_helper":{"purl":"pkg:npm/a"}}],"relationships":[` + tree.String()[1:] + `]},"vulnerabilities":[{"cve":"CVE-1","product_status":{"fixed":["p"]}}]}`
	if all, _ := vex.Read("x.json", []byte(bomb)); len(all) > 10_001 {
		t.Errorf("a bomb of %d statements", len(all))
	}
}

func FuzzRead(f *testing.F) {
	f.Add(openHead + `{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:npm/a"}],"status":"not_affected"}]}`)
	f.Add(`{"bomFormat":"CycloneDX","vulnerabilities":[{"id":"CVE-1","analysis":{"state":"not_affected"},"affects":[{"ref":"pkg:npm/a"}]}]}`)
	f.Add(`{"document":{"csaf_version":"2.0"},"product_tree":{"full_product_names":[{"product_id":"p","product_identification_helper":{"purl":"pkg:npm/a"}}]},"vulnerabilities":[{"cve":"CVE-1","product_status":{"fixed":["p"]}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		all, problems := vex.Read("x.json", []byte(text))
		exceptions, _ := vex.Exceptions(all)
		if len(exceptions) > len(all) || len(problems) > 20 {
			t.Errorf("%d exceptions of %d statements, %d problems", len(exceptions), len(all), len(problems))
		}
		for _, e := range exceptions {
			if e.Rule == "" || e.Packages == "" || strings.ContainsAny(e.Packages, "\r\n") {
				t.Errorf("an exception for too much: %+v", e)
			}
		}
	})
}
