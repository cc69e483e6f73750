package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
)

// Index renders rules and controls as a Markdown page: every rule with what it
// assesses, and every control with the rules that assess it.
func Index(rules []finding.Rule, controls []finding.Control) string {
	var b strings.Builder
	b.WriteString("# Policies\n\nThis page is generated from the rules' METADATA blocks and from `controls/`.\n\n")
	fmt.Fprintf(&b, "## Rules (%d)\n\n| rule | severity | what it reports | controls |\n|---|---|---|---|\n", len(rules))
	by := map[string][]string{}
	for _, r := range rules {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.ID, r.Severity, cell(r.Title), strings.Join(r.Controls, ", "))
		for _, c := range r.Controls {
			by[c] = append(by[c], "`"+r.ID+"`")
		}
	}
	fmt.Fprintf(&b, "\n## Controls (%d, %d of them with rules)\n\n", len(controls), len(by))
	b.WriteString("| control | severity | tier | what must be true | rules | assessed by |\n|---|---|---|---|---|---|\n")
	for _, c := range controls {
		slices.Sort(by[c.ID])
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", c.ID, c.Severity, c.Tier, cell(c.Title),
			strings.Join(by[c.ID], " "), strings.Join(c.Assessed, ", "))
	}
	return b.String()
}

func cell(s string) string { return strings.ReplaceAll(oneLine(s), "|", `\|`) }
