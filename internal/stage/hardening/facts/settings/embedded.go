package settings

import (
	"path"
	"strings"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// embedded adds the settings of a file that stands inside another one; all have the
// place of the whole text.
func (l *gatherer) embedded(base setting, name, content string, at []any) {
	f, err := configfile.ReadText(name, content)
	if err != nil || f == nil || f.Family != configfile.Settings {
		return
	}
	values := value.Object(value.Object(f.Content)["values"])
	if value.Object(f.Content)["format"] == "env" {
		l.variables(base, values, func(string) []any { return at })
		return
	}
	if strings.HasPrefix(strings.ToLower(path.Base(name)), "concelier") || isConcelier(values) {
		base.Application = "concelier"
	}
	l.tree(base, "", values, nil, at)
}
