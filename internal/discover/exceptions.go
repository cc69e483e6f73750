package discover

import (
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

// Exceptions reads the exceptions in comments of the files that are judged, and says
// which of them accept nothing because they cannot be understood. A file that cannot be
// read is reported by the stages that judge it.
func Exceptions(p *plan.Plan) (list []config.Exception, unreadable []finding.Gap) {
	for _, name := range judged(p) {
		found, _ := source.Ask(p.Tree, source.Question[inline]{Name: "exceptions", Answer: inlineOf, Limit: source.MaxFileBytes}, name)
		list, unreadable = append(list, found.exceptions...), append(unreadable, found.unreadable...)
	}
	return list, unreadable
}

// inline are the exceptions in one file.
type inline struct {
	exceptions []config.Exception
	unreadable []finding.Gap
}

func inlineOf(name string, data []byte) (i inline) {
	i.exceptions, i.unreadable = config.InlineExceptions(name, data)
	return i
}

// judged are the files that documents, images and dependencies come from. Prose is left
// out: it may explain such comments.
func judged(p *plan.Plan) []string {
	names := slices.Clone(p.LockFiles)
	for _, d := range p.Documents {
		names = append(names, d.Files...)
	}
	for _, i := range p.Images {
		names = append(names, i.Location.URI)
	}
	if p.Config != nil {
		names = append(names, slices.DeleteFunc(slices.Clone(p.Config.Files), configfile.IsProse)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
