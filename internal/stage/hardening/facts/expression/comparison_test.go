package expression

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func ptr(v float64) *float64 { return &v }

func TestComparisons(t *testing.T) {
	t.Parallel()
	recorded := map[string]string{
		"scan:p95":   `histogram_quantile(0.95, rate(scan_seconds_bucket[5m]))`,
		"loop":       "loop",
		"store:used": `redis_used / redis_max * 100`,
	}
	for expr, want := range map[string][]Comparison{
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
			Metrics: []string{"wall_ms"}, Quantile: ptr(0.99), Labels: []Condition{{"quantile", "=", "0.99"}},
			Op: ">", Threshold: 5000, Seconds: ptr(5), Guarded: true,
		}},
	} {
		t.Run(expr, func(t *testing.T) {
			t.Parallel()
			records := recordedOf(recorded)
			e, err := Parse(expr)
			if err != nil {
				t.Fatal(err)
			}
			opts := []cmp.Option{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Comparison{}, "Path"), cmpopts.EquateApprox(0, 1e-9)}
			if diff := cmp.Diff(want, Comparisons(e, records), opts...); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func recordedOf(texts map[string]string) Records {
	out := Records{}
	for name, text := range texts {
		out.Add(map[string]any{"record": name, "expr": text})
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
	e, err := Parse("a > 1")
	if err != nil {
		t.Fatal(err)
	}
	if got := Comparisons(e, recordedOf(texts)); len(got) != 1 || len(got[0].Metrics) > maxSeen {
		t.Errorf("%d comparisons", len(got))
	}
}
