package plan

import (
	"slices"
)

// serviceBuild is how a Compose service builds its image.
type serviceBuild struct {
	// args are the values that take the place of ARG defaults.
	args map[string]string
	// contexts are names that FROM and --from may use for what is no image.
	contexts map[string]any
}

// images are those that the Dockerfile pulls in each of its builds, else in one without
// arguments; each reference once.
func (d *dockerfileDoc) imagesOf(builds []serviceBuild) (out []Image) {
	if len(builds) == 0 {
		builds = []serviceBuild{{}}
	}
	for _, sb := range builds {
		for _, im := range d.images(sb) {
			if !slices.ContainsFunc(out, func(o Image) bool { return o.Ref == im.Ref && o.Location == im.Location }) {
				out = append(out, im)
			}
		}
	}
	return out
}
