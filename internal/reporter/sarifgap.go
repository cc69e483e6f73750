package reporter

import (
	"slices"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter/convert"
)

// gapDescriptors describe the kinds of the gaps, sorted by id.
func gapDescriptors(gaps []report.Gap) []*sarif.ReportingDescriptor {
	var ids []string
	for _, g := range gaps {
		if g.Rule != "" {
			ids = append(ids, g.Rule)
		}
	}
	slices.Sort(ids)
	return convert.List(slices.Compact(ids), func(id string) *sarif.ReportingDescriptor {
		kind, _ := gap.Lookup(id)
		d := sarif.NewReportingDescriptor().WithID(id)
		d.ShortDescription = ruleString("", kind.Title, id)
		d.FullDescription = ruleString("", kind.Description, id)
		d.Help = ruleString("", kind.Remediation, id)
		return d
	})
}

// gapNotification is a warning for a gap that counts, else a note.
func gapNotification(g report.Gap) *sarif.Notification {
	level, message := "warning", gapText(g)
	if !g.Counts {
		level, message = "note", message+" ("+whyNot(g)+")"
	}
	n := notification(level, message, g.Location)
	if g.Location == (finding.Location{}) && g.Subject != "" {
		n.AddLocation(sarif.NewLocation().WithLogicalLocations([]*sarif.LogicalLocation{logicalLocation(g.Subject)}))
	}
	if g.Rule != "" {
		n.Descriptor = sarif.NewReportingDescriptorReference().WithID(g.Rule)
	}
	n.Properties = sarif.NewPropertyBag()
	n.Properties.Properties = sarif.Properties{
		"class": string(g.Class), "subject": convert.Text(g.Subject), "remediation": convert.Text(g.Remediation), "fingerprint": g.Fingerprint,
	}
	return n
}
