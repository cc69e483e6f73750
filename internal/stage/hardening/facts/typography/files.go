package typography

import (
	"regexp"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

var mailAddress = regexp.MustCompile(`[^\s<>(),;]+@[^\s<>(),;]+`)

// InFiles are those of the configuration: identifiers of settings, and addresses in
// prose, which readers copy.
func InFiles(files map[string]any) []Typo {
	out := []Typo{}
	for _, name := range value.Keys(files) {
		f := value.Object(files[name])
		content := value.Object(f["content"])
		switch f["family"] {
		case "document", "security-txt", "crontab", "script":
			for i, line := range value.List(content["lines"]) {
				for _, a := range mailAddress.FindAllString(value.Text(line), -1) {
					if fancy.MatchString(a) && len(out) < maxFound {
						out = append(out, Typo{a, plain.Replace(a), false, value.InFile(name, "lines", i)})
					}
				}
			}
		default:
			walk(f["content"], value.InFile(name), &out)
		}
	}
	return out
}
