package hardening

import (
	"fmt"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
)

// overlayProperty names the kustomizations that render what a finding is about.
const overlayProperty = "overlays"

func inOverlay(f finding.Finding, overlay string) finding.Finding {
	if f.Properties == nil {
		f.Properties = map[string]string{}
	}
	f.Properties[overlayProperty] = overlay
	return f
}

// sameLine is what findings of several overlays share when they mean one line.
type sameLine struct {
	rule, key string
	at        finding.Location
	// nth counts the findings of one overlay that share the rest.
	nth int
}

// acrossOverlays makes one finding of those that the same line causes in several overlays, with
// the gravest severity, and names the overlays.
func acrossOverlays(all []finding.Finding) []finding.Finding {
	first := map[sameLine]int{}
	counts := map[string]map[sameLine]int{}
	out := all[:0]
	for _, f := range all {
		overlay := f.Properties[overlayProperty]
		if overlay == "" {
			out = append(out, f)
			continue
		}
		line := sameLine{f.Rule, f.Key, f.Location, 0}
		if counts[overlay] == nil {
			counts[overlay] = map[sameLine]int{}
		}
		counts[overlay][line]++
		line.nth = counts[overlay][line]
		i, known := first[line]
		if !known {
			first[line] = len(out)
			out = append(out, f)
			continue
		}
		out[i].Properties[overlayProperty] += ", " + overlay
		out[i].Severity = max(out[i].Severity, f.Severity)
	}
	for i, f := range out {
		if names := f.Properties[overlayProperty]; names != "" {
			out[i].Message = fmt.Sprintf("%s (rendered by %s)", strings.TrimSuffix(f.Message, "."), names)
		}
	}
	return out
}
