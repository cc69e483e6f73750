package reporter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

// sarifSchemaOf compiles the OASIS schema (SARIF 2.1.0, errata 01).
func sarifSchemaOf(t *testing.T) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "testdata", "sarif-2.1.0.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func checkSchema(t *testing.T, schema *jsonschema.Schema, data []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Errorf("not SARIF 2.1.0: %v", err)
	}
}

func TestSARIFSchema(t *testing.T) {
	t.Parallel()
	schema := sarifSchemaOf(t)
	for _, format := range []string{"sarif", "sarif-upload"} {
		for _, r := range []*report.Report{rich(verbatim), {}, oneFinding("x")} {
			checkSchema(t, schema, rendered(t, format, r, Options{}))
		}
	}
	if schema.Validate(map[string]any{"version": "2.1.0"}) == nil {
		t.Error("the schema accepts everything")
	}
}

// ingestion is what GitHub's documentation asks of an upload, read with its own eyes:
// it shares nothing with the writer but the format.
func ingestion(data []byte) (complaints []string) {
	complain := func(format string, args ...any) { complaints = append(complaints, fmt.Sprintf(format, args...)) }
	log, err := sarif.FromBytes(data)
	if err != nil {
		return []string{err.Error()}
	}
	if size, _ := packedSize(data); size > 10<<20 || len(log.Runs) > 20 {
		complain("%d runs in %d bytes of gzip", len(log.Runs), size)
	}
	categories := map[string]bool{}
	for _, run := range log.Runs {
		id := *run.AutomationDetails.ID
		if category := id[:strings.LastIndex(id, "/")]; categories[category] || !strings.HasSuffix(id, "/") {
			complain("category %s is not unique", id)
		} else {
			categories[category] = true
		}
		if len(run.Results) > 25000 || run.Results == nil || len(run.Tool.Driver.Rules) > 25000 {
			complain("%s: %d results", id, len(run.Results))
		}
		if *run.ColumnKind != "unicodeCodePoints" || *run.Tool.Driver.Name == "" || *run.Tool.Driver.Version == "" {
			complain("%s: driver or column kind", id)
		}
		for _, rule := range run.Tool.Driver.Rules {
			ruleComplaints(rule, complain)
		}
		for _, res := range run.Results {
			resultComplaints(run, res, complain)
		}
	}
	return complaints
}

func ruleComplaints(rule *sarif.ReportingDescriptor, complain func(string, ...any)) {
	for what, s := range map[string]*sarif.MultiformatMessageString{"short": rule.ShortDescription, "full": rule.FullDescription, "help": rule.Help} {
		if s == nil || s.Text == nil || *s.Text == "" || utf8.RuneCountInString(*s.Text) > 1024 {
			complain("rule %s: %s description", *rule.ID, what)
		}
	}
	if v, err := strconv.ParseFloat(rule.Properties.Properties["security-severity"].(string), 64); err != nil || v < 0 || v > 10 {
		complain("rule %s: security-severity", *rule.ID)
	}
	if len(rule.Properties.Tags) > 10 || !slices.Contains(rule.Properties.Tags, "security") {
		complain("rule %s: tags %v", *rule.ID, rule.Properties.Tags)
	}
	if !slices.Contains([]string{"error", "warning", "note"}, rule.DefaultConfiguration.Level) {
		complain("rule %s: level", *rule.ID)
	}
	if rule.HelpURI != nil {
		if u, err := url.Parse(*rule.HelpURI); err != nil || u.Scheme != "https" {
			complain("rule %s: helpUri %s", *rule.ID, *rule.HelpURI)
		}
	}
}

