package reporter

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/report"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got); run with -update if that is meant:\n%s", path, diff)
	}
}

// hostile are texts that try to be more than text somewhere.
var hostile = []string{
	"line one\n::error file=x::forged",
	"\r::set-output name=verdict::pass",
	"\u00a0\u2028::stop-commands::token",
	"x ##[add-mask]forged",
	"#\u200d#[error]zero width",
	":\u00ad:warning::soft hyphen",
	"\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007",
	"a | b || c \\| d",
	"`` ` ```code``` `",
	"`",
	"<script>alert(1)</script><img src=https://evil.example/x.png>",
	"</script></style></title>--><details>",
	"![beacon](https://evil.example/x.png) [click](javascript:alert(1))",
	"@org/team fixes #12, owner/repo#1 and www.evil.example, mail@evil.example",
	"/lgtm\n@dependabot merge\n# Assure: pass",
	"\u202egnirts\u202c \u2066isolated\u2069",
	"invalid \xff\xfe utf-8",
	"%0A::error::decoded %25 {0}",
	"\n\n    indented\n\n---\n\n| a | b |\n|---|---|\n| c | d |",
}

// benign is a text without any meaning, for comparison.
func benign(string) string { return "text" }

// rich is a report with every state, severity and class, and foreign text made by f.
func rich(f func(string) string) *report.Report {
	day := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	except := config.Exception{
		Rule: "compose/read-only", Path: "compose.yaml", Subject: f(hostile[7]), Reason: f(hostile[13]), Owner: f("@org/platform"),
		Expires: config.DateOf(day), Location: finding.Location{URI: ".github/assure.yml", Region: finding.Region{StartLine: 4, StartColumn: 5, EndLine: 8, EndColumn: 2}},
	}
	rules := richRules(f)
	r := &report.Report{
		Tool: report.Tool{Name: "Assure", Version: "1.2.3"}, Time: day,
		Target:  report.Target{Root: ".", Commit: "0123456789abcdef0123456789abcdef01234567", Ref: "refs/pull/7/merge", Event: "pull_request", Base: "89abcdef0123456789abcdef0123456789abcdef"},
		Verdict: report.Error, Reasons: []string{"stage images: degraded: " + f(hostile[0]), "3 new findings at severity high or above"},
		FailOn: "new", Threshold: config.Threshold{Severity: finding.High},
		Stages: richStages(rules, f), Rules: rules,
		Controls: []report.ControlState{
			{Control: finding.Control{ID: "SHG-3.04", Framework: "shg", Title: "Root file system is read-only", Section: "3"}, State: report.NotSatisfied, Findings: 2},
			{Control: finding.Control{ID: "SHG-3.01", Framework: "shg", Title: "Containers run as non-root"}, State: report.Satisfied},
			{Control: finding.Control{ID: "SHG-4.02", Framework: "shg", Title: "Ciphers are reviewed each year"}, State: report.Declared},
			{Control: finding.Control{ID: "SHG-2.01", Framework: "shg", Title: "Supported operating system"}, State: report.NotAssessed, Reason: "needs an answer from the host itself (assure host)"},
		},
		Exceptions: report.Exceptions{Used: []config.Exception{except}, Pending: []config.Exception{except}, Expired: []config.Exception{except}, Unused: []config.Exception{except}},
		Adopted:    true,
		Pending: []finding.Change{
			{Setting: "fail-on-severity", Text: "high → none", Effect: finding.Loosens, Location: finding.Top(".assure.yml")},
			{Setting: "exclude", Text: f(hostile[12]), Effect: finding.MayLoosen, Location: finding.Top("a\x1b[2J\n::b")},
		},
		Database: &finding.Database{Digest: "sha256:" + strings.Repeat("ab", 32), Source: "mirror.example/trivy-db:2", UpdatedAt: day},
	}
	r.Findings = richFindings(f, &except)
	r.Gaps = richGaps(f, &except)
	r.Ledger = []finding.Entry{
		{File: f("a\x1b[2J\n::b"), Stage: "images", Fate: finding.FateGap, By: f(hostile[6])},
		{File: "compose.yaml", Stage: "images", Fate: finding.FateJudged, By: "2 images"},
		{File: "docs/a.md", Stage: "images", Fate: finding.FateExcluded, By: "exclude, .assure.yml:4:5"},
		{File: "logo\xff.png", Stage: "images", Fate: finding.FateOutOfScope, By: "nothing this stage judges"},
		{File: "README.md", Stage: "images", Fate: finding.FateOutOfScope, By: "nothing this stage judges"},
	}
	r.Files = report.Files{FileCounts: report.FileCounts{Judged: 1, Excluded: 1, Gap: 1, OutOfScope: 2}, ExcludedBy: []string{".assure.yml:4", f(hostile[1])}}
	r.Fixed = []report.Finding{{Finding: finding.Finding{Rule: "compose/privileged", Severity: finding.High, Message: f(hostile[10]), Location: finding.Top("compose.yaml")}, Stage: "hardening", Class: report.Fixed, Fingerprint: strings.Repeat("f", 32)}}
	r.Counts = report.Count(r.Findings, r.Gaps)
	return r
}

