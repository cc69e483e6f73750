package recognise

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// What the manifests of each package manager declare dependencies with. Comments are not
// told apart: a manifest whose only dependency is commented out counts as declaring one.
var (
	nodeNeeds       = regexp.MustCompile(`"(?:dependencies|devDependencies|optionalDependencies|peerDependencies|bundledDependencies)"\s*:\s*[\[{]\s*"`)
	denoNeeds       = regexp.MustCompile(`"(?:npm|jsr|https?):[^"]+"`)
	setupNeeds      = regexp.MustCompile(`(?m)\b(?:install_requires|tests_require|setup_requires|extras_require)\s*=\s*(?:[\[({]\s*["'#\w]|\s*\n\s+\S|[A-Za-z_]\w*)|^\[options\.extras_require\]\s*\n+\s*\w`)
	condaFile       = regexp.MustCompile(`(?m)^dependencies\s*:`)
	listedNeeds     = regexp.MustCompile(`(?m)^dependencies\s*:\s*(?:\n\s*(?:#.*\n\s*)*-|\[\s*[^\]\s])`)
	goNeeds         = regexp.MustCompile(`(?m)^\s*require\s*(?:\(\s*(?://.*\n\s*)*[^\s)]|[^\s(])`)
	goUses          = regexp.MustCompile(`(?m)^\s*(?:use|replace)\b`)
	vendored        = regexp.MustCompile(`(?m)^# \S+ v`)
	tomlTables      = regexp.MustCompile(`(?m)^\s*\[\[`)
	gemNeeds        = regexp.MustCompile(`(?m)^\s*(?:gem[\s(]+["']|gemspec\b)`)
	gemspecNeeds    = regexp.MustCompile(`\.add_(?:runtime_|development_)?dependency\b`)
	composerNeeds   = regexp.MustCompile(`"require(?:-dev)?"\s*:\s*\{[^}]*"[^"/\s]+/[^"\s]+"\s*:`)
	pomNeeds        = regexp.MustCompile(`<(?:dependency|parent|plugin|extension)\s*>`)
	pomFile         = regexp.MustCompile(`<project[\s>]`)
	gradleNeeds     = regexp.MustCompile(`(?i)\b(?:\w*(?:implementation|compile|compileonly|runtime|runtimeonly|api|annotationprocessor|classpath|kapt|ksp|testing|developmentonly))\s*[( ]\s*(?:(?:platform|enforcedPlatform|kotlin|project|libs|files|npm|group\s*[:=])\b|["'][^"'\s:]+:[^"'\s]+|libs\.)|\bid\s*\(?\s*["'][^"']+["']\)?\s+version\b|\balias\s*\(`)
	gradleHeader    = regexp.MustCompile(`^# This is a Gradle generated file`)
	mavenInstall    = regexp.MustCompile(`"(?:__INPUT_ARTIFACTS_HASH|__RESOLVED_ARTIFACTS_HASH|dependency_tree|artifacts)"`)
	sbtNeeds        = regexp.MustCompile(`"[^"]+"\s+%{1,3}\s+"[^"]+"`)
	ivyNeeds        = regexp.MustCompile(`<dependency\s`)
	cljNeeds        = regexp.MustCompile(`:(?:dependencies\s*\[\s*\[|deps\s*\{\s*[^}\s])`)
	packagesConfig  = regexp.MustCompile(`<package\s`)
	paketNeeds      = regexp.MustCompile(`(?m)^\s*(?:nuget|github|git|gist|http|clitool)\s+\S`)
	projectNeeds    = regexp.MustCompile(`<(?:PackageReference|PackageVersion|GlobalPackageReference|PackageDownload|DotNetCliToolReference)\s`)
	depsJSON        = regexp.MustCompile(`"(?:libraries|runtimeTarget|targets)"`)
	mixNeeds        = regexp.MustCompile(`\{\s*:\w+\s*,\s*(?:"[^"]*\d|~|\w+:|\[)`)
	rebarNeeds      = regexp.MustCompile(`\{\s*(?:deps|plugins|project_plugins)\s*,\s*\[\s*[^\s\]]`)
	swiftNeeds      = regexp.MustCompile(`\.package\s*\(`)
	podNeeds        = regexp.MustCompile(`(?m)^\s*pod[\s(]+["']`)
	cartNeeds       = regexp.MustCompile(`(?m)^\s*(?:github|git|binary)\s+"`)
	conanNeeds      = regexp.MustCompile(`(?m)^\[(?:tool_|build_|test_)?requires\]\s*\n+\s*\S+/|\b(?:tool_|build_|test_)?requires\b\s*(?:=|\()\s*[\[("']*\s*["']?[\w.+-]+/`)
	vcpkgNeeds      = regexp.MustCompile(`"(?:dependencies|overrides)"\s*:\s*\[\s*["{]`)
	juliaOrGleam    = regexp.MustCompile(`(?m)manifest_format|julia_version|git-tree-sha1|^\s*uuid\s*=|^\s*\[\[deps|build_tools\s*=\s*\[`)
	juliaProject    = regexp.MustCompile(`(?m)^\s*\[(?:deps|extras|weakdeps|compat)\]`)
	stackFile       = regexp.MustCompile(`(?m)^(?:resolver|snapshot)\s*:`)
	extraDeps       = regexp.MustCompile(`(?m)^extra-deps\s*:\s*(?:\n\s*(?:#.*\n\s*)*-|\[\s*[^\]\s])`)
	cranFile        = regexp.MustCompile(`(?m)^(?:Package|Type|Imports|Depends)\s*:`)
	cranNeeds       = regexp.MustCompile(`(?m)^(?:Imports|Depends|LinkingTo|Suggests)\s*:`)
	cpanNeeds       = regexp.MustCompile(`(?m)^\s*(?:requires|recommends|test_requires|build_requires)\s*\(?\s*["']?(?:[A-Z]\w*)`)
	topDependencies = regexp.MustCompile(`(?m)^(?:dependencies|development_dependencies)\s*:\s*(?:\n\s*(?:#.*\n\s*)*[\w-]|\[\s*[^\]\s]|\{\s*[^}\s])`)
	flakeNeeds      = regexp.MustCompile(`\binputs\b\s*[.=]`)
	bazelNeeds      = regexp.MustCompile(`\bbazel_dep\s*\(`)
	helmLock        = regexp.MustCompile(`(?m)^(?:digest|generated)\s*:`)
	cabalNeeds      = regexp.MustCompile(`(?mi)^\s*build-depends\s*:`)
	opamNeeds       = regexp.MustCompile(`(?m)^depends\s*:\s*\[\s*["(]`)
)