func resultComplaints(run *sarif.Run, res *sarif.Result, complain func(string, ...any)) {
	if res.RuleIndex < 0 || res.RuleIndex >= len(run.Tool.Driver.Rules) || *run.Tool.Driver.Rules[res.RuleIndex].ID != *res.RuleID {
		complain("result of %s points to rule %d", *res.RuleID, res.RuleIndex)
	}
	if len(res.Locations) != 1 || *res.Message.Text == "" {
		complain("result of %s: %d locations", *res.RuleID, len(res.Locations))
		return
	}
	at := res.Locations[0].PhysicalLocation
	u, err := url.Parse(*at.ArtifactLocation.URI)
	if err != nil || u.IsAbs() || u.Host != "" || strings.HasPrefix(*at.ArtifactLocation.URI, "/") || u.RawQuery != "" || u.Fragment != "" {
		complain("location %q", *at.ArtifactLocation.URI)
	}
	g := at.Region
	if *g.StartLine < 1 || *g.StartColumn < 1 || *g.EndLine < *g.StartLine || *g.EndLine == *g.StartLine && *g.EndColumn <= *g.StartColumn {
		complain("region %v", g)
	}
	hash := res.PartialFingerprints["primaryLocationLineHash"]
	if hex, n, ok := strings.Cut(hash, ":"); !ok || len(hex) != 16 || n == "0" {
		complain("fingerprint %q", hash)
	}
	links := strings.NewReplacer(`\\`, "", `\[`, "", `\]`, "").Replace(*res.Message.Text)
	if strings.ContainsAny(links, "[]") {
		complain("message %q holds a link", *res.Message.Text)
	}
}

func TestSARIFIngestion(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sarif", "sarif-upload"} {
		for _, c := range ingestion(rendered(t, format, rich(verbatim), Options{})) {
			t.Errorf("%s: %s", format, c)
		}
	}
}

