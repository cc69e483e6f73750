package deps_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/deps"
)

// TestCutInHalf cuts each lock file in the middle: what is missing must not pass for
// absent. Formats that have no end and no counts can be cut between two entries without
// a trace; they are cut inside one here.
func TestCutInHalf(t *testing.T) {
	db := databaseOf(t, advisories)
	for name, tt := range ecosystems {
		files := map[string]string{}
		lock := ""
		for i, f := range txtar.Parse([]byte(tt.archive)).Files {
			text := string(f.Data)
			if i == 0 && name != "pip includes" || i == 1 && (name == "pip includes" || name == "maven") {
				lock, text = f.Name, text[:len(text)/2]
			}
			files[f.Name] = text
		}
		if name == "yarn" {
			files[lock] = "# yarn lockfile v1\n\n\nweak-js@^1.0.0:\n  ver"
		}
		if name == "pip" {
			files[lock] = "fine==1.0\nweak-"
		}
		if name == "go before 1.17" {
			files[lock] = "module example.org/svc\n\nrequire (\n\texample.com/direct v1.0.0\n"
		}
		t.Run(name, func(t *testing.T) {
			set := run(t, config.Deps{Database: db}, repositoryOf(t, files))
			found := false
			for _, g := range set.Gaps {
				found = found || g.Location.URI == lock
			}
			if !found {
				t.Errorf("no gap for %s:\n%s\ngaps %v, coverage %v", lock, files[lock], gaps(set), set.Coverage)
			}
		})
	}
}

