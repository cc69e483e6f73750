package inventory

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/aquasecurity/trivy/pkg/dependency/parser/c/conan"
	"github.com/aquasecurity/trivy/pkg/dependency/parser/dart/pub"
	core "github.com/aquasecurity/trivy/pkg/dependency/parser/dotnet/core_deps"
	gradle "github.com/aquasecurity/trivy/pkg/dependency/parser/gradle/lockfile"
	"github.com/aquasecurity/trivy/pkg/dependency/parser/hex/mix"
	julia "github.com/aquasecurity/trivy/pkg/dependency/parser/julia/manifest"
	"github.com/aquasecurity/trivy/pkg/dependency/parser/nodejs/bun"
	"github.com/aquasecurity/trivy/pkg/dependency/parser/nodejs/npm"
	"github.com/aquasecurity/trivy/pkg/dependency/parser/nodejs/pnpm"
	nugetconfig "github.com/aquasecurity/trivy/pkg/dependency/parser/nuget/config"
	nugetlock "github.com/aquasecurity/trivy/pkg/dependency/parser/nuget/lock"
	"github.com/aquasecurity/trivy/pkg/dependency/parser/nuget/packagesprops"
	"github.com/aquasecurity/trivy/pkg/dependency/parser/php/composer"
	"github.com/aquasecurity/trivy/pkg/dependency/parser/python/pipenv"
	"github.com/aquasecurity/trivy/pkg/dependency/parser/python/poetry"
	"github.com/aquasecurity/trivy/pkg/dependency/parser/python/pylock"
	"github.com/aquasecurity/trivy/pkg/dependency/parser/ruby/bundler"
	sbt "github.com/aquasecurity/trivy/pkg/dependency/parser/sbt/lockfile"
	"github.com/aquasecurity/trivy/pkg/dependency/parser/swift/cocoapods"
	"github.com/aquasecurity/trivy/pkg/dependency/parser/swift/swift"
	"github.com/aquasecurity/trivy/pkg/fanal/analyzer"
	"github.com/aquasecurity/trivy/pkg/fanal/analyzer/language"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
)

// format is one kind of file that names dependencies. Files that stand on their own go
// straight to Trivy's parser; those that need their neighbours go through its analyzer.
// The analyzers of the others look for licences outside the repository: in the module
// cache, the home directory and the interpreter's packages.
type format struct {
	kind types.LangType
	// names are base names; one that starts with * is a suffix.
	names []string
	parse func(context.Context, *file) ([]types.Package, error)
	// whole is found in every complete file of this kind: a file without it was cut off
	// or is something else.
	whole *regexp.Regexp
	// lines is true for parsers that read line by line and stop at a line that is too
	// long without saying so.
	lines bool
	// local is true where a package without version is one of the repository's own.
	local bool
	// foreign are directories whose files belong to an installed package.
	foreign []string
}

var modules = []string{"node_modules"}