func readLog(t *testing.T, format string, r *report.Report) map[string]*sarif.Run {
	t.Helper()
	log, err := sarif.FromBytes(rendered(t, format, r, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	runs := map[string]*sarif.Run{}
	for _, run := range log.Runs {
		runs[*run.AutomationDetails.ID] = run
	}
	return runs
}

func TestSARIFRuns(t *testing.T) {
	t.Parallel()
	full, upload := readLog(t, "sarif", rich(verbatim)), readLog(t, "sarif-upload", rich(verbatim))
	if full["assure/host/"] != nil || upload["assure/host/"] != nil {
		t.Error("a stage that did not run has a run, which closes its alerts")
	}
	if upload["assure/dast/"] != nil {
		t.Error("a broken stage was uploaded, which closes its alerts")
	}
	if run := full["assure/dast/"]; run == nil || *run.Invocations[0].ExecutionSuccessful || len(run.Invocations[0].ToolExecutionNotifications) != 1 {
		t.Errorf("the broken stage is %v", run)
	}
	if run := full["assure/images/"]; *run.Invocations[0].ExecutionSuccessful || len(run.Invocations[0].ToolExecutionNotifications) != 6 {
		t.Errorf("the degraded stage is %v", run.Invocations[0])
	}
	if run := upload["assure/images/"]; !*run.Invocations[0].ExecutionSuccessful || len(run.Invocations[0].ToolExecutionNotifications) != 6 {
		t.Errorf("the degraded stage in the upload is %v", run.Invocations[0])
	}
	if run := upload["assure/config/"]; run == nil || len(run.Results) != 0 {
		t.Error("a stage with nothing to check must close its alerts")
	}
	for id, run := range upload {
		for _, res := range run.Results {
			if len(res.Suppressions) > 0 || len(res.Fixes) > 0 {
				t.Errorf("%s: the upload holds suppressions or fixes", id)
			}
		}
	}
	if got, want := len(full["assure/hardening/"].Results)-len(upload["assure/hardening/"].Results), 1; got != want {
		t.Errorf("%d excepted findings were dropped, want %d", got, want)
	}
}

func TestSARIFResult(t *testing.T) {
	t.Parallel()
	results := readLog(t, "sarif", rich(verbatim))["assure/hardening/"].Results
	privileged := results[0]
	change := privileged.Fixes[0].ArtifactChanges[0]
	if r := change.Replacements[1]; r.DeletedRegion.ByteOffset != 30 || *r.DeletedRegion.ByteLength != 0 || *r.InsertedContent.Binary != "cmVhZF9vbmx5OiB0cnVlCg==" {
		t.Errorf("replacement %v", r)
	}
	if rel := privileged.RelatedLocations[0]; rel.ID != 1 || strings.Contains(*rel.Message.Text, "![beacon]") {
		t.Errorf("related location %v", *rel.Message.Text)
	}
	excepted := results[2]
	if s := excepted.Suppressions[0]; *s.Kind != "external" || *s.Status != "accepted" || s.Properties.Properties["owner"] != "@org/platform" {
		t.Errorf("suppression %v", s)
	}
	dast := readLog(t, "sarif", rich(verbatim))["assure/dast/"].Results[0]
	if *dast.WebRequest.Target != "https://web:8443/login?next=%2F" || *dast.WebRequest.Method != "GET" {
		t.Errorf("web request %v", dast.WebRequest)
	}
}

func TestEqualFindingsKeepTheirIdentity(t *testing.T) {
	t.Parallel()
	r := oneFinding("x")
	r.Stages = []report.StageRun{{Name: "hardening", State: report.HasFindings}}
	r.Findings = append(r.Findings, r.Findings[0])
	results := readLog(t, "sarif-upload", r)["assure/hardening/"].Results
	if a, b := results[0].PartialFingerprints["primaryLocationLineHash"], results[1].PartialFingerprints["primaryLocationLineHash"]; a != strings.Repeat("0", 16)+":1" || b != strings.Repeat("0", 16)+":2" {
		t.Errorf("hashes %s and %s", a, b)
	}
}

func TestUploadLimits(t *testing.T) {
	t.Parallel()
	r := rich(verbatim)
	for i := range 6000 {
		f := r.Findings[2]
		f.Severity, f.Location = finding.Low, finding.Top(fmt.Sprintf("file-%d.yaml", i))
		f.Fingerprint = f.Finding.Fingerprint()
		r.Findings = append(r.Findings, f)
	}
	worst := r.Findings[1]
	worst.Severity, worst.Message = finding.Critical, "the last and the worst"
	r.Findings = append(r.Findings, worst)
	data := rendered(t, "sarif-upload", r, Options{})
	for _, c := range ingestion(data) {
		t.Error(c)
	}
	run := readLog(t, "sarif-upload", r)["assure/hardening/"]
	if len(run.Results) != uploadResults || !bytes.Contains(data, []byte("the last and the worst")) {
		t.Errorf("%d results; the worst one must be among them", len(run.Results))
	}
	note := run.Invocations[0].ToolExecutionNotifications
	if len(note) != 1 || !strings.Contains(*note[0].Message.Text, " milder results are not in this upload") {
		t.Errorf("notifications %v", note)
	}
}

func FuzzSARIF(f *testing.F) {
	for i, h := range hostile {
		f.Add(h, i, i+3)
	}
	f.Fuzz(func(t *testing.T, s string, line, column int) {
		r := oneFinding(s + "x")
		r.Stages = []report.StageRun{{Name: "hardening", State: report.HasFindings, Set: finding.Set{Rules: []finding.Rule{{ID: "a/b", Title: s, Description: s, Remediation: s, HelpURI: "https://example.com/"}}}}}
		r.Findings[0].Location.Region = finding.Region{StartLine: line, StartColumn: column, EndLine: column, EndColumn: line}
		r.Findings[0].Exception = &config.Exception{Reason: s}
		for _, c := range ingestion(rendered(t, "sarif", r, Options{})) {
			t.Errorf("%q: %s", s, c)
		}
	})
}

func TestRuleTags(t *testing.T) {
	t.Parallel()
	r := finding.Rule{Tags: []string{"CWE-1", "CWE-2"}}
	for i := range 20 {
		r.Controls = append(r.Controls, "SHG-"+strconv.Itoa(i))
	}
	if got := tags(r); len(got) != 10 || got[0] != "SHG-0" || got[9] != "security" {
		t.Errorf("tags = %v", got)
	}
	r.Controls = r.Controls[:1]
	if got := tags(r); !slices.Equal(got, []string{"SHG-0", "security", "CWE-1", "CWE-2"}) {
		t.Errorf("tags = %v", got)
	}
	if len(r.Controls) != 1 {
		t.Error("tags changed the rule")
	}
}

func TestSARIFIsStable(t *testing.T) {
	t.Parallel()
	var doc map[string]any
	if err := json.Unmarshal(rendered(t, "sarif", rich(verbatim), Options{}), &doc); err != nil {
		t.Fatal(err)
	}
	a := readLog(t, "sarif", rich(verbatim))
	moved := rich(verbatim)
	for i := range moved.Findings {
		moved.Findings[i].Location.Region.StartLine += 10
		moved.Findings[i].Location.Region.EndLine += 10
	}
	b := readLog(t, "sarif", moved)
	for id, run := range a {
		for i, res := range run.Results {
			if got, want := b[id].Results[i].PartialFingerprints["primaryLocationLineHash"], res.PartialFingerprints["primaryLocationLineHash"]; got != want {
				t.Errorf("%s: a moved line changed %s to %s", id, want, got)
			}
		}
	}
}
