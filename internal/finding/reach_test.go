package finding_test

import (
	"testing"

	"github.com/stella-ops/assure/internal/finding"
)

func TestCovered(t *testing.T) {
	t.Parallel()
	type rows = [][]string
	for name, tt := range map[string]struct {
		before []rows
		now    rows
		want   bool
	}{
		"the same":            {[]rows{{{"A"}}}, rows{{"A"}}, true},
		"another":             {[]rows{{{"A"}}}, rows{{"B"}}, false},
		"one of all":          {[]rows{{{"*"}}}, rows{{"A"}}, true},
		"all for one":         {[]rows{{{"A"}}}, rows{{"*"}}, false},
		"some of more":        {[]rows{{{"a", "get"}, {"b", "get"}}}, rows{{"b", "get"}}, true},
		"one too many":        {[]rows{{{"a", "get"}}}, rows{{"a", "get"}, {"b", "get"}}, false},
		"joined":              {[]rows{{{"80"}}, {{"81"}}}, rows{{"80"}, {"81"}}, true},
		"crossed":             {[]rows{{{"a", "*"}, {"*", "get"}}}, rows{{"b", "put"}}, false},
		"below":               {[]rows{{{"/etc/*"}}}, rows{{"/etc/ssl/*"}}, true},
		"below the root":      {[]rows{{{"/*"}}}, rows{{"/etc/*"}}, true},
		"above":               {[]rows{{{"/etc/*"}}}, rows{{"/*"}}, false},
		"beside":              {[]rows{{{"/etc/*"}}}, rows{{"/etcetera/*"}}, false},
		"out again":           {[]rows{{{"/etc/*"}}}, rows{{"/etc/../root/*"}}, false},
		"relative":            {[]rows{{{"/*"}}}, rows{{"~/*"}}, false},
		"of another length":   {[]rows{{{"*"}}}, rows{{"a", "b"}}, false},
		"nothing to go by":    {[]rows{{{"*"}}}, nil, false},
		"nothing before":      {nil, rows{{"a"}}, false},
		"nothing of the base": {[]rows{nil}, rows{{"a"}}, false},
	} {
		var before []finding.Finding
		for _, r := range tt.before {
			before = append(before, finding.Finding{Severity: finding.High, Reach: r})
		}
		f := finding.Finding{Severity: finding.High, Reach: tt.now}
		if got := f.Covered(before); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
		if f.Severity = finding.Critical; f.Covered(before) {
			t.Errorf("%s: covered although graver", name)
		}
	}
}
