package policy_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/policies"
)

// source is a complete rule of a pack called acme; the tests break one line of it.
const source = `# METADATA
# title: Image comes from the lab
# description: Lab images are not built by the pipeline.
# scope: package
# related_resources:
#   - https://example.org/lab
# custom:
#   severity: medium
#   severities: {strict: high}
#   controls: [ACME-1]
#   profiles: [guide, strict]
#   remediation: Use the released image.
#   bad: |
#     services: {web: {image: lab/web}}
#   good: |
#     services: {web: {image: web}}
package packs.acme.compose.no_lab

results contains result if {
	some name, service in input.services
	startswith(service.image, "lab/")
	result := {"message": sprintf("%s is a lab image", [name]), "path": ["services", name, "image"]}
}
`

const controls = `framework: acme
title: Acme
controls:
  - {id: ACME-1, section: "1", title: Images are released, severity: medium, tier: guide, assessed: [rule]}
`

// pack is a pack called acme with one rule file, edited by old/new pairs.
func pack(edits ...string) policy.Pack {
	return policy.Pack{Name: "acme", Dir: "rules/acme", FS: fstest.MapFS{
		"compose/no_lab.rego":      {Data: []byte(strings.NewReplacer(edits...).Replace(source))},
		"compose/no_lab_test.rego": {Data: []byte("this is not Rego and must not be read")},
		"controls/acme.yaml":       {Data: []byte(controls)},
	}}
}