// formats is the one list of what is read. The order does not matter; a name occurs once.
func formats() []format {
	return []format{
		{kind: types.GoModule, names: []string{"go.mod"}, parse: goModule},
		{kind: types.Npm, names: []string{"package-lock.json", "npm-shrinkwrap.json"}, parse: plain(npm.NewParser()), whole: has(`"lockfileVersion"`), local: true, foreign: modules},
		{kind: types.Yarn, names: []string{"yarn.lock"}, parse: withNeighbours(yarnParser{}, analyzer.TypeYarn, "package.json"), whole: has(`# yarn lockfile v1|__metadata:`), foreign: []string{"node_modules", ".yarn"}},
		{kind: types.Pnpm, names: []string{"pnpm-lock.yaml"}, parse: pnpmLock, whole: has(`(?m)^lockfileVersion:\s*['"]?\d`), local: true, foreign: modules},
		{kind: types.Bun, names: []string{"bun.lock"}, parse: plain(bun.NewParser()), whole: has(`"lockfileVersion"`), local: true, foreign: modules},
		{kind: types.Bun, names: []string{"bun.lockb"}, parse: binaryBun, foreign: modules},
		{kind: types.Pip, names: []string{"requirements.txt"}, parse: requirements, lines: true},
		{kind: types.Pipenv, names: []string{"Pipfile.lock"}, parse: plain(pipenv.NewParser()), whole: has(`"default"`)},
		{kind: types.Poetry, names: []string{"poetry.lock"}, parse: withNeighbours(poetry.NewParser(), analyzer.TypePoetry, "pyproject.toml"), whole: has(`(?m)^\[metadata\]`)},
		{kind: types.Uv, names: []string{"uv.lock"}, parse: uvLock, whole: has(`(?m)^version\s*=`), local: true},
		{kind: types.PyLock, names: []string{"pylock.toml", "pylock.*.toml"}, parse: withNeighbours(pylock.NewParser(), analyzer.TypePyLock, "pyproject.toml"), whole: has(`(?m)^lock-version\s*=`), local: true},
		{kind: types.Bundler, names: []string{"Gemfile.lock", "Gemfile.next.lock", "*.gemfile.lock", "gems.locked"}, parse: plain(bundler.NewParser()), whole: has(`(?m)^DEPENDENCIES\s*$`), lines: true},
		{kind: types.Cargo, names: []string{"Cargo.lock"}, parse: cargoLock, whole: has(`(?m)^\[\[package\]\]`), lines: true},
		{kind: types.Composer, names: []string{"composer.lock"}, parse: withNeighbours(composer.NewParser(), analyzer.TypeComposer, "composer.json"), whole: has(`"packages"`)},
		{kind: types.Pom, names: []string{"pom.xml"}, parse: maven},
		{kind: types.Gradle, names: []string{"*gradle.lockfile"}, parse: plain(gradle.NewParser()), whole: has(`(?m)^empty=|\A[^#]`), lines: true},
		{kind: types.Sbt, names: []string{"build.sbt.lock"}, parse: plain(sbt.NewParser()), whole: has(`"dependencies"`)},
		{kind: types.NuGet, names: []string{"packages.lock.json"}, parse: plain(nugetlock.NewParser()), whole: has(`"dependencies"`)},
		{kind: types.NuGet, names: []string{"packages.config"}, parse: plain(nugetconfig.NewParser()), whole: has(`<packages`)},
		{kind: types.PackagesProps, names: []string{"*packages.props", "*Packages.props"}, parse: plain(packagesprops.NewParser()), whole: has(`<Project`)},
		{kind: types.DotNetCore, names: []string{"*.deps.json"}, parse: plain(core.NewParser()), whole: has(`"libraries"`), local: true},
		{kind: types.Conan, names: []string{"conan.lock"}, parse: plain(conan.NewParser()), whole: has(`"graph_lock"|"requires"`)},
		{kind: types.Hex, names: []string{"mix.lock"}, parse: plain(mix.NewParser()), whole: has(`(?m)^\}`), lines: true},
		{kind: types.Pub, names: []string{"pubspec.lock"}, parse: plain(pub.NewParser(false)), whole: has(`(?m)^sdks:`)},
		{kind: types.Swift, names: []string{"Package.resolved"}, parse: plain(swift.NewParser()), whole: has(`"pins"`)},
		{kind: types.Cocoapods, names: []string{"Podfile.lock"}, parse: plain(cocoapods.NewParser()), whole: has(`(?m)^(COCOAPODS|PODFILE CHECKSUM):`)},
		{kind: types.Julia, names: []string{"Manifest.toml"}, parse: withNeighbours(julia.NewParser(), analyzer.TypeJulia, "Project.toml"), whole: has(`(?m)^julia_version|^manifest_format|^\s*uuid\s*=`), lines: true},
		{kind: types.PythonPkg, names: []string{"*.egg"}, parse: egg},
		{kind: types.CondaEnv, names: []string{"environment.yml", "environment.yaml"}},
	}
}

func has(pattern string) *regexp.Regexp { return regexp.MustCompile(pattern) }

// plain runs a parser that needs nothing but the file.
func plain(p language.Parser) func(context.Context, *file) ([]types.Package, error) {
	return func(ctx context.Context, f *file) ([]types.Package, error) {
		pkgs, deps, err := p.Parse(ctx, f.reader())
		f.graph(deps)
		return pkgs, err
	}
}

// pnpmLock also sees that the sections at the end are there: a YAML file that was cut
// off is still YAML.
func pnpmLock(ctx context.Context, f *file) ([]types.Package, error) {
	last := has(`(?m)^packages:`)
	if has(`(?m)^lockfileVersion:\s*['"]?(9|\d\d)`).Match(f.Text) {
		last = has(`(?m)^snapshots:`)
	}
	needs := bytes.Count(f.Text, []byte("specifier: ")) - bytes.Count(f.Text, []byte("version: link:"))
	if needs > 0 && !last.Match(f.Text) {
		return nil, fmt.Errorf("the file is cut off: %s is missing", last)
	}
	return plain(pnpm.NewParser())(ctx, f)
}

// index finds the format of a file by its name; most files have none.
type index struct {
	exact map[string]*format
	wild  []pattern
}

// pattern is a base name with a star between its two parts.
type pattern struct {
	before, after string
	format        *format
}

func newIndex(all []format) index {
	x := index{exact: map[string]*format{}}
	for i := range all {
		for _, name := range all[i].names {
			if before, after, wild := strings.Cut(name, "*"); wild {
				x.wild = append(x.wild, pattern{before, after, &all[i]})
			} else {
				x.exact[name] = &all[i]
			}
		}
	}
	return x
}

// of returns the format that is responsible for the file, nil when none is.
func (x index) of(name string) *format {
	dir, base := path.Split(name)
	f := x.named(base)
	if f == nil || slices.ContainsFunc(f.foreign, func(part string) bool { return strings.Contains("/"+dir, "/"+part+"/") }) {
		return nil
	}
	return f
}

func (x index) named(base string) *format {
	if f := x.exact[base]; f != nil {
		return f
	}
	for _, p := range x.wild {
		if len(base) >= len(p.before)+len(p.after) && strings.HasPrefix(base, p.before) && strings.HasSuffix(base, p.after) {
			return p.format
		}
	}
	return nil
}
