package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/dast/web"
	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

func baselineResult(t *testing.T, levels string) web.Result {
	t.Helper()
	l, errs := web.ParseRules([]byte(levels))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	r := web.Result{URLs: []string{"http://a/", "http://a/b"}}
	for _, id := range []string{"2", "10020", "10021", "10027", "10049", "10096", "90022"} {
		r.Rules = append(r.Rules, finding.Rule{ID: "zap/" + id, Title: "Rule " + id})
	}
	for i := range 7 {
		r.Alerts = append(r.Alerts, rules.Alert{PluginID: 10020, Ref: "10020-1", Name: "Missing Anti-clickjacking Header", Risk: "Medium", URL: "http://a/" + strings.Repeat("x", i), Status: "200 OK"})
	}
	r.Alerts = append(
		r.Alerts, rules.Alert{PluginID: 90022, Ref: "90022", Name: "Application Error\n::error::x", Risk: "Medium", URL: "http://a/\n::stop-commands::x"}, rules.Alert{PluginID: 10021, Ref: "10021", Name: "XCTO", Risk: "Low", URL: "http://a/"},
		rules.Alert{PluginID: 10049, Ref: "10049-3", Name: "Storable and Cacheable Content", Risk: "Informational", URL: "http://a/"}, rules.Alert{PluginID: 10096, Ref: "10096", Name: "Timestamp", Risk: "Low", Heuristic: true, URL: "http://a/"},
	)
	return l.Apply(r)
}

func TestSummary(t *testing.T) {
	t.Parallel()
	r := baselineResult(t, "90022\tFAIL\t(x)\tfix it\n10021\tIGNORE\t(x)\n")
	want := "Total of 2 URLs\n" +
		"PASS: Rule 10027 [10027]\nPASS: Rule 2 [2]\n" +
		"IGNORE: XCTO [10021] x 1 \n\thttp://a/ (no status)\n" +
		"INFO: Storable and Cacheable Content [10049] x 1 \n\thttp://a/ (no status)\nINFO: Timestamp [10096] x 1 \n\thttp://a/ (no status)\n" +
		"WARN-NEW: Missing Anti-clickjacking Header [10020] x 7 \n\thttp://a/ (200 OK)\n\thttp://a/x (200 OK)\n\thttp://a/xx (200 OK)\n\thttp://a/xxx (200 OK)\n\thttp://a/xxxx (200 OK)\n" +
		"FAIL-NEW: Application Error ::error::x [90022] x 1 fix it\n\thttp://a/ ::stop-commands::x (no status)\n" +
		"FAIL-NEW: 1\tFAIL-INPROG: 0\tWARN-NEW: 1\tWARN-INPROG: 0\tINFO: 2\tIGNORE: 1\tPASS: 2\n"
	if d := cmp.Diff(want, string(Summary(r, Baseline{}))); d != "" {
		t.Error(d)
	}
	short := "Total of 2 URLs\nFAIL-NEW: Application Error ::error::x [90022] x 1 fix it\nFAIL-NEW: 1\tFAIL-INPROG: 0\tWARN-NEW: 0\tWARN-INPROG: 0\tINFO: 3\tIGNORE: 1\tPASS: 2\n"
	if d := cmp.Diff(short, string(Summary(r, Baseline{Short: true, Level: "FAIL", Info: true}))); d != "" {
		t.Error(d)
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rules string
		b     Baseline
		want  int
	}{
		{"90022\tFAIL\t(x)\n", Baseline{}, 1},
		{"90022\tFAIL\t(x)\n", Baseline{IgnoreWarnings: true}, 1},
		{"", Baseline{}, 2},
		{"", Baseline{IgnoreWarnings: true}, 0},
		{"", Baseline{Info: true}, 0},
		{"90022\tIGNORE\t(x)\n10020\tIGNORE\t(x)\n10021\tINFO\t(x)\n", Baseline{}, 0},
		{"90022\tPASS\t(x)\n10020\tPASS\t(x)\n10021\tPASS\t(x)\n", Baseline{}, 0},
		{"*\tOUTOFSCOPE\thttp://a/\n", Baseline{}, 0},
		{"10020-1\tFAIL\t(x)\n", Baseline{}, 1},
		{"10020-2\tFAIL\t(x)\n", Baseline{}, 2},
	} {
		counts, err := ReadCounts(Summary(baselineResult(t, c.rules), c.b))
		if err != nil || counts.ExitCode(c.b) != c.want {
			t.Errorf("%q with %+v: %+v gives %d, want %d, error %v", c.rules, c.b, counts, counts.ExitCode(c.b), c.want, err)
		}
	}
	if counts, err := ReadCounts(Summary(web.Result{}, Baseline{})); err != nil || counts.ExitCode(Baseline{}) != 3 {
		t.Errorf("nothing judged: %+v, error %v", counts, err)
	}
	if _, err := ReadCounts([]byte("Total of 2 URLs\n")); err == nil {
		t.Error("a summary without counts was read")
	}
}

// TestPassIsCountedNowhere keeps to ZAP, where a rule with the level PASS and alerts
// is in no count.
func TestPassIsCountedNowhere(t *testing.T) {
	t.Parallel()
	counts, err := ReadCounts(Summary(baselineResult(t, "10020\tPASS\t(x)\n"), Baseline{}))
	if d := cmp.Diff(Counts{Warn: 2, Info: 2, Pass: 2}, counts); d != "" || err != nil {
		t.Error(d, err)
	}
}

func TestUnusedEntriesAreNoted(t *testing.T) {
	t.Parallel()
	r := baselineResult(t, "1002\tIGNORE\t(x)\n10020\tIGNORE\t(x)\n")
	if n := strings.Join(r.Notes, "\n"); !strings.Contains(n, "did not apply: 1002") || strings.Contains(n, "did not apply: 1002, 10020") {
		t.Error(n)
	}
}