func richRules(f func(string) string) []finding.Rule {
	return []finding.Rule{
		{ID: "CVE-2024-3094", Title: f(hostile[12]), Description: f(hostile[10]), Severity: finding.Critical, Score: 10, HelpURI: "https://avd.aquasec.com/nvd/cve-2024-3094", Tags: []string{"CWE-506"}},
		{ID: "compose/privileged", Title: "A service runs privileged", Description: "It owns the host.", Remediation: "Remove privileged.", Help: "Remove `privileged: true`.", Severity: finding.High, Controls: []string{"SHG-3.05", "SHG-3.06"}},
		{ID: "compose/read-only", Title: "The root file system is writable", Description: "An intruder can leave files.", Remediation: "Set read_only: true.", Severity: finding.Medium, Controls: []string{"SHG-3.04"}},
		{ID: "image/unsigned", Title: "An image is not signed", Severity: finding.High},
		{ID: "zap/10020", Title: "Missing anti-clickjacking header", Severity: finding.Low},
	}
}

func richStages(rules []finding.Rule, f func(string) string) []report.StageRun {
	return []report.StageRun{
		{Name: "deps", State: report.HasFindings, Duration: 1234 * time.Millisecond, Set: finding.Set{Rules: rules[:1], Coverage: map[string]int{"lock files": 3, "images": 2}, Notes: []string{f(hostile[1])},
			Files: []finding.File{{Name: "sbom.spdx.json", Data: []byte(`{"spdxVersion":"SPDX-2.3"}`)}}}},
		{Name: "hardening", State: report.HasFindings, Duration: 20 * time.Millisecond, Set: finding.Set{Rules: rules[1:3], Coverage: map[string]int{"services": 2}}},
		{Name: "images", State: report.Degraded, Reason: f(hostile[0]), Set: finding.Set{Rules: rules[3:4]}, Files: report.FileCounts{Judged: 1, Excluded: 1, Gap: 1, OutOfScope: 2}},
		{Name: "dast", State: report.Failed, Reason: f(hostile[2]), Set: finding.Set{Rules: rules[4:], Files: []finding.File{{Name: "zap/report_json.json", Data: []byte("{}")}}}},
		{Name: "host", State: report.Skipped, Reason: "not asked for: " + f(hostile[8])},
		{Name: "config", State: report.NothingToCheck},
		{Name: "exceptions", State: report.Passed, Set: finding.Set{Coverage: map[string]int{"exceptions": 4}}},
	}
}

// richGaps has one gap of each class, and those that name nothing.
func richGaps(f func(string) string, e *config.Exception) []report.Gap {
	at := finding.Location{URI: "compose.yaml", Region: finding.Region{StartLine: 3, StartColumn: 12, EndLine: 3, EndColumn: 30}}
	list := []report.Gap{
		{Gap: finding.Gap{Message: f(hostile[6])}, Class: report.Introduced, Counts: true},
		{Gap: finding.Gap{Rule: gap.ImageNotScanned, Location: at, Subject: f(hostile[8]), Message: f(hostile[3]), Remediation: f(hostile[10]), Depends: []string{"charts/a b/"}}, Class: report.Introduced, Counts: true},
		{Gap: finding.Gap{Rule: gap.KeyUnavailable, Subject: "release", Message: "the key is not there"}, Class: report.Introduced, Counts: true},
		{Gap: finding.Gap{Rule: gap.UnknownValue, Location: at, Message: f(hostile[0]), Remediation: "Give it a default."}, Class: report.Existing},
		{Gap: finding.Gap{Rule: gap.RenderFailed, Location: finding.Location{URI: f("charts/a|b/")}, Message: f(hostile[7])}, Class: report.Introduced, Exception: e},
	}
	for i := range list {
		list[i].Stage, list[i].Fingerprint = "images", list[i].Gap.Fingerprint()
	}
	return list
}

