package settings

import (
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// sink is a place that Serilog writes to as text.
type sink struct {
	// Name is console or file.
	Name string `json:"name"`
	// Formatter is the type that formats events, empty without one.
	Formatter string `json:"formatter"`
	Path      []any  `json:"path"`
}

var sinkName = regexp.MustCompile(`^(serilog\.(?:writeto|auditto)\..*?)(?:\.name)?$`)

// sinks are Serilog's consoles and files.
func sinks(list []setting) []sink {
	out := []sink{}
	formatters := map[string]string{}
	for _, s := range list {
		for _, end := range []string{".args.formatter", ".args.formatter.type"} {
			if at, ok := strings.CutSuffix(s.Name, end); ok && !s.Overridden {
				formatters[placeOf(s)+at] = value.Text(s.Value)
			}
		}
	}
	for _, s := range list {
		m := sinkName.FindStringSubmatch(s.Name)
		kind := strings.ToLower(value.Text(s.Value))
		if m == nil || s.Overridden || strings.Contains(m[1], ".args.") && m[1] == s.Name ||
			!slices.Contains([]string{"console", "file", "rollingfile"}, kind) {
			continue
		}
		out = append(out, sink{kind, formatters[placeOf(s)+m[1]], s.Path})
	}
	return out
}
