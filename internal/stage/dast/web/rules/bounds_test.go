package rules

import (
	"strings"
	"testing"
)

// TestHostilePages judges pages that are made to keep rules busy. The test ends only
// because every rule's work is bounded.
func TestHostilePages(t *testing.T) {
	t.Parallel()
	const size = 2 << 20
	for name, unit := range map[string]string{
		"nesting": "<div>", "forms": "<form method=post><div>", "scripts": "<script>'//", "attributes": "<a b c=d ", "one attribute": "<a href='" + strings.Repeat("x", 1000),
		"comments": "<!-- TODO ", "dollars": "$6$$5$", "addresses": "10.", "digits": "411 ", "errors": "on line <b><b>x ", "metas": "<meta http-equiv=refresh content='0;url=x'>",
		"policies": "<meta http-equiv=content-security-policy content=\"default-src *\">", "bases": "<base href=//x/>", "titles": "<title>Index of /", "java": "at a.b(.java:", "slashes": "a = /b/ // ", "quotes": "`${'",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := answer(t, secret, 200, "", strings.Repeat(unit, size/len(unit)))
			p.Threshold = Low
			total := 0
			for _, r := range catalogue() {
				total += len(r.alerts(p))
			}
			if total > len(catalogue())*maxHits {
				t.Errorf("%d alerts", total)
			}
		})
	}
}
