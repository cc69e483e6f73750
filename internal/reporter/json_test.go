package reporter

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter/document"
)

// keys that version 1 of report.json promises; there may be more.
var promised = map[string][]string{
	"":                           {"schema", "tool", "target", "verdict", "stages", "rules", "findings", "controls", "exceptions", "database", "counts"},
	"tool":                       {"name", "version"},
	"target":                     {"root", "commit", "ref", "event", "base"},
	"stages.0":                   {"name", "state", "reason", "duration_ms", "coverage", "gaps", "notes", "files"},
	"stages.0.files":             {"judged", "excluded", "gap", "out_of_scope"},
	"stages.2.gaps.1":            {"rule", "class", "counts", "message", "location", "subject", "remediation", "fingerprint", "exception"},
	"stages.2.gaps.4.exception":  {"rule", "path", "subject", "reason", "owner", "expires"},
	"rules.0":                    {"id", "title", "severity", "security_severity", "help_uri", "controls"},
	"findings.1":                 {"stage", "rule", "severity", "level", "class", "message", "location", "related", "subject", "fingerprint", "controls", "remediation", "fix", "properties", "exception"},
	"findings.1.location":        {"uri", "region"},
	"findings.1.location.region": {"start_line", "start_column", "end_line", "end_column"},
	"findings.3.exception":       {"rule", "path", "subject", "reason", "owner", "expires"},
	"controls.0":                 {"id", "framework", "title", "state", "findings", "reason"},
	"exceptions":                 {"used", "expired", "unused", "pending"},
	"database":                   {"digest", "updated_at"},
	"counts":                     {"critical", "high", "medium", "low", "info", "introduced", "gaps"},
}

func decoded(t *testing.T, r *report.Report) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(rendered(t, "json", r, Options{}), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// at walks a path of keys and indexes.
func at(t *testing.T, v any, path string) any {
	t.Helper()
	for key := range splitPath(path) {
		switch x := v.(type) {
		case map[string]any:
			v = x[key]
		case []any:
			v = x[int(key[0]-'0')]
		}
	}
	return v
}

func splitPath(path string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for path != "" {
			i := slices.Index([]byte(path), '.')
			if i < 0 {
				yield(path)
				return
			}
			if !yield(path[:i]) {
				return
			}
			path = path[i+1:]
		}
	}
}

func TestJSONKeys(t *testing.T) {
	t.Parallel()
	doc := decoded(t, rich(verbatim))
	for path, keys := range promised {
		object, ok := at(t, doc, path).(map[string]any)
		if !ok {
			t.Errorf("%s is no object", path)
			continue
		}
		for _, k := range keys {
			if _, ok := object[k]; !ok {
				t.Errorf("%s has no %s, only %v", path, k, slices.Sorted(maps.Keys(object)))
			}
		}
	}
}

func TestJSONHasNoNullArrays(t *testing.T) {
	t.Parallel()
	doc := decoded(t, &report.Report{Findings: []report.Finding{{}}, Stages: []report.StageRun{{}}, Rules: []finding.Rule{{}}})
	want := map[string]bool{"database": true, "fix": true, "exception": true}
	var walk func(key string, v any)
	walk = func(key string, v any) {
		switch x := v.(type) {
		case nil:
			if !want[key] {
				t.Errorf("%s is null", key)
			}
		case map[string]any:
			for k, e := range x {
				walk(k, e)
			}
		case []any:
			for _, e := range x {
				walk(key, e)
			}
		}
	}
	walk("", doc)
}

func TestJSONKeepsFileNames(t *testing.T) {
	t.Parallel()
	r := rich(verbatim)
	doc := decoded(t, r)
	for i, f := range at(t, doc, "findings").([]any) {
		got, err := url.PathUnescape(at(t, f, "location.uri").(string))
		if err != nil || got != r.Findings[i].Location.URI {
			t.Errorf("uri decodes to %q, %v, want %q", got, err, r.Findings[i].Location.URI)
		}
	}
}

func TestRulesJSON(t *testing.T) {
	t.Parallel()
	got, err := document.Rules(rich(benign).Rules)
	if err != nil {
		t.Fatal(err)
	}
	var rules []any
	if err := json.Unmarshal(got, &rules); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(at(t, decoded(t, rich(benign)), "rules"), any(rules)); diff != "" {
		t.Errorf("rules differ from report.json:\n%s", diff)
	}
}