func TestGaps(t *testing.T) {
	db := databaseOf(t, advisories)
	tests := map[string]struct {
		archive string
		want    []string
	}{
		"unpinned requirements": {
			archive: "-- requirements.txt --\nfine==1.0\nrequests\nflask>=2 # why\n-e .\n-e git+https://x.example/y\nweak-py==1.*\n",
			want: []string{
				"requirements.txt:2:1 gap/unpinned-version pkg:pypi/requests: requests names no exact version and was not judged",
				"requirements.txt:3:1 gap/unpinned-version pkg:pypi/flask: flask>=2 names no exact version and was not judged",
				"requirements.txt:5:1 gap/git-source git+https://x.example/y: git+https://x.example/y names no exact version and was not judged",
				"requirements.txt:6:1 gap/unpinned-version pkg:pypi/weak-py: weak-py==1.* names no exact version and was not judged",
			},
		},
		"include outside": {
			archive: "-- requirements.txt --\n-r ../../etc/passwd\n--requirement=https://x.example/r.txt\n",
			want: []string{
				"requirements.txt:1:1 gap/missing-file ../../etc/passwd: the included requirements file ../../etc/passwd is not in the repository or excluded; its dependencies were not judged",
				"requirements.txt:2:1 gap/missing-file https://x.example/r.txt: the included requirements file https://x.example/r.txt is not in the repository or excluded; its dependencies were not judged",
			},
		},
		"maven version from outside": {
			archive: "-- pom.xml --\n<project><dependencies>\n<dependency><groupId>com.acme</groupId><artifactId>weak-lib</artifactId></dependency>\n<dependency><groupId>com.acme</groupId><artifactId>loop</artifactId><version>${a}</version></dependency>\n</dependencies><properties><a>${b}</a><b>${a}</b></properties></project>\n",
			want: []string{
				"pom.xml:3:1 gap/managed-version pkg:maven/com.acme/loop: com.acme:loop has no version here and was not judged",
				"pom.xml:2:1 gap/managed-version pkg:maven/com.acme/weak-lib: com.acme:weak-lib has no version here and was not judged",
			},
		},
		"maven parent outside": {
			archive: "-- pom.xml --\n<project><parent><groupId>g</groupId><artifactId>p</artifactId><version>1</version><relativePath>../../../etc/hosts</relativePath></parent><dependencies><dependency><groupId>com.acme</groupId><artifactId>weak-lib</artifactId></dependency></dependencies></project>\n",
			want:    []string{"pom.xml:1:1 gap/managed-version pkg:maven/com.acme/weak-lib: com.acme:weak-lib has no version here and was not judged"},
		},
		"maven neighbour that is not the parent": {
			archive: "-- a/pom.xml --\n<project><parent><groupId>g</groupId><artifactId>p</artifactId><version>1</version></parent><dependencies><dependency><groupId>com.acme</groupId><artifactId>weak-lib</artifactId></dependency></dependencies></project>\n-- pom.xml --\n<project><groupId>g</groupId><artifactId>other</artifactId><dependencyManagement><dependencies><dependency><groupId>com.acme</groupId><artifactId>weak-lib</artifactId><version>1.0</version></dependency></dependencies></dependencyManagement></project>\n",
			want:    []string{"a/pom.xml:1:1 gap/managed-version pkg:maven/com.acme/weak-lib: com.acme:weak-lib has no version here and was not judged"},
		},
		"yarn protocol": {
			archive: "-- yarn.lock --\n# yarn lockfile v1\n\n\n\"weak-js@strange:^1.0.0\":\n  version \"1.2.2\"\n",
			want:    []string{"yarn.lock:1:1 gap/entry-not-understood: part of the lock file was not understood and not judged: Protocol error: unknown protocol: 'strange', line: weak-js@strange:^1.0.0\""},
		},
		"pnpm of the future": {
			archive: "-- pnpm-lock.yaml --\nlockfileVersion: 9.x\npackages: {}\n",
			want:    []string{"pnpm-lock.yaml:1:1 gap/entry-not-understood: part of the lock file was not understood and not judged: Unable to convert the lock file version to float: strconv.ParseFloat: parsing \"9.x\": invalid syntax"},
		},
		"mix without fields": {
			archive: "-- mix.lock --\n%{\n  \"weakhex\": {:hex, :weakhex, \"1.5.0\"},\n}\n",
			want:    []string{"mix.lock:1:1 gap/entry-not-understood: part of the lock file was not understood and not judged: Cannot parse dependency: \"weakhex\": {:hex, :weakhex, \"1.5.0\"},"},
		},
		"conan": {
			archive: "-- conan.lock --\n{\"graph_lock\":{\"nodes\":{\"1\":{\"ref\":\"weakc\"}}}}\n",
			want:    []string{"conan.lock:1:1 gap/entry-not-understood: part of the lock file was not understood and not judged: Parse ref error: Unable to determine conan dependency: \"weakc\""},
		},
		"conan version 2": {
			archive: "-- conan.lock --\n{\"requires\":[\"weakc\"]}\n",
			want:    []string{"conan.lock:1:1 gap/entry-not-understood: part of the lock file was not understood and not judged: Creating package entry from requirement failed: Unable to determine conan dependency: \"weakc\""},
		},
		"cocoapods": {
			archive: "-- Podfile.lock --\nPODS:\n  - WeakPod\n\nCOCOAPODS: 1\n",
			want:    []string{"Podfile.lock:1:1 gap/entry-not-understood: part of the lock file was not understood and not judged: Dependency parse error: Unable to determine cocoapods dependency: \"WeakPod\""},
		},
		"pnpm without version": {
			archive: "-- pnpm-lock.yaml --\nlockfileVersion: 9\npackages: {}\n",
			want:    []string{"pnpm-lock.yaml:1:1 gap/entry-not-understood: part of the lock file was not understood and not judged: Unknown type for the lock file version: 9"},
		},
		"yarn without version": {
			archive: "-- yarn.lock --\n# yarn lockfile v1\n\n\nweak-js@^1.0.0:\n  resolved \"x\"\n",
			want:    []string{"yarn.lock:4:1 gap/no-version pkg:npm/weak-js: weak-js has no version here and was not judged"},
		},
		"binary bun": {
			archive: "-- bun.lockb --\n#!/usr/bin/env bun\n",
			want:    []string{"bun.lockb:1:1 gap/no-reader: the lock file could not be parsed: it is the binary lock file of bun; its dependencies were not judged"},
		},
		"maven range": {
			archive: "-- pom.xml --\n<project><dependencies>\n<dependency><groupId>com.acme</groupId><artifactId>weak-lib</artifactId><version>[1,2)</version></dependency>\n</dependencies></project>\n",
			want:    []string{"pom.xml:2:1 gap/unpinned-version pkg:maven/com.acme/weak-lib: com.acme:weak-lib has no version here and was not judged"},
		},
		"requirements from elsewhere": {
			archive: "-- requirements.txt --\nweak-py @ git+https://me:secret@x.example/y.git@abc123\nfine @ https://x.example/fine-1.0.zip#sha256=00\n-e git+https://me:secret@x.example/y.git@abc#egg=Weak_Py\n",
			want: []string{
				"requirements.txt:1:1 gap/git-source pkg:pypi/weak-py: git+https://x.example/y.git names no exact version and was not judged",
				"requirements.txt:2:1 gap/url-source pkg:pypi/fine: https://x.example/fine-1.0.zip names no exact version and was not judged",
				"requirements.txt:3:1 gap/git-source pkg:pypi/weak-py: git+https://x.example/y.git names no exact version and was not judged",
			},
		},
		"merge conflict in Gemfile.lock": {
			archive: "-- Gemfile.lock --\nGEM\n  specs:\n<<<<<<< HEAD\n    fine (1.0.0)\n=======\n    fine (3.0.0)\n>>>>>>> b\n\nDEPENDENCIES\n  fine\n",
			want:    []string{"Gemfile.lock:3:1 gap/conflict-markers: the file holds the marks of a merge conflict; which of its versions will be installed is not known"},
		},
		"merge conflict in requirements.txt": {
			archive: "-- requirements.txt --\nfine==1.0\r\n=======\r\nfine==2.0\r\n>>>>>>> b\r\n",
			want: []string{
				"requirements.txt:2:1 gap/unpinned-version =======: ======= names no exact version and was not judged",
				"requirements.txt:4:1 gap/unpinned-version >>>>>>>: >>>>>>> names no exact version and was not judged",
				"requirements.txt:4:1 gap/conflict-markers: the file holds the marks of a merge conflict; which of its versions will be installed is not known",
			},
		},
		"rulers without a conflict": {
			archive: "-- go.sum --\n=======\n-- Gemfile.lock --\nGEM\n  specs:\n    fine (1.0.0)\n\n=======\n\nDEPENDENCIES\n  fine\n",
		},
		"no conflict": {
			archive: "-- requirements.txt --\n# =======\n#<<<<<<<\nfine==1.0\n",
		},
		"not a lock file": {
			archive: "-- package-lock.json --\n{}\n",
			want:    []string{"package-lock.json:1:1 gap/not-parsed: the file is cut off or not a lock file of kind npm: \"lockfileVersion\" is missing; its dependencies were not judged"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set := run(t, config.Deps{Database: db}, repository(t, tt.archive))
			if diff := cmp.Diff(tt.want, kinds(set)); diff != "" {
				t.Error(diff)
			}
			if len(set.Findings) > 0 {
				t.Errorf("findings %v", lines(set))
			}
		})
	}
}

