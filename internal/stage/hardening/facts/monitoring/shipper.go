package monitoring

import (
	"strings"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// shipper are the facts about all configuration files of the log shipper together: they
// include each other.
type shipper struct {
	// Anchor is the first file's first section, empty without any.
	Anchor  []any    `json:"anchor"`
	Inputs  []plugin `json:"inputs"`
	Outputs []plugin `json:"outputs"`
}

// plugin is one input or output by its name in lower case.
type plugin struct {
	Name string `json:"name"`
	Path []any  `json:"path"`
}

func newShipper(p *plan.Plan) shipper {
	s := shipper{Anchor: []any{}, Inputs: []plugin{}, Outputs: []plugin{}}
	for _, f := range filesOf(p, configfile.FluentBit) {
		for i, item := range value.List(value.Object(f.value)["sections"]) {
			s.section(value.Object(item), value.Under(f.path, "sections", i))
		}
	}
	return s
}

func (s *shipper) section(section map[string]any, path []any) {
	if len(s.Anchor) == 0 {
		s.Anchor = path
	}
	pl := plugin{strings.ToLower(value.Text(value.Object(section["settings"])["name"])), value.Under(path, "settings", "name")}
	switch section["kind"] {
	case "input":
		s.Inputs = append(s.Inputs, pl)
	case "output":
		s.Outputs = append(s.Outputs, pl)
	}
}