func load(t *testing.T, profile string, packs ...policy.Pack) *policy.Engine {
	t.Helper()
	e, err := policy.Load(policies.FS, packs, profile)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestLoadBuiltin(t *testing.T) {
	t.Parallel()
	counts := map[string]int{}
	for _, profile := range append(policy.Profiles[:], "") {
		counts[profile] = len(load(t, profile).Rules())
	}
	if counts["strict"] < counts["guide"] || counts["guide"] < counts["guide-literal"] || counts["baseline"] == 0 || counts["guide-literal"] < counts["baseline"] {
		t.Errorf("rules a profile: %v", counts)
	}
	e := load(t, "")
	if !slices.IsSortedFunc(e.Rules(), func(a, b finding.Rule) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("rules are not sorted")
	}
	if n := len(e.Controls()); n != 171 {
		t.Errorf("%d controls, want 171", n)
	}
}

// The built-in rules say everything that a reader of a report needs.
func TestBuiltinMetadata(t *testing.T) {
	t.Parallel()
	e := load(t, "")
	severity := map[string]finding.Severity{}
	for _, c := range e.Controls() {
		severity[c.ID] = c.Severity
	}
	for _, r := range e.Rules() {
		if strings.HasSuffix(r.Title, ".") || len(r.Title) > 70 {
			t.Errorf("%s: title %q is long or ends in a full stop", r.ID, r.Title)
		}
		if r.Description == "" || !strings.HasSuffix(r.Remediation, ".") {
			t.Errorf("%s: description or remediation is no sentence", r.ID)
		}
		for _, want := range []string{"Reported:", "Accepted:", r.Remediation} {
			if !strings.Contains(r.Help, want) {
				t.Errorf("%s: help has no %q", r.ID, want)
			}
		}
	}
	for _, ex := range e.Examples() {
		if ex.Bad == "" || ex.Good == "" {
			t.Errorf("%s: needs a bad and a good example", ex.Rule)
		}
	}
}

func TestProfileSeverity(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]finding.Severity{"guide": finding.Medium, "strict": finding.High, "": finding.Medium} {
		rules := load(t, profile, pack()).Rules()
		i := slices.IndexFunc(rules, func(r finding.Rule) bool { return r.ID == "acme/compose/no-lab" })
		if i < 0 || rules[i].Severity != want || rules[i].HelpURI != "https://example.org/lab" {
			t.Errorf("profile %q: rule %d %+v, want severity %v", profile, i, rules, want)
		}
	}
	for _, r := range load(t, "baseline", pack()).Rules() {
		if r.ID == "acme/compose/no-lab" {
			t.Error("baseline has a rule of other profiles")
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		pack policy.Pack
		want string
	}{
		"no title":            {pack("# title: Image comes from the lab\n", ""), "rules/acme/compose/no_lab.rego:1: title is missing"},
		"no severity":         {pack("#   severity: medium\n", ""), "custom.severity is missing"},
		"no controls":         {pack("#   controls: [ACME-1]\n", ""), "custom.controls is missing"},
		"no remediation":      {pack("#   remediation: Use the released image.\n", ""), "custom.remediation is missing"},
		"wrong severity":      {pack("severity: medium", "severity: awful"), "unknown severity \"awful\""},
		"unknown key":         {pack("remediation:", "remedy:"), "unknown field"},
		"wrong fix":           {pack("#   remediation", "#   fix: maybe\n#   remediation"), "custom.fix is neither safe nor review"},
		"unknown profile":     {pack("[guide, strict]", "[guide, stern]"), "profile \"stern\" does not exist"},
		"unknown control":     {pack("[ACME-1]", "[ACME-2]"), "control ACME-2 does not exist"},
		"no metadata":         {pack("# METADATA", "# DATA"), "METADATA block with scope: package is missing"},
		"other package":       {pack("packs.acme.compose.no_lab", "policies.compose.read_only"), "no_lab.rego:17: package is policies.compose.read_only"},
		"no results":          {pack("results contains result", "hits contains result"), "defines no results"},
		"results is no set":   {pack("results contains result if", "results := result if"), "results must be a set"},
		"subjects is no set":  {pack("results contains", "subjects := 1\n\nresults contains"), "subjects must be a set"},
		"unknown is no set":   {pack("results contains", "subjects contains 1\n\nunknown := 1\n\nresults contains"), "unknown must be a set"},
		"unknown alone":       {pack("results contains", "unknown contains 1\n\nresults contains"), "no_lab.rego:1: the rule defines unknown and no subjects"},
		"syntax":              {pack("some name, service in", "some name, service inn"), "rules/acme/compose/no_lab.rego:20"},
		"unknown function":    {pack("startswith(", "beginswith("), "rules/acme/compose/no_lab.rego:21: undefined function beginswith"},
		"network":             {pack("startswith(service.image, \"lab/\")", "http.send({\"method\": \"get\", \"url\": service.image})"), "undefined function http.send"},
		"clock":               {pack("startswith(service.image, \"lab/\")", "time.now_ns() > 0"), "undefined function time.now_ns"},
		"host":                {pack("startswith(service.image, \"lab/\")", "opa.runtime().env.HOME"), "undefined function opa.runtime"},
		"remote schema":       {pack("startswith(service.image, \"lab/\")", "json.match_schema(service, {})"), "undefined function json.match_schema"},
		"pack name":           {policy.Pack{Name: "../acme", Dir: "rules/acme", FS: fstest.MapFS{}}, "pack name"},
		"folder":              {policy.Pack{Name: "acme", Dir: "p", FS: fstest.MapFS{"composer/x.rego": {Data: []byte("package x")}}}, "p/composer/x.rego: rules live in"},
		"empty file":          {policy.Pack{Name: "acme", Dir: "p", FS: fstest.MapFS{"lib/x.rego": {}}}, "p/lib/x.rego"},
		"broken control":      {policy.Pack{Name: "acme", Dir: "p", FS: fstest.MapFS{"controls/x.yaml": {Data: []byte("framework: x\ncontrols: [{id: A, colour: red}]")}}}, "controls/x.yaml"},
		"control twice":       {policy.Pack{Name: "acme", Dir: "p", FS: fstest.MapFS{"controls/x.yaml": {Data: []byte("framework: x\ncontrols: [{id: SHG-3.04, title: x, severity: low}]")}}}, "control SHG-3.04 is listed twice"},
		"file name":           {policy.Pack{Name: "acme", Dir: "p", FS: fstest.MapFS{"lib/no-lab.rego": {}}}, "p/lib/no-lab.rego: a file is named"},
		"huge file":           {policy.Pack{Name: "acme", Dir: "p", FS: fstest.MapFS{"lib/x.rego": {Data: make([]byte, 2<<20)}}}, "larger than"},
		"built-in is patched": {policy.Pack{Name: "acme", Dir: "p", FS: fstest.MapFS{"lib/compose.rego": {Data: []byte("package policies.lib.compose\n\nnetworks(_) := {\"x\"}")}}}, "package is policies.lib.compose"},
	}
	for name, tt := range tests {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			_, err := policy.Load(policies.FS, []policy.Pack{tt.pack}, "guide")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestLoadRefusesDuplicates(t *testing.T) {
	t.Parallel()
	_, err := policy.Load(policies.FS, []policy.Pack{pack(), pack()}, "guide")
	if err == nil || !strings.Contains(err.Error(), "two packs are called \"acme\"") {
		t.Errorf("got %v", err)
	}
}

func TestLoadRefusesUnknownProfile(t *testing.T) {
	t.Parallel()
	if _, err := policy.Load(policies.FS, nil, "lenient"); err == nil || !strings.Contains(err.Error(), "lenient") {
		t.Errorf("got %v", err)
	}
}

var lab = map[string]any{
	"services": map[string]any{"web": map[string]any{"image": "lab/web"}},
	"params":   map[string]any{"profile": "guide"},
}

func TestEvalPack(t *testing.T) {
	t.Parallel()
	out, err := load(t, "guide", pack()).Eval(t.Context(), "compose", lab)
	if err != nil {
		t.Fatal(err)
	}
	var got []policy.Result
	for _, r := range out.Results {
		if r.Rule == "acme/compose/no-lab" {
			got = append(got, r)
		}
	}
	want := []policy.Result{{
		Rule: "acme/compose/no-lab", Message: "web is a lab image", Path: []any{"services", "web", "image"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEvalCountsSubjects(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		sets    string
		want    int
		unknown []policy.Unknown
	}{
		"decided":       {`subjects := {"a", "b"}`, 2, nil},
		"none":          {`subjects := set()`, 0, nil},
		"one open":      {"subjects contains \"a\"\n\nsubjects contains \"b\"\n\nunknown contains \"b\"", 1, []policy.Unknown{{Subject: "b"}}},
		"open and else": {"subjects contains \"a\"\n\nunknown contains \"b\"", 1, []policy.Unknown{{Subject: "b"}}},
		"path":          {"subjects contains [\"a\", 1]\n\nunknown contains [\"a\", 1]", 0, []policy.Unknown{{Subject: "a.1"}}},
		"with reason": {
			"subjects contains \"a\"\n\nunknown contains {\"subject\": \"a\", \"reason\": \"no file\", \"path\": [\"x\", 0]}", 0,
			[]policy.Unknown{{Subject: "a", Reason: "no file", Path: []any{"x", 0}}},
		},
		"twice": {
			"subjects contains \"a\"\n\nunknown contains \"a\"\n\nunknown contains {\"subject\": \"a\"}", 0, []policy.Unknown{{Subject: "a"}},
		},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			sets := strings.ReplaceAll(tt.sets, "subjects := ", "subjects contains x if some x in ")
			out, err := load(t, "guide", pack("results contains", sets+"\n\nresults contains")).Eval(t.Context(), "compose", lab)
			if err != nil {
				t.Fatal(err)
			}
			own := slices.DeleteFunc(out.Unknown, func(u policy.Unknown) bool { return u.Rule != "acme/compose/no-lab" })
			for i := range own {
				own[i].Rule = ""
			}
			if diff := cmp.Diff(tt.unknown, slices.Clip(own), cmpopts.EquateEmpty()); diff != "" || out.Subjects["acme/compose/no-lab"] != tt.want {
				t.Errorf("%d subjects, want %d: %s", out.Subjects["acme/compose/no-lab"], tt.want, diff)
			}
		})
	}
}

func TestEvalRefusesUnknown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ unknown, want string }{
		{`{"reason": "x"}`, "unknown has no subject"},
		{`{"subject": "x", "why": "y"}`, "unknown field \"why\""},
		{`{"subject": "x", "path": [1.5]}`, "is not an index"},
	} {
		p := pack("results contains", "subjects contains \"a\"\n\nunknown contains "+tt.unknown+"\n\nresults contains")
		_, err := load(t, "guide", p).Eval(t.Context(), "compose", lab)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "no_lab") {
			t.Errorf("%s: got %v, want %q", tt.unknown, err, tt.want)
		}
	}
}

// replaced is the pack whose rule returns the given result.
func replaced(result string) policy.Pack {
	return pack(`{"message": sprintf("%s is a lab image", [name]), "path": ["services", name, "image"]}`, result)
}

func TestEvalReadsEveryKey(t *testing.T) {
	t.Parallel()
	p := replaced(`{"message": "m", "path": ["a", 1], "subject": name, "severity": "low", "related": [["b"], ["c", 0]], ` +
		`"fix": {"op": "set", "path": ["a"], "value": [1]}}`)
	out, err := load(t, "guide", p).Eval(t.Context(), "compose", lab)
	if err != nil {
		t.Fatal(err)
	}
	low := finding.Low
	want := policy.Result{
		Rule: "acme/compose/no-lab", Message: "m", Path: []any{"a", 1}, Subject: "web", Severity: &low,
		Related: [][]any{{"b"}, {"c", 0}},
		Fix:     &policy.Change{Op: "set", Path: []any{"a"}, Value: []any{1.0}},
	}
	if diff := cmp.Diff(want, out.Results[0]); diff != "" {
		t.Error(diff)
	}
}

func TestEvalRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ result, want string }{
		"no path":       {`{"message": "m"}`, "result has no path"},
		"empty path":    {`{"message": "m", "path": []}`, "result has no path"},
		"no message":    {`{"path": ["a"]}`, "result has no message"},
		"unknown key":   {`{"message": "m", "path": ["a"], "line": 7}`, "line"},
		"text":          {`"m"`, "result is not what a rule may return"},
		"wrong path":    {`{"message": "m", "path": "services.web"}`, "result is not what a rule may return"},
		"object step":   {`{"message": "m", "path": [{"a": 1}]}`, "neither a key nor an index"},
		"fraction":      {`{"message": "m", "path": ["a", 1.5]}`, "is not an index"},
		"negative":      {`{"message": "m", "path": ["a", -1]}`, "is not an index"},
		"severity":      {`{"message": "m", "path": ["a"], "severity": "awful"}`, "awful"},
		"operation":     {`{"message": "m", "path": ["a"], "fix": {"op": "run", "path": ["a"]}}`, "fix needs op"},
		"builtin error": {`{"message": sprintf("%d", [to_number("x")]), "path": ["a"]}`, "no_lab.rego:22"},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			_, err := load(t, "guide", replaced(tt.result)).Eval(t.Context(), "compose", lab)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "no_lab") {
				t.Errorf("got %v, want %q and the rule's name", err, tt.want)
			}
		})
	}
}

