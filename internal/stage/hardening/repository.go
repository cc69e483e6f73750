package hardening

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/stella-ops/assure/internal/plan"
)

// cadence are the facts about what happens around the deployment: workflows, scripts,
// scheduled jobs, and the updates that the repository needs.
type cadence struct {
	Workflows []workflow   `json:"workflows"`
	Scripts   []scriptFile `json:"scripts"`
	Scheduled []scheduled  `json:"scheduled"`
	// Ecosystems are the kinds of dependencies in the repository.
	Ecosystems []ecosystem `json:"ecosystems"`
	// Stores are the paths of services that hold data.
	Stores []any `json:"stores"`
	// Token is the path of a use of the client token, nil without one; Reminded is true
	// when an alert watches its end.
	Token    []any `json:"token"`
	Reminded bool  `json:"reminded"`
	// Admission is true when the cluster itself refuses unsigned images.
	Admission bool `json:"admission"`
}

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

func cadenceFacts(p *plan.Plan, roles map[string]string) cadence {
	files := object(p.Config.Model["files"])
	w := flows(files)
	c := cadence{Workflows: w.all(), Scripts: w.scripts(), Stores: []any{}}
	c.Scheduled = scheduledJobs(p, c.Workflows, files)
	c.Ecosystems = ecosystems(p, c.Workflows)
	for i, d := range p.Documents {
		c.document(i, d, roles)
	}
	c.Reminded = mentioned(files, "stella_quota_token_days_remaining")
	return c
}

// document notes what one deployed document means for the cadence.
func (c *cadence) document(i int, d plan.Document, roles map[string]string) {
	base := []any{"documents", i}
	switch d.Kind {
	case plan.Compose:
		services := object(d.Model["services"])
		for _, name := range sortedKeys(services) {
			if role := roles[name]; role == "store" || role == "" && isStore(services[name]) {
				c.Stores = append(c.Stores, under(base, "services", name))
			}
		}
	case plan.Kubernetes:
		for _, store := range storeContainers(d.Model) {
			c.Stores = append(c.Stores, append(slices.Clone(base), store...))
		}
		kind := text(d.Model["kind"])
		c.Admission = c.Admission || kind == "ClusterImagePolicy" || kind == "ClusterPolicy" && deepKey(d.Model, "verifyImages")
	default:
		return
	}
	if c.Token == nil {
		c.Token = find(d.Model, base, "client.jwt")
	}
}

// storeContainers are the paths of containers that run a store.
func storeContainers(model map[string]any) [][]any {
	var out [][]any
	for _, pod := range [][]any{{"spec"}, {"spec", "template", "spec"}} {
		for i, item := range list(object(lookup(model, pod))["containers"]) {
			if isStore(item) {
				out = append(out, under(pod, "containers", i))
			}
		}
	}
	return out
}

// isStore tells a service or container by its image.
func isStore(v any) bool { return productOf(imageName(text(object(v)["image"]))) != "" }

// find is the path of the first text that contains part; nil when there is none.
func find(v any, base []any, part string) []any {
	switch n := v.(type) {
	case string:
		if strings.Contains(n, part) {
			return base
		}
	case map[string]any:
		for _, k := range sortedKeys(n) {
			if at := find(n[k], under(base, k), part); at != nil {
				return at
			}
		}
	case []any:
		for i, item := range n {
			if at := find(item, under(base, i), part); at != nil {
				return at
			}
		}
	}
	return nil
}

func deepKey(v any, key string) bool {
	switch n := v.(type) {
	case map[string]any:
		for k, item := range n {
			if k == key || deepKey(item, key) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(n, func(item any) bool { return deepKey(item, key) })
	}
	return false
}

// mentioned tells whether configuration other than prose and scripts holds the text.
func mentioned(files map[string]any, part string) bool {
	for _, f := range files {
		if m := object(f); m["family"] != "document" && m["family"] != "script" && find(m["content"], []any{}, part) != nil {
			return true
		}
	}
	return false
}

// manifests are the files by which Dependabot's ecosystems are told, languages first.
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
func ecosystems(p *plan.Plan, workflows []workflow) []ecosystem {
	out := []ecosystem{}
	for _, m := range manifests {
		e := ecosystem{Name: m.name, Others: append([]string{}, m.others...), Files: []dependent{}}
		for _, f := range p.Files {
			if !aside.MatchString(f.Name) && matches(m.files, path.Base(f.Name)) {
				e.Files = append(e.Files, dependent{f.Name, directory(f.Name)})
			}
		}
		out = append(out, e)
	}
	out = append(out, images(p)...)
	return slices.DeleteFunc(append(out, actions(workflows)), func(e ecosystem) bool { return len(e.Files) == 0 })
}

func matches(patterns []string, base string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return doublestar.MatchUnvalidated(pattern, base) })
}

func directory(file string) string { return path.Join("/", path.Dir(file)) }

// images are the ecosystems of image references that somebody else builds.
func images(p *plan.Plan) []ecosystem {
	docker := ecosystem{Name: "docker", Others: []string{}, Files: []dependent{}}
	compose := ecosystem{Name: "docker-compose", Others: []string{}, Files: []dependent{}}
	for _, i := range p.Images {
		if i.Built || i.Ref == "scratch" || i.Kind == plan.Workflow {
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
func actions(workflows []workflow) ecosystem {
	e := ecosystem{Name: "github-actions", Others: []string{}, Files: []dependent{}}
	for _, w := range workflows {
		if slices.ContainsFunc(w.Steps, func(s step) bool { return s.Uses != nil && !s.Uses.Local }) {
			e.Files = append(e.Files, dependent{w.File, "/"})
		}
	}
	return e
}
