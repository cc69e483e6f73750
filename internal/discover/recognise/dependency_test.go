package recognise_test

import (
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/discover/recognise"
)

// TestLocks goes through every name of the table of formats that needs no content.
func TestLocks(t *testing.T) {
	t.Parallel()
	for ecosystem, files := range map[string]string{
		"npm":       "package-lock.json npm-shrinkwrap.json pnpm-lock.yaml pnpm-lock.main.yaml yarn.lock bun.lock bun.lockb deno.lock",
		"pypi":      "Pipfile.lock poetry.lock uv.lock pdm.lock pylock.toml pylock.dev.toml",
		"conda":     "pixi.lock conda-lock.yml linux.conda-lock.yml conda-lock-dev.yml",
		"golang":    "go.sum Gopkg.lock",
		"cargo":     "Cargo.lock",
		"gem":       "Gemfile.lock gems.locked rails7.gemfile.lock Gemfile.next.lock",
		"composer":  "composer.lock",
		"maven":     "gradle.lockfile buildscript-gradle.lockfile settings-gradle.lockfile gradle/dependency-locks/compileClasspath.lockfile gradle/verification-metadata.xml build.sbt.lock maven_install.json",
		"nuget":     "packages.lock.json paket.lock",
		"hex":       "mix.lock rebar.lock",
		"pub":       "pubspec.lock",
		"swift":     "Package.resolved Cartfile.resolved",
		"cocoapods": "Podfile.lock",
		"conan":     "conan.lock",
		"vcpkg":     "vcpkg-lock.json",
		"julia":     "Manifest-v1.11.toml",
		"hackage":   "stack.yaml.lock cabal.project.freeze",
		"cran":      "renv.lock",
		"cpan":      "cpanfile.snapshot",
		"shards":    "shard.lock",
		"nix":       "flake.lock",
		"terraform": ".terraform.lock.hcl",
		"bazel":     "MODULE.bazel.lock",
		"opam":      "a.opam.locked",
		"helm":      "Chart.lock",
	} {
		for _, file := range strings.Fields(files) {
			d, ok := recognise.Dependencies("x/"+file, nil)
			if !ok || d.Ecosystem != ecosystem || d.Role != recognise.Lock || !d.Declares || d.Format == "" {
				t.Errorf("%s: %v %t", file, d, ok)
			}
		}
	}
}

// TestByContent shows names that more than one tool uses.
func TestByContent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ file, text, format string }{
		{"Manifest.toml", "manifest_format = \"2.0\"\n", "manifest.toml"}, {"Manifest.toml", "[[package]]\nname = 1\n", ""},
		{"environment.yml", "name: a\ndependencies:\n- numpy\n", "environment.yml"}, {"environment.yml", "region: eu\n", ""},
		{"stack.yaml", "resolver: lts-20\n", "stack.yaml"}, {"stack.yaml", "services: {a: {image: b}}\n", ""},
		{"requirements.yaml", "dependencies:\n- name: a\n", "requirements.yaml"}, {"requirements.yaml", "a: b\n", ""},
		{"dependencies.lock", `{"a":{}}`, "dependencies.lock"}, {"dependencies.lock", "a 1.0\n", ""},
		{"a.lockfile", "# This is a Gradle generated file for\na:b:1=c\n", "gradle.lockfile"}, {"a.lockfile", "pid 1\n", ""},
		{"pom-dev.xml", "<project xmlns=\"a\">", "pom.xml"}, {"pom-a.xml", "<x/>", ""},
		{"my_install.json", `{"artifacts":{}}`, "maven_install.json"}, {"pre_install.json", `{"a":1}`, ""},
		{"Directory.Build.props", `<Project><PackageReference Include="A"/></Project>`, "packages.props"}, {"a.props", "<Project/>", ""},
		{"build/a.targets", `<Project><PackageVersion Include="A"/></Project>`, "packages.props"}, {"a.targets", "<Project/>", ""},
		{"modules.txt", "# a.example/b v1.0.0\n## explicit\n", "modules.txt"}, {"modules.txt", "a list\n", ""},
		{"DESCRIPTION", "Package: a\nImports: b\n", "description"}, {"description", "A fine program.\n", ""},
	} {
		d, _ := recognise.Dependencies(tt.file, []byte(tt.text))
		if d.Format != tt.format {
			t.Errorf("%s %q: %v", tt.file, tt.text, d)
		}
	}
}

