package expression

import (
	"encoding/json"
	"testing"
)

// Whatever an expression holds, its facts are values that rules can read.
func FuzzComparisons(f *testing.F) {
	for _, s := range []string{
		"up == 0", "48h < a", "(time() - a) / 3600 > 48", "a / (b > 0) * 1e308 * 1e308 > 1", "a unless b == 0",
		`histogram_quantile(0.95, sum by (le) (rate(x_bucket{a=~"b|c"}[5m]))) > 5`, "a:b > -0", "x > bool 5", "-a ^ 2 > +Inf", "loop > 1",
	} {
		f.Add(s)
	}
	recorded := recordedOf(map[string]string{"loop": "loop + loop", "a:b": "a / b"})
	f.Fuzz(func(t *testing.T, s string) {
		e, err := Parse(s)
		if err != nil {
			return
		}
		for _, c := range Comparisons(e, recorded) {
			if _, err := json.Marshal(c); err != nil {
				t.Errorf("%q: %v", s, err)
			}
			from, to := c.Path[0].(int), c.Path[1].(int)
			if from < 0 || from >= to || to > len(s) {
				t.Errorf("%q: comparison stands at %d to %d", s, from, to)
			}
		}
	})
}
