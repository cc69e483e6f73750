package discover

import (
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

func isYAML(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".yml" || ext == ".yaml"
}

func isJSON(name string) bool { return path.Ext(strings.ToLower(name)) == ".json" }

// lockNames are the files that Trivy's file system scan reads for dependencies.
var lockNames = [...]string{
	"go.mod", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb",
	"requirements.txt", "Pipfile.lock", "poetry.lock", "uv.lock", "pylock.toml", "pylock.*.toml",
	"Gemfile.lock", "Cargo.lock", "composer.lock", "pom.xml", "*gradle.lockfile", "build.sbt.lock",
	"packages.lock.json", "packages.config", "*.deps.json", "*[Pp]ackages.props", "conan.lock", "mix.lock",
	"pubspec.lock", "Package.resolved", "Podfile.lock", "environment.{yml,yaml}", "Manifest.toml",
}

// lockEndings are the ends that one of lockNames must have: most files have none.
var lockEndings = [...]string{".mod", ".json", ".lock", ".yaml", ".yml", ".lockb", ".txt", ".toml", ".xml", ".lockfile", ".config", ".props", ".resolved"}

func isLockFile(name string) bool {
	base := path.Base(name)
	if !slices.Contains(lockEndings[:], path.Ext(base)) {
		return false
	}
	for _, pattern := range lockNames {
		if matches(base, pattern) {
			return true
		}
	}
	return false
}

func matches(name, pattern string) bool {
	ok, _ := doublestar.Match(pattern, name)
	return ok
}

// inTemplates tells whether a file is a template of one of the charts' directories.
func inTemplates(name string, charts []string) bool {
	for _, dir := range charts {
		if strings.HasPrefix(name, path.Join(dir, "templates")+"/") {
			return true
		}
	}
	return false
}