func TestHostileFiles(t *testing.T) {
	db := databaseOf(t, advisories)
	long := strings.Repeat("x", 10<<20)
	tests := map[string]struct {
		name, text string
		gap        string
		want       []string
	}{
		"long comment hides packages": {name: "gradle.lockfile", text: "# " + long + "\ncom.acme:weak-lib:2.17.0=x\nempty=\n", gap: "line 1 is longer than 65536 bytes"},
		"long line in mix.lock":       {name: "mix.lock", text: "%{\n# " + long + "\n}\n", gap: "line 2 is longer"},
		"long line in requirements":   {name: "requirements.txt", text: long + "\nweak-py==1.3.9\n", gap: "line 1 is longer"},
		"long block in yarn.lock":     {name: "yarn.lock", text: "# yarn lockfile v1\n\n\n\"" + long + "@1\":\n  version \"1\"\n", gap: "could not be parsed"},
		"one line of 10 MB": {
			name: "package-lock.json",
			text: `{"x":"` + strings.Repeat("é", 5<<20) + `","lockfileVersion":3,"packages":{"node_modules/weak-js":{"version":"1.2.2"}}}`,
			want: []string{"package-lock.json:1:5242935-5242942 CVE-2027-0002 weak-js 1.2.2 1.2.3"},
		},
		"deep TOML":        {name: "uv.lock", text: "version = 1\na = " + strings.Repeat("[", 5<<20), gap: "nests brackets"},
		"deep in disguise": {name: "uv.lock", text: "version = 1\na = " + strings.Repeat(`["]", `, 1<<20), gap: "nests brackets"},
		"deep JSON":        {name: "package-lock.json", text: `{"lockfileVersion":1,"dependencies":` + strings.Repeat(`{"a":{"dependencies":`, 1<<18), gap: "nests brackets"},
		"alias bomb":       {name: "pnpm-lock.yaml", text: "lockfileVersion: '9.0'\na: &a [x,x,x,x,x,x,x,x,x]\n" + bomb() + "packages: *k\n", gap: "could not be parsed"},
		"not UTF-8":        {name: "Gemfile.lock", text: "GEM\n  specs:\n    weakgem (2.9.0)\n\xff\xfe\n\nDEPENDENCIES\n", want: []string{"Gemfile.lock:3:5-20 CVE-2027-0004 weakgem 2.9.0 3.0.0"}},
		"NUL":              {name: "go.mod", text: "module x\x00y\n", gap: "could not be parsed"},
		"traversal":        {name: "go.mod", text: "module x\n\ngo 1.24\n\nrequire ../../../etc/passwd v1.0.0\n"},
		"traversal in js":  {name: "package-lock.json", text: `{"lockfileVersion":3,"packages":{"node_modules/../../../../etc/passwd":{"version":"1.0.0"}}}`},
		"escape in name":   {name: "Pipfile.lock", text: "{\"default\":{\"weak\\u001b[31m\\n::error::\":{\"version\":\"==1\"}}}"},
		"empty":            {name: "Cargo.lock", text: "", gap: "cut off"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set := run(t, config.Deps{Database: db}, repositoryOf(t, map[string]string{tt.name: tt.text}))
			if diff := cmp.Diff(tt.want, lines(set)); diff != "" {
				t.Error(diff)
			}
			got := strings.Join(gaps(set), "\n")
			if (got == "") != (tt.gap == "") || !strings.Contains(got, tt.gap) {
				t.Errorf("gaps %.300q, want %q", got, tt.gap)
			}
			if len(got) > 2000 {
				t.Errorf("a gap of %d bytes", len(got))
			}
		})
	}
}

