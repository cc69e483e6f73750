package discover

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/discover/recognise"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// judgedEcosystems are those that advisories are published for, as in a PURL.
var judgedEcosystems = [...]string{"npm", "pypi", "conda", "golang", "cargo", "gem", "composer", "maven", "nuget", "hex", "pub", "swift", "cocoapods", "julia", "conan"}

// besideOthers are lock files that say nothing which a file beside them does not say.
var besideOthers = [...]string{"go.sum", "go.work.sum", "modules.txt", ".package-lock.json"}

// dependencies lists the files that name dependencies, and the manifests that no lock
// file completes.
func (b *builder) dependencies() {
	if !b.cfg.Runs("deps") && !b.plan.Partial {
		b.lockFilesByName()
		return
	}
	var manifests []manifest
	for _, name := range b.found.Files {
		if isLockFile(name) {
			b.plan.LockFiles = append(b.plan.LockFiles, name)
			continue
		}
		if !recognise.MayNameDependencies(name) || inModules(name) {
			continue
		}
		d, known := b.dependency(name)
		switch {
		case !known:
		case !slices.Contains(judgedEcosystems[:], d.Ecosystem):
			b.outOfScope(name, fmt.Sprintf("names dependencies of %s, for which no advisories are published", d.Ecosystem))
		case d.Role == recognise.Manifest && d.Declares:
			manifests = append(manifests, manifest{name, d})
		case d.Role == recognise.Lock || d.Role == recognise.List && d.Declares:
			b.plan.LockFiles = append(b.plan.LockFiles, name)
		}
	}
	for _, m := range manifests {
		b.complete(m)
	}
}

// lockFilesByName serves the stages that only want to know where dependencies are named.
func (b *builder) lockFilesByName() {
	for _, name := range b.found.Files {
		if isLockFile(name) {
			b.plan.LockFiles = append(b.plan.LockFiles, name)
		}
	}
}

// manifest is a file that says which dependencies are wanted.
type manifest struct {
	name string
	recognise.Dependency
}

func inModules(name string) bool {
	return strings.HasPrefix(name, "node_modules/") || strings.Contains(name, "/node_modules/")
}

// replaces is a replacement in a go.work, which holds for all of its modules.
var replaces = regexp.MustCompile(`(?m)^\s*replace\b`)

func (b *builder) dependency(name string) (recognise.Dependency, bool) {
	s, err := source.Ask(b.tree, source.Question[said]{Name: "dependencies", Answer: saidOf, Limit: source.MaxFileBytes, Cut: true}, name)
	if err != nil {
		b.fault(name, err, "deps")
		return recognise.Dependency{}, false
	}
	d, known := s.Dependency, s.known
	switch base := path.Base(name); {
	case slices.Contains(besideOthers[:], base):
		b.outOfScope(name, "says nothing about dependencies that a file beside it does not say")
		return d, false
	case base == "go.work" && !s.replaces:
		return d, false
	case d.Format == "verification-metadata.xml" && slices.ContainsFunc(b.found.Files, isGradleLock):
		return d, false
	}
	return d, known
}

// said is what a file says about dependencies.
type said struct {
	recognise.Dependency
	known, replaces bool
}

func saidOf(name string, data []byte) (s said) {
	s.Dependency, s.known = recognise.Dependencies(name, data)
	s.replaces = path.Base(name) == "go.work" && replaces.Match(data)
	return s
}

func isGradleLock(name string) bool { return strings.HasSuffix(name, "gradle.lockfile") }

// complete reports a manifest that nothing beside it or above it completes.
func (b *builder) complete(m manifest) {
	for dir := path.Dir(m.name); ; dir = path.Dir(dir) {
		for _, lock := range m.Completes {
			if lock = path.Join(dir, lock); b.has(lock) {
				b.outOfScope(m.name, lock+" says which versions of its dependencies are installed, and is judged instead")
				return
			}
		}
		if dir == "." {
			break
		}
	}
	g := finding.Gap{
		Rule: gap.NoLockFile, Location: finding.Top(m.name),
		Message: "declares dependencies, but no lock file says which versions are installed",
	}
	if len(m.Completes) > 0 {
		g.Remediation = fmt.Sprintf("Commit %s beside it, or accept the gap with a reason.", strings.Join(m.Completes[:min(3, len(m.Completes))], ", or "))
	}
	b.report(g, "deps")
}
