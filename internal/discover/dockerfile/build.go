package dockerfile

import (
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
)

// Build is how a Compose service builds its image.
type Build struct {
	// args are the values that take the place of ARG defaults.
	Args map[string]string
	// contexts are names that FROM and --from may use for what is no image.
	Contexts map[string]any
}

// ImagesOf are those that the Dockerfile pulls in each of its builds, else in one without
// arguments; each reference once.
func (d *Doc) ImagesOf(builds []Build) (out []plan.Image) {
	if len(builds) == 0 {
		builds = []Build{{}}
	}
	type key struct {
		ref string
		at  finding.Location
	}
	known := map[key]bool{}
	for _, sb := range builds {
		for _, im := range d.Images(sb) {
			if k := (key{im.Ref, im.Location}); !known[k] {
				known[k] = true
				out = append(out, im)
			}
		}
	}
	return out
}
