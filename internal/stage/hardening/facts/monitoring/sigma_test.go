package monitoring

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

func TestSigma(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ detection, want string }{
		"one_search":    {"{s: {StatusCode: 401, Bypass: true}, condition: s}", "refused-bypass"},
		"two_searches":  {"{a: {status: 401}, b: {http.bypass: 'true'}, condition: a and b}", "refused-bypass"},
		"either":        {"{a: {status: 401}, b: {bypass: 'true'}, condition: a or b}", ""},
		"status_only":   {"{a: {status: 401}, condition: a}", ""},
		"without":       {"{a: {status: 401}, b: {bypass: true}, condition: a and not b}", ""},
		"logger":        {"{a: {Logger: '*Authorization.Audit', status: [401, 403], bypass: true}, condition: a}", "refused-bypass"},
		"counted":       {"{a: {status: 401, bypass: true}, condition: a | count() by ip > 5}", "refused-bypass"},
		"not_internal":  {"{a: {status: 401, bypass: true}, f: {user: probe}, condition: a and not f}", "refused-bypass"},
		"list":          {"{a: [{status: 401, bypass: true}, {status: 500}], condition: 1 of them}", "refused-bypass"},
		"scope_filter":  {"{a: {path|startswith: /jobs}, f: {scopes: [jobs.run, jobs.read]}, condition: a and not f}", "unexpected-scope"},
		"scope_equal":   {"{a: {scopes: jobs.admin}, condition: a}", ""},
		"any_scope":     {"{a: {path: /jobs}, condition: a}", ""},
		"no_detection":  {"{condition: a}", ""},
		"keywords":      {"{a: [bypass=true], condition: a}", ""},
		"broken":        {"{a: {status: 401}, condition: 'a and ('}", "problem"},
		"odd":           {"{a: 7, b: null, condition: [a, {}]}", "problem"},
		"odd_condition": {"{a: {b: c}, condition: {}}", "problem"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var rule any
			if err := yaml.Unmarshal([]byte("title: T\nlogsource: {product: x}\ndetection: "+tt.detection), &rule); err != nil {
				t.Fatal(err)
			}
			d := sigmaRule(placed{value: rule})
			got := strings.Join(d.Catches, " ")
			if d.Problem != "" {
				got = "problem"
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff, d.Problem)
			}
		})
	}
}
