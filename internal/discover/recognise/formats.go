package recognise

// format is one format of dependency files.
type format struct {
	name, ecosystem string
	role            Role
	// files are the names that it has, in lower case.
	files     []string
	completes []string
	// confirm tells a file of the format from others of the same name; nil when the name
	// is enough.
	confirm func(head []byte) bool
	// declares reports whether a manifest names any dependency.
	declares func(head []byte) bool
}

// pattern is a format whose files have many names.
type pattern struct {
	prefix, suffix, dir string
	format
}

func lock(name, ecosystem string, files ...string) format {
	return format{name: name, ecosystem: ecosystem, role: Lock, files: append(files, name)}
}

func manifest(name, ecosystem string, declares func([]byte) bool, completes ...string) format {
	return format{name: name, ecosystem: ecosystem, role: Manifest, files: []string{name}, declares: declares, completes: completes}
}

func list(name, ecosystem string, declares func([]byte) bool, files ...string) format {
	return format{name: name, ecosystem: ecosystem, role: List, files: append(files, name), declares: declares}
}

func (f format) only(confirm func([]byte) bool) format { f.confirm = confirm; return f }

func (f format) also(files ...string) format { f.files = append(f.files, files...); return f }

var (
	nodeLocks = []string{
		"package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb", "deno.lock",
	}
	pythonLocks = []string{
		"poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", "pixi.lock", "requirements.txt",
	}
	gradleLocks = []string{"gradle.lockfile", "dependencies.lock", "verification-metadata.xml"}
	nugetLocks  = []string{"packages.lock.json", "paket.lock"}
)

