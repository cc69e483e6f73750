package repository

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/workflow"
)

// ecosystem is a kind of dependency as Dependabot names it.
type ecosystem struct {
	Name string `json:"name"`
	// Others are the names of ecosystems that do the same.
	Others []string `json:"others"`
	// Files need it, each with its directory, /… as Dependabot writes it.
	Files []dependent `json:"files"`
}

type dependent struct {
	File      string `json:"file"`
	Directory string `json:"directory"`
}

// manifests are the files that mark each of Dependabot's ecosystems, languages first.
var manifests = []struct {
	name   string
	others []string
	files  []string
}{
	{"gomod", nil, []string{"go.mod"}},
	{"npm", []string{"bun"}, []string{"package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml"}},
	{"pip", []string{"uv"}, []string{"requirements.txt", "Pipfile", "poetry.lock", "uv.lock"}},
	{"nuget", nil, []string{"*.csproj", "packages.config", "Directory.Packages.props"}},
	{"maven", nil, []string{"pom.xml"}},
	{"gradle", nil, []string{"build.gradle", "build.gradle.kts"}},
	{"cargo", nil, []string{"Cargo.toml"}},
	{"bundler", nil, []string{"Gemfile"}},
	{"composer", nil, []string{"composer.json"}},
	{"mix", nil, []string{"mix.exs"}},
	{"pub", nil, []string{"pubspec.yaml"}},
	{"swift", nil, []string{"Package.swift", "Package.resolved"}},
	{"terraform", []string{"opentofu"}, []string{"*.tf"}},
}

// aside are directories whose dependencies are nobody's to update here.
var aside = regexp.MustCompile(`(^|/)(vendor|third_party|testdata|fixtures?|examples?|samples?)/`)

// ecosystems are the kinds of dependencies that the repository has.
func ecosystems(p *plan.Plan, workflows []workflow.Workflow) []ecosystem {
	out := []ecosystem{}
	for _, m := range manifests {
		e := ecosystem{Name: m.name, Others: append([]string{}, m.others...), Files: []dependent{}}
		for _, f := range p.Files {
			if matches(m.files, path.Base(f.Name)) && !aside.MatchString(f.Name) {
				e.Files = append(e.Files, dependent{f.Name, directory(f.Name)})
			}
		}
		out = append(out, e)
	}
	out = append(out, images(p)...)
	return slices.DeleteFunc(append(out, actions(workflows)), func(e ecosystem) bool { return len(e.Files) == 0 })
}

// matches reports whether a name is one of the patterns, of which some begin with a star.
// It is asked about every file.
func matches(patterns []string, base string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		end, any := strings.CutPrefix(pattern, "*")
		return base == pattern || any && strings.HasSuffix(base, end)
	})
}

func directory(file string) string { return path.Join("/", path.Dir(file)) }

// images are the ecosystems of image references that somebody else builds.
func images(p *plan.Plan) []ecosystem {
	docker := ecosystem{Name: "docker", Others: []string{}, Files: []dependent{}}
	compose := ecosystem{Name: "docker-compose", Others: []string{}, Files: []dependent{}}
	for _, i := range p.Images {
		if i.Built || i.Fallback || i.Ref == "scratch" || i.Kind == plan.Workflow {
			continue
		}
		e := &docker
		if i.Kind == plan.Compose {
			e = &compose
		}
		d := dependent{i.Location.URI, directory(i.Location.URI)}
		if !slices.Contains(e.Files, d) {
			e.Files = append(e.Files, d)
		}
	}
	return []ecosystem{docker, compose}
}

// actions is the ecosystem of the actions of others that workflows use.
func actions(workflows []workflow.Workflow) ecosystem {
	e := ecosystem{Name: "github-actions", Others: []string{}, Files: []dependent{}}
	for _, w := range workflows {
		if slices.ContainsFunc(w.Steps, func(s workflow.Step) bool { return s.Uses != nil && !s.Uses.Local }) {
			e.Files = append(e.Files, dependent{w.File, "/"})
		}
	}
	return e
}