func TestManifests(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		file, with, without, lock string
	}{
		{"package.json", `{"dependencies":{"a":"1"}}`, `{"name":"a","dependencies":{}}`, "yarn.lock"},
		{"package.json", `{"devDependencies": { "a":"1"}}`, `{"scripts":{"a":"b"}}`, "pnpm-lock.yaml"},
		{"deno.json", `{"imports":{"a":"npm:a@1"}}`, `{"tasks":{}}`, "deno.lock"},
		{"pyproject.toml", "[project]\ndependencies = [\n  # one\n  \"a==1\",\n]\n", "[project]\ndependencies = []\n[tool.black]\nline-length = 1\n", "uv.lock"},
		{"pyproject.toml", "[tool.poetry.dependencies]\npython = \"^3\"\na = \"*\"\n", "[tool.poetry.dependencies]\npython = \"^3\"\n", "poetry.lock"},
		{"pyproject.toml", "[dependency-groups]\ndev = [\"a\"]\n", "[build-system]\nrequires = [\"setuptools\"]\n", "pdm.lock"},
		{"Pipfile", "[packages]\na = \"*\"\n", "[requires]\npython_version = \"3\"\n[packages]\n", "Pipfile.lock"},
		{"setup.py", "setup(install_requires=['a'])", "setup(name='a')", "requirements.txt"},
		{"setup.cfg", "[options]\ninstall_requires =\n  a\n", "[metadata]\nname = a\n", "requirements.txt"},
		{"requirements.in", "a\n", "", "requirements.txt"},
		{"Cargo.toml", "[target.'cfg(target_os = \"linux\")'.dependencies]\na = \"1\"\n", "[package]\nname = \"a\"\n[dependencies]\n", "Cargo.lock"},
		{"Cargo.toml", "[dependencies.a]\nversion = \"1\"\n", "[features]\na = []\n", "Cargo.lock"},
		{"Gemfile", "source 'x'\ngem \"a\"\n", "source 'x'\n", "Gemfile.lock"},
		{"a.gemspec", "s.add_dependency 'a'", "s.name = 'a'", "Gemfile.lock"},
		{"composer.json", `{"require":{"php":"8","a/b":"1"}}`, `{"require":{"php":"8","ext-json":"*"}}`, "composer.lock"},
		{"build.gradle", "dependencies { implementation \"a:b:1\" }", "plugins { id 'java' }", "gradle.lockfile"},
		{"app/build.gradle.kts", "dependencies { testImplementation(libs.junit) }", "group = \"a\"", "gradle.lockfile"},
		{"build.sbt", `libraryDependencies += "a" %% "b" % "1"`, `name := "a"`, "build.sbt.lock"},
		{"a.csproj", `<PackageReference Include="A" Version="1"/>`, `<Project Sdk="a"/>`, "packages.lock.json"},
		{"paket.dependencies", "source x\nnuget A\n", "source x\n", "paket.lock"},
		{"mix.exs", `defp deps, do: [{:a, "~> 1.0"}]`, `defp deps, do: []`, "mix.lock"},
		{"rebar.config", "{deps, [a]}.", "{deps, []}.", "rebar.lock"},
		{"pubspec.yaml", "dependencies:\n  http: ^1\n", "dependencies:\n  flutter:\n    sdk: flutter\n", "pubspec.lock"},
		{"Package.swift", `.package(url: "a", from: "1")`, `let package = Package(name: "a")`, "Package.resolved"},
		{"Podfile", "pod 'A'\n", "platform :ios\n", "Podfile.lock"},
		{"Cartfile", "github \"a/b\"\n", "# none\n", "Cartfile.resolved"},
		{"conanfile.txt", "[requires]\na/1.0\n", "[generators]\ncmake\n", "conan.lock"},
		{"conanfile.py", "requires = \"a/1.0\"", "name = \"a\"", "conan.lock"},
		{"Project.toml", "[deps]\nA = \"uuid\"\n", "[deps]\n", "Manifest.toml"},
		{"stack.yaml", "resolver: a\nextra-deps:\n- b-1\n", "resolver: a\nextra-deps: []\n", "stack.yaml.lock"},
		{"a.cabal", "  build-depends: base", "name: a", "cabal.project.freeze"},
		{"cpanfile", "requires 'A::B';\n", "# none\n", "cpanfile.snapshot"},
		{"shard.yml", "dependencies:\n  a: {github: b/a}\n", "name: a\n", "shard.lock"},
		{"flake.nix", "{ inputs.a.url = \"b\"; }", "{ outputs = x: {}; }", "flake.lock"},
		{"MODULE.bazel", "bazel_dep(name = \"a\")", "module(name = \"a\")", "MODULE.bazel.lock"},
		{"Chart.yaml", "name: a\ndependencies:\n- name: b\n", "name: a\ndependencies: []\n", "Chart.lock"},
		{"go.mod", "module a\nrequire b v1\n", "module a\ngo 1.26\n", ""},
		{"pom.xml", "<project><dependency></dependency></project>", "<project/>", ""},
		{"gradle/libs.versions.toml", "[libraries]\na = \"b:c:1\"\n", "[versions]\na = \"1\"\n", ""},
		{"vcpkg.json", `{"dependencies":["a"]}`, `{"name":"a","dependencies":[]}`, ""},
		{"packages.config", `<package id="A"/>`, `<packages/>`, ""},
		{"environment.yml", "dependencies:\n  - a\n", "dependencies: []\n", ""},
	} {
		with, ok := recognise.Dependencies(tt.file, []byte(tt.with))
		if !ok || !with.Declares || with.Role == recognise.Lock || tt.lock != "" && !strings.Contains(" "+strings.Join(with.Completes, " ")+" ", " "+tt.lock+" ") {
			t.Errorf("%s %q: %v", tt.file, tt.with, with)
		}
		if without, _ := recognise.Dependencies(tt.file, []byte(tt.without)); without.Declares {
			t.Errorf("%s %q: %v", tt.file, tt.without, without)
		}
	}
}

