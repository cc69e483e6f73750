package discover

import (
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/discover/invoked"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// built notes the Dockerfile of a build. Some tools look for it from where they run,
// others from the context.
func (b *builder) built(from string, in invoked.Invocation) {
	if in.Inline != "" {
		b.reportOnce(finding.Gap{
			Rule: gap.NoReader, Location: in.Place, Subject: from,
			Message: "holds the text of a Dockerfile, which was not judged; move it into a file of its own and name that file",
		}, "hardening", "images")
	}
	dirs := slices.Clone(in.Dirs)
	for _, dir := range in.Dirs {
		if in.Target != "" && !source.IsRemote(in.Target) {
			dirs = append(dirs, path.Join(dir, in.Target))
		}
	}
	for _, file := range in.Files {
		for _, name := range b.existing(dirs, []string{file}) {
			b.scripted[name] = true
		}
	}
}

// started reads the file that a tool is started with when its name says nothing.
func (b *builder) started(in invoked.Invocation) {
	for _, file := range in.Files {
		for _, name := range b.existing(in.Dirs, []string{file}) {
			if invoked.Claims(name) || b.read[name] {
				continue
			}
			b.read[name] = true
			data, err := b.tree.Read(name, maxScript)
			if err != nil {
				b.unread(name, err)
				continue
			}
			for _, i := range invoked.ReadAs(in.Tool, name, data) {
				b.call(name, i)
			}
		}
	}
}

// helmChart reports a chart that a file deploys from elsewhere which is none of those
// whose shell is read as a whole.
func (b *builder) helmChart(from string, in invoked.Invocation) {
	chart := in.Target
	if configfile.HasShell(from) || chart == "" || strings.HasPrefix(chart, ".") || strings.ContainsAny(chart, "${}<%") || !strings.Contains(chart, "/") {
		return
	}
	for _, dir := range in.Dirs {
		if b.exists(path.Join(dir, chart, "Chart.yaml")) {
			return
		}
	}
	b.reportOnce(finding.Gap{
		Rule: gap.RemoteSource, Location: in.Place, Subject: "helm/" + clip(chart),
		Message: "Helm deploys the chart " + clip(chart) + ", which is not in this repository and was not judged",
	}, renderStages[:]...)
}

// delivery is what Skaffold puts into which manifests.
type delivery struct {
	// images are the names that it builds, manifests the patterns of those it fills them
	// into; any is true when it renders more than these.
	images    map[string]bool
	manifests []string
	any       bool
}

// delivered notes what a file of Skaffold's builds and deploys.
func (b *builder) delivered(from string, in invoked.Invocation) {
	if in.Image == "" && b.deliveries[from] == nil {
		return
	}
	d := b.deliveries[from]
	if d == nil {
		d = &delivery{images: map[string]bool{}}
		b.deliveries[from] = d
	}
	switch {
	case in.Image != "":
		d.images[in.Image] = true
	case in.Tool == invoked.Kubectl:
		for _, file := range in.Files {
			d.manifests = append(d.manifests, path.Join(path.Dir(from), file))
		}
	default:
		d.any = true
	}
}

// fills reports whether Skaffold replaces an image of a manifest by what it builds. Its
// own default are the manifests of the directory k8s.
func (d *delivery) fills(from, ref, manifest string) bool {
	name, _, _ := strings.Cut(ref, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name = name[:i]
	}
	patterns := d.manifests
	if patterns == nil && !d.any {
		patterns = []string{path.Join(path.Dir(from), "k8s/*.yaml")}
	}
	return d.images[name] && (d.any || slices.ContainsFunc(patterns, func(p string) bool { return matches(manifest, p) }))
}

// filledBy is the file of Skaffold's that fills an image in, empty for none.
func (b *builder) filledBy(ref, manifest string) string {
	for _, f := range b.plan.Files {
		if d := b.deliveries[f.Name]; d != nil && d.fills(f.Name, ref, manifest) {
			return f.Name
		}
	}
	return ""
}
