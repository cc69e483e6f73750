package typography

import (
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// InDockerfile are those of a Dockerfile, each at its instruction.
func InDockerfile(model map[string]any) []Typo {
	out := []Typo{}
	for i, st := range value.List(model["stages"]) {
		for j, in := range value.List(value.Object(st)["instructions"]) {
			for _, a := range value.List(value.Object(in)["args"]) {
				for _, word := range strings.Fields(value.Text(a)) {
					if isTypo(word) && len(out) < maxFound {
						out = append(out, Typo{word, plain.Replace(word), false, []any{"stages", i, "instructions", j}})
					}
				}
			}
		}
	}
	return out
}
