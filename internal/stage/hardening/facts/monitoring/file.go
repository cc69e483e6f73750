package monitoring

import (
	"maps"
	"slices"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// filesOf are the contents of the files of a family, by name.
func filesOf(p *plan.Plan, family configfile.Family) []placed {
	if p.Config == nil {
		return nil
	}
	var out []placed
	files := value.Object(p.Config.Model["files"])
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if f := value.Object(files[name]); f["family"] == string(family) {
			out = append(out, placed{[]any{"files", name, "content"}, f["content"]})
		}
	}
	return out
}