func bomb() string {
	var b strings.Builder
	for c := 'b'; c <= 'k'; c++ {
		prev := string(c - 1)
		b.WriteString(string(c) + ": &" + string(c) + " [*" + strings.Repeat(prev+",*", 8) + prev + "]\n")
	}
	return b.String()
}

func TestUnreadableFileIsAGap(t *testing.T) {
	p := repositoryOf(t, map[string]string{"a/go.mod": "module x\n\ngo 1.24\n"})
	outside := filepath.Join(t.TempDir(), "go.mod")
	if err := os.WriteFile(outside, []byte("module out\n\ngo 1.24\n\nrequire example.com/weak/net v0.17.0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(p.Root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	p.Files = append(p.Files, plan.File{Name: "go.mod"}, plan.File{Name: "gone/Cargo.lock"})
	set := run(t, config.Deps{Database: databaseOf(t, advisories)}, p)
	if got := gaps(set); len(got) != 2 || len(set.Findings) > 0 {
		t.Errorf("gaps %v, findings %v", got, lines(set))
	}
}

func TestExcludedFilesAreNotRead(t *testing.T) {
	p := repository(t, ecosystems["maven"].archive)
	p.Files = p.Files[:1] // app/pom.xml without its parent
	set := run(t, config.Deps{Database: databaseOf(t, advisories)}, p)
	if len(set.Findings) > 0 || len(set.Gaps) != 1 {
		t.Errorf("findings %v, gaps %v", lines(set), gaps(set))
	}
}

func TestDevDependencies(t *testing.T) {
	db := databaseOf(t, advisories)
	tests := map[string]string{
		"npm":      "-- package-lock.json --\n{\"lockfileVersion\":3,\"packages\":{\n\"node_modules/weak-js\":{\"version\":\"1.2.2\",\"dev\":true}}}\n",
		"composer": "-- composer.lock --\n{\"packages\":[],\"packages-dev\":[\n{\"name\":\"acme/weak\",\"version\":\"1.0.0\"}]}\n",
		"maven":    "-- pom.xml --\n<project><dependencies>\n<dependency><groupId>com.acme</groupId><artifactId>weak-lib</artifactId><version>2.0</version><scope>test</scope></dependency></dependencies></project>\n",
		"gradle":   "-- gradle.lockfile --\ncom.acme:weak-lib:2.17.0=testCompileClasspath\nempty=\n",
		"poetry":   "-- poetry.lock --\n[[package]]\nname = \"weak-py\"\nversion = \"1.3.9\"\ngroups = [\"dev\"]\n\n[metadata]\n",
		"uv":       "-- uv.lock --\nversion = 1\n[[package]]\nname = \"svc\"\nversion = \"1\"\nsource = { editable = \".\" }\n[package.dev-dependencies]\ndev = [{ name = \"weak-py\" }]\n[[package]]\nname = \"weak-py\"\nversion = \"1.3.9\"\n",
		"yarn":     "-- yarn.lock --\n# yarn lockfile v1\n\n\nweak-js@^1.0.0:\n  version \"1.2.2\"\n-- package.json --\n{\"name\":\"w\",\"version\":\"1.0.0\",\"devDependencies\":{\"weak-js\":\"^1.0.0\"}}\n",
		"cargo":    "-- Cargo.lock --\n[[package]]\nname = \"svc\"\nversion = \"0.1.0\"\ndependencies = [\"weakcrate\"]\n\n[[package]]\nname = \"weakcrate\"\nversion = \"0.1.0\"\nsource = \"registry+x\"\n-- Cargo.toml --\n[package]\nname = \"svc\"\n[target.'cfg(unix)'.dev-dependencies]\nweak = { package = \"weakcrate\", version = \"0.1\" }\n",
	}
	for name, archive := range tests {
		t.Run(name, func(t *testing.T) {
			p := repository(t, archive)
			if set := run(t, config.Deps{Database: db}, p); len(set.Findings)+len(set.Gaps) > 0 {
				t.Errorf("without dev-dependencies: %v %v", lines(set), gaps(set))
			}
			set := run(t, config.Deps{Database: db, DevDependencies: true}, p)
			if len(set.Findings) != 1 || set.Findings[0].Properties["dev"] != "true" {
				t.Errorf("with dev-dependencies: %v", set.Findings)
			}
		})
	}
}

// TestNotOnlyForDevelopment has dependencies that a graph followed from one manifest
// would miss.
func TestNotOnlyForDevelopment(t *testing.T) {
	db := databaseOf(t, advisories)
	lock := "-- Cargo.lock --\n[[package]]\nname = \"svc\"\nversion = \"0.1.0\"\ndependencies = [\"helper\"]\n\n[[package]]\nname = \"helper\"\nversion = \"0.1.0\"\ndependencies = [\"weakcrate\"]\n\n[[package]]\nname = \"weakcrate\"\nversion = \"0.1.0\"\nsource = \"registry+x\"\n-- Cargo.toml --\n[package]\nname = \"svc\"\n[dependencies]\nhelper = { path = \"helper\" }\n"
	tests := map[string]string{
		"renamed":        lock + "-- helper/Cargo.toml --\n[package]\nname = \"helper\"\n[dependencies]\nw = { package = \"weakcrate\", version = \"0.1\" }\n",
		"build":          lock + "-- helper/Cargo.toml --\n[package]\nname = \"helper\"\n[build-dependencies]\nweakcrate = \"0.1\"\n[dev-dependencies]\nweakcrate = \"0.1\"\n",
		"no manifest":    lock,
		"unreached":      strings.Replace(lock, "[\"weakcrate\"]", "[]", 1) + "-- helper/Cargo.toml --\n[package]\nname = \"helper\"\n",
		"path crate":     strings.Replace(lock, "[\"helper\"]", "[]", 1),
		"broken":         lock + "-- helper/Cargo.toml --\n[package\n",
		"workspace name": lock + "[workspace.dependencies]\nw = { package = \"weakcrate\", version = \"0.1\" }\n-- helper/Cargo.toml --\n[package]\nname = \"helper\"\n[dependencies]\nw = { workspace = true }\n[dev-dependencies]\nweakcrate = \"0.1\"\n",
		"uv workspace":   "-- uv.lock --\nversion = 1\n[manifest]\nmembers = [\"svc\"]\n[[package]]\nname = \"root\"\nversion = \"1\"\nsource = { virtual = \".\" }\n[[package]]\nname = \"svc\"\nversion = \"1\"\nsource = { editable = \"svc\" }\ndependencies = [{ name = \"weak-py\" }]\n[[package]]\nname = \"weak-py\"\nversion = \"1.3.9\"\n",
		"julia":          "-- Manifest.toml --\nmanifest_format = \"2.0\"\n\n[[deps.WeakJl]]\nuuid = \"cd3eb016-35fb-5094-929b-558a96fad6f3\"\nversion = \"1.10.16\"\n-- Project.toml --\n[deps]\n",
	}
	for name, archive := range tests {
		t.Run(name, func(t *testing.T) {
			set := run(t, config.Deps{Database: db}, repository(t, archive))
			if len(set.Findings) != 1 || set.Findings[0].Properties["dev"] != "" || len(set.Gaps) > 0 {
				t.Errorf("findings %v, gaps %v", set.Findings, gaps(set))
			}
		})
	}
}

func TestCondaIsNoted(t *testing.T) {
	set := run(t, config.Deps{Database: databaseOf(t, advisories)}, repositoryOf(t, map[string]string{"environment.yml": "name: x\n"}))
	if len(set.Notes) != 1 || len(set.Coverage) > 0 {
		t.Errorf("notes %v, coverage %v", set.Notes, set.Coverage)
	}
}

func TestInstalledPackagesAreNotTheRepositorys(t *testing.T) {
	p := repositoryOf(t, map[string]string{"node_modules/x/package-lock.json": `{"lockfileVersion":1,"dependencies":{"weak-js":{"version":"1.0.0"}}}`})
	set, err := deps.New(config.Deps{}, deps.Options{}).Run(t.Context(), p, func(string) {})
	if err != nil || len(set.Coverage) > 0 {
		t.Errorf("%+v %v", set, err)
	}
}

// TestLoggersAreLeftAlone runs where Trivy logs a lot and somebody else logs, too.
func TestLoggersAreLeftAlone(t *testing.T) {
	before, writer := slog.Default(), log.Writer()
	defer func() { slog.SetDefault(before); log.SetOutput(writer) }()
	var text bytes.Buffer
	mine := slog.New(slog.NewTextHandler(&text, nil))
	slog.SetDefault(mine)
	var plain bytes.Buffer
	log.SetOutput(&plain)
	p := repository(t, "-- mix.lock --\n%{\n  \"x\": {:hex},\n}\n")
	_, err := deps.New(config.Deps{Database: databaseOf(t, nil)}, deps.Options{}).Run(t.Context(), p, func(string) { slog.Info("others"); log.Print("plain") })
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(text.String(), "\n"); got != strings.Count(text.String(), "msg=others") || got == 0 {
		t.Errorf("slog: %s", text.String())
	}
	if !strings.Contains(plain.String(), "plain") || slog.Default() != mine || log.Writer() != &plain {
		t.Errorf("the loggers were changed: %q", plain.String())
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := repositoryOf(t, map[string]string{"requirements.txt": "weak-py==1.3.9\n"})
	_, err := deps.New(config.Deps{Database: databaseOf(t, advisories)}, deps.Options{}).Run(ctx, p, func(string) {})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestParallelRuns(t *testing.T) {
	db := databaseOf(t, advisories)
	for range 4 {
		t.Run("run", func(t *testing.T) {
			t.Parallel()
			set := run(t, config.Deps{Database: db}, repository(t, ecosystems["npm"].archive))
			if len(set.Findings) != 1 || len(set.Gaps) > 0 {
				t.Errorf("%v %v", lines(set), gaps(set))
			}
		})
	}
}

// TestLongLine has a line of 10 MB in the middle of each lock file: what is still found
// has its place, and what is not has a gap.
func TestLongLine(t *testing.T) {
	db := databaseOf(t, advisories)
	long := strings.Repeat("x", 10<<20) + "\n"
	for name, tt := range ecosystems {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{}
			for _, f := range txtar.Parse([]byte(tt.archive)).Files {
				middle := 1 + bytes.IndexByte(f.Data, '\n')
				files[f.Name] = string(f.Data[:middle]) + long + string(f.Data[middle:])
			}
			set := run(t, config.Deps{Database: db}, repositoryOf(t, files))
			if len(set.Gaps) == 0 && !cmp.Equal(len(tt.want), len(set.Findings)) {
				t.Errorf("findings %v and no gap", lines(set))
			}
			for _, g := range set.Gaps {
				if len(g.Message) > 2000 {
					t.Errorf("a gap of %d bytes", len(g.Message))
				}
			}
		})
	}
}

// TestTraversalInNames has packages that are called like paths: they are names, nothing
// is opened by them.
func TestTraversalInNames(t *testing.T) {
	const outside = "../../../../etc/passwd"
	db := databaseOf(t, advisories)
	for name, tt := range ecosystems {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{}
			for _, f := range txtar.Parse([]byte(tt.archive)).Files {
				files[f.Name] = strings.ReplaceAll(string(f.Data), strings.Fields(tt.want[0])[2], outside)
			}
			set := run(t, config.Deps{Database: db}, repositoryOf(t, files))
			if set.Coverage["lock files"] == 0 && len(set.Gaps) == 0 {
				t.Errorf("nothing was read and nobody says so: %q", files)
			}
			for _, g := range set.Gaps {
				if strings.Contains(g.Message, "root:") || !filepath.IsLocal(g.Location.URI) {
					t.Errorf("a file outside was opened: %v", g)
				}
			}
		})
	}
}