// Sections of TOML files whose entries are dependencies; the group is what follows when
// the section is one dependency.
var (
	pipfileSection = regexp.MustCompile(`^[\w-]+(\..+)?$`)
	pixiSection    = regexp.MustCompile(`(?:^|\.)(?:pypi-|host-|build-)?dependencies(\..+)?$`)
	cargoSection   = regexp.MustCompile(`(?:^|\.)(?:dev[-_]|build[-_])?dependencies(\..+)?$`)
	catalogSection = regexp.MustCompile(`^(?:libraries|plugins)(\..+)?$`)
	gleamSection   = regexp.MustCompile(`^(?:dev-)?dependencies(\..+)?$`)
	juliaSection   = regexp.MustCompile(`^(?:deps|weakdeps|extras)(\..+)?$`)
	projectSection = regexp.MustCompile(`^tool\..*dependencies(\..+)?$|^(?:dependency-groups|project\.optional-dependencies)$`)
	projectList    = regexp.MustCompile(`(?m)^\s*(?:dependencies|requires-dist)\s*=\s*\[\s*(?:#.*\n\s*)*["']`)
)

func matches(what *regexp.Regexp) func([]byte) bool { return what.Match }

func jsonObject(head []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")) }

// pyprojectNeeds reports whether a project names dependencies in any of the ways that
// its package managers know. What only the build needs does not count.
func pyprojectNeeds(head []byte) bool {
	return projectList.Match(head) || hasEntry(head, projectSection)
}

// entriesIn reports whether a TOML file has an entry in one of the sections.
func entriesIn(section *regexp.Regexp) func([]byte) bool {
	return func(head []byte) bool { return hasEntry(head, section) }
}

// notNeeds are sections and keys that stand where dependencies do.
var notNeeds = [...]string{"python", "source", "requires", "scripts", "pipenv"}

var (
	tomlHeader = regexp.MustCompile(`^\[([^\[].*?)\]\s*(?:#.*)?$`)
	tomlKey    = regexp.MustCompile(`^["']?([A-Za-z0-9_./@:+-]+)["']?[\w.-]*\s*=\s*(.*)$`)
)

func hasEntry(head []byte, section *regexp.Regexp) bool {
	inside := false
	for line := range strings.Lines(string(head)) {
		line = strings.TrimSpace(line)
		if m := tomlHeader.FindStringSubmatch(line); m != nil {
			name := strings.TrimSpace(m[1])
			at := section.FindStringSubmatch(name)
			if inside = at != nil && !slices.Contains(notNeeds[:], name); inside && at[1] != "" {
				return true
			}
			continue
		}
		if m := tomlKey.FindStringSubmatch(line); inside && m != nil && !slices.Contains(notNeeds[:], m[1]) && m[2] != "[]" {
			return true
		}
	}
	return false
}

// pubNeeds reports whether a pubspec needs more than the SDK.
func pubNeeds(head []byte) bool {
	inside := false
	for line := range strings.Lines(string(head)) {
		body := strings.TrimSpace(line)
		if body == "" || body[0] == '#' {
			continue
		}
		if line[0] != ' ' && line[0] != '\t' {
			inside = strings.HasPrefix(body, "dependencies:") || strings.HasPrefix(body, "dev_dependencies:")
			continue
		}
		if key, _, ok := strings.Cut(body, ":"); inside && ok && key != "sdk" && !strings.HasPrefix(key, "flutter") {
			return true
		}
	}
	return false
}
