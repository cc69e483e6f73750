package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// lockNames are the names under which the samples of Trivy's parsers are read, by the
// parser's directory. The samples of its analyzers have the right names already.
var lockNames = map[string]string{
	"c/conan": "conan.lock", "dart/pub": "pubspec.lock", "dotnet/core_deps": "sample.deps.json", "golang/mod": "go.mod",
	"gradle/lockfile": "gradle.lockfile", "hex/mix": "mix.lock", "java/pom": "pom.xml", "julia/manifest": "Manifest.toml",
	"nodejs/bun": "bun.lock", "nodejs/npm": "package-lock.json", "nodejs/pnpm": "pnpm-lock.yaml", "nodejs/yarn": "yarn.lock",
	"nuget/config": "packages.config", "nuget/lock": "packages.lock.json", "nuget/packagesprops": "Directory.Packages.props",
	"php/composer": "composer.lock", "python/pip": "requirements.txt", "python/pipenv": "Pipfile.lock", "python/poetry": "poetry.lock",
	"python/pylock": "pylock.toml", "python/uv": "uv.lock", "ruby/bundler": "Gemfile.lock", "rust/cargo": "Cargo.lock",
	"sbt/lockfile": "build.sbt.lock", "swift/cocoapods": "Podfile.lock", "swift/swift": "Package.resolved",
}

// lockCorpus copies the samples of lock files that the peer's own tests read.
func lockCorpus(dir, src string) error {
	analyzers := filepath.Join(src, "pkg", "fanal", "analyzer", "language")
	if err := samples(analyzers, func(kind, name string) string { return filepath.Join("analyzer", kind, name) }, dir); err != nil {
		return err
	}
	for _, name := range []string{"go.mod", "go.sum"} { // a large real one
		if err := copyFile(filepath.Join(src, name), filepath.Join(dir, "trivy", name)); err != nil {
			return err
		}
	}
	parsers := filepath.Join(src, "pkg", "dependency", "parser")
	return samples(parsers, func(kind, name string) string {
		lock := lockNames[filepath.ToSlash(kind)]
		switch {
		case lock == "":
			return ""
		case filepath.Base(name) == lock || strings.Contains(name, "/"):
			return filepath.Join("parser", kind, name)
		default:
			return filepath.Join("parser", kind, name+".d", lock)
		}
	}, dir)
}

// samples copies every file below a directory testdata to where rename says.
func samples(root string, rename func(kind, name string) string, dir string) error {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		kind, name, ok := strings.Cut(rel, "/testdata/")
		if !ok || rename(kind, name) == "" {
			return nil
		}
		if archive, ok := strings.CutSuffix(name, ".txtar"); ok {
			return unpack(path, filepath.Join(dir, rename(kind, archive)))
		}
		return copyFile(path, filepath.Join(dir, rename(kind, name)))
	})
	if err != nil {
		return fmt.Errorf("copy samples: %w", err)
	}
	return nil
}

// unpack writes the files of an archive; a module cannot hold go.mod files otherwise.
func unpack(archive, dir string) error {
	a, err := txtar.ParseFile(archive)
	if err != nil {
		return err
	}
	for _, f := range a.Files {
		if !filepath.IsLocal(f.Name) {
			return fmt.Errorf("%s: %q leads out of the archive", archive, f.Name)
		}
		if err := write(filepath.Join(dir, f.Name), string(f.Data)); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}