// formats are the formats that are known by name.
var formats = [...]format{
	// JavaScript
	lock("package-lock.json", "npm", ".package-lock.json"), lock("npm-shrinkwrap.json", "npm"), lock("pnpm-lock.yaml", "npm", "pnpm-lock.yml"),
	lock("yarn.lock", "npm"), lock("bun.lock", "npm"), lock("bun.lockb", "npm"), lock("deno.lock", "npm"),
	manifest("package.json", "npm", matches(nodeNeeds), nodeLocks...),
	manifest("deno.json", "npm", matches(denoNeeds), "deno.lock").also("deno.jsonc", "import_map.json"),
	manifest("bower.json", "bower", matches(nodeNeeds)),
	// Python
	lock("pipfile.lock", "pypi"), lock("poetry.lock", "pypi"), lock("uv.lock", "pypi"), lock("pdm.lock", "pypi"), lock("pylock.toml", "pypi"),
	manifest("pyproject.toml", "pypi", pyprojectNeeds, pythonLocks...),
	manifest("pipfile", "pypi", entriesIn(pipfileSection), "Pipfile.lock"),
	manifest("setup.py", "pypi", matches(setupNeeds), pythonLocks...), manifest("setup.cfg", "pypi", matches(setupNeeds), pythonLocks...),
	// Conda
	lock("pixi.lock", "conda"), lock("conda-lock.yml", "conda", "conda-lock.yaml"),
	manifest("pixi.toml", "conda", entriesIn(pixiSection), "pixi.lock"),
	list("environment.yml", "conda", matches(listedNeeds), "environment.yaml").only(matches(condaFile)),
	// Go
	list("go.mod", "golang", matches(goNeeds)), lock("go.sum", "golang"), list("go.work", "golang", matches(goUses)), lock("go.work.sum", "golang"),
	list("modules.txt", "golang", nil).only(matches(vendored)), lock("gopkg.lock", "golang"), lock("glide.lock", "golang"),
	manifest("gopkg.toml", "golang", matches(tomlTables), "Gopkg.lock"),
	// Rust
	lock("cargo.lock", "cargo"), manifest("cargo.toml", "cargo", entriesIn(cargoSection), "Cargo.lock"),
	// Ruby
	lock("gemfile.lock", "gem", "gems.locked", "gemfile.next.lock"),
	manifest("gemfile", "gem", matches(gemNeeds), "Gemfile.lock").also("gemfile.next"), manifest("gems.rb", "gem", matches(gemNeeds), "gems.locked"),
	// PHP
	lock("composer.lock", "composer"), manifest("composer.json", "composer", matches(composerNeeds), "composer.lock"),
	// Java and its kin
	list("pom.xml", "maven", matches(pomNeeds)),
	lock("gradle.lockfile", "maven", "buildscript-gradle.lockfile", "settings-gradle.lockfile"),
	lock("dependencies.lock", "maven").only(jsonObject), lock("build.sbt.lock", "maven"),
	lock("maven_install.json", "maven"), lock("verification-metadata.xml", "maven"),
	list("libs.versions.toml", "maven", entriesIn(catalogSection)),
	manifest("build.gradle", "maven", matches(gradleNeeds), gradleLocks...), manifest("build.gradle.kts", "maven", matches(gradleNeeds), gradleLocks...),
	manifest("build.sbt", "maven", matches(sbtNeeds), "build.sbt.lock"), manifest("ivy.xml", "maven", matches(ivyNeeds)),
	manifest("project.clj", "maven", matches(cljNeeds)), manifest("deps.edn", "maven", matches(cljNeeds)),
	// .NET
	lock("packages.lock.json", "nuget"), list("packages.config", "nuget", matches(packagesConfig)), lock("paket.lock", "nuget"), lock("project.assets.json", "nuget"),
	manifest("paket.dependencies", "nuget", matches(paketNeeds), "paket.lock"),
	// Erlang and Elixir
	lock("mix.lock", "hex"), lock("rebar.lock", "hex"),
	manifest("mix.exs", "hex", matches(mixNeeds), "mix.lock"), manifest("rebar.config", "hex", matches(rebarNeeds), "rebar.lock"),
	manifest("gleam.toml", "hex", entriesIn(gleamSection), "manifest.toml"),
	// Dart, Swift and Apple
	lock("pubspec.lock", "pub"), manifest("pubspec.yaml", "pub", pubNeeds, "pubspec.lock").also("pubspec.yml"),
	lock("package.resolved", "swift"), manifest("package.swift", "swift", matches(swiftNeeds), "Package.resolved"),
	lock("podfile.lock", "cocoapods"), manifest("podfile", "cocoapods", matches(podNeeds), "Podfile.lock"),
	lock("cartfile.resolved", "swift"), manifest("cartfile", "swift", matches(cartNeeds), "Cartfile.resolved").also("cartfile.private"),
	// C and C++
	lock("conan.lock", "conan"), manifest("conanfile.txt", "conan", matches(conanNeeds), "conan.lock"), manifest("conanfile.py", "conan", matches(conanNeeds), "conan.lock"),
	list("vcpkg.json", "vcpkg", matches(vcpkgNeeds)), lock("vcpkg-lock.json", "vcpkg"),
	// Others
	lock("manifest.toml", "julia", "juliamanifest.toml").only(matches(juliaOrGleam)), manifest("project.toml", "julia", entriesIn(juliaSection), "Manifest.toml").also("juliaproject.toml").only(matches(juliaProject)),
	lock("stack.yaml.lock", "hackage"), lock("cabal.project.freeze", "hackage"),
	manifest("stack.yaml", "hackage", matches(extraDeps), "stack.yaml.lock").only(matches(stackFile)),
	lock("renv.lock", "cran"), lock("packrat.lock", "cran"), manifest("description", "cran", matches(cranNeeds), "renv.lock").only(matches(cranFile)),
	lock("cpanfile.snapshot", "cpan"), manifest("cpanfile", "cpan", matches(cpanNeeds), "cpanfile.snapshot"),
	lock("shard.lock", "shards"), manifest("shard.yml", "shards", matches(topDependencies), "shard.lock"),
	lock("flake.lock", "nix"), manifest("flake.nix", "nix", matches(flakeNeeds), "flake.lock"),
	lock(".terraform.lock.hcl", "terraform"),
	lock("module.bazel.lock", "bazel"), manifest("module.bazel", "bazel", matches(bazelNeeds), "MODULE.bazel.lock"),
	lock("chart.lock", "helm"), lock("requirements.lock", "helm").only(matches(helmLock)),
	manifest("chart.yaml", "helm", matches(topDependencies), "Chart.lock"), manifest("requirements.yaml", "helm", matches(topDependencies), "requirements.lock").only(matches(topDependencies)),
	manifest("dub.json", "dub", matches(nodeNeeds), "dub.selections.json"), lock("dub.selections.json", "dub"),
	list("elm.json", "elm", matches(nodeNeeds)), lock("foundry.lock", "foundry"), lock("nimble.lock", "nimble"), lock("devbox.lock", "nix"),
}