// richFindings has one finding of each kind and one for each hostile text.
func richFindings(f func(string) string, e *config.Exception) []report.Finding {
	at := func(uri string, line int) finding.Location {
		return finding.Location{URI: f(uri), Region: finding.Region{StartLine: line, StartColumn: 5, EndLine: line, EndColumn: 21}}
	}
	list := []report.Finding{
		{Stage: "deps", Finding: finding.Finding{Rule: "CVE-2024-3094", Severity: finding.Critical, Message: "xz 5.6.1 holds a back door", Location: at("go.sum", 3), Subject: "pkg:deb/debian/xz-utils@5.6.1", Remediation: "Use 5.6.2.", Properties: map[string]string{"installed": "5.6.1", "fixed": "5.6.2"}}, Class: report.NewlyDisclosed, Gates: true},
		{Stage: "hardening", Finding: finding.Finding{Rule: "compose/privileged", Severity: finding.High, Message: f(hostile[13]), Location: at("compose.yaml", 7), Subject: "web", Related: []finding.Related{{Location: at("compose.override.yaml", 2), Message: f(hostile[12])}},
			Fix: &finding.Fix{Description: "remove privileged", Safe: true, Edits: []finding.Edit{{Start: 10, End: 27, Text: ""}, {Start: 30, End: 30, Text: "read_only: true\n"}}}}, Class: report.Introduced, Gates: true, Controls: []string{"SHG-3.05", "SHG-3.06"}},
		{Stage: "hardening", Finding: finding.Finding{Rule: "compose/read-only", Severity: finding.Medium, Message: "service web has a writable root", Location: at("compose.yaml", 3), Subject: "web"}, Class: report.Existing, Controls: []string{"SHG-3.04"}},
		{Stage: "hardening", Finding: finding.Finding{Rule: "compose/read-only", Severity: finding.Medium, Message: "service db has a writable root", Location: at("compose.yaml", 12), Subject: "db"}, Class: report.Introduced, Controls: []string{"SHG-3.04"}, Exception: e},
		{Stage: "images", Finding: finding.Finding{Rule: "image/unsigned", Severity: finding.High, Message: "image has no signature", Location: at("compose.yaml", 4), Subject: "docker.io/library/nginx"}, Class: report.Introduced, Gates: true},
		{Stage: "dast", Finding: finding.Finding{Rule: "zap/10020", Severity: finding.Low, Message: "no X-Frame-Options", Location: at("compose.yaml", 2), Subject: "web", Properties: map[string]string{"url": "https://web:8443/login?next=%2F", "method": "GET", "evidence": f(hostile[10])}}, Class: report.Introduced},
		{Stage: "deps", Finding: finding.Finding{Rule: "assure/unknown", Severity: finding.Info, Message: "a rule that no stage lists", Location: at("a b/ü:%\xff\n.lock", 1)}, Class: report.Introduced},
	}
	for i, h := range hostile {
		list = append(list, report.Finding{Stage: "hardening", Finding: finding.Finding{Rule: "compose/read-only", Severity: finding.Low, Message: f(h), Location: at(strings.TrimLeft(h, "\n")+".yaml", i+1), Subject: f(h), Remediation: f(h)}, Class: report.Introduced})
	}
	for i := range list {
		list[i].Fingerprint = list[i].Finding.Fingerprint()
	}
	return list
}

func verbatim(s string) string { return s }

func rendered(t *testing.T, format string, r *report.Report, o Options) []byte {
	t.Helper()
	data, err := Render(format, r, o)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
