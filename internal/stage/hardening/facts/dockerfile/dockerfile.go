// Package dockerfile holds the facts about the build stages of Dockerfiles.
package dockerfile

import (
	"cmp"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/typography"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// Facts are the facts about one Dockerfile.
type Facts struct {
	Stages []Stage `json:"stages"`
	// Typography are words with typographic characters.
	Typography []typography.Typo `json:"typography"`
}

// Of returns the facts about a decoded Dockerfile.
func Of(model map[string]any) Facts {
	out := Facts{Stages: []Stage{}, Typography: typography.InDockerfile(model)}
	stages := value.List(model["stages"])
	for i, v := range stages {
		st := value.Object(v)
		f := Stage{Name: value.Text(st["name"]), From: value.Text(st["from"]), Final: i == len(stages)-1,
			UserPath: []any{"stages", i}, Secrets: []container.Secret{}, Copies: []copied{}, Insecure: []copied{}}
		f.NonRootBase = strings.Contains(f.From, "nonroot") || strings.Contains(f.From, "chiseled")
		if base := out.stage(f.From); base != nil {
			f.User, f.UserPath, f.NonRootBase = base.User, base.UserPath, base.NonRootBase
			f.Backend, f.Minimal = base.Backend, base.Minimal
		} else {
			f.Backend, f.Minimal = isBackendBase(f.From), isMinimal(f.From)
		}
		if i == 0 {
			f.instructions(model["instructions"], nil)
		}
		f.instructions(st["instructions"], []any{"stages", i})
		out.Stages = append(out.Stages, f)
	}
	return out
}

// stage finds an earlier stage by name.
func (d Facts) stage(name string) *Stage {
	for i := range d.Stages {
		if d.Stages[i].Name != "" && strings.EqualFold(d.Stages[i].Name, name) {
			return &d.Stages[i]
		}
	}
	return nil
}

// Subject names the stage that a path lies in, by its number when it has no name.
func (d Facts) Subject(path []any) string {
	i, ok := d.index(path)
	if !ok {
		return ""
	}
	return cmp.Or(d.Stages[i].Name, "stage "+value.Text(i))
}

// Name names it without a number: a stage without a name of its own is the final one, or
// is called after its base.
func (d Facts) Name(path []any) string {
	i, ok := d.index(path)
	switch {
	case !ok:
		return ""
	case d.Stages[i].Name != "":
		return d.Stages[i].Name
	case d.Stages[i].Final:
		return "final stage"
	}
	return "stage " + cmp.Or(container.ImageName(d.Stages[i].From), value.Text(i))
}

func (d Facts) index(path []any) (i int, ok bool) {
	if len(path) < 2 || path[0] != "stages" {
		return 0, false
	}
	i, ok = path[1].(int)
	return i, ok && i >= 0 && i < len(d.Stages)
}