func TestEvalStopsRunawayRule(t *testing.T) {
	t.Parallel()
	runaway := pack(`startswith(service.image, "lab/")`,
		`count([1 | some a in numbers.range(1, 20000); some b in numbers.range(1, 20000); a * b == -1]) > 0`)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := load(t, "guide", runaway).Eval(ctx, "compose", lab)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want deadline exceeded", err)
	}
}

func TestEvalUnknownKind(t *testing.T) {
	t.Parallel()
	if _, err := load(t, "guide").Eval(t.Context(), "helm", lab); err == nil {
		t.Error("a kind without rules was judged")
	}
}

func TestNowReachesRules(t *testing.T) {
	t.Parallel()
	p := pack(`startswith(service.image, "lab/")`, `data.now == "2026-01-02T03:04:05Z"`)
	for now, want := range map[time.Time]int{{}: 0, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC): 1} {
		e := load(t, "guide", p)
		e.Now = now
		out, err := e.Eval(t.Context(), "compose", lab)
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, r := range out.Results {
			if r.Rule == "acme/compose/no-lab" {
				got++
			}
		}
		if got != want {
			t.Errorf("now %v: %d results, want %d", now, got, want)
		}
	}
}

func TestIndex(t *testing.T) {
	t.Parallel()
	got := policy.Index(
		[]finding.Rule{{ID: "compose/x", Title: "A | B", Severity: finding.High, Controls: []string{"C-1"}}},
		[]finding.Control{{ID: "C-1", Title: "One", Severity: finding.Low, Tier: "guide", Assessed: []string{"rule"}}, {ID: "C-2", Title: "Two"}},
	)
	for _, want := range []string{
		"| `compose/x` | high | A \\| B | C-1 |\n", "## Controls (2, 1 of them with rules)",
		"| C-1 | low | guide | One | `compose/x` | rule |\n", "| C-2 | info |  | Two |  |  |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("index has no %q:\n%s", want, got)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := policy.Load(policies.FS, nil, "guide"); err != nil {
			b.Fatal(err)
		}
	}
}