// TestBitFlips breaks every lock file in many ways: the scan ends, and nothing is lost
// in silence: what is no longer found has a gap, or was renamed by the flip itself.
func TestBitFlips(t *testing.T) {
	db := databaseOf(t, advisories)
	for name, tt := range ecosystems {
		t.Run(name, func(t *testing.T) {
			archive := txtar.Parse([]byte(tt.archive))
			r := rand.New(rand.NewPCG(1, 2)) // the same flips in every run
			for range 12 {
				files := map[string]string{}
				for _, f := range archive.Files {
					data := bytes.Clone(f.Data)
					data[r.IntN(len(data))] ^= 1 << r.IntN(8)
					files[f.Name] = string(data)
				}
				set := run(t, config.Deps{Database: db}, repositoryOf(t, files))
				if set.Coverage["lock files"] == 0 && len(set.Gaps) == 0 {
					t.Errorf("nothing was read and nobody says so: %q", files)
				}
				for _, f := range set.Findings {
					if f.Location.Region.StartLine < 1 {
						t.Errorf("a finding without place: %+v", f)
					}
				}
			}
		})
	}
}

// TestManyEntries has lock files far beyond real ones, and some that are not read because
// the memory that they take has no bound.
func TestManyEntries(t *testing.T) {
	db := databaseOf(t, advisories)
	var plain, versions, locks strings.Builder
	for i := range 300_000 {
		fmt.Fprintf(&plain, "fine%d==1.0\n", i)
	}
	plain.WriteString("weak-py==1.3.9\n")
	for i := range 8_000 {
		fmt.Fprintf(&versions, "weak-py==1.1.%d\n", i)
	}
	locks.WriteString(`{"lockfileVersion":3,"packages":{`)
	for i := range 30_000 {
		fmt.Fprintf(&locks, "\n\"node_modules/fine%d\":{\"version\":\"1.0.0\",\"dependencies\":{\"fine%d\":\"*\"}},", i, i+1)
	}
	locks.WriteString("\n\"node_modules/weak-js\":{\"version\":\"1.2.2\"}}}\n")
	tests := map[string]struct {
		name, text string
		want       string
	}{
		"a million packages":      {"requirements.txt", strings.Repeat("fine==1.0\n", 1_000_000), "more than 500000 lines and objects"},
		"a million objects":       {"package-lock.json", `{"lockfileVersion":3,"packages":{` + strings.Repeat(`"node_modules/a":{"version":"1"},`, 1_000_000) + `"":{}}}`, "more than 500000 lines and objects"},
		"many packages":           {"requirements.txt", plain.String(), "requirements.txt:300001:1-15 GHSA-pypi-0000-0003 weak-py 1.3.9 1.4, 2.1"},
		"a graph of many":         {"package-lock.json", locks.String(), "package-lock.json:30002:1-45 CVE-2027-0002 weak-js 1.2.2 1.2.3"},
		"many vulnerable ones":    {"requirements.txt", versions.String(), "and 7990 more 1.4, 2.1"},
		"more than 64 MB of them": {"requirements.txt", strings.Repeat("fine==1.0.0000000000000000000\n", 3_000_000), "too large"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set := run(t, config.Deps{Database: db}, repositoryOf(t, map[string]string{tt.name: tt.text}))
			got := lines(set)
			if len(set.Gaps) > 0 {
				if len(set.Gaps) != 1 || !strings.Contains(set.Gaps[0].Message, tt.want) || set.Gaps[0].Location.URI != tt.name || len(got) > 0 {
					t.Errorf("gaps %v", gaps(set))
				}
				return
			}
			if len(got) != 1 || !strings.HasSuffix(got[0], tt.want) {
				t.Errorf("got %.300q, gaps %.300q", got, gaps(set))
			}
			if f := set.Findings[0]; len(f.Related) >= 1000 || len(f.Message) > 2000 || name == "many vulnerable ones" && f.Properties["purl"] != "" {
				t.Errorf("%d related places, a message of %d bytes", len(f.Related), len(f.Message))
			}
		})
	}
}
