package hardening

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stella-ops/assure/internal/plan"
)

func ptr(v float64) *float64 { return &v }

func TestComparisons(t *testing.T) {
	t.Parallel()
	recorded := map[string]string{
		"scan:p95":   `histogram_quantile(0.95, rate(scan_seconds_bucket[5m]))`,
		"loop":       "loop",
		"store:used": `redis_used / redis_max * 100`,
	}
	for expr, want := range map[string][]comparison{
		"up == 0": {{Metrics: []string{"up"}, Op: "==", Guarded: true}},
		"48h < a": {{Metrics: []string{"a"}, Op: ">", Threshold: 172800, Guarded: true}},
		"time() - last_success > 2 * 86400": {{
			Metrics: []string{"last_success"}, Functions: []string{"time"}, Op: ">", Threshold: 172800, Seconds: ptr(172800), Guarded: true,
		}},
		"last < (time() - 60)":        {{Metrics: []string{"last"}, Functions: []string{"time"}, Op: ">", Threshold: 60, Seconds: ptr(60), Guarded: true}},
		"(time() - last) / 3600 > 48": {{Metrics: []string{"last"}, Functions: []string{"time"}, Op: ">", Threshold: 172800, Seconds: ptr(172800), Guarded: true}},
		"feed_age_hours >= 48":        {{Metrics: []string{"feed_age_hours"}, Op: ">=", Threshold: 48, Seconds: ptr(172800), Guarded: true}},
		"used / max > 0.75":           {{Metrics: []string{"used", "max"}, Divisors: []string{"max"}, Op: ">", Threshold: 0.75}},
		"100 * used / max > 75":       {{Metrics: []string{"used", "max"}, Divisors: []string{"max"}, Op: ">", Threshold: 0.75}},
		"used / (max > 0) > 0.75": {
			{Metrics: []string{"max"}, Op: ">", Guarded: true},
			{Metrics: []string{"used", "max"}, Divisors: []string{"max"}, Op: ">", Threshold: 0.75, Guarded: true},
		},
		"used / max > 0.75 unless max == 0": {{Metrics: []string{"used", "max"}, Divisors: []string{"max"}, Op: ">", Threshold: 0.75, Guarded: true}},
		"used / max > 0.75 and max > 0": {
			{Metrics: []string{"used", "max"}, Divisors: []string{"max"}, Op: ">", Threshold: 0.75, Guarded: true},
			{Metrics: []string{"max"}, Op: ">", Guarded: true},
		},
		"a > bool 5":     {},
		"a > b":          {},
		"1 > bool 0":     {},
		"a unless b > 5": {},
		"scan:p95 > 5": {{
			Metrics: []string{"scan_seconds_bucket"}, Functions: []string{"histogram_quantile", "rate"}, Quantile: ptr(0.95),
			Op: ">", Threshold: 5, Seconds: ptr(5), Guarded: true,
		}},
		"store:used > 75": {{Metrics: []string{"redis_used", "redis_max"}, Divisors: []string{"redis_max"}, Op: ">", Threshold: 0.75}},
		"loop > 1":        {{Metrics: []string{"loop"}, Op: ">", Threshold: 1, Guarded: true}},
		`wall_ms{quantile="0.99"} > 5000`: {{
			Metrics: []string{"wall_ms"}, Quantile: ptr(0.99), Labels: []condition{{"quantile", "=", "0.99"}},
			Op: ">", Threshold: 5000, Seconds: ptr(5), Guarded: true,
		}},
	} {
		t.Run(expr, func(t *testing.T) {
			t.Parallel()
			records := recordedOf(recorded)
			e, err := parsePromQL(expr)
			if err != nil {
				t.Fatal(err)
			}
			opts := []cmp.Option{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(comparison{}, "Path"), cmpopts.EquateApprox(0, 1e-9)}
			if diff := cmp.Diff(want, comparisons(e, records), opts...); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Rules of Prometheus objects and of Grafana are alerts as well.
func TestAlertSources(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{
		Documents: []plan.Document{{Kind: plan.Kubernetes, Model: map[string]any{"kind": "PrometheusRule", "spec": map[string]any{
			"groups": []any{map[string]any{"rules": []any{
				map[string]any{"alert": "Down", "expr": "up == 0", "for": "1h30m", "labels": map[string]any{"severity": "critical"}},
				map[string]any{"alert": "Refused", "expr": `sum(rate({job="x"} |= "audit" | json | status="401" [5m])) > 0`},
				map[string]any{"alert": "Broken", "expr": "up =="},
				map[string]any{"alert": "Later", "expr": "up == {{ x }}"},
				map[string]any{"alert": 5, "expr": []any{}},
				7,
			}}, nil, "x"},
		}}}},
		Config: &plan.Document{Kind: plan.Config, Model: map[string]any{"files": map[string]any{"g.yaml": map[string]any{
			"family": "alert-rules", "content": map[string]any{"groups": []any{map[string]any{"rules": []any{
				map[string]any{"title": "Slow", "data": []any{
					map[string]any{"model": map[string]any{"expr": "wall_seconds"}},
					map[string]any{"model": map[string]any{"conditions": []any{map[string]any{"evaluator": map[string]any{"type": "gt", "params": []any{5}}}}}},
				}},
			}}}},
		}}}},
	}
	got := alertFacts(p)
	want := []alert{
		{Name: "Slow", Language: "promql", Path: []any{"files", "g.yaml", "content", "groups", 0, "rules", 0, "data", 0, "model", "expr"}, Comparisons: []comparison{{
			Metrics: []string{"wall_seconds"}, Op: ">", Threshold: 5, Seconds: new(5.0), Guarded: true,
			Path: []any{"files", "g.yaml", "content", "groups", 0, "rules", 0, "data", 0, "model", "expr"},
		}}},
		{Name: "Down", Language: "promql", For: 5400, Labels: map[string]string{"severity": "critical"}, Path: rulePath(0), Comparisons: []comparison{{
			Metrics: []string{"up"}, Op: "==", Guarded: true, Path: under(rulePath(0), 0, 7),
		}}},
		{Name: "Refused", Language: "logql", Path: rulePath(1), Conditions: []condition{{Field: "job", Op: "=", Value: "x"}, {Field: "status", Op: "=", Value: "401"}}},
		{Name: "Broken", Language: "unknown", Path: rulePath(2), Problem: "1:6: parse error: unexpected end of input"},
		{Name: "Later", Language: "template", Path: rulePath(3)},
		{Name: "5", Language: "unknown", Path: rulePath(4), Problem: "unknown position: parse error: no expression found in input"},
	}
	if diff := cmp.Diff(want, got.Rules, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{"files", "g.yaml", "content", "groups"}, got.Anchor); diff != "" {
		t.Error(diff)
	}
}

func rulePath(j int) []any { return []any{"documents", 0, "spec", "groups", 0, "rules", j, "expr"} }

func recordedOf(texts map[string]string) records {
	out := records{}
	for name, text := range texts {
		out.add(map[string]any{"record": name, "expr": text})
	}
	return out
}

// Recording rules that multiply each other end at a bound.
func TestRecordedBomb(t *testing.T) {
	t.Parallel()
	texts := map[string]string{}
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		texts[name] = name + strings.Repeat(" + "+string(name[0]+1), 1000)
	}
	e, err := parsePromQL("a > 1")
	if err != nil {
		t.Fatal(err)
	}
	if got := comparisons(e, recordedOf(texts)); len(got) != 1 || len(got[0].Metrics) > maxSeen {
		t.Errorf("%d comparisons", len(got))
	}
}