// One kind is compiled when its first document comes.
func BenchmarkLoadAndEval(b *testing.B) {
	for b.Loop() {
		e, err := policy.Load(policies.FS, nil, "guide")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := e.Eval(b.Context(), "compose", lab); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoadControls(b *testing.B) {
	for b.Loop() {
		if _, err := policy.LoadControls(policies.FS); err != nil {
			b.Fatal(err)
		}
	}
}

func TestConfigure(t *testing.T) {
	t.Parallel()
	p := pack("#   severity: medium", "#   severity: medium\n#   params: {allowed: [], limit: 3}")
	tests := []struct {
		name, want string
		params     map[string]map[string]any
	}{
		{"set", "", map[string]map[string]any{"acme/compose/no-lab": {"allowed": []string{"x"}, "limit": 4}}},
		{"unknown rule", "acme/compose/other: is no rule that has parameters", map[string]map[string]any{"acme/compose/other": {"x": 1}}},
		{"unknown name", "acme/compose/no-lab.permitted: is no parameter of the rule; known are allowed, limit",
			map[string]map[string]any{"acme/compose/no-lab": {"permitted": []string{}}}},
		{"wrong type", "acme/compose/no-lab.limit: must be a number, as its default 3 is",
			map[string]map[string]any{"acme/compose/no-lab": {"limit": "many"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := load(t, "guide", p).Configure(tt.params)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.want)) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// A parameter reaches the rule; parameters of kinds that were not loaded are left alone.
func TestParamsReachRules(t *testing.T) {
	t.Parallel()
	p := pack("#   severity: medium", "#   severity: medium\n#   params: {allowed: []}",
		`startswith(service.image, "lab/")`, `count(data.params["acme/compose/no-lab"].allowed) == 1`)
	for n, want := range map[int]int{0: 0, 1: 1} {
		e, err := policy.Load(policies.FS, []policy.Pack{p}, "guide", "compose")
		if err != nil {
			t.Fatal(err)
		}
		set := map[string]map[string]any{
			"acme/compose/no-lab": {"allowed": make([]string, n)}, "kubernetes/whatever": {"x": 1},
		}
		if err := e.Configure(set); err != nil {
			t.Fatal(err)
		}
		out, err := e.Eval(t.Context(), "compose", lab)
		if err != nil {
			t.Fatal(err)
		}
		got := slices.IndexFunc(out.Results, func(r policy.Result) bool { return r.Rule == "acme/compose/no-lab" })
		if (got >= 0) != (want > 0) {
			t.Errorf("%d allowed: result %d", n, got)
		}
	}
}
