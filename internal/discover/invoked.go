package discover

import (
	"bytes"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/discover/dockerfile"
	"github.com/stella-ops/assure/internal/discover/invoked"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

// Bounds of what scripts may name.
const (
	maxScript  = 1 << 20
	maxInvoked = 100
)

// callers are words without which a file names nothing that is built or deployed.
var callers = [...]string{"ompose", "COMPOSE_FILE", "docker", "podman", "nerdctl", "buildah", "kaniko", "kubectl", "kustomize", "helm", "skaffold", "tilt ", "dockerfile", "k8s_yaml"}

// calls reads the files that name others when they build or deploy.
func (b *builder) calls() {
	b.scripted, b.manifests = map[string]bool{}, map[string]bool{}
	b.read, b.deliveries = map[string]bool{}, map[string]*delivery{}
	for _, f := range b.plan.Files {
		if !invoked.Claims(f.Name) {
			continue
		}
		found, err := source.Ask(b.tree, source.Question[[]invoked.Invocation]{Name: "calls", Answer: callsOf, Limit: source.MaxFileBytes}, f.Name)
		if errors.Is(err, source.ErrTooLarge) && !dockerfile.Named(f.Name) && !isYAML(f.Name) { // those are reported when they are read
			b.fault(f.Name, err, renderStages[:]...)
		}
		if err != nil {
			continue
		}
		for _, in := range found {
			b.call(f.Name, in)
		}
	}
}

func callsOf(name string, data []byte) []invoked.Invocation {
	if !slices.ContainsFunc(callers[:], func(w string) bool { return bytes.Contains(data, []byte(w)) }) {
		return nil
	}
	return invoked.Read(name, data)
}

func (b *builder) call(from string, in invoked.Invocation) {
	switch in.Tool {
	case invoked.Compose, invoked.Stack:
		if files := b.existing(in.Dirs, in.Files); files != nil && in.ProjectDir == "" {
			b.addInvoked(from, files)
		}
		b.gone(in)
	case invoked.Build:
		b.built(from, in)
	case invoked.Bake, invoked.Skaffold, invoked.Tilt:
		b.started(in)
	case invoked.Kubectl:
		for _, file := range in.Files {
			b.applied(in, file)
		}
	case invoked.Kustomize:
		if source.IsRemote(in.Target) {
			b.sent(in, "kustomize", in.Target)
		}
	case invoked.Helm:
		b.helmValues(in)
		b.helmChart(from, in)
	}
	b.delivered(from, in)
}

// gone reports files that Compose is started with and that nobody has here: one of that
// name elsewhere may be what is meant, and one of a variable is not known.
func (b *builder) gone(in invoked.Invocation) {
	if isEnvFile(in.Place.URI) {
		return // reported where it is read
	}
	for _, file := range in.Files {
		if file == "" || source.IsRemote(file) || strings.ContainsAny(file, "$*?`{<>() ") || b.named(path.Base(file)) {
			continue
		}
		message := "starts Compose with " + clip(file) + ", which is no file of the repository, so what it deploys was not judged"
		b.reportOnce(finding.Gap{Rule: gap.MissingFile, Location: in.Place, Subject: clip(file), Message: message}, renderStages[:]...)
	}
}

// named reports whether any file of the repository has a name.
func (b *builder) named(base string) bool {
	return b.plan.Partial || slices.ContainsFunc(b.plan.Files, func(f plan.File) bool { return path.Base(f.Name) == base })
}

// addInvoked notes files that Compose is started with, each list once.
func (b *builder) addInvoked(from string, files []string) {
	switch {
	case slices.ContainsFunc(b.invoked, func(o []string) bool { return slices.Equal(o, files) }):
	case len(b.invoked) < maxInvoked:
		b.invoked = append(b.invoked, files)
	case len(b.invoked) == maxInvoked:
		b.invoked = append(b.invoked, nil)
		b.problem(gap.TooMany, finding.Top(from), "the repository starts Compose with more combinations of files than are judged; name the one that counts in dast.compose", composeStages[:]...)
	}
}

// applied notes a manifest that kubectl applies: a file of any name, or an address.
func (b *builder) applied(in invoked.Invocation, file string) {
	if source.IsRemote(file) {
		b.sent(in, "kubectl", file)
		return
	}
	for _, name := range b.existing(in.Dirs, []string{file}) {
		b.manifests[name] = true
	}
}

// sent reports what a command applies from an address.
func (b *builder) sent(in invoked.Invocation, tool, address string) {
	b.reportOnce(finding.Gap{
		Rule: gap.RemoteSource, Location: in.Place, Subject: tool + " " + clip(address),
		Message: tool + " applies " + clip(address) + ", which is not in this repository and was not judged",
	}, renderStages[:]...)
}

// helmValues notes the values files that a command renders a chart of the tree with. The
// first command that names some decides.
func (b *builder) helmValues(in invoked.Invocation) {
	for _, dir := range in.Dirs {
		chart := path.Join(dir, in.Target)
		if in.Target == "" || !slices.Contains(b.chartDirs, chart) || b.commanded[chart] != nil {
			continue
		}
		if files := b.existing(in.Dirs, in.Files); files != nil {
			if b.commanded == nil {
				b.commanded = map[string][]string{}
			}
			b.commanded[chart] = files
		}
	}
}

// existing resolves names from the first directory that has all of them. Names that hold
// a variable exist nowhere.
func (b *builder) existing(dirs, names []string) []string {
	for _, dir := range dirs {
		files := make([]string, 0, len(names))
		for _, n := range names {
			if name, err := source.Inside(b.tree.Dir(), dir, n); err == nil && b.has(name) {
				files = append(files, name)
			}
		}
		if len(files) == len(names) && len(files) > 0 {
			return files
		}
	}
	return nil
}

// clip bounds a text of the repository in a message.
func clip(s string) string {
	const most = 200
	s = strings.ToValidUTF8(s, "\uFFFD")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
