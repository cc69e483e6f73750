package monitoring

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/expression"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

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
	got := newAlerts(p)
	want := []alert{
		{Name: "Slow", Language: "promql", Path: []any{"files", "g.yaml", "content", "groups", 0, "rules", 0, "data", 0, "model", "expr"}, Comparisons: []expression.Comparison{{
			Metrics: []string{"wall_seconds"}, Op: ">", Threshold: 5, Seconds: new(5.0), Guarded: true,
			Path: []any{"files", "g.yaml", "content", "groups", 0, "rules", 0, "data", 0, "model", "expr"},
		}}},
		{Name: "Down", Language: "promql", For: 5400, Labels: map[string]string{"severity": "critical"}, Path: rulePath(0), Comparisons: []expression.Comparison{{
			Metrics: []string{"up"}, Op: "==", Guarded: true, Path: value.Under(rulePath(0), 0, 7),
		}}},
		{Name: "Refused", Language: "logql", Path: rulePath(1), Conditions: []expression.Condition{{Field: "job", Op: "=", Value: "x"}, {Field: "status", Op: "=", Value: "401"}}},
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
