package images

import (
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/images/reference"
	"github.com/stella-ops/assure/internal/stage/images/sbom"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// inventories are the verified bills of materials that policies ask for. The report
// compares them with what the dependency scan finds in the same digest.
func inventories(uses []use, answers map[reference.Reference]*answer) []finding.Inventory {
	var all []finding.Inventory
	for _, ref := range references(uses) {
		a := answers[ref]
		if a.verdict == nil {
			continue
		}
		for _, o := range a.verdict.outcomes {
			for _, res := range o.statements {
				if inv, ok := inventoryOf(a, res); ok {
					inv.Claims = claims(uses, a, o, res)
					all = append(all, inv)
				}
			}
		}
	}
	return all
}

// inventoryOf reads a statement that was judged before, so that it lists something.
func inventoryOf(a *answer, res verify.Result) (finding.Inventory, bool) {
	if !verify.IsOf(res.Item.Predicate(), "spdx") && !verify.IsOf(res.Item.Predicate(), "cyclonedx") {
		return finding.Inventory{}, false
	}
	s, err := res.Item.Decode()
	if err != nil {
		return finding.Inventory{}, false
	}
	packages, err := sbom.Packages(s.Content)
	return finding.Inventory{Digests: slices.Compact([]string{a.digest, a.verdict.digest}), Packages: packages}, err == nil
}

// claims are the findings about a statement that does not hold, at each use.
func claims(uses []use, a *answer, o *outcome, res verify.Result) []finding.Finding {
	var list []finding.Finding
	for _, u := range uses {
		if u.flaw != "" || u.ref != a.ref {
			continue
		}
		f := u.finding(ruleInventory, o.demand.severity(ruleInventory), fmt.Sprintf("the bill of materials that %s signed for %s", signerOf(res), a.ref))
		f.Properties = map[string]string{"digest": a.verdict.digest, "demanded-by": o.demand.name, "statement": res.Item.Digest}
		list = append(list, f)
	}
	return list
}