func TestRequirements(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		file, text string
		role       recognise.Role
	}{
		{"requirements.txt", "", recognise.List}, {"requirements-prod.txt", "django==2.2.0\n", recognise.List}, {"requirements_dev.txt", "-r base.txt\n", recognise.List},
		{"requirements/base.txt", "flask\nrequests[socks] >= 2 ; python_version < '3'\n", recognise.List}, {"test.requirements.txt", "a @ https://x/y.whl\n", recognise.List},
		{"dev-requirements.txt", "a==1 \\\n    --hash=sha256:abc\n", recognise.List}, {"constraints.txt", "a===1\n", recognise.Constraints},
		{"requirements.in", "a\n", recognise.Manifest}, {"deps/requirements-x.pip", "git+https://x/y\n", recognise.List}, {"prod.txt", "# This file is autogenerated by pip-compile\na==1\n", recognise.List},
		{"reqs/base.txt", "A.b_c~=1.0 # why\n", recognise.List}, {"requirements-w.txt", "\xff\xfea\x00=\x00=\x001\x00\n\x00", recognise.List},
		{"requirements-x.txt", "<<<<<<< a\na==1\n=======\na==2\n>>>>>>> b\n", recognise.List}, {"requirements.txt", "a==1\n??? odd\n", recognise.List},
		{"requirements.txt", "Python\nThe system shall run on Linux.\n", ""}, {"requirements/functional.txt", "R1: The user logs in.\n", ""}, {"requirements/empty.txt", "# none\n", ""},
		{"docs/requirements.md", "a==1\n", ""}, {"notes.txt", "a==1\n", ""}, {"requirements-bin.txt", "\x00a==1", ""}, {"requirements.yml", "a==1\n", ""},
		{"requirements-spec.txt", "1. It must be fast, and a >= b.\n2. It must be small.\n3. Done\n", ""}, {"src/requirements.py", "a==1\n", ""},
	} {
		d, ok := recognise.Dependencies(tt.file, []byte(tt.text))
		if d.Role != tt.role || ok != (tt.role != "") || ok && d.Declares == (tt.text == "") {
			t.Errorf("%s %q: %v %t", tt.file, tt.text, d, ok)
		}
	}
	if d, _ := recognise.Dependencies("a/Dev.in", []byte("# autogenerated by uv\nb==1\n")); len(d.Completes) != 1 || d.Completes[0] != "Dev.txt" {
		t.Errorf("completes %v", d.Completes)
	}
}

func TestNoDependencies(t *testing.T) {
	t.Parallel()
	for _, file := range strings.Fields("main.go lock.json package.json.md my-package.json go.mod.tmpl cargo.rs README LICENSE a.lock notes.toml pods.yml " + strings.Repeat("x", 5000)) {
		if d, ok := recognise.Dependencies(file, []byte("a")); ok {
			t.Errorf("%.40s: %v", file, d)
		}
	}
}