// patterns are the formats that are known by a part of the name. The first that fits
// counts.
var patterns = [...]pattern{
	{"pnpm-lock.", ".yaml", "", lock("pnpm-lock.yaml", "npm")},
	{"pylock.", ".toml", "", lock("pylock.toml", "pypi")},
	{"", ".gemfile.lock", "", lock("gemfile.lock", "gem")}, {"gemfile", ".lock", "", lock("gemfile.lock", "gem")},
	{"", ".gemfile", "", manifest("gemfile", "gem", matches(gemNeeds), "Gemfile.lock")},
	{"", ".gemspec", "", manifest("gemspec", "gem", matches(gemspecNeeds), "Gemfile.lock")},
	{"", "gradle.lockfile", "", lock("gradle.lockfile", "maven")},
	{"", ".lockfile", "/gradle/dependency-locks/", lock("gradle.lockfile", "maven")},
	{"", ".lockfile", "", lock("gradle.lockfile", "maven").only(matches(gradleHeader))},
	{"", ".versions.toml", "", list("libs.versions.toml", "maven", entriesIn(catalogSection))},
	{"", ".gradle", "", manifest("build.gradle", "maven", matches(gradleNeeds), gradleLocks...)},
	{"", ".gradle.kts", "", manifest("build.gradle", "maven", matches(gradleNeeds), gradleLocks...)},
	{"", "_install.json", "", lock("maven_install.json", "maven").only(matches(mavenInstall))},
	{"pom", ".xml", "", list("pom.xml", "maven", matches(pomNeeds)).only(matches(pomFile))},
	{"", ".pom", "", list("pom.xml", "maven", matches(pomNeeds)).only(matches(pomFile))},
	{"", ".deps.json", "", lock("deps.json", "nuget").only(matches(depsJSON))},
	{"packages.", ".config", "", list("packages.config", "nuget", matches(packagesConfig)).only(matches(packagesConfig))},
	{"", ".csproj", "", manifest("msbuild", "nuget", matches(projectNeeds), nugetLocks...)},
	{"", ".fsproj", "", manifest("msbuild", "nuget", matches(projectNeeds), nugetLocks...)},
	{"", ".vbproj", "", manifest("msbuild", "nuget", matches(projectNeeds), nugetLocks...)},
	{"", ".vcxproj", "", manifest("msbuild", "nuget", matches(projectNeeds), nugetLocks...).only(matches(projectNeeds))},
	{"", ".sqlproj", "", manifest("msbuild", "nuget", matches(projectNeeds), nugetLocks...).only(matches(projectNeeds))},
	{"", ".wixproj", "", manifest("msbuild", "nuget", matches(projectNeeds), nugetLocks...).only(matches(projectNeeds))},
	{"", ".proj", "", manifest("msbuild", "nuget", matches(projectNeeds), nugetLocks...).only(matches(projectNeeds))},
	{"", "packages.props", "", list("packages.props", "nuget", matches(projectNeeds))},
	{"", ".props", "", list("packages.props", "nuget", matches(projectNeeds)).only(matches(projectNeeds))},
	{"", ".targets", "", list("packages.props", "nuget", matches(projectNeeds)).only(matches(projectNeeds))},
	{"manifest-v", ".toml", "", lock("manifest.toml", "julia")},
	{"", ".conda-lock.yml", "", lock("conda-lock.yml", "conda")}, {"conda-lock", ".yml", "", lock("conda-lock.yml", "conda")},
	{"environment", ".yml", "", list("environment.yml", "conda", matches(listedNeeds)).only(matches(condaFile))},
	{"environment", ".yaml", "", list("environment.yml", "conda", matches(listedNeeds)).only(matches(condaFile))},
	{"", ".cabal", "", manifest("cabal", "hackage", matches(cabalNeeds), "cabal.project.freeze", "stack.yaml.lock")},
	{"stack", ".yaml.lock", "", lock("stack.yaml.lock", "hackage")}, {"cabal", ".project.freeze", "", lock("cabal.project.freeze", "hackage")},
	{"", ".opam.locked", "", lock("opam.locked", "opam")}, {"", ".opam", "", manifest("opam", "opam", matches(opamNeeds), "*.opam.locked")},
	{"", "pipfile.lock", "", lock("pipfile.lock", "pypi")},
}

// names are the places of formats by the names of their files.
var names = byFile()

func byFile() map[string]int {
	out := make(map[string]int, 2*len(formats))
	for i, f := range formats {
		for _, file := range f.files {
			out[file] = i
		}
	}
	return out
}
