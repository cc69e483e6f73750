package kubernetes

import (
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// Members of custom objects that name what an operator runs.
var operatedMembers = [...]string{"image", "imageName"}

// watches are the groups whose objects name images without running them.
var watches = regexp.MustCompile(`(^|\.)(image\.toolkit\.fluxcd\.io|kustomize\.config\.k8s\.io|kpack\.io|shipwright\.io|imageupdater\.argoproj\.io|trivy-operator\.aquasecurity\.github\.io|aquasecurity\.github\.io)$`)

// pulled is a reference that nobody takes for anything else: with a registry or a
// directory, and a tag or a digest where it could be a name of another kind.
var pulled = regexp.MustCompile(`^[a-z0-9][a-z0-9._:-]*(/[a-z0-9._-]+)+([:@][A-Za-z0-9._:-]+)?$|^[a-z0-9][a-z0-9._-]*(:[A-Za-z0-9._-]+|@sha256:[0-9a-f]{64})$`)

// operated adds the images that a custom object names for its operator to run, such as
// that of a database.
func (p *podImageList) operated(subject string) {
	group, _, versioned := strings.Cut(decoded.Text(p.doc.Model["apiVersion"]), "/")
	if !versioned || !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io") || watches.MatchString(group) {
		return
	}
	p.named(subject, []any{"spec"}, p.doc.Model["spec"])
}

func (p *podImageList) named(subject string, path []any, v any) {
	switch x := v.(type) {
	case []any:
		for i, e := range x {
			p.named(subject, decoded.Join(path, i), e)
		}
	case map[string]any:
		for _, k := range decoded.Keys(x) {
			at := decoded.Join(path, k)
			ref, _ := x[k].(string)
			switch {
			case k == "values" || k == "valuesObject": // a chart's, which are read as such
			case slices.Contains(operatedMembers[:], k) && pulled.MatchString(ref) && !p.has(at):
				p.image(at, ref, subject)
			default:
				p.named(subject, at, x[k])
			}
		}
	}
}

// has reports whether the image at a path is listed as that of a container.
func (p *podImageList) has(path []any) bool {
	at, _ := p.doc.Locator.Locate(path)
	return slices.ContainsFunc(p.images, func(im plan.Image) bool { return im.Location == at })
}
