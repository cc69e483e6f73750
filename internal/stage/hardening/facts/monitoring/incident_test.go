package monitoring

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/expression"
)

func TestConditionsCatch(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		`{app="concelier"} | json | status="401" | bypass="true"`:                       "refused-bypass",
		`{app="concelier"} |= "audit" | json | status=401 and bypass=true`:              "refused-bypass",
		`sum(rate({app="c"} | json | StatusCode=~"40[13]" | Bypass!="false" [5m])) > 0`: "refused-bypass",
		`{app="concelier"} | json | status="401"`:                                       "",
		`{app="concelier"} | json | bypass="true"`:                                      "",
		`{app="concelier"} | json | status!="200" | bypass="false"`:                     "",
		`{app="c"} | json | scopes!~"jobs.run|jobs.read"`:                               "unexpected-scope",
		`{app="c"} | json | scopes="jobs.admin"`:                                        "",
		`{app="c"} | json | scopes!="scope.nobody.expects"`:                             "",
	} {
		conditions, ok := expression.LogQL(query)
		if !ok {
			t.Errorf("%s is not LogQL", query)
		}
		var got []string
		for _, i := range incidents {
			if i.caughtBy(conditions) {
				got = append(got, i.name)
			}
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
}
